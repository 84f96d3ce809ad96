"""A receipt as a file to keep: text, a picture, or a page. Nothing is loaded from elsewhere, and names stay text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.render.paper import Panel, Paper
from smilepay_cli.render.text import amount, moment
from smilepay_cli.vocabulary.language import current, marked, tr

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.ledger import Authorization, Order
    from smilepay_cli.vocabulary.money import Money

WIDTH = 46
"""Columns of a receipt."""
_PAGE = Path(__file__).with_name("receipt.html.jinja")
_PICTURE = Path(__file__).with_name("receipt.svg.format")
STATES = {
    "authorized": marked("authorized, not taken yet"),
    "voided": marked("set free, nothing was taken"),
    "expired": marked("expired, nothing was taken"),
}
"""What is to be said of a payment that was not captured."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt tells: nobody's name but those on the shops."""

    payment: Authorization
    order: Order | None
    merchants: Mapping[str, str]
    """By id, the names on the shops."""
    left: Money | None = None
    """What is left on the payer's account, where it is the payer who is told."""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What was bought, or who was paid where no order tells, and the price of each."""
        if self.order:
            return [(f"{line.quantity} x {line.title}", amount(line.total)) for line in self.order.lines]
        return self.shares

    @property
    def shares(self) -> list[tuple[str, str]]:
        """Who gets how much of it."""
        shares = self.payment.hold.shares
        return [(self.merchants.get(share.seller, share.seller), amount(share.amount)) for share in shares]

    @property
    def more(self) -> list[tuple[str, str]]:
        """What is to be said besides: how it stands, what was taken or given back, what is left."""
        hold, found = self.payment.hold, list[tuple[str, str]]()
        if self.payment.state in STATES:
            found.append((tr("state"), tr(STATES[self.payment.state])))
        if hold.resolution and hold.resolution.kind == "captured" and hold.resolution.amount != hold.amount:
            found.append((tr("taken of it"), amount(hold.resolution.amount)))
        if hold.refunded and hold.refunded.minor:
            found.append((tr("given back"), amount(hold.refunded)))
        if self.left is not None:
            found.append((tr("left on the account"), amount(self.left)))
        return found

    @property
    def total(self) -> str:
        """What was to be paid."""
        return amount(self.payment.hold.amount)


def slip(receipt: Receipt) -> Panel:
    """As a till would print it."""
    panel = Panel(tr("receipt"), WIDTH)
    for what, price in receipt.lines:
        panel.add_row(what, price)
    panel.add_row([(tr("total"), "bold")], [(receipt.total, "bold")])
    if receipt.order:
        for who, share in receipt.shares:
            panel.add_row([(tr("to {who}", who=who), "dim")], [(share, "dim")])
    for what, figure in receipt.more:
        panel.add_row([(what, "dim")], [(figure, "dim")])
    hold = receipt.payment.hold
    for what in (hold.id, moment(hold.authorized_at)):  # a line each: beside a price they would take room from titles
        panel.add_row([(what, "dim")], "")
    return panel


def text(receipt: Receipt) -> str:
    """Lines of letters."""
    stream = StringIO()
    Paper(stream, color=False).panel(slip(receipt))
    return stream.getvalue()


def picture(receipt: Receipt) -> str:
    """SVG. Rich draws it; the frame around it is ours, since Rich's fetches a font from the web."""
    from rich.console import Console

    from smilepay_cli.render.paper import richly_framed

    console = Console(
        file=StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(richly_framed(slip(receipt)))
    form = _PICTURE.read_text(encoding="utf-8")
    return console.export_svg(title="smilepay", code_format=form, unique_id="receipt")


def page(receipt: Receipt) -> str:
    """HTML."""
    from smilepay_cli.render.pages import filled

    return filled(
        _PAGE,
        tr=tr,
        language=current().tag.replace("_", "-"),
        receipt=receipt,
        at=moment(receipt.payment.hold.authorized_at),
    )


FORMS: dict[str, Callable[[Receipt], str]] = {".txt": text, ".svg": picture, ".html": page}
"""How a receipt is written, by what the file's name ends with."""
