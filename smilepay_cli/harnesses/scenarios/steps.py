"""From the nodes of a step to the step: the command and its options, held against what the program takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from smilepay_cli.harnesses.scenarios.forms import ALIASES, Form, Forms, Key
from smilepay_cli.harnesses.scenarios.models import Expect, Fault, Kill, StepForm, Tamper
from smilepay_cli.harnesses.scenarios.nodes import NUMBER, WHOLE, Items, Node, Scalar, Table, kind_of
from smilepay_cli.harnesses.scenarios.problems import known_keys, told_of, unknown_key
from smilepay_cli.harnesses.scenarios.references import refers
from smilepay_cli.harnesses.scenarios.scenario import ACTIONS, Call, Folders, Kind, Place, Step, Written
from smilepay_cli.harnesses.scenarios.toml import toml
from smilepay_cli.harnesses.scenarios.values import flag, span, typed
from smilepay_cli.rules.sets.problems import Wrong, shown

CATALOGUE = "shop.catalogue"
"""The step that makes a text or a file the catalogue; the program does it as `shop --catalogue FILE`."""
_CATALOGUE_KEYS = ("text", "file")
_EXPECTING = {Kind.CALL, Kind.PARALLEL, Kind.KILL}
MOST_AT_ONCE = 16

Tell = Callable[[int, Wrong], None]
"""Told a line and what is wrong there."""


@dataclass(frozen=True)
class Checks:
    """What is known about files and words outside of a scenario. Each returns what is wrong, or None."""

    path: Callable[[str, str, Folders], Wrong | None]
    """Of a key's name, a path and what it is relative to."""
    policy: Callable[[str, str], Wrong | None]
    """Of a policy's text as TOML, and its name."""
    catalogue: Callable[[str], Wrong | None]
    """Of a catalogue's text."""


