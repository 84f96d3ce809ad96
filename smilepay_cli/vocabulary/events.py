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
