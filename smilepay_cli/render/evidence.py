"""What proves the trail, for people: verified, signed, exported, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.text import plural

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.checkpoint import CheckpointResult
    from smilepay_cli.verbs.export import ExportResult
    from smilepay_cli.verbs.report import ReportResult
    from smilepay_cli.verbs.verify import VerifyResult


def show_verified(result: VerifyResult, paper: Paper) -> None:
    """All of it holds."""
    ok(paper, f"{plural(result.count, 'event')} and {plural(result.transactions, 'transaction')} are as written")
    for checkpoint in result.checkpoints:
        ok(paper, f"the checkpoint of {checkpoint.at} holds: event {checkpoint.seq} and all before it")
    paper.line((f"  head {result.head}", "dim"))
    if not result.checkpoints:
        next_step(paper, "keep a head elsewhere, it shows a trail cut or made anew: smilepay audit checkpoint")


def show_checkpoint(result: CheckpointResult, paper: Paper) -> None:
    """Where it is, and what only people can do about it."""
    whole = result.checkpoint
    ok(paper, f"signed: event {whole.seq} and all before it, {plural(whole.transactions, 'transaction')}")
    paper.line(f"  {result.file}")
    paper.line(("  key  ", "dim"), (result.fingerprint, "bold"))
    if result.new_key:
        paper.line(("  this key is new: write the fingerprint down where this wallet's owner cannot reach", "yellow"))
    paper.line(("  keep the file elsewhere too; with both, nobody can bend what is signed unseen", "dim"))
    next_step(paper, "smilepay audit verify --checkpoint FILE --key FINGERPRINT")


def show_export(result: ExportResult, paper: Paper) -> None:
    """What was written; on standard output the export is all there is."""
    if result.file is None:
        return
    what = plural(result.rows, "transaction") if result.format == "beancount" else plural(result.rows, "event")
    ok(paper, f"{what} in {result.file}")
    next_step(paper, result.check)


def show_report(result: ReportResult, paper: Paper) -> None:
    """Where it is; on standard output the page is all there is."""
    if result.file is None:
        return
    ok(paper, f"{plural(result.events_told, 'event')} in {result.file}")
    if result.broken:
        paper.line((f"✗ the trail is not what was written: {result.broken}", "bold red"))
    next_step(paper, "open it in a browser, or print it")
