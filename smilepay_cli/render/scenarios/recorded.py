"""What a recording came to, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.paper import Paper
from smilepay_cli.render.replay.words import visible
from smilepay_cli.render.scenarios.words import failure_lines
from smilepay_cli.render.text import plural

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.recording import RecordResult


def show_recorded(result: RecordResult, paper: Paper) -> None:
    """The file, and whether it passes."""
    if result.refusal:
        paper.line(("✗ ", "bold red"), f"{visible(result.refusal.message)}")
        for line in failure_lines(result.played):
            paper.line(f"  {line}")
    else:
        paper.line(("✓ ", "bold green"), f"{plural(result.steps, 'step')} in {visible(result.file)}; it passes")
    if result.left_out:
        paper.line((f"  {plural(result.left_out, 'line')} not recorded", "dim"))
    if result.hidden_pins:
        paper.line((f"  {plural(result.hidden_pins, 'PIN')} not written: others stand there", "dim"))
    paper.line((f"  next: smilepay run {visible(result.file)}", "dim"))
