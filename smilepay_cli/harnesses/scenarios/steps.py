"""From the nodes of a step to the step: the command and its options, held against what the program takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from smilepay_cli.harnesses.scenarios.models import Fault, Kill, StepForm, Tamper
from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Table, kind_of
from smilepay_cli.harnesses.scenarios.options import CATALOGUE, OptionReader, Tell
from smilepay_cli.harnesses.scenarios.problems import told_of, unknown_key
from smilepay_cli.harnesses.scenarios.scenario import ACTIONS, Call, Kind, Place, Step
from smilepay_cli.harnesses.scenarios.values import span, typed
from smilepay_cli.rules.sets.problems import Wrong, shown

_ALL = ("balances", "wallet")
_OF_COMMANDS = (*_ALL, "events", "exit", "outcome", "reason", "message", "hint", "json")
_EXPECTED = {
    Kind.CALL: _OF_COMMANDS,
    Kind.PARALLEL: (*_ALL, "events", "exits", "json"),
    Kind.KILL: (*_ALL, "events"),
    **dict.fromkeys((Kind.ADVANCE, Kind.TAMPER, Kind.FAULT), _ALL),
}
"""What can be expected of each kind of step."""
_ANSWERING = (Kind.CALL, Kind.PARALLEL)
MOST_AT_ONCE = 16


@dataclass(frozen=True)
class StepReader(OptionReader):
    """Reads the steps of one file."""

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
        common = self._common(node, name, tell) or StepForm()  # the command is looked at all the same
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
            known = self._names
            tell(
                line, Wrong(f"there is no command {shown(name)}", f"known: {', '.join(known)}", word=name, known=known)
            )
            return None
        if step is not None:
            _require_sense(step, node, tell)
        return step

    def _common(self, node: Table, name: str, tell: Tell) -> StepForm | None:
        rest = Table(node.line)
        for key, value in node.entries.items():
            if key != name:
                rest.put(node.keys[key], value)
        common: StepForm | None = made(StepForm, rest, tell)
        return common

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
            tell(
                node.line_of(name),
                Wrong(f"there is no command {shown(name)} here", "", word=name, known=list(self.forms)),
            )
            return None
        return self.call(name, value, node.line_of(name), tell)


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
    for name in sorted(step.expect.model_fields_set):
        key = "json" if name == "data" else name
        if key not in _EXPECTED[step.kind]:
            todo = f"of {step.kind.value}, what can be expected is {', '.join(_EXPECTED[step.kind])}"
            if key in _OF_COMMANDS and step.kind is Kind.PARALLEL:
                todo = "a race has exits: [0, 20], in any order"
            tell(line, Wrong(f"expect.{key} does not go with {step.name}", todo))
    for key in ("capture", "retry"):
        if key in node.entries and step.kind not in _ANSWERING:
            tell(node.line_of(key), Wrong(f"{key} does not go with {step.name}", "there is no answer to look into"))
    exits = step.expect.exits
    if exits is not None and step.kind is Kind.PARALLEL and len(exits) != len(step.calls):
        tell(line, Wrong(f"{len(exits)} exits of {len(step.calls)} commands", "one for each, in any order"))
