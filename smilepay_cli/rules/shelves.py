"""The catalogue as a shop shows it: sellers and what is theirs, all of it or what a search finds."""

from __future__ import annotations

import unicodedata

from smilepay_cli.vocabulary.ledger import Catalogue, Item, Seller, name_key

Shelf = tuple[Seller, tuple[Item, ...]]
"""A seller, and what is on their shelf."""


def shelves(catalogue: Catalogue, search: str = "") -> tuple[Shelf, ...]:
    """Sellers in the catalogue's order with what is found of theirs; nobody whose shelf is empty.

    Every word of the search has to be in the item's id, title or note, or in the seller's name or id, in any order and
    without regard to case or accents.
    """
    words = _folded(search).split()
    found = []
    for seller in catalogue.sellers.values():
        whose = f"{seller.id} {seller.title}"
        items = (item for item in catalogue.items.values() if item.seller == seller.id)
        there = tuple(item for item in items if _has(f"{item.id} {item.title} {item.note} {whose}", words))
        if there:
            found.append((seller, there))
    return tuple(found)


def _has(text: str, words: list[str]) -> bool:
    folded = _folded(text)
    return all(word in folded for word in words)


def _folded(text: str) -> str:
    """As names are compared, and without accents: nobody has to find the key for é."""
    apart = unicodedata.normalize("NFKD", name_key(text))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
