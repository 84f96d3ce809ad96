"""Plain words for people: amounts, moments, errors. No library that takes time to load."""

from __future__ import annotations

from datetime import datetime

from smilepay_cli.vocabulary.money import Money


def amount(money: Money, *, sign: bool = False) -> str:
    """`20.00 EUR`, with a sign where movements are listed."""
    return f"+{money}" if sign and money.minor > 0 else str(money)


def moment(at: datetime) -> str:
    """Local time to the second."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def error_lines(message: str, hint: str | None) -> str:
    """What is wrong in one line, what to do in the next."""
    return f"smilepay: {message}" + (f"\n  {hint}" if hint else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 reference`, `2 references`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
