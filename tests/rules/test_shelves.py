"""What a search finds in the shop."""

from __future__ import annotations

import pytest

from smilepay_cli.rules.shelves import shelves
from smilepay_cli.vocabulary.ledger import Catalogue, Item, Seller
from smilepay_cli.vocabulary.money import Money

ONE = Money(100, "EUR")
CATALOGUE = Catalogue(
    "EUR",
    {"cafe": Seller("cafe", "Café Halle 9", 60), "shut": Seller("shut", "Shut", 60), "kiosk": Seller("kiosk", "K", 60)},
    {
        "water": Item("water", "Mineral water", "kiosk", ONE),
        "latte": Item("latte", "Caffè latte", "cafe", ONE, "with oat milk"),
        "cake": Item("cake", "APPLE Cake", "cafe", ONE),
    },
    60,
)


def found(search: str) -> list[str]:
    return [item.id for _, items in shelves(CATALOGUE, search) for item in items]


def test_everything_by_seller_without_a_search() -> None:
    """In the catalogue's order; a seller of nothing has no shelf."""
    assert [(seller.id, [item.id for item in items]) for seller, items in shelves(CATALOGUE)] == [
        ("cafe", ["latte", "cake"]),
        ("kiosk", ["water"]),
    ]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("CAFFE", ["latte"]),
        ("apple", ["cake"]),
        ("oat", ["latte"]),
        ("cake apple", ["cake"]),
        ("cafe", ["latte", "cake"]),
        ("halle latte", ["latte"]),
        ("water cake", []),
        ("  ", ["latte", "cake", "water"]),
    ],
)
def test_a_search(search: str, expected: list[str]) -> None:
    """By title, id, note and seller, without regard to case, accents or order."""
    assert found(search) == expected
