"""Backups for people: what was copied where, and what is not in it."""

from __future__ import annotations

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.text import plural
from smilepay_cli.verbs.copies import BackupResult, RestoreResult


def show_backup(result: BackupResult, paper: Paper) -> None:
    """What is in it, and what has to be kept beside it."""
    copied = result.copied
    ok(paper, f"copied to {result.file}: {plural(copied.count, 'event')}, {plural(copied.size, 'byte')}")
    paper.line((f"  sha256 {copied.sha256}", "dim"))
    paper.line("  the master key is not in it: keep a copy of it elsewhere, or no face can pay from this backup")
    next_step(paper, f"smilepay wallet restore {result.file}")


def show_restored(result: RestoreResult, paper: Paper) -> None:
    """What is there now, and what is only in the wallet of before."""
    ok(paper, f"the wallet is that of {result.file}: {plural(result.copied.count, 'event')}, as written")
    if result.replaced:
        known = "" if result.replaced_count is None else f" with its {plural(result.replaced_count, 'event')}"
        paper.line(f"  the wallet of before{known} is kept: {result.replaced}")
    paper.line("  who was forgotten since the backup was made is in it again: forget them once more")
    next_step(paper, "smilepay audit verify")
