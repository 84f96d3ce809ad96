"""What could be typed next: names, items, ids, out of a wallet that is looked at and not opened.

These are for whoever types on a shell of the wallet's owner, and can read the file anyway. What is said to somebody who
stands at a till and whom nobody has recognised never comes from here (verbs/lookup.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.ports import Glance, Shelf
    from smilepay_cli.vocabulary.glimpses import Glimpse

FEES = "fees"
"""vocabulary.ledger.FEES, which takes 6 ms to import; a test holds one against the other."""
Suggestion = tuple[str, str]
"""What can be typed, and what it is."""


def people(glance: Glance) -> list[Suggestion]:
    """Who is enrolled."""
    return [(name, "customer") for name in glance.people()]


def accounts(glance: Glance, shelf: Shelf) -> list[Suggestion]:
    """Who has an account, or can have one: customers, sellers, and the fees."""
    return [*people(glance), *sellers(glance, shelf), (FEES, "fees")]


def sellers(glance: Glance, shelf: Shelf) -> list[Suggestion]:
    """Who can be paid: the sellers of the catalogue, and those who were paid before."""
    titles = {seller.id: seller.name or "" for seller in shelf.sellers()}
    return [(name, titles.get(name, "seller")) for name in dict.fromkeys((*titles, *glance.sellers()))]


def items(shelf: Shelf) -> list[Suggestion]:
    """What is on sale, in this home."""
    return [(item.id, _told(item.name, item.amount)) for item in shelf.items()]


def open_orders(glance: Glance, now: datetime, prefix: str) -> list[Suggestion]:
    """Orders that can be paid."""
    return _with_amounts(glance.open_orders(now, prefix))


def open_holds(glance: Glance, now: datetime, prefix: str) -> list[Suggestion]:
    """Payments that can be captured or voided."""
    return _with_amounts(glance.open_holds(now, prefix))


def captured(glance: Glance, prefix: str) -> list[Suggestion]:
    """Payments that can be given back, with what is left of them."""
    return _with_amounts(glance.captured(prefix))


def events(glance: Glance, prefix: str, command: str = "") -> list[Suggestion]:
    """What happened; with a command, only what it did."""
    wanted = (event for event in glance.events(prefix) if (event.what or "").startswith(command))
    return [(event.id, _told(event.what, event.name, event.amount)) for event in wanted]


def listed(incomplete: str, known: Iterable[Suggestion]) -> list[Suggestion]:
    """For a list with commas: what was typed up to the last comma, and then each that is not in it yet."""
    before, comma, _ = incomplete.rpartition(",")
    there = set(before.split(","))
    return [(f"{before}{comma}{word}", what) for word, what in known if word not in there]


def _with_amounts(found: Sequence[Glimpse]) -> list[Suggestion]:
    return [(one.id, _told(one.amount, one.name)) for one in found]


def _told(*facts: object) -> str:
    return ", ".join(str(fact) for fact in facts if fact is not None)
