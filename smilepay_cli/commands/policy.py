"""`smilepay policy`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import floor_names
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(
        commands,
        "policy",
        help="The named policies, their numbers and where each comes from.",
        examples=("smilepay policy", "smilepay policy --policy kiosk.toml"),
    )
    def policy(call: Call) -> Result:
        """The named policies, their numbers and where each comes from; --policy FILE adds that file's."""
        from smilepay_cli.verbs.policy import policies

        return policies(call.till)

    @command(
        policy,
        "floor",
        path="policy floor",
        examples=("smilepay policy floor standard", "smilepay policy floor none"),
    )
    def floor(
        call: Call,
        name: Annotated[
            str,
            typer.Argument(
                metavar="NAME", help="demo, standard, strict; none for no floor.", autocompletion=floor_names
            ),
        ],
    ) -> Result:
        """The least that this wallet accepts; anything weaker is refused (23)."""
        from smilepay_cli.verbs.policy import set_floor

        return set_floor(call.till, name)
