"""`doctor` for people: one line a thing by groups, and under it what to do."""

from __future__ import annotations

from textwrap import wrap

from smilepay_cli.render.flow import next_step
from smilepay_cli.render.paper import Paper
from smilepay_cli.verbs.doctor import DoctorResult
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import marked, tr

_MARKS = {"ok": ("✓ ", "bold green"), "note": ("! ", "bold yellow"), "problem": ("✗ ", "bold red")}
_TITLES = {
    "machine": marked("this machine"),
    "engine": marked("face engine"),
    "cameras": marked("cameras"),
    "terminal": marked("terminal"),
    "wallet": marked("wallet"),
}
_HINT = "    "


def show_findings(result: DoctorResult, paper: Paper) -> None:
    """The mark says it without colour too."""
    group = None
    for found in result.findings:
        if result.problems_only and found.state != "problem":
            continue
        if found.group != group:
            group = found.group
            paper.line((tr(_TITLES[group]), "bold"))
        _show(found, paper)
    if not result.exit and not result.problems_only:
        next_step(paper, "smilepay demo")


def _show(found: Finding, paper: Paper) -> None:
    """On a terminal, lines are broken between words and stay below the mark's text."""
    first, *others = _broken(tr("{what}: {told}", what=tr(found.what), told=found.told), paper, _HINT)
    paper.line("  ", _MARKS[found.state], first)
    for line in others:
        paper.line(f"{_HINT}{line}")
    for line in _broken(found.hint, paper, _HINT) if found.hint else ():
        paper.line((f"{_HINT}{line}", "dim"))


def _broken(text: str, paper: Paper, indent: str) -> list[str]:
    if paper.columns is None:
        return [text]
    width = max(20, paper.columns - len(indent))
    return wrap(text, width, break_on_hyphens=False, break_long_words=False) or [""]
