"""From the bytes of a file to its documents, one after the other: YAML by its events, with a line for everything.

Bounded in every way that a hostile file could choose: bytes, depth, and values once all aliases are written out. A
document is let go of before the next one is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Scalar, Table
from smilepay_cli.rules.sets.problems import Wrong, shown

LARGEST_FILE = 32 * 1024 * 1024
DEEPEST = 32
MOST_VALUES = 20_000
"""Of one document. The largest scenario that somebody reads has a few hundred."""
_TEXT = "tag:yaml.org,2002:str"


class Unreadable(Exception):
    """The file, or the rest of it, cannot be read: where, and why."""

    def __init__(self, line: int, wrong: Wrong) -> None:
        super().__init__(f"{line}: {wrong}")
        self.line = line
        self.wrong = wrong


def documents(content: bytes) -> Iterator[Node]:
    """The documents of a stream that are not empty, in order.

    Raises Unreadable at the first thing that is no YAML, and for what is larger or deeper than anybody writes.
    """
    text = _text(content)
    import yaml

    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        yield from _Builder().documents(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        raise _unparsed(error, text) from None
    except yaml.YAMLError as error:
        raise _unprintable(error, text) from None


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise Unreadable(1, Wrong(f"more than {LARGEST_FILE // 2**20} MiB", "scenarios may be in several files"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, Wrong("this is not UTF-8 text", "save the file as UTF-8")) from None


class _Builder:
    """Builds nodes from events; knows nothing of types."""

    def documents(self, events: Iterator[Any]) -> Iterator[Node]:
        """One node a document."""
        self.events = events
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                self.anchors: dict[str, Node | None] = {}
                node = self.node(next(events), 0)
                if not (isinstance(node, Scalar) and node.is_nothing):
                    yield node

    def node(self, event: Any, depth: int) -> Node:
        """The node that begins with an event."""
        line = event.start_mark.line + 1
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self.alias(event.anchor, line)
        if depth > DEEPEST:
            raise Unreadable(line, Wrong(f"nested deeper than {DEEPEST} levels", "no scenario needs that"))
        _require_no_tag(event, line)
        if event.anchor:
            self.anchors[event.anchor] = None  # not there before it is whole: it cannot hold itself
        if kind == "ScalarEvent":
            node: Node = Scalar(line, event.value, plain=not event.style and event.tag is None)
        elif kind == "SequenceStartEvent":
            node = self.items(line, depth)
        else:
            node = self.table(line, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def alias(self, name: str, line: int) -> Node:
        """What an anchor stands for."""
        if name not in self.anchors:
            known = list(self.anchors)
            raise Unreadable(line, Wrong(f"no anchor {shown(name)} before this", "", word=name, known=known))
        node = self.anchors[name]
        if node is None:
            raise Unreadable(line, Wrong(f"the anchor {shown(name)} would hold itself", "write it out"))
        return node

    def grown(self, node: Node, by: Node, line: int) -> None:
        """Count what was put into a node."""
        node.size += by.size
        if node.size > MOST_VALUES:
            raise Unreadable(
                line,
                Wrong(f"more than {MOST_VALUES:,} values, with every alias written out", "split it into scenarios"),
            )

    def items(self, line: int, depth: int) -> Items:
        """A list, up to its end."""
        node = Items(line)
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            item = self.node(event, depth + 1)
            node.items.append(item)
            self.grown(node, item, event.start_mark.line + 1)
        return node

    def table(self, line: int, depth: int) -> Table:
        """A mapping, up to its end."""
        node = Table(line)
        merged: list[tuple[Node, int]] = []
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            key = self.node(event, depth + 1)
            at = event.start_mark.line + 1
            if not isinstance(key, Scalar):
                raise Unreadable(at, Wrong(f"{_kind(key)} as a key", "keys are texts"))
            value = self.node(next(self.events), depth + 1)
            self.grown(node, value, at)
            if key.text == "<<" and key.plain:
                merged.append((value, at))
                continue
            if key.text in node.entries:
                first = node.line_of(key.text)
                raise Unreadable(
                    at, Wrong(f"the key {shown(key.text)} is there twice", f"the first is in line {first}")
                )
            node.put(Scalar(at, key.text, plain=key.plain), value)
        for value, at in merged:
            _merge(node, value, at)
        return node


def _merge(node: Table, value: Node, line: int) -> None:
    """`<<: *other`: what is not said here is as there."""
    for other in value.items if isinstance(value, Items) else [value]:
        if not isinstance(other, Table):
            raise Unreadable(line, Wrong("<< takes a mapping", "for example <<: *usual"))
        for key, entry in other.entries.items():
            if key not in node.entries:
                node.put(other.keys[key], entry)


def _require_no_tag(event: Any, line: int) -> None:
    if event.tag is not None and event.tag not in (_TEXT, "!"):
        raise Unreadable(line, Wrong(f"the tag {shown(event.tag)}", "values have no tags here; quote what is a text"))


def _kind(node: Node) -> str:
    return "a list" if isinstance(node, Items) else "a mapping"


def _unparsed(error: Any, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in (error.context or "") and "end of" in (error.problem or ""):
        mark = error.context_mark or mark  # where the quote begins
    line = mark.line + 1 if mark else 1
    problem = error.problem or "it cannot be read"
    written = _line(text, line)
    before = written[: len(written) - len(written.lstrip())]
    if "\t" in before or (mark and written[mark.column : mark.column + 1] == "\t"):
        return Unreadable(line, Wrong("a tab", "YAML indents with blanks only"))
    if "mapping values are not allowed" in problem:
        return Unreadable(
            line, Wrong("a colon where none can be", "put the text in quotes, or look at its indentation")
        )
    if "cannot start any token" in problem and mark:
        letter = written[mark.column : mark.column + 1]
        return Unreadable(line, Wrong(f"a text that begins with {shown(letter)}", "put it in quotes"))
    told = ", ".join(part for part in (error.context, problem) if part)
    return Unreadable(line, Wrong(f"this is not YAML: {told}", "look at the indentation and quotes around it"))


def _unprintable(error: Any, text: str) -> Unreadable:
    """A character that YAML does not take."""
    position = getattr(error, "position", None)
    if not isinstance(position, int) or not text:
        return Unreadable(1, Wrong(f"this is not YAML: {' '.join(str(error).split())[:200]}", "is it the right file?"))
    # libyaml counts bytes
    line = text.encode()[:position].count(b"\n") + 1
    return Unreadable(line, Wrong("a character that no text has", "is it the right file?"))


def _line(text: str, number: int) -> str:
    """A line of a text, by its number."""
    begin = 0
    for _ in range(number - 1):
        begin = text.find("\n", begin) + 1
        if not begin:
            return ""
    end = text.find("\n", begin)
    return text[begin : end if end >= 0 else len(text)]
