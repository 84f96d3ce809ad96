"""The options of a command, held against what the program takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from smilepay_cli.harnesses.scenarios.forms import ALIASES, Form, Forms, Key
from smilepay_cli.harnesses.scenarios.nodes import NUMBER, WHOLE, Items, Node, Scalar, Table, kind_of
from smilepay_cli.harnesses.scenarios.problems import unknown_key
from smilepay_cli.harnesses.scenarios.references import refers
from smilepay_cli.harnesses.scenarios.scenario import Call, Folders, Written
from smilepay_cli.harnesses.scenarios.toml import toml
from smilepay_cli.harnesses.scenarios.values import flag
from smilepay_cli.rules.sets.problems import Wrong, shown

CATALOGUE = "shop.catalogue"
"""The step that makes a text or a file the catalogue; the program does it as `shop --catalogue FILE`."""
_CATALOGUE_KEYS = ("text", "file")

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
class OptionReader:
    """Reads commands with their options, of one file."""

    file: str
    folders: Folders
    forms: Forms
    checks: Checks

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
                tell(line, Wrong(f"the key {own.name!r} is missing", f"add {own.name}: {_help(own) or '...'}"))
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
            tell(line, Wrong(f"{key.name} needs a text, not {kind_of(node)}", _help(key) or "see the command's --help"))
            return None
        value = self._text(key, node, line, tell)
        return (value,) if key.is_list else value

    def _texts(self, key: Key, node: Items | Table, line: int, tell: Tell) -> Iterator[str]:
        if isinstance(node, Table):
            if key.name != "picks":
                tell(line, Wrong(f"{key.name} needs a text or a list, not a mapping", _help(key)))
                return
            for name, count in node.entries.items():
                if not isinstance(count, Scalar) or not (refers(count.text) or WHOLE.fullmatch(count.text)):
                    tell(node.line_of(name), Wrong(f"{shown(name)}: how many is a whole number", "like latte: 2"))
                else:
                    yield f"{name}={count.text}"
            return
        if not node.items:
            tell(line, Wrong(f"{key.name} is an empty list", "leave it out"))
        for item in node.items:
            if not isinstance(item, Scalar) or item.is_nothing:
                tell(item.line, Wrong(f"{key.name} needs texts, not {kind_of(item)}", _help(key)))
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
            wrong = Wrong(
                f"{key.name}: there is no {shown(text)}",
                f"known: {', '.join(key.choices)}",
                word=text,
                known=key.choices,
            )
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


def _help(key: Key) -> str:
    """A key's help, to go on within a line."""
    told = key.help.removesuffix(".")
    return told if told[1:2].isupper() else told[:1].lower() + told[1:]
