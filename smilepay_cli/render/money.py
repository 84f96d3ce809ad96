"""Money for people: balances, and what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount

if TYPE_CHECKING:
    from smilepay_cli.verbs.cash import MoneyResult
    from smilepay_cli.verbs.payments import PaymentResult
    from smilepay_cli.verbs.wallet import BalanceResult


def show_balances(result: BalanceResult, paper: Paper) -> None:
    """One line for one account, a table for all."""
    if result.asked_for is not None:
        balance = result.balances[0].balance
        held = f" ({amount(balance.held)} more set aside)" if balance.held.minor else ""
        paper.line(f"{result.asked_for}: ", (amount(balance.available), "bold"), held, wraps=True)
        return
    if not result.balances:
        paper.line("nobody is enrolled yet")
        next_step(paper, "smilepay enroll NAME --image FILE --deposit 100")
        return
    table = Table()
    table.add_column("account")
    table.add_column("kind", style="dim")
    for column in ("available", "set aside", "posted"):
        table.add_column(column, right=True, whole=True)
    for named in result.balances:
        held = amount(named.balance.held) if named.balance.held.minor else ""
        table.add_row(named.name, named.kind, amount(named.balance.available), held, amount(named.balance.posted))
    paper.table(table)


def show_movement(result: MoneyResult, paper: Paper) -> None:
    """A deposit or a withdrawal."""
    assert result.amount is not None and result.balance is not None
    direction = "put on the account of" if result.verb == "deposit" else "taken off the account of"
    ok(paper, f"{amount(result.amount)} {direction} {result.name}, now {amount(result.balance.available)}")


def show_payment_change(result: PaymentResult, paper: Paper) -> None:
    """What became of a payment."""
    assert result.amount is not None
    done = {"capture": "captured", "void": "set free", "refund": "given back"}[result.verb]
    fee = ""
    if result.fee is not None and result.fee.minor:
        fee = f", of which {amount(result.fee)} {'were' if result.verb == 'refund' else 'are'} fees"
    ok(paper, f"{amount(result.amount)} of payment {result.payment_id} {done}{fee}")
