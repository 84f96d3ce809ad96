"""Mutations of scenario files: one expectation, sum or picture changed at a time, so that the scenario has to fail.

A mutation is the file's text with a few letters replaced, found by the places of YAML's own nodes: everything else, the
numbers of lines too, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

COMMON = frozenset({"title", "id", "expect", "capture", "retry"})
CAT = "no_face/1.jpg"
LOOKED_AT = frozenset({0, 10, 11, 13})
"""Exit statuses after which a picture was looked at, and another one would have come to something else."""
_BEYOND = {"gt": "999999", "ge": "999999", "lt": "-999999", "le": "-999999", "matches": '"^mutated$"', "length": "999"}
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a file."""

    what: str
    """`exit`, `reason`, `balance`, `amount`, `image`, ..."""
    line: int
    """Where it is."""
    step_lines: tuple[int, int]
    """First and last line of the step that it belongs to; of an account, of the whole scenario."""
    scenario: str
    start: int
    end: int
    text: str
    """What stands there instead."""

    def applied(self, content: str) -> str:
        """The file as it is then."""
        return content[: self.start] + self.text + content[self.end :]

    def __str__(self) -> str:
        return f"line {self.line}: {self.what} -> {self.text}"


def mutations(content: str) -> Iterator[Mutation]:
    """Every mutation of a file. Scenarios that are expected to fail have one: that nobody expects it any more."""
    for node in yaml.compose_all(content, Loader=yaml.SafeLoader):
        entries = _entries(node)
        name = entries["name"].value
        whole = (node.start_mark.line + 1, node.end_mark.line + 1)
        if "xfail" in entries:
            key = next(key for key, _ in node.value if key.value == "xfail")
            yield Mutation("xfail", key.start_mark.line + 1, whole, name, key.start_mark.index,
                           entries["xfail"].end_mark.index, "# nobody expects it")  # fmt: skip
            continue
        steps = [_entries(step) for step in entries["steps"].value]
        told = any("balances" in _entries(step["expect"]) for step in steps if "expect" in step)
        if told and "accounts" in entries:
            for account in _entries(entries["accounts"]).values():
                if (deposit := _entries(account).get("deposit")) is not None:
                    yield _change("amount", deposit, f'"{Decimal(deposit.value) + 1}"', whole, name)
        for step in entries["steps"].value:
            lines = (step.start_mark.line + 1, step.end_mark.line + 1)
            for what, node_, text in _of_step(_entries(step)):
                yield _change(what, node_, text, lines if what not in ("amount", "image") else whole, name)


def _change(what: str, node: Any, text: str, lines: tuple[int, int], scenario: str) -> Mutation:
    return Mutation(what, node.start_mark.line + 1, lines, scenario, node.start_mark.index, node.end_mark.index, text)


def _of_step(step: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    expect = _entries(step["expect"]) if "expect" in step else {}
    yield from _of_expectations(expect)
    (name,) = set(step) - COMMON
    status = int(expect["exit"].value) if "exit" in expect else 0
    options = _entries(step[name]) if isinstance(step[name], yaml.MappingNode) else {}
    repeated = _repeats(expect)
    if status in LOOKED_AT and "image" in options and not repeated and "retry" not in step:
        image = options["image"]
        if isinstance(image, yaml.ScalarNode) and "${" not in image.value and not _is_used_up(expect):
            yield "image", image, f"sample_faces/{CAT}" if image.value.startswith(_FROM_ROOT) else CAT
    if status == 0 and "amount" in options and "balances" in expect and not repeated:
        amount = options["amount"]
        if _AMOUNT.fullmatch(amount.value):
            yield "amount", amount, f'"{Decimal(amount.value) / 2:.2f}"'


_FROM_ROOT = ("sample_faces/", "scenarios/")
"""How pictures are named where `faces` is the folder of the repository."""


def _is_used_up(expect: dict[str, Any]) -> bool:
    return "reason" in expect and expect["reason"].value == "used_before"


def _repeats(expect: dict[str, Any]) -> bool:
    """The answer of an earlier success: neither sum nor picture is looked at."""
    wanted = _entries(expect["json"]) if "json" in expect else {}
    return "data.repeated" in wanted and wanted["data.repeated"].value == "true"


def _of_expectations(expect: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    if "exit" in expect:
        yield "exit", expect["exit"], "13" if expect["exit"].value != "13" else "0"
    if "exits" in expect:
        first = expect["exits"].value[0]
        yield "exits", first, "13"
    if "reason" in expect:
        yield "reason", expect["reason"], "no_open_order" if expect["reason"].value != "no_open_order" else "null"
    if "outcome" in expect:
        yield "outcome", expect["outcome"], "error" if expect["outcome"].value != "error" else "done"
    if "events" in expect:
        yield "events", expect["events"], str(int(expect["events"].value) + 1)
    for amount in _entries(expect["balances"]).values() if "balances" in expect else ():
        if _AMOUNT.fullmatch(amount.value):
            yield "balance", amount, f'"{Decimal(amount.value) + Decimal("0.01")}"'
    yield from _of_words(expect)


def _of_words(expect: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for name in ("message", "hint"):
        if name in expect:
            yield from _of_value(name, expect[name])
    for wanted in _entries(expect["json"]).values() if "json" in expect else ():
        yield from _of_value("json", wanted)


def _of_value(what: str, node: Any) -> Iterator[tuple[str, Any, str]]:
    """Of a value that is expected, or of a matcher."""
    if isinstance(node, yaml.SequenceNode):
        if node.value and isinstance(node.value[0], yaml.ScalarNode):
            yield what, node.value[0], "mutated"
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in _BEYOND:
                yield what, value, _BEYOND[key.value]
            elif key.value == "contains":
                yield what, value, '"mutated words"'
        return
    if node.value in ("true", "false") and not node.style:
        yield what, node, "false" if node.value == "true" else "true"
    else:
        yield what, node, '"mutated"'


def _entries(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
