"""Backups for people: what was copied where, and what is not in it."""

from __future__ import annotations

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.text import events
from smilepay_cli.verbs.copies import BackupResult, RestoreResult
from smilepay_cli.vocabulary.language import tr, trn


def show_backup(result: BackupResult, paper: Paper) -> None:
    """What is in it, and what has to be kept beside it."""
    copied = result.copied
    ok(
        paper,
        tr(
            "copied to {file}: {events}, {size}",
            file=result.file,
            events=events(copied.count),
            size=trn(copied.size, "{count} byte", "{count} bytes"),
        ),
    )
    paper.line((tr("  sha256 {sha256}", sha256=copied.sha256), "dim"))
    paper.line(tr("  the master key is not in it: keep a copy of it elsewhere, or no face can pay from this backup"))
    next_step(paper, f"smilepay wallet restore {result.file}")


def show_restored(result: RestoreResult, paper: Paper) -> None:
    """What is there now, and what is only in the wallet of before."""
    ok(
        paper,
        tr(
            "the wallet is that of {file}: {events}, as written",
            file=result.file,
            events=events(result.copied.count),
        ),
    )
    if result.replaced:
        kept = tr("  the wallet of before is kept: {file}", file=result.replaced)
        if result.replaced_count is not None:
            kept = trn(
                result.replaced_count,
                "  the wallet of before with its {count} event is kept: {file}",
                "  the wallet of before with its {count} events is kept: {file}",
                file=result.replaced,
            )
        paper.line(kept)
    paper.line(tr("  who was forgotten since the backup was made is in it again: forget them once more"))
    next_step(paper, "smilepay audit verify")
