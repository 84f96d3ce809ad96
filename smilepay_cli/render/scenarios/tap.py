"""TAP, version 14: one line for each scenario, and a block of YAML under what failed.

Names are escaped as in a replay's TAP (render/replay/tap.py): no `#` of a name is written, since it begins a directive.
`xfail` is a TODO, which may fail; one that passes is a failure, and so no TODO.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from smilepay_cli.harnesses.scenarios.played import XFAILED, Played, RunResult
from smilepay_cli.render.replay.words import visible
from smilepay_cli.render.scenarios.words import failure_lines, headline


def tap(result: RunResult) -> Iterator[bytes]:
    """The file, in pieces."""
    yield f"TAP version 14\n1..{len(result.scenarios)}\n".encode()
    for number, one in enumerate(result.scenarios, 1):
        yield _case(number, one).encode()


def _case(number: int, one: Played) -> str:
    name = _plain(f"{one.place.file}: {one.name}")
    if one.outcome == XFAILED:
        return f"not ok {number} - {name} # TODO {_plain(one.xfail)}\n"
    if one.is_good:
        return f"ok {number} - {name}\n"
    failure = one.failure
    place = failure.place if failure else one.place
    entries = {
        "message": headline(one),
        "at": {"file": visible(place.file), "line": place.line},
        "detail": failure_lines(one),
        **({"event": failure.event} if failure and failure.event else {}),
    }
    lines = "".join(f"  {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in entries.items())
    return f"not ok {number} - {name}\n  ---\n{lines}  ...\n"


def _plain(text: object) -> str:
    return visible(text, also="#").replace("\\", "\\\\")
