"""`smilepay wallet`"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import account_names, captured_payments, open_holds, people_names
from smilepay_cli.vocabulary.results import Result

Name = Annotated[str, typer.Argument(metavar="NAME", help="A customer or a merchant.", autocompletion=account_names)]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Like 3 or 3.50.")]
Authorized = Annotated[
    str, typer.Argument(metavar="PAYMENT", help="A payment's id: pay_...", autocompletion=open_holds)
]
Captured = Annotated[
    str, typer.Argument(metavar="PAYMENT", help="A payment's id: pay_...", autocompletion=captured_payments)
]
Part = Annotated[str | None, typer.Argument(metavar="AMOUNT", help="A part; default: all of it.")]


class KeyStoreName(StrEnum):
    """Where a master key is kept."""

    FILE = "file"
    KEYRING = "keyring"


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(
        commands,
        "wallet",
        help="Money: deposits, statements, what becomes of a payment. Alone: all balances.",
        examples=("smilepay wallet", "smilepay wallet --json"),
    )
    def wallet(call: Call) -> Result:
        """Money: deposits, statements, what becomes of a payment. Alone: all balances."""
        from smilepay_cli.verbs.wallet import balance

        return balance(call.till)

    @command(
        wallet,
        "balance",
        path="wallet balance",
        examples=("smilepay wallet balance", "smilepay wallet balance lin --json"),
    )
    def balance(
        call: Call,
        name: Annotated[
            str | None,
            typer.Argument(metavar="NAME", help="One account; default: all.", autocompletion=account_names),
        ] = None,
    ) -> Result:
        """What is on an account, or on all of them."""
        from smilepay_cli.verbs.wallet import balance

        return balance(call.till, name)

    @command(
        wallet,
        "deposit",
        path="wallet deposit",
        examples=("smilepay wallet deposit lin 50", "smilepay wallet deposit lin 12.50 --json"),
    )
    def deposit(call: Call, name: Name, amount: Amount) -> Result:
        """Put money on an account."""
        from smilepay_cli.verbs.cash import deposit

        return deposit(call.till, name, amount)

    @command(
        wallet,
        "withdraw",
        path="wallet withdraw",
        examples=("smilepay wallet withdraw lin 20", "smilepay wallet withdraw philately 19.50"),
    )
    def withdraw(call: Call, name: Name, amount: Amount) -> Result:
        """Take money off an account; for a merchant, a payout."""
        from smilepay_cli.verbs.cash import withdraw

        return withdraw(call.till, name, amount)

    @command(
        wallet,
        "statement",
        path="wallet statement",
        examples=("smilepay wallet statement lin", "smilepay wallet statement kiosk --json"),
    )
    def statement(call: Call, name: Name) -> Result:
        """Everything that moved on an account, and what is set aside."""
        from smilepay_cli.verbs.wallet import statement

        return statement(call.till, name)

    @command(
        wallet,
        "capture",
        path="wallet capture",
        examples=("smilepay wallet capture pay_0002", "smilepay wallet capture pay_0002 2.50"),
    )
    def capture(call: Call, payment: Authorized, amount: Part = None) -> Result:
        """Take the money of an authorized payment, whole or in part."""
        from smilepay_cli.verbs.payments import capture

        return capture(call.till, payment, amount)

    @command(
        wallet,
        "void",
        path="wallet void",
        examples=("smilepay wallet void pay_0002", "smilepay wallet void pay_0002 --json"),
    )
    def void(call: Call, payment: Authorized) -> Result:
        """Set free the money of an authorized payment."""
        from smilepay_cli.verbs.payments import void

        return void(call.till, payment)

    @command(
        wallet,
        "refund",
        path="wallet refund",
        examples=("smilepay wallet refund pay_0001", "smilepay wallet refund pay_0001 2.20"),
    )
    def refund(call: Call, payment: Captured, amount: Part = None) -> Result:
        """Give back a captured payment, all of it or a part."""
        from smilepay_cli.verbs.payments import refund

        return refund(call.till, payment, amount)

    @command(
        wallet,
        "limits",
        path="wallet limits",
        examples=("smilepay wallet limits lin", "smilepay wallet limits lin --policy strict"),
    )
    def limits(
        call: Call,
        name: Annotated[str, typer.Argument(metavar="NAME", help="An enrolled person.", autocompletion=people_names)],
    ) -> Result:
        """What the policy lets an account spend."""
        from smilepay_cli.verbs.wallet import limits

        return limits(call.till, name)

    _register_receipt(wallet)
    _register_key(wallet)
    _register_copies(wallet)


def _register_receipt(wallet: Commands) -> None:
    @command(
        wallet,
        "receipt",
        path="wallet receipt",
        examples=(
            "smilepay wallet receipt pay_0001",
            "smilepay wallet receipt pay_0001 --out receipt.html",
        ),
    )
    def receipt(
        call: Call,
        payment: Captured,
        out: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="A new file: FILE.txt, FILE.svg or FILE.html."),
        ] = None,
    ) -> Result:
        """The receipt of a payment, once more; it names no payer."""
        from smilepay_cli.commands.receipts import receipt_file
        from smilepay_cli.verbs.receipts import receipt_of

        file = receipt_file(call, out) if out else None
        result = receipt_of(call.till, payment)
        return file.of_earlier(result) if file else result


def _register_key(wallet: Commands) -> None:
    @command(wallet, "key", path="wallet key", examples=("smilepay wallet key", "smilepay wallet key --rotate"))
    def key(
        call: Call,
        store: Annotated[
            KeyStoreName | None, typer.Option("--store", help="Move the key there; it is a new one then.")
        ] = None,
        rotate: Annotated[bool, typer.Option("--rotate", help="A new key, where the old one is.")] = False,
    ) -> Result:
        """Where the master key is and what that protects against. Or a new key, with everything wrapped anew."""
        from smilepay_cli.verbs.keys import change_key, show_key

        if store is None and not rotate:
            return show_key(call.till)
        return change_key(call.till_without_choice, store=store.value if store else None, rotate=rotate)


def _register_copies(wallet: Commands) -> None:
    @command(
        wallet,
        "backup",
        path="wallet backup",
        examples=("smilepay wallet backup monday.db", "smilepay wallet backup newest.db --force"),
    )
    def backup(
        call: Call,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
        force: Annotated[bool, typer.Option("--force", help="Also in the place of a file that is there.")] = False,
    ) -> Result:
        """Copy the wallet into one file, while others use it. The master key is not in it."""
        from smilepay_cli.verbs.copies import backup

        return backup(call.till, call.copies, file, force=force, progress=call.progress("Copying: block"))

    @command(
        wallet,
        "restore",
        path="wallet restore",
        examples=("smilepay wallet restore backup.db", "smilepay wallet restore backup.db --json"),
    )
    def restore(
        call: Call, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `wallet backup` made.")]
    ) -> Result:
        """Put a backup in the wallet's place, once it has proved to be whole; the wallet of before is kept."""
        from smilepay_cli.verbs.copies import restore

        return restore(call.till, call.copies, file, progress=call.progress("Reading: byte"))
