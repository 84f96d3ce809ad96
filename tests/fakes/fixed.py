"""A clock and ids that give the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

CEBIT = datetime(2015, 3, 15, 17, 0, tzinfo=UTC)
"""The evening when Smile to Pay was shown first."""


class FixedClock:
    """Starts at `start` and moves on by `step` whenever it is asked; `advance` moves it too."""

    def __init__(self, start: datetime = CEBIT, step: timedelta = timedelta(milliseconds=1)) -> None:
        self.moment = start
        self.step = step

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment

    def monotonic(self) -> float:
        return self.now().timestamp()

    def pause(self, seconds: float) -> None:
        """Nobody waits here: time moves on."""
        self.moment += timedelta(seconds=seconds)

    def advance(self, **span: float) -> None:
        """For example `advance(minutes=10)`."""
        self.moment += timedelta(**span)


class CountingIds:
    """ord_0001, pay_0001, pay_0002, ..."""

    def __init__(self, counts: Mapping[str, int] = MappingProxyType({})) -> None:
        self.counts = Counter(counts)

    def new(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{kind}_{self.counts[kind]:04d}"
