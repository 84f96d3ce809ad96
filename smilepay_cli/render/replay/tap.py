r"""TAP, version 14: one line for each image and each gate, and a block of YAML under what failed.

Names are the danger here: a `#` begins a directive, and `# SKIP` in the name of a file would make a failure vanish in
readers of version 13, which know no escaping. So no `#` of a name is written at all (`\x23` stands for it), and a
backslash is doubled, as version 14 has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from smilepay_cli.render.replay.junit import is_skipped
from smilepay_cli.render.replay.words import Row, Summary, against_expectation, evidence, kind, visible
from smilepay_cli.render.replay.words import gate as gate_name


def tap(summary: Summary, rows: Callable[[], Iterable[Row]]) -> Iterator[bytes]:
    """The file, in pieces. `rows` is asked twice: the plan stands before the cases."""
    count = sum(1 for _ in rows())
    yield f"TAP version 14\n1..{count + len(summary['gates'])}\n".encode()
    for number, row in enumerate(rows(), 1):
        yield _case(number, row).encode()
    for number, gate in enumerate(summary["gates"], count + 1):
        line = _line(bool(gate["holds"]), number, f"gate: {gate_name(gate)}")
        yield (line + ("" if gate["holds"] else _block([("message", visible(gate["words"]))]))).encode()


def _case(number: int, row: Row) -> str:
    name = f"{kind(row)}: {row['id']}"
    if is_skipped(row):
        return _line(True, number, name, f" # SKIP {_plain(row.get('reason') or row.get('message') or 'unusable')}")
    failed = row["as_expected"] is False
    line = _line(not failed, number, name)
    return line + _block(
        [("message", against_expectation(row)), ("id", visible(row["id"])), *evidence(row)] if failed else []
    )


def _line(good: bool, number: int, name: str, directive: str = "") -> str:
    return f"{'ok' if good else 'not ok'} {number} - {_plain(name)}{directive}\n"


def _plain(text: object) -> str:
    return visible(text, also="#").replace("\\", "\\\\")


def _block(entries: list[tuple[str, str]]) -> str:
    """A YAML mapping of strings, each written as JSON, which is YAML; nothing where there is nothing to say."""
    if not entries:
        return ""
    lines = (f"  {name.replace(' ', '_')}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in entries)
    return "  ---\n" + "".join(lines) + "  ...\n"
