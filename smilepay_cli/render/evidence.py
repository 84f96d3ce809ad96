"""What proves the trail, for people: verified, signed, exported, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.text import events, transactions
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.checkpoint import CheckpointResult
    from smilepay_cli.verbs.export import ExportResult
    from smilepay_cli.verbs.report import ReportResult
    from smilepay_cli.verbs.verify import VerifyResult


def show_verified(result: VerifyResult, paper: Paper) -> None:
    """All of it holds."""
    ok(
        paper,
        tr(
            "{events} and {transactions} are as written",
            events=events(result.count),
            transactions=transactions(result.transactions),
        ),
    )
    for checkpoint in result.checkpoints:
        ok(
            paper,
            tr("the checkpoint of {at} holds: event {seq} and all before it", at=checkpoint.at, seq=checkpoint.seq),
        )
    paper.line((tr("  head {head}", head=result.head), "dim"))
    if not result.checkpoints:
        next_step(paper, tr("keep a head elsewhere, it shows a trail cut or made anew: smilepay audit checkpoint"))


def show_checkpoint(result: CheckpointResult, paper: Paper) -> None:
    """Where it is, and what only people can do about it."""
    whole = result.checkpoint
    ok(
        paper,
        tr(
            "signed: event {seq} and all before it, {transactions}",
            seq=whole.seq,
            transactions=transactions(whole.transactions),
        ),
    )
    paper.line(f"  {result.file}")
    paper.line(("  " + tr("key") + "  ", "dim"), (result.fingerprint, "bold"))
    if result.new_key:
        paper.line(
            (tr("  this key is new: write the fingerprint down where this wallet's owner cannot reach"), "yellow")
        )
    paper.line((tr("  keep the file elsewhere too; with both, nobody can bend what is signed unseen"), "dim"))
    next_step(paper, "smilepay audit verify --checkpoint FILE --key FINGERPRINT")


def show_export(result: ExportResult, paper: Paper) -> None:
    """What was written; on standard output the export is all there is."""
    if result.file is None:
        return
    what = transactions(result.rows) if result.format == "beancount" else events(result.rows)
    ok(paper, tr("{what} in {file}", what=what, file=result.file))
    next_step(paper, result.check)


def show_report(result: ReportResult, paper: Paper) -> None:
    """Where it is; on standard output the page is all there is."""
    if result.file is None:
        return
    ok(paper, tr("{what} in {file}", what=events(result.events_told), file=result.file))
    if result.broken:
        paper.line((tr("✗ the trail is not what was written: {broken}", broken=result.broken), "bold red"))
    next_step(paper, tr("open it in a browser, or print it"))
