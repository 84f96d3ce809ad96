"""What a shopper has picked: items, how many of each, and what follows from that. Amounts are integers throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Catalogue, OrderLine, order_total
from smilepay_cli.vocabulary.money import LARGEST_SUM, Money

MOST_OF_ONE = 999
"""Of one item in one order."""


@dataclass(frozen=True, slots=True)
class Basket:
    """Items by id in the order in which they were picked first, with how many of each: 1 to MOST_OF_ONE."""

    quantities: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.quantities)

    def of(self, item_id: str) -> int:
        """How many of an item are in it."""
        return self.quantities.get(item_id, 0)

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(self.quantities.values())

    @property
    def picks(self) -> list[str]:
        """As `smilepay shop` takes them: `ITEM`, or `ITEM=QTY` where there are several."""
        return [item if quantity == 1 else f"{item}={quantity}" for item, quantity in self.quantities.items()]


def with_more(basket: Basket, catalogue: Catalogue, item_id: str, quantity: int = 1) -> Basket:
    """A basket with more of an item.

    Raises UsageProblem for an item that is not on sale, for more of it than one order may hold, and for a sum that no
    wallet holds.
    """
    if item_id not in catalogue.items:
        close = get_close_matches(item_id, catalogue.items, n=1)
        hint = tr("did you mean {near!r}?", near=close[0]) if close else tr("what there is: smilepay shop")
        raise UsageProblem(
            tr("there is no {item_id!r} in the catalogue", item_id=item_id), hint=hint, reason="no_such_item"
        )
    if basket.of(item_id) + quantity > MOST_OF_ONE:
        raise UsageProblem(
            tr("no more than {most_of_one} of {item_id!r} in one order", most_of_one=MOST_OF_ONE, item_id=item_id)
        )
    more = Basket({**basket.quantities, item_id: basket.of(item_id) + quantity})
    total = total_of(more, catalogue)
    if total.minor > LARGEST_SUM:
        raise UsageProblem(
            tr("such an order costs more than any wallet holds: {total}", total=total), reason="bad_amount"
        )
    return more


def with_less(basket: Basket, item_id: str, quantity: int = 1) -> Basket:
    """A basket with less of an item; taking away what is not there changes nothing."""
    left = basket.of(item_id) - quantity
    others = {item: number for item, number in basket.quantities.items() if item != item_id or left > 0}
    return Basket({**others, item_id: left} if left > 0 else others)


def basket_of(catalogue: Catalogue, picks: Sequence[str]) -> Basket:
    """The basket that picks (`ITEM` or `ITEM=QTY`) describe. Raises UsageProblem."""
    basket = Basket()
    for pick in picks:
        item_id, _, quantity = pick.partition("=")
        is_number = quantity.isascii() and quantity.isdecimal() and len(quantity.lstrip("0")) <= len(str(MOST_OF_ONE))
        if item_id in catalogue.items and "=" in pick and not (is_number and 1 <= int(quantity) <= MOST_OF_ONE):
            raise UsageProblem(
                tr(
                    "quantity in {pick!r} must be a whole number from 1 to {most_of_one}",
                    pick=pick,
                    most_of_one=MOST_OF_ONE,
                )
            )
        basket = with_more(basket, catalogue, item_id, int(quantity) if is_number else 1)
    return basket


def lines_of(basket: Basket, catalogue: Catalogue) -> tuple[OrderLine, ...]:
    """The lines of an order for it, at today's prices. Raises KeyError for an item that is not on sale."""
    items = ((catalogue.items[item_id], quantity) for item_id, quantity in basket.quantities.items())
    return tuple(OrderLine(item.id, item.title, item.seller, quantity, item.price) for item, quantity in items)


def total_of(basket: Basket, catalogue: Catalogue) -> Money:
    """What all of it costs; nothing for an empty one."""
    return order_total(lines_of(basket, catalogue)) if basket else Money(0, catalogue.currency)


def totals_by_seller(basket: Basket, catalogue: Catalogue) -> dict[str, Money]:
    """What each seller would get before fees, in the order in which they were picked from first."""
    totals: dict[str, Money] = {}
    for line in lines_of(basket, catalogue):
        totals[line.seller] = totals.get(line.seller, Money(0, catalogue.currency)) + line.total
    return totals
