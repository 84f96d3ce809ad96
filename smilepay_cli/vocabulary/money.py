"""Money: an integer of minor units and an ISO 4217 currency. No float ever holds an amount."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""ISO 4217, list one: the currencies whose minor unit is no hundredth. A test holds it against Babel's data."""
_EXPONENTS = {currency: digits for digits, currencies in _DECIMALS.items() for currency in currencies.split()}
WHAT = (marked("amount"), marked("deposit"), marked("price"))
"""What an amount can be called."""
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,6})?")
MOST_MINOR = 10**12
"""Largest amount accepted; orders of such prices stay inside LARGEST_SUM."""
LARGEST_SUM = 2**53 - 1
"""Most minor units that a wallet holds in all: what JSON, and so an event, can say exactly (RFC 8785)."""


def exponent(currency: str) -> int:
    """Decimals of a currency (ISO 4217 minor unit)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents) of one currency; may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        """For messages: what Babel makes of it for people (render/text.py), without loading Babel."""
        return in_words(self.decimal, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be put together")
        return other


def in_words(decimal: Decimal, currency: str) -> str:
    """`1,234.50 EUR`: with the currency's decimals, and with all that a limit of a policy has."""
    return f"{decimal:,.{decimals(decimal, currency)}f} {currency}"


def decimals(decimal: Decimal, currency: str) -> int:
    """How many decimals show the whole of an amount in major units, and no fewer than its currency has."""
    finest = decimal.normalize().as_tuple().exponent
    return max(exponent(currency), -finest if isinstance(finest, int) else 0)


def parse_amount(text: str, currency: str, *, what: str = "amount") -> Money:
    """An amount above zero as typed, in major units: `3`, `3.50`.

    Raises UsageProblem when it is no plain decimal, not above zero, too large, or finer than the currency.
    """
    if not _AMOUNT.fullmatch(text):
        raise UsageProblem(
            tr("{what} {text!r} is not an amount", what=tr(what), text=text),
            hint=tr("write it like 3 or 3.50"),
            reason="bad_amount",
        )
    scaled = Decimal(text).scaleb(exponent(currency))
    if scaled == 0:
        raise UsageProblem(tr("{what} {text} is not above zero", what=tr(what), text=text), reason="bad_amount")
    if scaled > MOST_MINOR:
        raise UsageProblem(tr("{what} {text} is too large", what=tr(what), text=text), reason="bad_amount")
    if scaled != scaled.to_integral_value():
        raise UsageProblem(
            tr(
                "{what} {text} is finer than the smallest unit of {currency}",
                what=tr(what),
                text=text,
                currency=currency,
            ),
            reason="bad_amount",
        )
    return Money(int(scaled), currency)
