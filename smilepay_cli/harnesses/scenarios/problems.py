"""What is wrong with scenario files: everything at once, each with file and line, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Table
from smilepay_cli.harnesses.scenarios.scenario import Place
from smilepay_cli.rules.sets.problems import MOST_TOLD, Wrong, shown
from smilepay_cli.vocabulary.errors import UsageProblem

MOST_KNOWN = 100_000
"""Problems that are remembered so that they are told once; a file that is included often has them often."""


class Complaints:
    """Keeps the first ones, once each and in the order of their lines, and counts the rest."""

    def __init__(self) -> None:
        self.count = 0
        self.told: list[tuple[Place, str]] = []
        self._known: set[tuple[Place, str]] = set()
        self._pending: list[tuple[Place, Wrong]] = []

    def add(self, place: Place, wrong: Wrong) -> None:
        """One more, unless it is known."""
        if (known := (place, wrong.what)) in self._known:
            return
        if len(self._known) < MOST_KNOWN:
            self._known.add(known)
        self.count += 1
        if len(self._pending) < MOST_KNOWN:
            self._pending.append((place, wrong))

    def settle(self) -> None:
        """A scenario was read: what is wrong with it is told in the order of its lines, after what was wrong before."""
        self._pending.sort(key=lambda one: (one[0].file, one[0].line))
        room = MOST_TOLD - len(self.told)
        self.told += [(place, str(wrong).removesuffix("; ")) for place, wrong in self._pending[:room]]
        self._pending.clear()

    def unusable(self) -> UsageProblem:
        """All of it as one error, a line each."""
        self.settle()
        many = [f"{self.count:,} problems, so nothing was run"] if self.count > 1 else []
        more = [f"and {self.count - len(self.told):,} more"] if self.count > len(self.told) else []
        lines = [*many, *(f"{place}: {text}" for place, text in self.told), *more]
        return UsageProblem("\n".join(lines), hint="the format: docs/scenarios.md", reason="bad_scenario")


class BadScenario(UsageProblem):
    """Scenario files cannot be used; `told` has the first problems with their places."""

    def __init__(self, complaints: Complaints) -> None:
        whole = complaints.unusable()
        super().__init__(whole.message, hint=whole.hint, reason=whole.reason)
        self.told = tuple(complaints.told)


def told_of(error: ValidationError, node: Node, model: type[BaseModel]) -> list[tuple[int, Wrong]]:
    """Lines and words for what pydantic found."""
    return [_told(one, node, model) for one in error.errors(include_url=False)]


def _told(error: ErrorDetails, node: Node, model: type[BaseModel]) -> tuple[int, Wrong]:
    path, kind = error["loc"], error["type"]
    line = _line_at(node, path)
    last = str(path[-1]) if path else ""
    name = _dotted(path)
    if kind == "extra_forbidden":
        known = known_keys(_model_at(model, path[:-1]))
        return line, unknown_key(last, known)
    if kind == "missing":
        return line, Wrong(f"the key {last!r} is missing", "")
    return line, Wrong(f"{name}{': ' if name else ''}{_words(error)}", "")


def unknown_key(key: str, known: list[str]) -> Wrong:
    """With the nearest one there is, or all."""
    return Wrong(f"unknown key {shown(key)}", f"keys: {', '.join(known)}", word=key, known=known)


def known_keys(model: type[BaseModel]) -> list[str]:
    """As they stand in files."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _words(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "scenario":
        return str(context["what"])
    if kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        return "needs a mapping"
    if kind in ("list_type", "tuple_type"):
        return "needs a list"
    if kind == "enum":
        return f"needs one of {str(context['expected']).replace(' or ', ', ')}"
    message = error["msg"]
    return message[0].lower() + message[1:]


def _line_at(node: Node, path: tuple[int | str, ...]) -> int:
    """The line of what a path leads to, or of the last thing on it that is there."""
    line = node.line
    for part in path:
        if isinstance(node, Table) and str(part) in node.entries:
            line, node = node.line_of(str(part)), node.entries[str(part)]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            line = node.line
    return line


def _dotted(path: tuple[int | str, ...]) -> str:
    """`expect.exit`; the numbers of steps are told otherwise."""
    told = ""
    for part in path:
        if part == "[key]":
            continue
        told += f"[{part}]" if isinstance(part, int) else f"{'.' if told else ''}{shown(part)[1:-1]}"
    return told


def _model_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    for part in path:
        fields: Mapping[str, Any] = {field.alias or name: field for name, field in model.model_fields.items()}
        if str(part) in fields:
            model = _model_in(fields[str(part)].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
