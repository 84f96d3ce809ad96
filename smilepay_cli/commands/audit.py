"""`smilepay audit`"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import account_names, events, payment_events, reasons
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.events import Checkpoint

Limit = Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many, newest first.")]
Account = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only events of this account.", autocompletion=account_names)
]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="From then on: 2015-03-15, today, 12h, 1d (ago).")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Until then; a day counts whole.")]
Why = Annotated[
    str | None,
    typer.Option("--reason", metavar="REASON", help="Only what was refused for this.", autocompletion=reasons),
]
What = Annotated[str | None, typer.Option("--command", metavar="COMMAND", help="Only this: pay, wallet.refund, ...")]
Least = Annotated[str | None, typer.Option(metavar="AMOUNT", help="Only of this amount or more.")]
Most = Annotated[str | None, typer.Option(metavar="AMOUNT", help="Only of this amount or less.")]
Out = Annotated[str | None, typer.Option(metavar="FILE", help="A new file; nothing is written over.")]


class Ended(StrEnum):
    """How an attempt ended: refused is all that was not done; failed, of those, what no rule refused."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Form(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"
    BEANCOUNT = "beancount"


Outcome = Annotated[Ended | None, typer.Option(help="Only what ended so; failed: refused by a fault, not by a rule.")]


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(
        commands,
        "audit",
        sample=True,
        help="What happened: every attempt, in a chain that shows any change.",
        examples=("smilepay audit --limit 5", "smilepay audit --image lin.jpg"),
    )
    def audit(
        call: Call,
        limit: Limit = 20,
        account: Account = None,
        outcome: Outcome = None,
        reason: Why = None,
        what: What = None,
        since: Since = None,
        until: Until = None,
        min_amount: Least = None,
        max_amount: Most = None,
    ) -> Result:
        """What happened: every attempt, in a chain that shows any change.

        Alone it lists the newest events; with a sample, those of the person shown.
        """
        return _listed(call, limit, account, outcome, reason, what, since, until, min_amount, max_amount)

    @command(
        audit,
        "list",
        path="audit list",
        sample=True,
        examples=(
            "smilepay audit list --account lin --since 1d",
            "smilepay audit list --outcome refused --reason no_match",
        ),
    )
    def list_(
        call: Call,
        limit: Limit = 20,
        account: Account = None,
        outcome: Outcome = None,
        reason: Why = None,
        what: What = None,
        since: Since = None,
        until: Until = None,
        min_amount: Least = None,
        max_amount: Most = None,
    ) -> Result:
        """The newest events; with a sample, those of the person shown."""
        return _listed(call, limit, account, outcome, reason, what, since, until, min_amount, max_amount)

    @command(
        audit,
        "show",
        path="audit show",
        examples=("smilepay audit show", "smilepay audit show evt_0004 --json"),
    )
    def show(
        call: Call,
        event: Annotated[
            str | None,
            typer.Argument(metavar="ID", help="An event's id or number; default: the newest.", autocompletion=events),
        ] = None,
    ) -> Result:
        """One event, with every check that ran and its figures."""
        from smilepay_cli.verbs.audit import show

        return show(call.till, event)

    _register_evidence(audit)


