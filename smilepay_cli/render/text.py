"""Plain words for people: amounts, moments, errors.

Amounts are Babel's. In English they look the same on every machine: point, groups of three, the currency's code
behind. That is how they are typed, and what pages and tests can rely on. Other languages have them their way
(vocabulary/language.py).

Babel takes a fifth of the time of a look at the balance. As with Rich (paper.py), what it would write is written
without it where only lines and small tables are asked for off a terminal, which is where Rich is not loaded either;
messages have amounts in that form too. A test holds one against the other.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.language import current, tr, trn
from smilepay_cli.vocabulary.money import Money, decimals, in_words

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

LOCALE = "en"


def amount(money: Money, *, sign: bool = False) -> str:
    """`20.00 EUR`, with a sign where movements are listed."""
    return in_currency(money.decimal, money.currency, sign=sign)


def in_currency(decimal: Decimal, currency: str, *, sign: bool = False) -> str:
    """Major units with the decimals of the currency, and more only where the amount has more."""
    if told := current().amount:
        return told(decimal, currency, sign)
    plus = sign and decimal > 0
    if "rich" not in sys.modules:
        return ("+" if plus else "") + in_words(decimal, currency)
    pattern = _pattern(decimals(decimal, currency), plus)
    return str(pattern.apply(decimal, LOCALE, currency=currency, currency_digits=False))


@cache
def _pattern(places: int, plus: bool) -> NumberPattern:
    from babel.numbers import parse_pattern

    digits = "#,##0" + ("." + "0" * places if places else "")
    return parse_pattern(f"{'+' if plus else ''}{digits} ¤¤")


def percent(fee_bp: int) -> str:
    """Basis points as people know them: `0.6 %`."""
    return f"{Decimal(fee_bp).scaleb(-2):.2f}".rstrip("0").rstrip(".") + " %"


def moment(at: datetime) -> str:
    """Local time to the second."""
    told = current().moment
    return told(at) if told else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def short_moment(at: datetime) -> str:
    """The same without the year, for tables."""
    told = current().short_moment
    return told(at) if told else at.astimezone().strftime("%m-%d %H:%M:%S")


def error_lines(message: str, hint: str | None) -> str:
    """What is wrong in one line, what to do in the next."""
    return f"smilepay: {message}" + (f"\n  {hint}" if hint else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 reference`, `2 references`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def cut_in_the_middle(text: str, most: int) -> str:
    """No more than `most` letters: paths differ at their ends, and begin alike."""
    if len(text) <= most:
        return text
    begin = most // 4
    return f"{text[:begin]}…{text[begin + 1 - most :]}"


def events(count: int) -> str:
    """`1 event`, `2 events`."""
    return trn(count, "{count} event", "{count} events")


def transactions(count: int) -> str:
    """`1 transaction`, `2 transactions`."""
    return trn(count, "{count} transaction", "{count} transactions")


def all_of(names: Sequence[str]) -> str:
    """`kiosk`, `kiosk and cafe`, `kiosk, cafe and philately`."""
    *others, last = names
    return tr("{others} and {last}", others=", ".join(others), last=last) if others else last
