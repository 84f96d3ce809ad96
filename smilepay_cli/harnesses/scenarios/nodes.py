"""What stands in a scenario file: texts, lists and tables, each with its line.

YAML's own guesses at types are not made: `3.10` is no float, `no` no truth value, `010` no octal number. Whoever needs
a number or a truth value asks for one (values.py), and everything else is the text that somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
NOTHING = ("", "~", "null", "Null", "NULL")
LONGEST_NUMBER = 40


class Node:
    """A value at a line; `size` is how many values there are in it, aliases written out."""

    __slots__ = ("line", "size")

    def __init__(self, line: int) -> None:
        self.line = line
        self.size = 1


class Scalar(Node):
    """A text. `plain` is one without quotes, which may be meant as something else."""

    __slots__ = ("plain", "text")

    def __init__(self, line: int, text: str, *, plain: bool) -> None:
        super().__init__(line)
        self.text = text
        self.plain = plain

    @property
    def is_nothing(self) -> bool:
        """An empty value, or null."""
        return self.plain and self.text in NOTHING


class Items(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.items: list[Node] = []


class Table(Node):
    """A mapping; `keys` has the keys with their lines."""

    __slots__ = ("entries", "keys")

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}

    def put(self, key: Scalar, value: Node) -> None:
        """One entry."""
        self.keys[key.text] = key
        self.entries[key.text] = value

    def line_of(self, key: str) -> int:
        """Where an entry begins; where there is none, the table."""
        return self.keys[key].line if key in self.keys else self.line


def as_value(node: Node) -> Any:
    """The same as JSON would have it: plain numbers, true, false and null are what they look like, all else is text."""
    if isinstance(node, Scalar):
        return _scalar(node)
    if isinstance(node, Items):
        return [as_value(item) for item in node.items]
    assert isinstance(node, Table)
    return {key: as_value(value) for key, value in node.entries.items()}


def _scalar(node: Scalar) -> Any:
    text = node.text
    if not node.plain:
        return text
    if node.is_nothing:
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) <= LONGEST_NUMBER:
        if WHOLE.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text):
            return float(text)
    return text


def scalars(node: Node) -> Iterator[Scalar]:
    """Every text in it, keys aside."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Items):
        for item in node.items:
            yield from scalars(item)
    elif isinstance(node, Table):
        for value in node.entries.values():
            yield from scalars(value)


def kind_of(node: Node) -> str:
    """In words."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Table):
        return "a mapping"
    assert isinstance(node, Scalar)
    return "nothing" if node.is_nothing else "a text"
