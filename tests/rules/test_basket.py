"""What a shopper has picked: whatever is put in and taken out, sums are those of the lines, in whole minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.basket import (
    MOST_OF_ONE,
    Basket,
    basket_of,
    lines_of,
    total_of,
    totals_by_seller,
    with_less,
    with_more,
)
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.ledger import Catalogue, Item, Seller
from smilepay_cli.vocabulary.money import LARGEST_SUM, MOST_MINOR, Money

SELLERS = {name: Seller(name, name.title(), 60) for name in ("cafe", "kiosk")}
PRICES = {"latte": ("cafe", 380), "cake": ("cafe", 420), "water": ("kiosk", 190), "yacht": ("kiosk", MOST_MINOR)}
CATALOGUE = Catalogue(
    "EUR",
    SELLERS,
    {name: Item(name, name.title(), seller, Money(minor, "EUR")) for name, (seller, minor) in PRICES.items()},
    60,
)
CHANGES = st.lists(st.tuples(st.sampled_from(list(PRICES)), st.integers(-1200, 1200).filter(bool)), max_size=25)


def after(changes: list[tuple[str, int]]) -> Basket:
    basket = Basket()
    for item, quantity in changes:
        if quantity < 0:
            basket = with_less(basket, item, -quantity)
        elif basket.of(item) + quantity <= MOST_OF_ONE:
            basket = with_more(basket, CATALOGUE, item, quantity)
    return basket


@given(CHANGES)
def test_sums_are_those_of_the_lines(changes: list[tuple[str, int]]) -> None:
    """The total, what sellers get, and the count; nothing of it is anything but an integer."""
    basket = after(changes)
    by_hand = sum(PRICES[item][1] * quantity for item, quantity in basket.quantities.items())
    total = total_of(basket, CATALOGUE)
    assert total == Money(by_hand, "EUR") and type(total.minor) is int
    shares = totals_by_seller(basket, CATALOGUE)
    assert sum(share.minor for share in shares.values()) == by_hand
    assert set(shares) == {PRICES[item][0] for item in basket.quantities}
    assert basket.count == sum(line.quantity for line in lines_of(basket, CATALOGUE))


@given(CHANGES)
def test_a_basket_holds_from_one_to_the_most_of_each(changes: list[tuple[str, int]]) -> None:
    basket = after(changes)
    assert all(1 <= quantity <= MOST_OF_ONE for quantity in basket.quantities.values())
    assert bool(basket) == (basket.count > 0)


@given(CHANGES)
def test_its_picks_say_all_of_it(changes: list[tuple[str, int]]) -> None:
    """What the command line takes makes the same basket, in the same order."""
    basket = after(changes)
    again = basket_of(CATALOGUE, basket.picks)
    assert list(again.quantities.items()) == list(basket.quantities.items())


@given(CHANGES, st.sampled_from(list(PRICES)), st.integers(1, MOST_OF_ONE))
def test_what_is_put_in_can_be_taken_out(changes: list[tuple[str, int]], item: str, quantity: int) -> None:
    """And the basket of before was not touched."""
    basket = after(changes)
    before = dict(basket.quantities)
    if basket.of(item) + quantity > MOST_OF_ONE:
        with pytest.raises(UsageProblem, match="no more than 999"):
            with_more(basket, CATALOGUE, item, quantity)
    else:
        more = with_more(basket, CATALOGUE, item, quantity)
        assert dict(with_less(more, item, quantity).quantities) == before
    assert dict(basket.quantities) == before


def test_taking_away_what_is_not_there_changes_nothing() -> None:
    assert with_less(Basket({"latte": 1}), "cake") == Basket({"latte": 1})


@pytest.mark.parametrize(
    ("picks", "said"),
    [
        (["lattte"], "there is no 'lattte'"),
        (["latte=0"], "whole number from 1 to 999"),
        (["latte=1000"], "whole number from 1 to 999"),
        (["latte="], "whole number"),
        (["latte=1.5"], "whole number"),
        (["latte=" + "9" * 5000], "whole number"),
        (["latte=999", "latte"], "no more than 999"),
    ],
)
def test_picks_that_make_no_sense(picks: list[str], said: str) -> None:
    """A number of five thousand digits is no crash either."""
    with pytest.raises(UsageProblem, match=said):
        basket_of(CATALOGUE, picks)


def test_no_order_costs_more_than_a_wallet_holds() -> None:
    """JSON could not say it exactly, and so no event."""
    dear = Catalogue("EUR", SELLERS, {n: Item(n, n, "cafe", Money(MOST_MINOR, "EUR")) for n in map(str, range(10))}, 60)
    full = basket_of(dear, [f"{number}=999" for number in range(9)])
    assert total_of(full, dear).minor <= LARGEST_SUM
    with pytest.raises(UsageProblem, match="more than any wallet holds"):
        with_more(full, dear, "9", 999)
