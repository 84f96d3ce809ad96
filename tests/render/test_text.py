"""Amounts for people: Babel's, and the same in every message."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from babel.numbers import parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.render.text import amount, in_currency, percent
from smilepay_cli.vocabulary.money import Money

CURRENCIES = st.sampled_from(["EUR", "USD", "CNY", "JPY", "KWD", "CLF", "XXX"])


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (450, "EUR", "4.50 EUR"),
        (123_456_789, "EUR", "1,234,567.89 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (1_500, "JPY", "1,500 JPY"),
        (1_125, "KWD", "1.125 KWD"),
        (0, "CNY", "0.00 CNY"),
    ],
)
def test_an_amount(minor: int, currency: str, shown: str) -> None:
    """The code behind: symbols would be those of several currencies."""
    assert amount(Money(minor, currency)) == shown


def test_a_sign_where_it_is_asked_for() -> None:
    """In statements; nothing is neither."""
    signed = [amount(Money(minor, "EUR"), sign=True) for minor in (5, -5, 0)]
    assert signed == ["+0.05 EUR", "-0.05 EUR", "0.00 EUR"]


@given(st.integers(-(10**18), 10**18), CURRENCIES, st.booleans())
def test_what_is_written_without_babel_is_what_babel_writes(minor: int, currency: str, sign: bool) -> None:
    """Nobody must see two forms of one amount. Exact, far beyond a float."""
    import rich  # noqa: F401  # which is when Babel is asked

    money = Money(minor, currency)
    by_babel = amount(money, sign=sign)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "rich")
        patch.setattr("smilepay_cli.render.text._pattern", None)
        assert amount(money, sign=sign) == by_babel
    assert str(money) == by_babel.removeprefix("+"), "and messages have it too"


def test_babel_is_asked_where_rich_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test before this one would hold something against itself."""
    asked: list[tuple[int, bool]] = []

    def pattern(places: int, plus: bool) -> object:
        asked.append((places, plus))
        return parse_pattern("0")

    import rich  # noqa: F401

    monkeypatch.setattr("smilepay_cli.render.text._pattern", pattern)
    assert amount(Money(450, "EUR")) == "4" and asked == [(2, False)]


def test_the_language_of_the_machine_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An amount that is shown can be typed: with a point, whatever LC_ALL says."""
    for name in ("LC_ALL", "LC_NUMERIC", "LC_MONETARY", "LANG", "LANGUAGE"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    assert amount(Money(123_450, "EUR")) == "1,234.50 EUR"


@pytest.mark.parametrize(
    ("limit", "currency", "shown"),
    [
        ("500.00", "EUR", "500.00 EUR"),
        ("50", "JPY", "50 JPY"),
        ("0.005", "EUR", "0.005 EUR"),
        ("7", "KWD", "7.000 KWD"),
    ],
)
def test_a_limit_is_never_rounded(limit: str, currency: str, shown: str) -> None:
    """Of a policy, which may be finer than the currency."""
    assert in_currency(Decimal(limit), currency) == shown


@pytest.mark.parametrize(
    ("fee_bp", "shown"), [(0, "0 %"), (60, "0.6 %"), (45, "0.45 %"), (1, "0.01 %"), (10_000, "100 %")]
)
def test_a_fee(fee_bp: int, shown: str) -> None:
    """As it is written in a catalogue."""
    assert percent(fee_bp) == shown
