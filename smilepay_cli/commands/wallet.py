"""`smilepay wallet`"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command, group
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.results import Result

Name = Annotated[str, typer.Argument(metavar="NAME", help="A customer or a merchant.")]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Like 3 or 3.50.")]
Payment = Annotated[str, typer.Argument(metavar="PAYMENT", help="A payment's id: pay_...")]
Part = Annotated[str | None, typer.Argument(metavar="AMOUNT", help="A part; default: all of it.")]


class KeyStoreName(StrEnum):
    """Where a master key is kept."""

    FILE = "file"
    KEYRING = "keyring"


def register(commands: Commands) -> None:
    """Add the commands."""

    @group(commands, "wallet", help="Money: deposits, statements, what becomes of a payment. Alone: all balances.")
    def wallet(call: Call) -> Result:
        """Money: deposits, statements, what becomes of a payment. Alone: all balances."""
        from smilepay_cli.verbs.wallet import balance

        return balance(call.till)

    @command(wallet, "balance", path="wallet balance")
    def balance(
        call: Call,
        name: Annotated[str | None, typer.Argument(metavar="NAME", help="One account; default: all.")] = None,
    ) -> Result:
        """What is on an account, or on all of them."""
        from smilepay_cli.verbs.wallet import balance

        return balance(call.till, name)

    @command(wallet, "deposit", path="wallet deposit")
    def deposit(call: Call, name: Name, amount: Amount) -> Result:
        """Put money on an account."""
        from smilepay_cli.verbs.cash import deposit

        return deposit(call.till, name, amount)

    @command(wallet, "withdraw", path="wallet withdraw")
    def withdraw(call: Call, name: Name, amount: Amount) -> Result:
        """Take money off an account; for a merchant, a payout."""
        from smilepay_cli.verbs.cash import withdraw

        return withdraw(call.till, name, amount)

    @command(wallet, "statement", path="wallet statement")
    def statement(call: Call, name: Name) -> Result:
        """Everything that moved on an account, and what is set aside."""
        from smilepay_cli.verbs.wallet import statement

        return statement(call.till, name)

    @command(wallet, "capture", path="wallet capture")
    def capture(call: Call, payment: Payment, amount: Part = None) -> Result:
        """Take the money of an authorized payment, whole or in part."""
        from smilepay_cli.verbs.payments import capture

        return capture(call.till, payment, amount)

    @command(wallet, "void", path="wallet void")
    def void(call: Call, payment: Payment) -> Result:
        """Set free the money of an authorized payment."""
        from smilepay_cli.verbs.payments import void

        return void(call.till, payment)

    @command(wallet, "refund", path="wallet refund")
    def refund(call: Call, payment: Payment, amount: Part = None) -> Result:
        """Give back a captured payment, all of it or a part."""
        from smilepay_cli.verbs.payments import refund

        return refund(call.till, payment, amount)

    @command(wallet, "limits", path="wallet limits")
    def limits(call: Call, name: Name) -> Result:
        """What the policy lets an account spend."""
        from smilepay_cli.verbs.wallet import limits

        return limits(call.till, name)

    _register_receipt(wallet)
    _register_key(wallet)
    _register_copies(wallet)


def _register_receipt(wallet: Commands) -> None:
    @command(wallet, "receipt", path="wallet receipt")
    def receipt(
        call: Call,
        payment: Payment,
        out: Annotated[
            str | None, typer.Option(metavar="FILE", help="A new file: FILE.txt, FILE.svg or FILE.html.")
        ] = None,
    ) -> Result:
        """The receipt of a payment, once more; it names no payer."""
        from smilepay_cli.commands.receipts import receipt_file
        from smilepay_cli.verbs.receipts import receipt_of

        file = receipt_file(call, out) if out else None
        result = receipt_of(call.till, payment)
        return file.of_earlier(result) if file else result


def _register_key(wallet: Commands) -> None:
    @command(wallet, "key", path="wallet key")
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
    @command(wallet, "backup", path="wallet backup")
    def backup(
        call: Call,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
        force: Annotated[bool, typer.Option("--force", help="Also in the place of a file that is there.")] = False,
    ) -> Result:
        """Copy the wallet into one file, while others use it. The master key is not in it."""
        from smilepay_cli.verbs.copies import backup

        return backup(call.till, call.copies, file, force=force, progress=call.progress("Copying: block"))

    @command(wallet, "restore", path="wallet restore")
    def restore(
        call: Call, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `wallet backup` made.")]
    ) -> Result:
        """Put a backup in the wallet's place, once it has proved to be whole; the wallet of before is kept."""
        from smilepay_cli.verbs.copies import restore

        return restore(call.till, call.copies, file, progress=call.progress("Reading: byte"))
