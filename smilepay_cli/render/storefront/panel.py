"""The basket: what was picked, by seller, what it costs in all, and the way to the till."""

from __future__ import annotations

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.renderables.digits import Digits as Drawn
from textual.widgets import Button, Digits, Static

from smilepay_cli.render.storefront.words import clean, total_label
from smilepay_cli.render.text import amount
from smilepay_cli.rules.basket import Basket, lines_of, total_of, totals_by_seller
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import Catalogue

SMILE_TO_PAY = marked("Smile to pay")


class Panel(Vertical):
    """Shows a basket. The button's presses are the application's."""

    def __init__(self, catalogue: Catalogue, basket: Basket, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._catalogue = catalogue
        self._basket = basket

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static(tr("Basket"), id="basket-title", markup=False)
        with VerticalScroll(id="basket-lines", can_focus=False):
            yield Static(id="lines")
        yield Static(id="sum")
        with Horizontal(id="total"):
            yield Digits(id="figures")
            yield Static(id="currency", markup=False)
        yield Button(tr(SMILE_TO_PAY), id="pay", variant="success")

    def on_mount(self) -> None:
        """As it is at first."""
        self.tell(self._basket)

    def on_resize(self) -> None:
        """Large figures where there is room for them."""
        self._tell_total()

    def tell(self, basket: Basket) -> None:
        """What is picked."""
        self._basket = basket
        self.query_one("#lines", Static).update(self._lines())
        self.query_one("#basket-lines", VerticalScroll).scroll_end(animate=False)
        self._tell_total()

    def _tell_total(self) -> None:
        total = total_of(self._basket, self._catalogue)
        figures, currency = amount(total).rsplit(" ", 1)
        self.query_one("#figures", Digits).update(figures)
        self.query_one("#currency", Static).update(currency)
        is_large = Drawn.get_width(figures) + 1 + cell_len(currency) <= self.content_size.width
        self.set_class(is_large, "-large")
        row = Table.grid(expand=True)
        sum_ = "" if is_large and self._draws_large else amount(total)
        row.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        row.add_column(justify="right", no_wrap=True, min_width=cell_len(sum_))
        row.add_row(Text(total_label(self._basket.count)), Text(sum_, style="bold"))
        self.query_one("#sum", Static).update(row)

    @property
    def _draws_large(self) -> bool:
        return self.query_one("#total").display

    def _lines(self) -> Table | Text:
        """By seller, each with what they get."""
        if not self._basket:
            return Text(tr("Nothing yet: + or Enter adds what is chosen."), style="dim")
        lines, shares = lines_of(self._basket, self._catalogue), totals_by_seller(self._basket, self._catalogue)
        table = Table.grid(expand=True, padding=(0, 1, 0, 0))
        widest = max(cell_len(str(line.quantity)) for line in lines)
        table.add_column(justify="right", no_wrap=True, width=widest)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        prices = [amount(sum_).rsplit(" ", 1)[0] for sum_ in (*shares.values(), *(line.total for line in lines))]
        table.add_column(justify="right", no_wrap=True, min_width=max(map(cell_len, prices)))
        for seller, share in shares.items():
            title, sum_ = clean(self._catalogue.sellers[seller].title), amount(share).rsplit(" ", 1)[0]
            if len(shares) > 1:
                table.add_row("", Text(title, style="italic dim"), Text(sum_, style="italic dim"))
            for line in lines:
                if line.seller == seller:
                    price = amount(line.total).rsplit(" ", 1)[0]
                    table.add_row(str(line.quantity), Text(clean(line.title)), price)  # a plain str would be markup
        return table
