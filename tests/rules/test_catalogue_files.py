"""A catalogue's text: fees exact, and each mistake told with its line or its key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.catalogue_files import Unreadable, read_catalogue

TEXT = """currency = "EUR"
fee = "0.6 %"

[sellers]
kiosk = "Kiosk"
cafe = { title = "Cafe", fee = "0.45 %" }

[[items]]
id = "latte"
title = "Latte"
seller = "cafe"
price = "3.80"
"""


def test_fees_are_everybodys_or_a_sellers_own() -> None:
    """In basis points; a seller who is gone has everybody's."""
    catalogue = read_catalogue(TEXT)
    assert [catalogue.fee_of(seller) for seller in ("kiosk", "cafe", "gone")] == [60, 45, 60]


def test_without_a_fee_there_is_none() -> None:
    """What a file does not say is not taken."""
    assert read_catalogue(TEXT.replace('fee = "0.6 %"', "", 1)).fee_of("kiosk") == 0


@given(st.integers(0, 10_000))
def test_every_fee_that_can_be_written_is_exact(fee_bp: int) -> None:
    """Two decimals of a percent, without a float in between: 0.29 % is 29, not 28."""
    typed = f"{fee_bp // 100}.{fee_bp % 100:02d}%"
    assert read_catalogue(TEXT.replace("0.6 %", typed)).fee_of("kiosk") == fee_bp


@pytest.mark.parametrize(
    "fee", ['"0.6"', '"0,6 %"', '"-1 %"', '"0.625 %"', '"100.01 %"', '"1e1 %"', '" %"', '"٣ %"', "0.6", "1", "true"]
)
def test_what_is_no_fee(fee: str) -> None:
    """Exit 2 with how to write it; a number alone could be a share or a percentage."""
    with pytest.raises(Unreadable, match=r'^fee: .* is no fee; .* "0.6 %"'):
        read_catalogue(TEXT.replace('"0.6 %"', fee))
    with pytest.raises(Unreadable, match=r"^sellers.cafe.fee: "):
        read_catalogue(TEXT.replace('"0.45 %"', fee))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "Latte"', "title = Latte", "line 10"),
        ('"EUR"', '"Euro"', "currency: 'Euro'"),
        ("[[items]]", "[[item]]", "did you mean 'items'"),
        ("title = ", "titel = ", "sellers.cafe.titel: no such key; did you mean 'title'"),
        ('price = "3.80"', "price = true", "item 'latte': a price is needed"),
        ('price = "3.80"', 'price = "3.80"\nstock = 3', "item 'latte', stock: no such key"),
        ('price = "3.80"', 'price = "-3"', "item 'latte': price '-3' is not an amount"),
        ('seller = "cafe"', 'seller = "coffee"', "item 'latte': it is sold by 'coffee'"),
        ('id = "latte"', 'id = "a=2"', "could not be typed"),
        ('id = "latte"', 'id = "--latte"', "could not be typed"),
        ('title = "Latte"', 'title = "Lat\\nte"', "item 'latte', title: one line"),
        ("kiosk =", "Fees =", "sellers.Fees"),
    ],
)
def test_a_mistake_is_told_where_it_is(old: str, new: str, says: str) -> None:
    """One line for people, with the line of the file or the key."""
    assert old in TEXT
    with pytest.raises(Unreadable) as problem:
        read_catalogue(TEXT.replace(old, new, 1))
    assert says in str(problem.value) and "\n" not in str(problem.value)


def test_prices_may_be_numbers_and_stay_exact() -> None:
    """As they are typed: 0.29 is 29 cents, whatever a float makes of it."""
    items = read_catalogue(TEXT.replace('"3.80"', "0.29")).items
    assert items["latte"].price.minor == 29
    assert read_catalogue(TEXT.replace('"3.80"', "4")).items["latte"].price.minor == 400
