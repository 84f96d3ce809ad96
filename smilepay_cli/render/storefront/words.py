"""Text for the screen of the shop: what fits into so many columns, and nothing that a terminal takes for a command."""

from __future__ import annotations

from smilepay_cli.render.text import amount
from smilepay_cli.rules.basket import Basket, total_of
from smilepay_cli.vocabulary.ledger import Catalogue, Item

ELLIPSIS = "…"


def clean(text: str) -> str:
    """Without control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def fitted(text: str, columns: int) -> str:
    """Exactly that many columns; what is cut ends with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    text = clean(text)
    if columns > 1 and cell_len(text) > columns:
        return set_cell_size(text, columns - 1) + ELLIPSIS
    return set_cell_size(text, max(columns, 0))


def total_label(count: int) -> str:
    """What stands before the sum."""
    return "Total of 1 thing" if count == 1 else f"Total of {count:,} things"


def note_on(item: Item, basket: Basket) -> str:
    """What is to be said of an item: its note, and how many of it are picked."""
    picked = basket.of(item.id)
    note = item.note or item.title
    return f"{note} ({picked} in the basket)" if picked else note


def in_the_basket(basket: Basket, catalogue: Catalogue) -> str:
    """How many things, and what they cost."""
    total = amount(total_of(basket, catalogue))
    if not basket:
        return "The basket is empty."
    if basket.count == 1:
        return f"1 thing in the basket, {total} in all."
    return f"{basket.count:,} things in the basket, {total} in all."
