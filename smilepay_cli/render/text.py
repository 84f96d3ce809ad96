"""Plain words for people: amounts, moments, errors. Of libraries that take time to load only Babel, for amounts.

Amounts look the same everywhere, whatever the language of the machine: point, groups of three, the currency's code
behind. That is how they are typed, what pages and tests can rely on, and how messages have them (`Money.__str__`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.money import Money, decimals

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

LOCALE = "en"


def amount(money: Money, *, sign: bool = False) -> str:
    """`20.00 EUR`, with a sign where movements are listed."""
    return in_currency(money.decimal, money.currency, sign=sign)


def in_currency(decimal: Decimal, currency: str, *, sign: bool = False) -> str:
    """Major units with the decimals of the currency, and more only where the amount has more."""
    pattern = _pattern(decimals(decimal, currency), sign and decimal > 0)
    return str(pattern.apply(decimal, LOCALE, currency=currency, currency_digits=False))


@cache
def _pattern(places: int, plus: bool) -> NumberPattern:
    from babel.numbers import parse_pattern

    digits = "#,##0" + ("." + "0" * places if places else "")
    return parse_pattern(f"{'+' if plus else ''}{digits} ¤¤")


def percent(fee_bp: int) -> str:
    """Basis points as people know them: `0.6 %`."""
    from babel.numbers import format_decimal

    return f"{format_decimal(Decimal(fee_bp).scaleb(-2), '0.##', locale=LOCALE)} %"


def moment(at: datetime) -> str:
    """Local time to the second."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def error_lines(message: str, hint: str | None) -> str:
    """What is wrong in one line, what to do in the next."""
    return f"smilepay: {message}" + (f"\n  {hint}" if hint else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 reference`, `2 references`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
