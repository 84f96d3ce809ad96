"""`smilepay enroll NAME`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import people_names
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the command."""

    @command(
        commands,
        "enroll",
        sample=True,
        examples=(
            "smilepay enroll ana --image me.jpg --deposit 100",
            "smilepay enroll ana --image me.jpg --image me-too.jpg --pin - < pin.txt",
        ),
    )
    def enroll(
        call: Call,
        name: Annotated[str, typer.Argument(help="What to call the account.", autocompletion=people_names)],
        deposit: Annotated[str | None, typer.Option(metavar="AMOUNT", help="Put money on the account too.")] = None,
        pin: Annotated[
            str | None,
            typer.Option(
                metavar="PIN", help="Set a PIN, or say the one that is set; - asks for it, or reads it from input."
            ),
        ] = None,
    ) -> Result:
        """Enrol a face under a name: one reference for each good frame."""
        from smilepay_cli.verbs.enroll import enroll

        secret = call.secret(pin, f"PIN for {name}")
        return enroll(call.till, name, call.source, deposit=deposit, pin=secret, ask_pin=call.asker(f"PIN for {name}"))
