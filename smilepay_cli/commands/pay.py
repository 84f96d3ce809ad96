"""`smilepay pay`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import challenge_steps, open_orders, people_names, seller_names
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the command."""

    @command(
        commands,
        "pay",
        sample=True,
        examples=(
            "smilepay pay --image lin.jpg",
            "smilepay pay --amount 2.50 --merchant kiosk --hold --image lin.jpg",
        ),
    )
    def pay(
        call: Call,
        order: Annotated[
            str | None,
            typer.Argument(
                metavar="ORDER",
                help="Which order; default: the payer's newest open one.",
                autocompletion=open_orders,
            ),
        ] = None,
        amount: Annotated[
            str | None, typer.Option(metavar="A", help="Pay an amount without an order; with --merchant.")
        ] = None,
        merchant: Annotated[
            str | None, typer.Option(metavar="M", help="Who gets the amount.", autocompletion=seller_names)
        ] = None,
        account: Annotated[
            str | None, typer.Option(metavar="NAME", help="Say who you are (1:1).", autocompletion=people_names)
        ] = None,
        pin: Annotated[
            str | None, typer.Option(metavar="PIN", help="Second factor; - asks for it, or reads it from input.")
        ] = None,
        hold: Annotated[bool, typer.Option("--hold", help="Authorize only; capture it later.")] = False,
        idempotency_key: Annotated[
            str | None,
            typer.Option(metavar="K", help="A retry with the same key moves nothing and tells the first success."),
        ] = None,
        challenge: Annotated[
            str | None,
            typer.Option(
                metavar="STEP,...",
                help="For a video file or pattern: ask for these steps, not random ones.",
                autocompletion=challenge_steps,
            ),
        ] = None,
        pad_model: Annotated[
            str | None,
            typer.Option(metavar="FILE.onnx", help="A network that must find the face alive; see docs/pad-models.md."),
        ] = None,
        receipt: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="Write the receipt to a new file: FILE.txt, FILE.svg or FILE.html."),
        ] = None,
    ) -> Result:
        """Pay with a smile: recognise the payer, check, authorize and capture."""
        from smilepay_cli.commands.announcing import announce
        from smilepay_cli.commands.receipts import receipt_file
        from smilepay_cli.verbs.pay import PayRequest, pay

        file = receipt_file(call, receipt) if receipt else None
        request = PayRequest(
            order_id=order,
            amount=amount,
            merchant=merchant,
            account=account,
            pin=call.secret(pin, "PIN"),
            hold=hold,
            key=idempotency_key,
            challenge=challenge,
            ask_pin=call.asker("PIN"),
        )
        till = call.till_with(pad_model)
        announce(call, request)
        result = pay(till, request, call.source)
        return file.of_payment(result) if file else result
