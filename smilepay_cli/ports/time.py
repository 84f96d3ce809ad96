"""Time and names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class Clock(Protocol):
    """Time. Verbs ask here and nowhere else."""

    def now(self) -> datetime:
        """The wall clock, with time zone UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow, for time limits."""

    def pause(self, seconds: float) -> None:
        """Wait about that long, by chance more or less: those who wait for one thing must not meet at it again."""


class Ids(Protocol):
    """Names for new things, made before they are stored."""

    def new(self, kind: str) -> str:
        """`kind` is a short prefix: ord, pay, evt, ..."""
