"""Orders and receipts for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.receipt_files import Receipt, slip
from smilepay_cli.render.text import amount
from smilepay_cli.verbs.catalogue import LeftResult
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.receipts import ReceiptResult
from smilepay_cli.verbs.shop import ShopResult
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import Order

if TYPE_CHECKING:
    from rich.table import Table


def show_order(result: ShopResult, paper: Paper) -> None:
    """Whose order was opened, and how to pay it."""
    show_opened(result, paper)
    next_step(paper, "smilepay pay --image FILE")


def show_opened(result: ShopResult, paper: Paper) -> None:
    """Whose order was opened, and what is in it."""
    assert result.order is not None
    ok(paper, tr("hello {name}, order {order} is open", name=result.name, order=result.order.id))
    paper.console.print(order_table(result.order))


def show_left(result: LeftResult, paper: Paper) -> None:
    """That nothing was bought, or that an order waits."""
    if result.order is None:
        paper.line(tr("nothing was bought"))
        return
    paper.line(tr("order {order} stays open: {total} to pay", order=result.order.id, total=amount(result.order.total)))
    next_step(paper, pay_later(result.order))


def pay_later(order: Order) -> str:
    """The command line that pays an order which stays open."""
    return f"smilepay pay {order.id} --image FILE"


def order_table(order: Order) -> Table:
    """The lines of an order and their sum."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    for line in order.lines:
        table.add_row(str(line.quantity), line.title, amount(line.total))
    table.add_row("", Text(tr("total"), style="bold"), Text(amount(order.total), style="bold"))
    return table


def show_payment(result: PayResult, paper: Paper) -> None:
    """The receipt; of a repeated call only that it was done before."""
    assert result.payment is not None and result.amount is not None
    if result.repeated:
        told = {
            "captured": marked("paid before with this key: {amount}, payment {payment}"),
            "voided": marked("authorized before with this key: {amount}, payment {payment}, voided"),
            "expired": marked("authorized before with this key: {amount}, payment {payment}, expired"),
        }.get(result.payment.state, marked("authorized before with this key: {amount}, payment {payment}"))
        ok(paper, tr(told, amount=result.amount, payment=result.payment.hold.id))
        if result.receipt:
            paper.line(tr("the receipt is in {receipt}", receipt=result.receipt))
        next_step(paper, f"smilepay audit show {result.first_event}")
        return
    is_authorized = result.payment.state == "authorized"
    told = {
        (True, True): marked("authorized with a smile by {name}"),
        (True, False): marked("authorized by {name}"),
        (False, True): marked("paid with a smile by {name}"),
        (False, False): marked("paid by {name}"),
    }[is_authorized, _smiled(result)]
    ok(paper, tr(told, name=result.name))
    left = result.balance.available if result.balance else None
    paper.panel(slip(Receipt(result.payment, result.order, result.merchants, left)))
    if result.receipt:
        paper.line(tr("the receipt is in {receipt}", receipt=result.receipt))
    if is_authorized:
        next_step(paper, f"smilepay wallet capture {result.payment.hold.id}")
    else:
        next_step(paper, f"smilepay audit show {result.events[-1]}")


def show_receipt(result: ReceiptResult, paper: Paper) -> None:
    """The receipt of a payment of before, or where it was written to."""
    if result.file:
        ok(paper, tr("the receipt of {hold} is in {file}", hold=result.payment.hold.id, file=result.file))
    else:
        paper.panel(slip(Receipt(result.payment, result.order, result.merchants)))


def _smiled(result: PayResult) -> bool:
    return any(check.name == "smile" and check.figures.get("asked") != "off" for check in result.checks)
