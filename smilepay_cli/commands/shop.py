"""`smilepay shop`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "shop", sample=True)
    def shop(
        call: Call,
        picks: Annotated[
            list[str] | None, typer.Argument(metavar="ITEM[=QTY]", help="What to buy; nothing: the catalogue.")
        ] = None,
        account: Annotated[str | None, typer.Option(metavar="NAME", help="Say who you are (1:1).")] = None,
    ) -> Result:
        """See what is on sale, or pick things, be recognised and open an order."""
        if picks:
            from smilepay_cli.verbs.shop import shop

            return shop(call.till, picks, call.source, account=account)
        if call.sample.given:
            raise UsageProblem("a face, but nothing picked", hint="name what to buy: smilepay shop ITEM --image FILE")
        from smilepay_cli.verbs.catalogue import browse

        return browse(call.till)
