"""A run of scenarios for people: what failed and how, and one line of what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.harnesses.scenarios.played import ERROR, FAILED, PASSED, XFAILED, XPASSED, Played
from smilepay_cli.render.paper import WIDTH, Paper, Table
from smilepay_cli.render.replay.words import visible
from smilepay_cli.render.scenarios.words import failure_lines
from smilepay_cli.render.text import cut_in_the_middle, plural

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.played import ListResult, RunResult

MOST_FAILURES = 25
"""That are told one by one; the others are in the reports."""
_MOST_NAME = 72
_MOST_WHY = 60
_WORDS = {
    PASSED: "passed",
    FAILED: "failed",
    ERROR: "could not begin",
    XFAILED: "failed as expected",
    XPASSED: "passed against xfail",
}
_COLOURS = {"-": "red", "+": "green"}


def show_run(result: RunResult, paper: Paper) -> None:
    """Failures first, then the counts."""
    bad = [one for one in result.scenarios if not one.is_good]
    for one in bad[:MOST_FAILURES]:
        _show_failure(one, paper)
    if len(bad) > MOST_FAILURES:
        paper.line((f"  and {plural(len(bad) - MOST_FAILURES, 'more scenario')}", "dim"))
    for one in result.scenarios:
        if one.outcome == XFAILED:
            name, why = _fitting(one.name, _MOST_NAME, paper), _fitting(one.xfail, _MOST_WHY, paper)
            paper.line((f"  failed as expected: {name} ({why})", "dim"))
    counts = [f"{count:,} {_WORDS[outcome]}" for outcome, count in result.counts.items() if count]
    mark, colour = ("✗ ", "bold red") if bad else ("✓ ", "bold green")
    total = plural(len(result.scenarios), "scenario")
    paper.line((mark, colour), (f"{total}: {', '.join(counts)}", "bold"))
    left_out = f"; {result.left_out:,} not run" if result.left_out else ""
    paper.line((f"  {plural(result.steps, 'step')}, {result.seconds:.1f} s{left_out}", "dim"))
    for kind, path in result.files.items():
        paper.line((f"  wrote {kind} to {visible(path)}", "dim"))


def show_listed(result: ListResult, paper: Paper) -> None:
    """What would be run."""
    if result.checked:
        paper.line(
            ("✓ ", "bold green"),
            f"{plural(len(result.scenarios), 'scenario')} in {plural(result.files, 'file')},"
            f" {plural(result.steps, 'step')}; nothing was run",
        )
        return
    table = Table(is_wide=True)
    table.add_column("scenario")
    table.add_column("tags")
    table.add_column("steps", right=True, whole=True)
    table.add_column("file", whole=True)
    for one in result.scenarios:
        place = _fitting(f"{one.file}:{one.line}", (paper.columns or WIDTH) // 3, paper)
        table.add_row(visible(one.name), visible(" ".join(one.tags)), str(one.steps), place)
    paper.table(table)


def _fitting(text: object, most: int, paper: Paper) -> str:
    """Cut on a terminal, whole elsewhere."""
    shown = visible(text)
    return shown if paper.columns is None else cut_in_the_middle(shown, most)


def _show_failure(one: Played, paper: Paper) -> None:
    paper.line(("✗ ", "bold red"), (visible(one.name, most=_MOST_NAME), "bold"))
    for line in failure_lines(one):
        sign = line.strip()[:1]
        paper.line((f"  {line}", _COLOURS[sign]) if sign in _COLOURS and line.startswith("    ") else f"  {line}")
