"""`smilepay audit`"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result

Limit = Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many, newest first.")]
Account = Annotated[str | None, typer.Option(metavar="NAME", help="Only events of this account.")]


class Ended(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    REFUSED = "refused"


Outcome = Annotated[Ended | None, typer.Option(help="Only what ended so.")]


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(commands, "audit", sample=True, help="What happened: every attempt, in a chain that shows any change.")
    def audit(call: Call, limit: Limit = 20, account: Account = None, outcome: Outcome = None) -> Result:
        """What happened: every attempt, in a chain that shows any change.

        Alone it lists the newest events; with a sample, those of the person shown.
        """
        from smilepay_cli.verbs.audit import listed, of_face

        if call.sample.given:
            _require_one_way(account)
            return of_face(call.till, call.source, limit=limit, outcome=outcome)
        return listed(call.till, limit=limit, account=account, outcome=outcome)

    @command(audit, "list", path="audit list", sample=True)
    def list_(call: Call, limit: Limit = 20, account: Account = None, outcome: Outcome = None) -> Result:
        """The newest events; with a sample, those of the person shown."""
        from smilepay_cli.verbs.audit import listed, of_face

        if call.sample.given:
            _require_one_way(account)
            return of_face(call.till, call.source, limit=limit, outcome=outcome)
        return listed(call.till, limit=limit, account=account, outcome=outcome)

    @command(audit, "show", path="audit show")
    def show(
        call: Call,
        event: Annotated[
            str | None, typer.Argument(metavar="ID", help="An event's id or number; default: the newest.")
        ] = None,
    ) -> Result:
        """One event, with every check that ran and its figures."""
        from smilepay_cli.verbs.audit import show

        return show(call.till, event)

    @command(audit, "verify", path="audit verify")
    def verify(call: Call) -> Result:
        """Recompute the chain and hold the ledger against it; exit 31 names the first thing wrong."""
        from smilepay_cli.verbs.audit import verify

        return verify(call.till)

    _register_kept(audit)


def _register_kept(audit: Commands) -> None:
    """What becomes of the frames that a policy keeps."""

    @command(audit, "rescore", path="audit rescore")
    def rescore(
        call: Call,
        event: Annotated[str, typer.Argument(metavar="ID", help="A payment's event, by its id or number.")],
    ) -> Result:
        """Judge a payment's face again, from its kept frames, with the engine and policy of now. No money moves."""
        from smilepay_cli.verbs.rescore import rescore

        return rescore(call.till, event)

    @command(audit, "prune", path="audit prune")
    def prune(call: Call) -> Result:
        """Remove the kept frames whose time is up, and empty the write-ahead log of what was deleted."""
        from smilepay_cli.verbs.audit import prune

        return prune(call.till)


def _require_one_way(account: str | None) -> None:
    if account is not None:
        raise UsageProblem("--account and a sample exclude each other: a face sees its own events only")
