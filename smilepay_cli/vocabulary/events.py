"""The audit trail's records: what happened, in one chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GENESIS = "0" * 64
"""`previous` of the first event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One link. `body` is everything that was recorded, `hash` the SHA-256 of its canonical JSON."""

    seq: int
    hash: str
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id that people use."""
        return str(self.body["id"])


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A row as it lies in the file, not yet believed."""

    seq: int
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Slot:
    """An attempt that may compare a face and has no event yet. `cleared`: a success or an unlock came after it."""

    event_id: str
    taken_at: datetime
    cleared: bool


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list; None asks for nothing. Amounts are minor units of `currency`."""

    account_id: str | None = None
    outcome: str | None = None
    """done, refused (all that was not done), or failed (of those, what no rule refused)."""
    reason: str | None = None
    command: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    min_minor: int | None = None
    max_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed head of the chain, kept outside the wallet. What it is as text: rules/checkpoints.py."""

    wallet: str
    seq: int
    """Number of the event that it covers, and so how many there were."""
    head: str
    """That event's hash."""
    transactions: int
    balances: str
    """Digest of all balances that follow from the events up to there."""
    at: str
    public_key: str
    """Ed25519, raw, in hex."""
    signature: str = ""
    """In hex, over everything else; empty before it is signed."""
