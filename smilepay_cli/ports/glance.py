"""A look at a wallet that leaves no trace: no home is made, no version brought up to date, no key unlocked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from smilepay_cli.vocabulary.glimpses import Glimpse, WalletState


class Glance(Protocol):
    """What can be seen at once. A wallet that is missing or damaged shows nothing, and nothing is ever raised.

    `prefix` is how an id begins. Of very many, the newest are looked at, and no more than MOST_TOLD are told.
    """

    @property
    def state(self) -> WalletState: ...

    @property
    def enrolled(self) -> int:
        """How many people are."""

    def is_key_usable(self) -> bool:
        """Not where the master key is a file that is missing, or that others can read; a keyring is not asked."""

    def strikes(self, terminal: str, since: datetime, now: datetime) -> Sequence[datetime]:
        """What counts against a terminal since then: refused attempts, and those that were left behind."""

    def is_affordable(self, order_id: str, now: datetime) -> bool:
        """Whether the account of an order has what it costs; so it is where nobody knows."""

    def people(self) -> Sequence[str]:
        """Names of who is enrolled, in order."""

    def sellers(self) -> Sequence[str]:
        """Sellers who were paid."""

    def open_orders(self, now: datetime, prefix: str = "") -> Sequence[Glimpse]:
        """Neither paid nor held, newest first."""

    def open_holds(self, now: datetime, prefix: str = "") -> Sequence[Glimpse]:
        """Authorized, and not captured, voided or expired; newest first."""

    def captured(self, prefix: str = "") -> Sequence[Glimpse]:
        """Payments of which something is left to give back, newest first."""

    def events(self, prefix: str = "") -> Sequence[Glimpse]:
        """Newest first."""


class Shelf(Protocol):
    """What is on sale. A catalogue that cannot be used shows nothing, and nothing is ever raised."""

    def items(self) -> Sequence[Glimpse]:
        """What can be bought: `name` is its title, `amount` its price."""

    def sellers(self) -> Sequence[Glimpse]:
        """Who sells: `name` is what they are called."""
