"""Manifests: CSV (RFC 4180, with a header) and JSON Lines, to trials and everything that is wrong with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from smilepay_cli.rules.sets.columns import COLUMNS, LONGEST_NUMBER, NEEDED, from_cell
from smilepay_cli.rules.sets.lines import text_lines
from smilepay_cli.rules.sets.problems import Wrong, nearest, shown
from smilepay_cli.rules.sets.rows import Look, Reading, Rows, nothing_to_look_at

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_OPEN_QUOTE = Wrong("a quote opens and never closes", 'close it; inside of quotes write " twice')


def read_csv(pieces: Iterable[bytes], name: str, place: str, look: Look = nothing_to_look_at) -> Reading:
    """`pieces` as lines.text_lines has them, `name` for messages, `place` for `Trial.where`."""
    rows = Rows(name, place, look)
    records = _records(rows, text_lines(pieces, name, rows.problems))
    line, names = next(records, (0, []))
    if not names:
        return _or_empty(rows)
    columns = _header(rows, line, names)
    if not any(columns):
        return rows.reading
    needed = [column for column in NEEDED if column in columns]
    last = line
    for last, cells in records:
        if len(cells) != len(columns):
            what = f"{len(cells)} cells where the header has {len(columns)}"
            rows.wrong(last, Wrong(what, "put texts with commas into quotes"))
            continue
        pairs = zip(columns, cells, strict=True)
        rows.add(last, [(column, from_cell(column, cell)) for column, cell in pairs if column and cell], needed)
    if last == line and not rows.problems.count:
        rows.wrong(line, Wrong("the file is a header without rows", "write a row for each trial"))
    return rows.reading


def _records(rows: Rows, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows of cells, each with the number of the line that it begins in; empty ones are passed over."""
    reader = csv.reader(lines, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            wrong = _wrong_csv(str(error), is_long=reader.line_num > line)
            rows.wrong(line, wrong)
            if wrong is _OPEN_QUOTE:
                return  # what comes after is inside of it
            continue
        if cells is None:
            return
        if any(cells):
            yield line, cells


def _wrong_csv(error: str, *, is_long: bool) -> Wrong:
    """What the csv module means. A row that goes on over lines until it is too long, or to the end, is a quote's."""
    if is_long or "unexpected end" in error:
        return _OPEN_QUOTE
    if "expected after" in error:
        return Wrong("the row goes on after a closing quote", 'inside of quotes write " twice')
    if "new-line character" in error:
        return Wrong("the row holds a carriage return outside of quotes", "end lines with LF or CRLF")
    return Wrong(f"this is not a row: {error}", "write it as RFC 4180 has it")


def _header(rows: Rows, line: int, names: Sequence[str]) -> list[str | None]:
    """The columns in their order; None in place of those that are not read."""
    columns: list[str | None] = []
    names = [name.strip() for name in names]
    if not any(name in COLUMNS for name in names):
        rows.wrong(line, _no_header(names))
        return []
    for name in names:
        known = name in COLUMNS
        if not known:
            todo = f"columns: {', '.join(COLUMNS)}"
            rows.wrong(line, Wrong(f"there is no column {shown(name)}", todo, word=name, known=COLUMNS))
        elif name in columns:
            rows.wrong(line, Wrong(f"the column {name} is there twice", "leave one out"))
        columns.append(name if known and name not in columns else None)
    if missing := [column for column in NEEDED if column not in columns]:
        rows.wrong(line, Wrong(f"the header lacks {' and '.join(missing)}", "every set needs them"))
    return columns


def _no_header(names: Sequence[str]) -> Wrong:
    """Why a first line names no column."""
    for separator, word in _SEPARATORS.items():
        if len(names) == 1 and any(part.strip() in COLUMNS for part in names[0].split(separator)):
            return Wrong(f"columns are separated by {word}", "separate them by commas")
    if close := next((question for name in names if (question := nearest(name, COLUMNS))), None):
        return Wrong(f"the header names no column, {shown(names[0])} is the first", close)
    return Wrong("this is not a header", "write the names of the columns there, such as id,path,kind,subject")


def read_jsonl(pieces: Iterable[bytes], name: str, place: str, look: Look = nothing_to_look_at) -> Reading:
    """As read_csv; one JSON object a line."""
    rows = Rows(name, place, look)
    number = 0
    for number, line in enumerate(text_lines(pieces, name, rows.problems), start=1):
        if line.isspace() or not line:
            continue
        try:
            pairs = _pairs(line)
        except Wrong as wrong:
            rows.wrong(number, wrong)
        else:
            rows.add(number, _known(rows, number, pairs))
    return _or_empty(rows)


def _or_empty(rows: Rows) -> Reading:
    if not rows.reading.trials and not rows.problems.count:
        rows.wrong(1, Wrong("the file is empty", "write a row for each trial"))
    return rows.reading


def _known(rows: Rows, number: int, pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Columns that there are, each once and with a value."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key not in COLUMNS:
            wrong = Wrong(f"there is no key {shown(key)}", f"keys: {', '.join(COLUMNS)}", word=key, known=COLUMNS)
            rows.wrong(number, wrong)
        elif key in found:
            rows.wrong(number, Wrong(f"the key {key} is there twice", "leave one out"))
        else:
            found[key] = value
    return [(key, value) for key, value in found.items() if value not in ("", None)]


class _Object:
    """Keys and values as they stand there, so that none hides another."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def _pairs(line: str) -> list[tuple[str, Any]]:
    """Raises Wrong for what is no JSON, and for JSON that is no object."""
    try:
        value = _DECODER.decode(line.strip())
    except RecursionError:
        raise Wrong("the row is nested too deeply", "a row is one flat object") from None
    except json.JSONDecodeError as error:
        what = f"this is not JSON: {_lower(error.msg)} at character {error.pos + 1}"
        raise Wrong(what, "write one object a line") from None
    if not isinstance(value, _Object):
        raise Wrong(
            f"the row is {shown(value)}, not a JSON object", 'write one object a line, {"path": ..., "kind": ...}'
        )
    return value.pairs


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _whole(digits: str) -> int:
    return int(digits[:LONGEST_NUMBER])


def _constant(word: str) -> Any:
    raise Wrong(f"{word} is no JSON", "leave out what is not known")


_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_int=_whole, parse_constant=_constant)
READERS: Mapping[str, Callable[[Iterable[bytes], str, str, Look], Reading]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
"""What reads a manifest, by the file's suffix."""
