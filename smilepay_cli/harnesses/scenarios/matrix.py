"""A matrix: the same scenario for every combination of some values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Scalar, Table, as_value, scalars
from smilepay_cli.harnesses.scenarios.options import Tell
from smilepay_cli.harnesses.scenarios.references import MATRIX, alone, as_text, replaced
from smilepay_cli.rules.sets.problems import Wrong, shown

EXCLUDE = "exclude"
MOST_COMBINATIONS = 1000


def combinations(scenario: Table, tell: Tell) -> Iterator[tuple[Mapping[str, Node], Table]]:
    """Each combination with the scenario that it makes; of no matrix, the scenario itself.

    A matrix that makes no sense has none; `tell` was told.
    """
    if MATRIX not in scenario.entries:
        yield {}, scenario
        return
    matrix, line = scenario.entries[MATRIX], scenario.line_of(MATRIX)
    if not isinstance(matrix, Table) or not set(matrix.entries) - {EXCLUDE}:
        tell(line, Wrong("matrix needs lists of values by name", "like matrix: {image: [lin/4.jpg, lin/6.jpg]}"))
        return
    lists = _lists(matrix, tell)
    left_out = _left_out(matrix, set(lists), tell)
    rest = Table(scenario.line)
    for key, value in scenario.entries.items():
        if key != MATRIX:
            rest.put(scenario.keys[key], value)
    _require_used(rest, matrix, lists, tell)
    if prod(map(len, lists.values())) > MOST_COMBINATIONS:
        tell(line, Wrong(f"matrix makes more than {MOST_COMBINATIONS:,} scenarios", "exclude counts after that"))
        return
    for values in product(*lists.values()) if all(lists.values()) else ():
        chosen = dict(zip(lists, values, strict=True))
        told = {name: as_value(node) for name, node in chosen.items()}
        if not any(one.items() <= told.items() for one in left_out):
            yield chosen, _filled(rest, chosen)


def title(combination: Mapping[str, Node]) -> str:
    """` [image=lin/4.jpg, policy=demo]`; empty where there is no matrix."""
    if not combination:
        return ""
    return f" [{', '.join(f'{name}={as_text(as_value(node))}' for name, node in combination.items())}]"


def _lists(matrix: Table, tell: Tell) -> dict[str, list[Node]]:
    lists: dict[str, list[Node]] = {}
    for name, node in matrix.entries.items():
        if name == EXCLUDE:
            continue
        if isinstance(node, Items) and node.items:
            lists[name] = node.items
        else:
            lists[name] = []
            tell(matrix.line_of(name), Wrong(f"matrix.{shown(name)[1:-1]} needs a list of values", "of one or more"))
    return lists


def _left_out(matrix: Table, names: set[str], tell: Tell) -> list[dict[str, object]]:
    node = matrix.entries.get(EXCLUDE)
    if node is None:
        return []
    if not isinstance(node, Items):
        tell(matrix.line_of(EXCLUDE), Wrong("matrix.exclude needs a list", "like [{image: lin/4.jpg, policy: demo}]"))
        return []
    found = []
    for item in node.items:
        if not isinstance(item, Table) or not item.entries or not set(item.entries) <= names:
            tell(item.line, Wrong("an entry of exclude has keys of the matrix", f"keys: {', '.join(sorted(names))}"))
        else:
            found.append(as_value(item))
    return found


def _require_used(rest: Table, matrix: Table, lists: Mapping[str, object], tell: Tell) -> None:
    used = {path.lstrip(".").partition(".")[0].partition("[")[0] for path in _paths(rest)}
    for name in lists:
        if name not in used:
            tell(
                matrix.line_of(name),
                Wrong(f"matrix.{name} is used nowhere", f"write ${{matrix.{name}}} where it belongs"),
            )


def _paths(node: Node) -> Iterator[str]:
    """What is asked of the matrix."""
    for text in scalars(node):
        if MATRIX not in text.text:
            continue
        found: list[str] = []

        def note(name: str, path: str, found: list[str] = found) -> None:
            if name == MATRIX:
                found.append(path)

        try:
            replaced(text.text, note)
        except Wrong:
            continue  # it is told where the step is read
        yield from found


def _filled(node: Node, chosen: Mapping[str, Node]) -> Table:
    filled = _with(node, chosen)
    assert isinstance(filled, Table)
    return filled


def _with(node: Node, chosen: Mapping[str, Node]) -> Node:
    """The node with every `${matrix.KEY}` in it replaced; what is nothing but that keeps the value's type."""
    if isinstance(node, Scalar):
        if MATRIX not in node.text:
            return node
        return _text_with(node, chosen)
    if isinstance(node, Items):
        items = Items(node.line)
        items.items = [_with(item, chosen) for item in node.items]
        return items
    assert isinstance(node, Table)
    table = Table(node.line)
    for key, value in node.entries.items():
        table.put(node.keys[key], _with(value, chosen))
    return table


def _text_with(node: Scalar, chosen: Mapping[str, Node]) -> Node:
    try:
        whole = alone(node.text)
        if whole and whole[0] == MATRIX and (value := chosen.get(whole[1].lstrip("."))) is not None:
            return _at(value, node.line)
        text = replaced(node.text, lambda name, path: _told(name, path, chosen))
    except Wrong:
        return node  # it is told where the step is read
    return node if text == node.text else Scalar(node.line, text, plain=node.plain)


def _told(name: str, path: str, chosen: Mapping[str, Node]) -> str | None:
    value = chosen.get(path.lstrip(".")) if name == MATRIX else None
    if isinstance(value, Scalar):
        return value.text
    return None if value is None else as_text(as_value(value))


def _at(value: Node, line: int) -> Node:
    """The value where it is used: what is wrong with it there is told there."""
    return Scalar(line, value.text, plain=value.plain) if isinstance(value, Scalar) else value