def _register_evidence(audit: Commands) -> None:
    @command(
        audit,
        "verify",
        path="audit verify",
        examples=("smilepay audit verify", "smilepay audit verify --checkpoint checkpoint.json"),
    )
    def verify(
        call: Call,
        checkpoint: Annotated[
            list[str] | None,
            typer.Option(metavar="FILE", help="A checkpoint that the chain must still hold; repeatable."),
        ] = None,
        key: Annotated[
            str | None,
            typer.Option(metavar="FINGERPRINT", help="Of the key that must have signed it, as you wrote it down."),
        ] = None,
    ) -> Result:
        """Recompute everything: chain, ledger, balances, checkpoints; exit 31 names the first thing wrong."""
        from smilepay_cli.adapters.signing import signature_holds
        from smilepay_cli.verbs.verify import verify

        checkpoints, fingerprint = _given(checkpoint or [], key)
        progress = call.progress("Recomputing the chain: event")
        return verify(call.till, checkpoints, key=fingerprint, is_signed=signature_holds, progress=progress)

    @command(
        audit,
        "checkpoint",
        path="audit checkpoint",
        examples=("smilepay audit checkpoint", "smilepay audit checkpoint --out today.json"),
    )
    def checkpoint(
        call: Call,
        out: Out = None,
        new_key: Annotated[bool, typer.Option("--new-key", help="Sign with another key from now on.")] = False,
    ) -> Result:
        """Sign the chain's newest event and put it in a file outside the wallet, to verify against later.

        Without --out the file goes into the home's folder `checkpoints`; keep a copy elsewhere.
        """
        from smilepay_cli.verbs.checkpoint import checkpoint

        progress = call.progress("Recomputing the chain: event")
        return checkpoint(call.till, call.signer, call.outbox, out, new_key=new_key, progress=progress)

    @command(
        audit,
        "export",
        path="audit export",
        plain=Plain.MADE,
        examples=(
            "smilepay audit export --out trail.jsonl",
            "smilepay audit export --format beancount --out books.beancount",
        ),
    )
    def export(
        call: Call,
        form: Annotated[Form, typer.Option("--format", help="What it is written as.")] = Form.JSONL,
        out: Annotated[str, typer.Option(metavar="FILE", help="A new file; - is standard output.")] = "-",
    ) -> Result:
        """The whole trail as JSON Lines or CSV, or the books as a beancount file."""
        from smilepay_cli.commands.sinks import sink
        from smilepay_cli.verbs.export import export

        return export(call.till, form, sink(call, out), call.progress("Writing the trail: event"))

    @command(
        audit,
        "report",
        path="audit report",
        plain=Plain.MADE,
        examples=("smilepay audit report", "smilepay audit report --names --out report.html"),
    )
    def report(
        call: Call,
        out: Annotated[str | None, typer.Option(metavar="FILE.html", help="A new file; - is standard output.")] = None,
        names: Annotated[bool, typer.Option("--names", help="People's names in place of opaque ids.")] = False,
    ) -> Result:
        """One HTML page: what happened, what was refused and why, the money, and whether the trail is whole.

        Without --out it goes into the home's folder `reports`.
        """
        from dataclasses import replace

        from smilepay_cli.commands.sinks import sink
        from smilepay_cli.render.report import page
        from smilepay_cli.verbs.report import FOLDER, report

        result = report(call.till, names=names, progress=call.progress("Reading the trail: event"))
        place = out or call.outbox.home_file(FOLDER, f"{result.head_seq:08d}-{result.made_at:%Y-%m-%dT%H%M%S-%f}.html")
        return replace(result, file=sink(call, place)([page(result).encode(errors="replace")]))

    _register_kept(audit)


def _register_kept(audit: Commands) -> None:
    """What becomes of the frames that a policy keeps."""

    @command(
        audit,
        "rescore",
        path="audit rescore",
        examples=("smilepay audit rescore evt_0004", "smilepay audit rescore evt_0004 --policy strict"),
    )
    def rescore(
        call: Call,
        event: Annotated[
            str,
            typer.Argument(metavar="ID", help="A payment's event, by its id or number.", autocompletion=payment_events),
        ],
    ) -> Result:
        """Judge a payment's face again, from its kept frames, with the engine and policy of now. No money moves."""
        from smilepay_cli.verbs.rescore import rescore

        return rescore(call.till, event)

    @command(audit, "prune", path="audit prune", examples=("smilepay audit prune", "smilepay audit prune --json"))
    def prune(call: Call) -> Result:
        """Remove the kept frames whose time is up, and empty the write-ahead log of what was deleted."""
        from smilepay_cli.verbs.audit import prune

        return prune(call.till)


def _listed(call: Call, limit: int, account: str | None, outcome: Ended | None, *asked: str | None) -> Result:
    from smilepay_cli.verbs.audit import Asked, listed, of_face

    wanted = Asked(outcome, *asked)
    if call.sample.given:
        if account is not None:
            raise UsageProblem(tr("--account and a sample exclude each other: a face sees its own events only"))
        return of_face(call.till, call.source, wanted, limit=limit)
    return listed(call.till, wanted, limit=limit, account=account)


def _given(files: list[str], key: str | None) -> tuple[dict[str, Checkpoint], str | None]:
    from smilepay_cli.adapters.outbox import read_small
    from smilepay_cli.rules.checkpoints import LONGEST, parse, typed_fingerprint

    if key is not None and not files:
        raise UsageProblem(
            tr("--key says who signed a checkpoint, and none was given"), hint=tr("add --checkpoint FILE")
        )
    fingerprint = typed_fingerprint(key) if key is not None else None
    return {name: parse(read_small(name, LONGEST), name) for name in files}, fingerprint
