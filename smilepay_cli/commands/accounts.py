"""`smilepay accounts`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import people_names
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

Name = Annotated[str, typer.Argument(metavar="NAME", help="An enrolled person.", autocompletion=people_names)]


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(
        commands,
        "accounts",
        help="The people of a wallet. Alone: who is enrolled.",
        examples=("smilepay accounts", "smilepay accounts --json"),
    )
    def accounts(call: Call) -> Result:
        """The people of a wallet. Alone: who is enrolled."""
        from smilepay_cli.verbs.accounts import listed

        return listed(call.till)

    @command(
        accounts, "list", path="accounts list", examples=("smilepay accounts list", "smilepay accounts list --json")
    )
    def list_(call: Call) -> Result:
        """Who is enrolled."""
        from smilepay_cli.verbs.accounts import listed

        return listed(call.till)

    @command(
        accounts,
        "show",
        path="accounts show",
        examples=("smilepay accounts show lin", "smilepay accounts show lin --json"),
    )
    def show(call: Call, name: Name) -> Result:
        """One person, with the order they could pay."""
        from smilepay_cli.verbs.accounts import show

        return show(call.till, name)

    @command(
        accounts,
        "lookalikes",
        path="accounts lookalikes",
        examples=("smilepay accounts lookalikes", "smilepay accounts lookalikes --policy strict"),
    )
    def lookalikes(call: Call) -> Result:
        """Pairs of people whom the policy could not keep apart."""
        from smilepay_cli.verbs.accounts import lookalikes

        return lookalikes(call.till)

    @command(
        accounts,
        "pin",
        path="accounts pin",
        examples=("smilepay accounts pin lin --pin - < pin.txt", "smilepay accounts pin lin --remove"),
    )
    def pin(
        call: Call,
        name: Name,
        pin: Annotated[
            str, typer.Option("--pin", metavar="PIN", help="The new PIN; - asks for it, or reads it from input.")
        ] = "-",
        remove: Annotated[bool, typer.Option("--remove", help="Take the PIN away.")] = False,
    ) -> Result:
        """Set or remove a person's PIN."""
        from smilepay_cli.verbs.accounts import set_pin

        if remove and pin != "-":
            raise UsageProblem(tr("--pin and --remove exclude each other"))
        return set_pin(call.till, name, None if remove else call.secret(pin, f"New PIN for {name}"))

    @command(
        accounts,
        "unlock",
        path="accounts unlock",
        examples=("smilepay accounts unlock", "smilepay accounts unlock lin --terminal kiosk-2"),
    )
    def unlock(
        call: Call,
        name: Annotated[
            str | None,
            typer.Argument(metavar="NAME", help="A person whose claims were refused.", autocompletion=people_names),
        ] = None,
    ) -> Result:
        """Lift the lock of this terminal, and of an account."""
        from smilepay_cli.verbs.accounts import unlock

        return unlock(call.till, name)

    @command(
        accounts,
        "forget",
        path="accounts forget",
        examples=("smilepay accounts forget otto", "smilepay accounts forget otto --json"),
    )
    def forget(call: Call, name: Name) -> Result:
        """Destroy a person's name, key, PIN and references; pay out what is left. The books stay."""
        from smilepay_cli.verbs.accounts import forget

        result = forget(call.till, name)
        _forget_what_was_measured(call)
        return result


def _forget_what_was_measured(call: Call) -> None:
    """Replays keep what they measured on pictures, and nobody can tell whose; it can all be measured again."""
    from smilepay_cli.adapters.memory_file import forget_memory
    from smilepay_cli.commands.remembering import cache_folder

    folder = cache_folder(call, None)
    try:
        forget_memory(folder)
    except OSError as error:
        call.warnings.append(
            tr(
                "what replays measured on pictures could not be removed: {folder}: {detail}",
                folder=folder,
                detail=error.strerror,
            )
        )
