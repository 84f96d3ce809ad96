"""The flow for people: enrolled, catalogue, order, receipt."""

from __future__ import annotations

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.text import amount, moment, plural
from smilepay_cli.verbs.enroll import EnrollResult
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.shop import CatalogueResult, ShopResult
from smilepay_cli.vocabulary.ledger import Order

RECEIPT_WIDTH = 46


def ok(console: Console, text: str) -> None:
    """One line that says what happened."""
    console.print(Text.assemble(("✓ ", "bold green"), text), soft_wrap=True)


def next_step(console: Console, text: str) -> None:
    """One line that says what one could do now."""
    console.print(Text(f"  next: {text}", style="dim"), soft_wrap=True)


def show_enrolled(result: EnrollResult, console: Console) -> None:
    """Who was enrolled, and with what."""
    balance = f", {amount(result.balance.available)} on the account" if result.balance else ""
    if result.added == result.references:
        ok(console, f"{result.name} is enrolled with {plural(result.added, 'reference')}{balance}")
    else:
        more = f"{plural(result.added, 'more reference')}, {result.references} in all"
        ok(console, f"{result.name} has {more}{balance}")
    next_step(console, "smilepay shop latte --image FILE")


def show_catalogue(result: CatalogueResult, console: Console) -> None:
    """What is on sale, by seller."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("item", no_wrap=True)
    table.add_column("what")
    table.add_column("price", justify="right", no_wrap=True)
    catalogue = result.catalogue
    for seller in catalogue.sellers.values():
        table.add_row("", Text(f"{seller.title} ({seller.id})", style="bold cyan"), "")
        for item in catalogue.items.values():
            if item.seller == seller.id:
                what = Text.assemble(item.title, (f"\n{item.note}", "dim") if item.note else "")
                table.add_row(item.id, what, amount(item.price))
    console.print(table)
    next_step(console, "smilepay shop ITEM[=QTY] --image FILE")


def show_order(result: ShopResult, console: Console) -> None:
    """Whose order was opened."""
    assert result.order is not None
    ok(console, f"hello {result.name}, order {result.order.id} is open")
    console.print(order_table(result.order))
    next_step(console, "smilepay pay --image FILE")


def order_table(order: Order) -> Table:
    """The lines of an order and their sum."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    for line in order.lines:
        table.add_row(str(line.quantity), line.title, amount(line.total))
    table.add_row("", Text("total", style="bold"), Text(amount(order.total), style="bold"))
    return table


def show_payment(result: PayResult, console: Console) -> None:
    """The receipt; of a repeated call only that it was done before."""
    assert result.payment is not None and result.amount is not None
    if result.repeated:
        ok(console, f"paid before with this key: {amount(result.amount)}, payment {result.payment.hold.id}")
        next_step(console, f"smilepay audit show {result.first_event}")
        return
    done = "authorized" if result.payment.state == "authorized" else "paid"
    ok(console, f"{done} with a smile by {result.name}" if _smiled(result) else f"{done} by {result.name}")
    console.print(receipt(result))
    if done == "authorized":
        next_step(console, f"smilepay wallet capture {result.payment.hold.id}")
    else:
        next_step(console, f"smilepay audit show {result.events[-1]}")


def receipt(result: PayResult) -> Panel:
    """What a till would print."""
    assert result.payment is not None and result.amount is not None
    hold = result.payment.hold
    lines = Table.grid(expand=True, padding=(0, 1))
    lines.add_column()
    lines.add_column(justify="right", no_wrap=True)
    for line in result.order.lines if result.order else ():
        lines.add_row(f"{line.quantity} x {line.title}", amount(line.total))
    if not result.order:
        for share in hold.shares:
            lines.add_row(share.seller, amount(share.amount))
    lines.add_row(Text("total", style="bold"), Text(amount(result.amount), style="bold"))
    if result.balance:
        lines.add_row(Text("left on the account", style="dim"), Text(amount(result.balance.available), style="dim"))
    lines.add_row(Text(hold.id, style="dim"), Text(moment(hold.authorized_at), style="dim"))
    return Panel(lines, title="receipt", box=ROUNDED, width=RECEIPT_WIDTH)


def _smiled(result: PayResult) -> bool:
    return any(check.name == "smile" and check.figures.get("asked") != "off" for check in result.checks)
