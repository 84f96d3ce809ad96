"""The words of a scenario that did not go as expected, the same in every report: at most a dozen lines."""

from __future__ import annotations

from textwrap import wrap

from smilepay_cli.harnesses.scenarios.played import XPASSED, Mismatch, Played
from smilepay_cli.render.replay.words import visible

MOST_LINES = 11
"""Under the scenario's name, which makes a dozen."""
WIDTH = 100
_MOST_MISMATCHES = 2
"""Told with both sides: what follows from the first says little, and event and reason are to fit too."""


def failure_lines(played: Played) -> list[str]:
    """Where it failed, what was expected, what came, and why the scenario is there."""
    failure = played.failure
    if failure is None or played.outcome == XPASSED:
        return [f"{visible(str(played.place))}: it passed, and xfail says: {visible(played.xfail or '', most=WIDTH)}"]
    lines = [f"{visible(str(failure.place))}: {visible(failure.step, most=WIDTH)}"]
    shown = failure.mismatches[:_MOST_MISMATCHES]
    room = 2 if len(shown) == 1 else 1
    for one in shown:
        lines += _difference(one, room)
    if (more := len(failure.mismatches) - len(shown)) > 0:
        lines.append(f"  and {more} more")
    if failure.event:
        lines.append(f"  event: {visible(failure.event)}" + (f", in {visible(played.home)}" if played.home else ""))
    if played.why:
        lines += [f"  why: {wrap(visible(played.why), WIDTH)[0]}"]
    return lines[:MOST_LINES]


def headline(played: Played) -> str:
    """One line, for annotations and attributes."""
    failure = played.failure
    if failure is None or played.outcome == XPASSED:
        return f"it passed, and xfail says: {visible(played.xfail or '')}"
    first = failure.mismatches[0]
    return visible(f"{failure.step}: {first.what}: expected {first.expected}, was {first.actual}", most=400)


def _difference(one: Mismatch, room: int) -> list[str]:
    return [
        f"  {visible(one.what, most=WIDTH)}",
        *_side("-", f"expected  {visible(one.expected)}", room),
        *_side("+", f"actual    {visible(one.actual)}", room),
    ]


def _side(sign: str, text: str, room: int) -> list[str]:
    lines = wrap(text, WIDTH, break_on_hyphens=False) or [text]
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1][: WIDTH - 3]}..."]
    return [f"    {sign if number == 0 else ' '} {line}" for number, line in enumerate(lines)]
