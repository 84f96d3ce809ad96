"""A wallet kept by hand, in whole numbers: what the real one has to say after every step.

It knows no fees: what leaves a payer goes to the sellers and whoever else takes a part of it, and it is that sum which
is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class HandHold:
    """A payment. `ended`: captured, voided, or None while nothing ended it but perhaps the clock."""

    payer: str
    amount: int
    expires_at: datetime
    order: str | None
    ended: str | None = None
    captured: int = 0
    refunded: int = 0
    was_expired: bool = False
    """The clock was once past its end. Should the clock go back, it may count as open again or not."""


@dataclass
class HandBooks:
    """Accounts by their ids, payments by theirs."""

    posted: dict[str, int] = field(default_factory=dict)
    sellers: int = 0
    """What sellers have, and fees."""
    outside: int = 0
    """What came in less what went out."""
    holds: dict[str, HandHold] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    orders: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Whose, and how much."""
    keys: dict[str, tuple[dict[str, Any], str, str]] = field(default_factory=dict)
    """What was asked for with it, the payment and the event that it stands for."""

    def enrolled(self, name: str, account: str) -> None:
        self.names[name] = account
        self.posted.setdefault(account, 0)

    def deposited(self, account: str | None, minor: int) -> None:
        """None is a seller's."""
        self.outside += minor
        if account is None:
            self.sellers += minor
        else:
            self.posted[account] += minor

    def withdrawn(self, account: str | None, minor: int) -> None:
        self.deposited(account, -minor)

    def captured(self, payment: str, minor: int) -> None:
        hold = self.holds[payment]
        assert hold.ended is None and 0 < minor <= hold.amount
        hold.ended, hold.captured = "captured", minor
        self.posted[hold.payer] -= minor
        self.sellers += minor

    def voided(self, payment: str) -> None:
        assert self.holds[payment].ended is None
        self.holds[payment].ended = "voided"

    def refunded(self, payment: str, minor: int) -> None:
        """To the payer, or to the outside where nobody is behind the account any more."""
        hold = self.holds[payment]
        hold.refunded += minor
        assert 0 < hold.refunded <= hold.captured
        self.sellers -= minor
        if hold.payer in self.names.values():
            self.posted[hold.payer] += minor
        else:
            self.outside -= minor

    def forgotten(self, name: str) -> int:
        """What is paid out."""
        account = self.names.pop(name)
        left, self.posted[account] = self.posted[account], 0
        self.outside -= left
        return left

    def clock_is(self, now: datetime) -> None:
        for hold in self.holds.values():
            hold.was_expired |= hold.expires_at <= now

    def surely_open(self, account: str, now: datetime) -> set[str]:
        return {
            payment
            for payment, hold in self.holds.items()
            if hold.payer == account and hold.ended is None and hold.expires_at > now and not hold.was_expired
        }

    def perhaps_open(self, account: str, now: datetime) -> set[str]:
        """Those too that the clock ended, and came back from."""
        return {
            payment
            for payment, hold in self.holds.items()
            if hold.payer == account and hold.ended is None and hold.expires_at > now
        }

    def order_is_paid(self, order: str) -> bool:
        return any(hold.order == order and hold.ended == "captured" for hold in self.holds.values())