@dataclass(frozen=True)
class StepReader:
    """Reads the steps of one file."""

    file: str
    folders: Folders
    forms: Forms
    checks: Checks

    def step(self, node: Node, tell: Tell) -> Step | None:
        """One step; None where something is wrong with it, which `tell` was told."""
        if not isinstance(node, Table):
            tell(node.line, Wrong(f"a step is a mapping, not {kind_of(node)}", "for example - pay: {image: lin/5.jpg}"))
            return None
        names = [key for key in node.entries if key not in StepForm.model_fields]
        if len(names) != 1:
            self._no_command(node, names, tell)
            return None
        name = names[0]
        worse: list[int] = []

        def told(line: int, wrong: Wrong) -> None:
            worse.append(line)
            tell(line, Wrong(f"({shown(name)[1:-1]}): {wrong.what}", str(wrong)[len(wrong.what) + 2 :]))

        step = self._step(node, name, told)
        return None if worse else step

    def _no_command(self, node: Table, names: Sequence[str], tell: Tell) -> None:
        if not names:
            tell(node.line, Wrong("no command in it", "for example - pay: {image: lin/5.jpg}"))
            return
        for name in names:
            if name not in self.forms and name not in (*ACTIONS, CATALOGUE):
                tell(node.line_of(name), unknown_key(name, [*StepForm.model_fields, *self._names]))
                return
        tell(node.line_of(names[1]), Wrong(f"two commands, {' and '.join(names[:2])}", "each is a step of its own"))

    @property
    def _names(self) -> list[str]:
        return [*self.forms, CATALOGUE, *ACTIONS]

    def _step(self, node: Table, name: str, tell: Tell) -> Step | None:
        line = node.line_of(name)
        common = self._common(node, name, tell)
        if common is None:
            return None
        bare = Step(
            Place(self.file, line), Kind.CALL, name, common.expect, title=common.title, id=common.id,
            capture=common.capture, retry=common.retry,
        )  # fmt: skip
        value = node.entries[name]
        if name in self.forms or name == CATALOGUE:
            call = self.call(name, value, line, tell)
            step = replace(bare, calls=(call,)) if call else None
        elif name in ACTIONS:
            step = self._action(bare, Kind(name), value, line, tell)
        else:
            tell(line, Wrong(f"there is no command {shown(name)}", f"known: {', '.join(self._names)}", word=name, known=self._names))
            return None
        if step is not None:
            _require_sense(step, node, tell)
        return step

    def _common(self, node: Table, name: str, tell: Tell) -> StepForm | None:
        rest = Table(node.line)
        for key, value in node.entries.items():
            if key != name:
                rest.put(node.keys[key], value)
        return made(StepForm, rest, tell)

    def _action(self, step: Step, kind: Kind, value: Node, line: int, tell: Tell) -> Step | None:
        if kind is Kind.ADVANCE:
            try:
                return replace(step, kind=kind, span=span(typed(value)))
            except PydanticCustomError as error:
                tell(value.line, Wrong(str(error), "like advance: 10m"))
                return None
        if kind is Kind.PARALLEL:
            calls = self._racing(value, line, tell)
            return replace(step, kind=kind, calls=calls) if calls else None
        if kind is Kind.KILL:
            return self._kill(step, value, tell)
        if kind is Kind.TAMPER:
            tampering = made(Tamper, value, tell)
            return replace(step, kind=kind, sql=tampering.sql) if tampering else None
        fault = made(Fault, value, tell)
        return replace(step, kind=kind, check=fault.check) if fault else None

    def _racing(self, value: Node, line: int, tell: Tell) -> tuple[Call, ...]:
        if not isinstance(value, Items) or not 2 <= len(value.items) <= MOST_AT_ONCE:
            tell(line, Wrong("needs a list of commands", f"from two to {MOST_AT_ONCE}"))
            return ()
        calls = [self._only_call(item, item.line, tell) for item in value.items]
        return tuple(call for call in calls if call)

    def _kill(self, step: Step, value: Node, tell: Tell) -> Step | None:
        killing = made(Kill, value, tell)
        if killing is None or not isinstance(value, Table):
            return None
        call = self._only_call(value.entries["during"], value.line_of("during"), tell)
        if call is None:
            return None
        return replace(step, kind=Kind.KILL, calls=(call,), at=killing.at.value)

    def _only_call(self, node: Node, line: int, tell: Tell) -> Call | None:
        """A command by itself: what is expected of it stands elsewhere."""
        if not isinstance(node, Table) or len(node.entries) != 1:
            extra = isinstance(node, Table) and set(node.entries) & set(StepForm.model_fields)
            todo = "what is expected stands beside the step's own name" if extra else "like pay: {image: lin/5.jpg}"
            tell(line, Wrong("needs one command, and nothing beside it", todo))
            return None
        ((name, value),) = node.entries.items()
        if name not in self.forms:
            tell(node.line_of(name), Wrong(f"there is no command {shown(name)} here", "", word=name, known=list(self.forms)))
            return None
        return self.call(name, value, node.line_of(name), tell)

    def call(self, name: str, value: Node, line: int, tell: Tell) -> Call | None:
        """A command with its options."""
        if name == CATALOGUE:
            return self._catalogue(value, line, tell)
        form = self.forms[name]
        if isinstance(value, Scalar) and value.is_nothing:
            value = Table(line)
        if not isinstance(value, Table):
            tell(line, Wrong(f"needs a mapping of options, not {kind_of(value)}", f"keys: {', '.join(form.keys)}"))
            return None
        values: dict[str, Any] = {}
        for key, entry in value.entries.items():
            own = self.key(form, key)
            at = value.line_of(key)
            if own is None:
                tell(at, unknown_key(key, [*form.keys, *(a for a, long in ALIASES.items() if long in form.keys)]))
            elif own.name in values:
                tell(at, Wrong(f"{own.name} is given twice", "once is enough"))
            else:
                values[own.name] = self._option(own, entry, at, tell)
        for own in form.keys.values():
            if own.required and own.name not in values:
                tell(line, Wrong(f"the key {own.name!r} is missing", own.help or f"add {own.name}: ..."))
        return Call(name, values, self.folders)

    @staticmethod
    def key(form: Form, name: str) -> Key | None:
        """The key of that name, or that a short name stands for."""
        if name in form.keys:
            return form.keys[name]
        return form.keys.get(ALIASES.get(name, ""))

    def _option(self, key: Key, node: Node, line: int, tell: Tell) -> Any:
        """The value as it is kept: a text, a truth value, a list of texts, or a file's text."""
        if key.name == "policy" and isinstance(node, Table):
            return self.policy(node, f"policy-{line}.toml", line, tell)
        if key.is_list and isinstance(node, Items | Table):
            return tuple(self._texts(key, node, line, tell))
        if not isinstance(node, Scalar) or node.is_nothing:
            tell(line, Wrong(f"{key.name} needs a text, not {kind_of(node)}", key.help or "see the command's --help"))
            return None
        value = self._text(key, node, line, tell)
        return (value,) if key.is_list else value

    def _texts(self, key: Key, node: Items | Table, line: int, tell: Tell) -> Iterator[str]:
        if isinstance(node, Table):
            if key.name != "picks":
                tell(line, Wrong(f"{key.name} needs a text or a list, not a mapping", key.help))
                return
            for item, count in node.entries.items():
                if not isinstance(count, Scalar) or not (refers(count.text) or WHOLE.fullmatch(count.text)):
                    tell(node.line_of(item), Wrong(f"{shown(item)}: how many is a whole number", "like latte: 2"))
                else:
                    yield f"{item}={count.text}"
            return
        if not node.items:
            tell(line, Wrong(f"{key.name} is an empty list", "leave it out"))
        for item in node.items:
            if not isinstance(item, Scalar) or item.is_nothing:
                tell(item.line, Wrong(f"{key.name} needs texts, not {kind_of(item)}", key.help))
            else:
                value = self._text(key, item, item.line, tell)
                if isinstance(value, str):
                    yield value

    def _text(self, key: Key, node: Scalar, line: int, tell: Tell) -> Any:
        text = node.text
        if key.kind == "flag":
            try:
                return text if refers(text) else flag(text)
            except PydanticCustomError as error:
                tell(line, Wrong(f"{key.name} {error}", "without quotes"))
                return None
        if refers(text):
            return text
        wrong: Wrong | None = None
        if not text or "\0" in text:
            wrong = Wrong(f"{key.name} needs a text", "leave it out, or give it a value")
        elif key.choices and text not in key.choices:
            wrong = Wrong(f"{key.name}: there is no {shown(text)}", f"known: {', '.join(key.choices)}", word=text, known=key.choices)
        elif key.kind == "whole" and not WHOLE.fullmatch(text):
            wrong = Wrong(f"{key.name} needs a whole number, not {shown(text)}", "like 20")
        elif key.kind == "number" and not NUMBER.fullmatch(text):
            wrong = Wrong(f"{key.name} needs a number, not {shown(text)}", "like 12")
        elif key.within is not None or key.name == "policy":
            wrong = self.checks.path(key.name, text, self.folders)
        if wrong:
            tell(line, wrong)
            return None
        return text

    def policy(self, node: Table, name: str, line: int, tell: Tell) -> Written | None:
        """A policy as a mapping."""
        return self._written(node, name, line, tell, lambda text: self.checks.policy(text, name))

    def catalogue(self, node: Table, line: int, tell: Tell) -> Written | None:
        """A catalogue as a mapping."""
        return self._written(node, "catalogue.toml", line, tell, self.checks.catalogue)

    def _written(
        self, node: Table, name: str, line: int, tell: Tell, check: Callable[[str], Wrong | None]
    ) -> Written | None:
        text = toml(node)
        if wrong := check(text):
            tell(line, wrong)
            return None
        return Written(name, text)

    def _catalogue(self, value: Node, line: int, tell: Tell) -> Call | None:
        if not isinstance(value, Table) or len(value.entries) != 1 or not set(value.entries) <= set(_CATALOGUE_KEYS):
            tell(line, Wrong("needs text: or file:, one of them", "text: may be a mapping as catalogue files have it"))
            return None
        ((key, node),) = value.entries.items()
        if isinstance(node, Table) and key == "text":
            written = self._written(node, "catalogue.toml", line, tell, lambda _: None)
            return Call("shop", {"catalogue": written}, self.folders) if written else None
        if not isinstance(node, Scalar) or node.is_nothing:
            tell(line, Wrong(f"{key} needs a text, not {kind_of(node)}", "a catalogue as a file has it"))
            return None
        if key == "text":
            return Call("shop", {"catalogue": Written("catalogue.toml", node.text)}, self.folders)
        if wrong := self.checks.path("catalogue", node.text, self.folders):
            tell(line, wrong)
            return None
        return Call("shop", {"catalogue": node.text}, self.folders)


