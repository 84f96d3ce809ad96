"""What is seen of a wallet in passing: for suggestions, never for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smilepay_cli.vocabulary.money import Money

MOST_TOLD = 100
"""Orders, payments or events that are told at once: more than anybody picks from."""


class WalletState(StrEnum):
    """What a look from outside tells of a wallet. Its key is not looked at."""

    MISSING = "missing"
    READY = "ready"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """An order, a payment or an event. `name` is whose it is, None where nobody is known any more."""

    id: str
    name: str | None = None
    amount: Money | None = None
    what: str | None = None
    """Of an event: which command it tells of, and how that ended."""
