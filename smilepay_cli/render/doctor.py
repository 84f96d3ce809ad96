"""`doctor` for people: one line a thing, and under it what to do."""

from __future__ import annotations

from smilepay_cli.render.flow import next_step
from smilepay_cli.render.paper import Paper
from smilepay_cli.verbs.doctor import DoctorResult

_MARKS = {"ok": ("✓ ", "bold green"), "note": ("! ", "bold yellow"), "problem": ("✗ ", "bold red")}


def show_findings(result: DoctorResult, paper: Paper) -> None:
    """The mark says it without colour too."""
    for found in result.findings:
        paper.line(_MARKS[found.state], f"{found.what}: {found.told}")
        if found.hint:
            paper.line((f"  {found.hint}", "dim"))
    if not result.exit:
        next_step(paper, "smilepay demo")
