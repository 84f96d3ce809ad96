"""Money: whole minor units of one currency, never a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.money import _EXPONENTS, Money, exponent, parse_amount

SHOWN_IN_WHOLE_UNITS = {
    **dict.fromkeys(("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2),
    "IQD": 3,
}
"""Where CLDR shows no decimals although ISO 4217 has a minor unit. A ledger counts in the minor unit."""
CURRENCIES = st.sampled_from(["EUR", "USD", "CNY", "JPY", "KWD", "XXX"])
MOST = 10**12


@pytest.mark.parametrize(
    ("text", "currency", "minor", "shown"),
    [
        ("3", "EUR", 300, "3.00 EUR"),
        ("3.5", "EUR", 350, "3.50 EUR"),
        ("3.50", "EUR", 350, "3.50 EUR"),
        ("3.500000", "EUR", 350, "3.50 EUR"),
        ("0.01", "EUR", 1, "0.01 EUR"),
        ("0.29", "EUR", 29, "0.29 EUR"),
        ("1234567.89", "EUR", 123_456_789, "1,234,567.89 EUR"),
        ("00012", "EUR", 1_200, "12.00 EUR"),
        ("3", "JPY", 3, "3 JPY"),
        ("1500", "JPY", 1_500, "1,500 JPY"),
        ("3.000", "JPY", 3, "3 JPY"),
        ("3", "KWD", 3_000, "3.000 KWD"),
        ("0.001", "KWD", 1, "0.001 KWD"),
        ("1.125", "KWD", 1_125, "1.125 KWD"),
    ],
)
def test_as_typed_and_as_shown(text: str, currency: str, minor: int, shown: str) -> None:
    """Two decimals, none for yen, three for dinars (ISO 4217)."""
    money = parse_amount(text, currency)
    assert money == Money(minor, currency) and str(money) == shown


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("0", "EUR", "not above zero"),
        ("0.00", "EUR", "not above zero"),
        ("0.001", "EUR", "finer"),
        ("0.005", "EUR", "finer"),
        ("3.5", "JPY", "finer"),
        ("0.0001", "KWD", "finer"),
        ("1.000001", "KWD", "finer"),
        ("10000000000.01", "EUR", "too large"),
        ("1000000000001", "JPY", "too large"),
        ("99999999999999999999", "EUR", "too large"),
        ("99999999999999999999.999999", "EUR", "too large"),
    ],
)
def test_what_a_currency_cannot_hold(text: str, currency: str, says: str) -> None:
    """Exit 2, and the text that was typed."""
    with pytest.raises(UsageProblem, match=says) as problem:
        parse_amount(text, currency, what="deposit")
    assert text in problem.value.message and "deposit" in problem.value.message
    assert problem.value.reason == "bad_amount"


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "-1", "+1", "1e3", "1E3", ".5", "5.", "1,5", "1,000", "1_000", "0x10", "NaN", "inf", "Infinity"],
        *["3 ", " 3", "3\n", "٣", "３", "1.0000001", "9" * 21, "--", "€3", "3 EUR", "\udcff"],
    ],
)
def test_what_is_no_amount(text: str) -> None:
    """Plain decimals only: no signs, exponents, groups, or digits of other scripts."""
    with pytest.raises(UsageProblem, match="is not an amount"):
        parse_amount(text, "EUR")


def test_the_largest_amount() -> None:
    """Inclusive, and in minor units whatever the currency."""
    assert parse_amount("10000000000", "EUR").minor == MOST
    assert parse_amount("1000000000000", "JPY").minor == MOST
    assert parse_amount("1000000000", "KWD").minor == MOST


@given(st.integers(1, MOST), CURRENCIES)
def test_what_is_shown_reads_back(minor: int, currency: str) -> None:
    """For every amount that can be typed."""
    money = Money(minor, currency)
    assert parse_amount(str(money).removesuffix(f" {currency}").replace(",", ""), currency) == money
    assert parse_amount(str(money.decimal), currency) == money
    assert -money.decimal.as_tuple().exponent == exponent(currency)  # type: ignore[operator]


@given(st.integers(-(10**18), 10**18), CURRENCIES)
def test_major_units_are_exact(minor: int, currency: str) -> None:
    """Far beyond what a float could tell apart, also below zero."""
    assert Money(minor, currency).decimal * 10 ** exponent(currency) == minor


def test_decimals_are_those_that_the_world_uses() -> None:
    """Our table against Babel's (CLDR), for every currency that is legal tender somewhere today."""
    from babel import Locale
    from babel.core import get_global
    from babel.numbers import get_currency_precision

    tender = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _, until, is_tender in currencies
        if until is None and is_tender
    }
    assert len(tender) > 140 and tender <= set(Locale("en").currencies)
    ours = {code: exponent(code) for code in tender}
    differ = {code: digits for code, digits in ours.items() if digits != get_currency_precision(code)}
    assert differ == SHOWN_IN_WHOLE_UNITS
    assert set(_EXPONENTS) - tender == {"CLF", "UYI", "UYW"}, "units of account, in ISO 4217 all the same"
    for code in ("CLF", "UYI", "UYW"):
        assert exponent(code) == get_currency_precision(code)


@pytest.mark.parametrize("minor", [3.0, True, "3", Decimal(3), None])
def test_only_whole_numbers(minor: object) -> None:
    """A float, even a whole one, is a bug."""
    with pytest.raises(TypeError, match="minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


def test_no_float_by_multiplication() -> None:
    """Half of an amount is not an amount."""
    with pytest.raises(TypeError):
        Money(3, "EUR") * 0.5  # type: ignore[operator]


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_sums_and_order_are_those_of_the_minor_units(first: int, second: int) -> None:
    """Plain integers underneath."""
    a, b = Money(first, "EUR"), Money(second, "EUR")
    assert (a + b).minor == first + second and (a - b).minor == first - second and (-a).minor == -first
    assert (a < b, a <= b, a > b, a >= b, a == b) == (
        first < second, first <= second, first > second, first >= second, first == second,
    )  # fmt: skip


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_currencies_do_not_mix(operation: str) -> None:
    """Three euros and three yen are not six of anything."""
    with pytest.raises(ValueError, match="cannot be put together"):
        getattr(Money(3, "EUR"), operation)(Money(3, "JPY"))
    assert Money(3, "EUR") != Money(3, "JPY")
