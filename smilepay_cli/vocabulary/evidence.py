"""Frames that are kept to judge a decision again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SealedFrame:
    """A frame as it lies on disk: encrypted, for a time."""

    event_id: str
    """Of the attempt whose decision rested on it."""
    number: int
    """Its position in the capture."""
    account_id: str | None
    """Whose key locks it; None: the wallet's, since nobody was recognised or claimed."""
    sealed: bytes
    kept_until: datetime
