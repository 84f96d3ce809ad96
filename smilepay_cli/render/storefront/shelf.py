"""The shelves: everything on sale by seller, one line a thing, drawn line by line so that thousands take no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smilepay_cli.render.storefront.words import fitted, tell_keys
from smilepay_cli.render.text import amount
from smilepay_cli.rules.basket import Basket
from smilepay_cli.rules.shelves import Shelf
from smilepay_cli.vocabulary.language import marked
from smilepay_cli.vocabulary.ledger import Item, Seller

MARKER = "▸ "
"""Before the line that is chosen: colour is not the only sign."""
_LESS, _MORE, _COUNT = "−", "+", 5
"""What is clicked on, and the columns of the number between."""
_ZONE = len(_LESS) + _COUNT + len(_MORE) + 1
_TITLES_LEAST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A line: a thing on sale, or the seller whose things follow."""

    seller: Seller | None = None
    item: Item | None = None


class Shelves(ScrollView, can_focus=True, inherit_bindings=False):
    """What is on sale. `want` is told at once what somebody wants more or less of: the next key finds it done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", marked("go"), key_display="↑↓"),
        Binding("down,j", "move(1)", marked("down"), show=False),
        Binding("pageup", "page(-1)", marked("a page up"), show=False),
        Binding("pagedown", "page(1)", marked("a page down"), show=False),
        Binding("home", "end(0)", marked("first"), show=False),
        Binding("end", "end(-1)", marked("last"), show=False),
        Binding("plus,enter,space,right,equals_sign,kp_plus", "want(1)", marked("add"), key_display="+"),
        Binding("minus,left,backspace,delete,kp_minus", "want(-1)", marked("less"), key_display="-"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "shelves--seller",
        "shelves--item",
        "shelves--chosen",
        "shelves--quantity",
    }

    chosen: reactive[int] = reactive(0)
    """Which of the items, from 0."""

    @dataclass
    class Chosen(Message):
        """Another item is chosen; None where nothing is on the shelves."""

        item: Item | None

    def __init__(
        self,
        shelves: tuple[Shelf, ...],
        basket: Basket,
        want: Callable[[Item, int], None],
        *,
        id: str,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        tell_keys(self)
        self._want = want
        self._basket = basket
        self._rows: list[Row] = []
        self._items: list[int] = []
        self._price_width = 0
        self._fill(shelves)

    @property
    def item(self) -> Item | None:
        """The one that is chosen."""
        return self._rows[self._items[self.chosen]].item if self.chosen < len(self._items) else None

    def put(self, shelves: tuple[Shelf, ...]) -> None:
        """Other things on the shelves; what was chosen stays so where it is there still."""
        before = self.item
        self._fill(shelves)
        places = {item.id: place for place, item in enumerate(self._shown())}
        self.chosen = places.get(before.id, 0) if before else 0
        self._measure()
        self.refresh()
        self._show_chosen()
        self.post_message(self.Chosen(self.item))

    def tell(self, basket: Basket) -> None:
        """What is picked."""
        self._basket = basket
        self.refresh()

    def on_mount(self) -> None:
        """The size of everything, for the scroll bar."""
        self._measure()

    def on_resize(self) -> None:
        """What is chosen stays in view."""
        self._measure()
        self._show_chosen()

    def watch_chosen(self) -> None:
        """Seen, and told."""
        self.refresh()
        self._show_chosen()
        self.post_message(self.Chosen(self.item))

    def action_move(self, by: int) -> None:
        """Up or down, and no further than there is."""
        self._choose(self.chosen + by)

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self._choose(self.chosen + by * max(1, self.size.height - 2))

    def action_end(self, which: int) -> None:
        """The first or the last."""
        self._choose(0 if which == 0 else len(self._items) - 1)

    def action_want(self, more: int) -> None:
        """One more or one less of what is chosen."""
        if self.item:
            self._want(self.item, more)

    def on_click(self, event: events.Click) -> None:
        """A line is chosen by a click on it; on its signs, one more or one less is wanted."""
        at = event.get_content_offset(self)
        if at is None:
            return
        row = at.y + self.scroll_offset.y
        if row not in self._items:
            return
        self._choose(self._items.index(row))
        from_right = self.scrollable_content_region.width - 1 - at.x
        if from_right <= len(_MORE):
            self.action_want(1)
        elif _ZONE - 2 <= from_right <= _ZONE:
            self.action_want(-1)

    def render_line(self, y: int) -> Strip:
        """The line at a row of the screen."""
        width, number = self.scrollable_content_region.width, y + self.scroll_offset.y
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[number]
        if row.item is None:
            style = self.get_component_rich_style("shelves--seller")
            title = row.seller.title if row.seller else ""
            return Strip([Segment(fitted(f" {title}" if title else "", width), style)], width)
        is_chosen = bool(self._items) and number == self._items[min(self.chosen, len(self._items) - 1)]
        return self._line(row.item, width, is_chosen=is_chosen)

    def _line(self, item: Item, width: int, *, is_chosen: bool) -> Strip:
        style = self.get_component_rich_style("shelves--chosen" if is_chosen else "shelves--item")
        picked = self._basket.of(item.id)
        number_style = style + self.get_component_rich_style("shelves--quantity", partial=True) if picked else style
        room = width - len(MARKER) - self._price_width - 2 - _ZONE
        title = fitted(item.title, max(room, _TITLES_LEAST))
        count = f"{picked:,}" if picked else ""
        left = f"{MARKER if is_chosen else ' ' * len(MARKER)}{title} {amount(item.price):>{self._price_width}} "
        signs = f"{_LESS if picked else ' '}{count:^{_COUNT}}"
        strip = Strip([Segment(left, style), Segment(signs, number_style), Segment(f"{_MORE} ", style)])
        return strip.adjust_cell_length(width, style)

    def _fill(self, shelves: tuple[Shelf, ...]) -> None:
        self._rows = []
        for seller, items in shelves:
            if self._rows:
                self._rows.append(Row())
            self._rows += [Row(seller=seller), *(Row(item=item) for item in items)]
        self._items = [number for number, row in enumerate(self._rows) if row.item]
        self._price_width = max((cell_len(amount(item.price)) for item in self._shown()), default=0)

    def _shown(self) -> list[Item]:
        return [row.item for row in self._rows if row.item]

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))

    def _choose(self, number: int) -> None:
        self.chosen = max(0, min(number, len(self._items) - 1))

    def _show_chosen(self) -> None:
        """In view, and with it the seller where it is the first of theirs."""
        if not self._items:
            return
        row = self._items[min(self.chosen, len(self._items) - 1)]
        above = 1 if row and self._rows[row - 1].seller else 0
        self.scroll_to_region(Region(0, row - above, 1, 1 + above), animate=False, force=True)
