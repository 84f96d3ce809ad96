"""Money for people: balances, and what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.verbs.cash import MoneyResult
    from smilepay_cli.verbs.payments import PaymentResult
    from smilepay_cli.verbs.wallet import BalanceResult

KINDS = {"customer": marked("customer"), "merchant": marked("merchant"), "fees": marked("fees")}
"""Of accounts."""


def show_balances(result: BalanceResult, paper: Paper) -> None:
    """One line for one account, a table for all."""
    if result.asked_for is not None:
        balance = result.balances[0].balance
        held = tr(" ({amount} more set aside)", amount=balance.held) if balance.held.minor else ""
        paper.line(f"{result.asked_for}: ", (amount(balance.available), "bold"), held, wraps=True)
        return
    if not result.balances:
        paper.line(tr("nobody is enrolled yet"))
        next_step(paper, "smilepay enroll NAME --image FILE --deposit 100")
        return
    table = Table()
    table.add_column(tr("account"))
    table.add_column(tr("kind"), style="dim")
    for column in (tr("available"), tr("set aside"), tr("posted")):
        table.add_column(column, right=True, whole=True)
    for named in result.balances:
        held = amount(named.balance.held) if named.balance.held.minor else ""
        table.add_row(
            named.name,
            tr(KINDS.get(named.kind, named.kind)),
            amount(named.balance.available),
            held,
            amount(named.balance.posted),
        )
    paper.table(table)


def show_movement(result: MoneyResult, paper: Paper) -> None:
    """A deposit or a withdrawal."""
    assert result.amount is not None and result.balance is not None
    told = (
        tr("{amount} put on the account of {name}, now {available}", **_moved(result))
        if result.verb == "deposit"
        else tr("{amount} taken off the account of {name}, now {available}", **_moved(result))
    )
    ok(paper, told)


def _moved(result: MoneyResult) -> dict[str, object]:
    assert result.balance is not None
    return {"amount": result.amount, "name": result.name, "available": result.balance.available}


def show_payment_change(result: PaymentResult, paper: Paper) -> None:
    """What became of a payment."""
    assert result.amount is not None
    values = {"amount": result.amount, "payment": result.payment_id, "fee": result.fee}
    has_fee = result.fee is not None and result.fee.minor != 0
    told = {
        ("capture", False): tr("{amount} of payment {payment} captured", **values),
        ("capture", True): tr("{amount} of payment {payment} captured, of which {fee} are fees", **values),
        ("void", False): tr("{amount} of payment {payment} set free", **values),
        ("refund", False): tr("{amount} of payment {payment} given back", **values),
        ("refund", True): tr("{amount} of payment {payment} given back, of which {fee} were fees", **values),
    }
    ok(paper, told[result.verb, has_fee])