def made(model: type[Any], node: Node, tell: Tell) -> Any:
    """A part by its model; None where something is wrong with it, which `tell` was told."""
    try:
        return model.model_validate(typed(node))
    except ValidationError as error:
        for line, wrong in told_of(error, node, model):
            tell(line, wrong)
        return None


def _require_sense(step: Step, node: Table, tell: Tell) -> None:
    """What goes with one kind of step only."""
    line = node.line_of("expect")
    given = step.expect.model_fields_set
    if step.kind not in _EXPECTING:
        for key in ("expect", "capture", "retry"):
            if key in node.entries and not (key == "expect" and given <= {"balances", "wallet"}):
                tell(node.line_of(key), Wrong(f"{key} does not go with {step.name}", "put it at a step that runs a command"))
    if step.kind is Kind.PARALLEL:
        for name in ("exit", "reason", "outcome", "message", "hint"):
            if name in given:
                tell(line, Wrong(f"expect.{name} is of one command", "a race has exits: [0, 20], in any order"))
        exits = step.expect.exits
        if exits is not None and len(exits) != len(step.calls):
            tell(line, Wrong(f"{len(exits)} exits of {len(step.calls)} commands", "one for each, in any order"))
    elif "exits" in given:
        tell(line, Wrong("expect.exits is of races", "write exit: N"))
    if step.kind is Kind.KILL:
        for name in given - {"balances", "wallet", "events"}:
            shown_name = known_keys(Expect)[list(Expect.model_fields).index(name)]
            tell(line, Wrong(f"expect.{shown_name} needs an answer", "who is killed gives none: wallet, balances, events"))
        for key in ("capture", "retry"):
            if key in node.entries:
                tell(node.line_of(key), Wrong(f"{key} needs an answer", "who is killed gives none"))

