"""Text for the screen of the shop: what fits into so many columns, and nothing that a terminal takes for a command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smilepay_cli.rules.basket import Basket, total_of
from smilepay_cli.vocabulary.language import tr, trn
from smilepay_cli.vocabulary.ledger import Catalogue, Item

if TYPE_CHECKING:
    from textual.dom import DOMNode

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
    return trn(count, "Total of {count} item", "Total of {count} items")


def note_on(item: Item, basket: Basket) -> str:
    """What is to be said of an item: its note, and how many of it are picked."""
    picked = basket.of(item.id)
    note = item.note or item.title
    return tr("{note} ({picked} in the basket)", note=note, picked=picked) if picked else note


def in_the_basket(basket: Basket, catalogue: Catalogue) -> str:
    """How many items, and what they cost."""
    if not basket:
        return tr("The basket is empty.")
    return trn(
        basket.count,
        "{count} item in the basket, {total} in all.",
        "{count} items in the basket, {total} in all.",
        total=total_of(basket, catalogue),
    )


def tell_keys(node: DOMNode) -> None:
    """What the keys of a part of the screen do, in the language of this run: Textual takes it when a class is made."""
    bound = node._bindings.key_to_bindings
    for key, bindings in bound.items():
        bound[key] = [replace(binding, description=tr(binding.description)) for binding in bindings]
