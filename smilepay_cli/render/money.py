"""Money for people: balances, statements, movements, limits."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.text import amount, moment
from smilepay_cli.verbs.cash import MoneyResult
from smilepay_cli.verbs.payments import PaymentResult
from smilepay_cli.verbs.wallet import BalanceResult, LimitsResult, StatementResult

_WHAT = {"deposit": "deposit", "withdrawal": "withdrawal", "capture": "payment", "refund": "refund"}


def show_balances(result: BalanceResult, console: Console) -> None:
    """One line for one account, a table for all."""
    if result.asked_for is not None:
        balance = result.balances[0].balance
        held = f" ({amount(balance.held)} more set aside)" if balance.held.minor else ""
        console.print(Text.assemble(f"{result.asked_for}: ", (amount(balance.available), "bold"), held))
        return
    if not result.balances:
        console.print("nobody is enrolled yet")
        next_step(console, "smilepay enroll NAME --image FILE --deposit 100")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("account")
    table.add_column("kind", style="dim")
    for column in ("available", "set aside", "posted"):
        table.add_column(column, justify="right", no_wrap=True)
    for named in result.balances:
        held = amount(named.balance.held) if named.balance.held.minor else ""
        table.add_row(named.name, named.kind, amount(named.balance.available), held, amount(named.balance.posted))
    console.print(table)


def show_statement(result: StatementResult, console: Console) -> None:
    """Every movement with the balance after it, then what is set aside."""
    if not result.lines and not result.holds:
        console.print(f"nothing has moved on the account of {result.name} yet")
        next_step(console, f"smilepay wallet deposit {result.name} 100")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", title=f"statement of {result.name}")
    table.add_column("when", no_wrap=True)
    table.add_column("what", ratio=1)
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("balance", justify="right", no_wrap=True)
    for line in result.lines:
        gained = line.amount.minor > 0
        what = Text(f"{_WHAT[line.transaction.kind]} {'from' if gained else 'to'} {', '.join(line.others)}")
        if line.transaction.hold_id:
            what.append(f"\n{line.transaction.hold_id}", style="dim")
        moved = Text(amount(line.amount, sign=True), style="green" if gained else "")
        table.add_row(moment(line.transaction.at), what, moved, amount(line.balance))
    console.print(table)
    for hold in result.holds:
        sellers = ", ".join(share.seller for share in hold.shares)
        console.print(f"set aside: {amount(hold.amount)} for {sellers} until {moment(hold.expires_at)} ({hold.id})")
    console.print(Text.assemble("available: ", (amount(result.balance.available), "bold")))


def show_movement(result: MoneyResult, console: Console) -> None:
    """A deposit or a withdrawal."""
    assert result.amount is not None and result.balance is not None
    direction = "put on the account of" if result.verb == "deposit" else "taken off the account of"
    ok(console, f"{amount(result.amount)} {direction} {result.name}, now {amount(result.balance.available)}")


def show_payment_change(result: PaymentResult, console: Console) -> None:
    """What became of a payment."""
    assert result.amount is not None
    done = {"capture": "captured", "void": "set free", "refund": "given back"}[result.verb]
    ok(console, f"{amount(result.amount)} of payment {result.payment_id} {done}")


def show_limits(result: LimitsResult, console: Console) -> None:
    """What may be spent."""
    policy = result.policy
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(justify="right")
    for label, limit in (
        ("one payment, at most", policy.payment_max),
        ("a day, at most", policy.daily_max),
        ("PIN needed above", policy.pin_above),
    ):
        table.add_row(label, "no limit" if limit is None else f"{limit:,.2f} {result.spent.currency}")
    table.add_row("spent in the last 24 hours", amount(result.spent))
    table.add_row("available", amount(result.balance.available))
    console.print(Text(f"limits of {result.name} under policy {policy.name}", style="bold"))
    console.print(table)
