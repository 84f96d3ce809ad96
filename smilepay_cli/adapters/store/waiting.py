"""Waiting for those who use the wallet at the same moment.

SQLite's own way of waiting sleeps longer and longer, up to a tenth of a second, so whoever has waited longest looks
least often, and a busy wallet starves them. Ours looks every few milliseconds, by chance more or less, for everybody.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOCK_WAIT_SECONDS = 10.0
"""How long anybody waits for another one before the wallet counts as locked."""
LONGEST_WAIT_OF_EIGHT = 5.0
"""Seconds within which each of eight processes that pay without a pause has its answer, every time. The worst of
thousands, measured by `python -m benchmarks.ledger` on a machine of two cores, is in docs/operations.md."""
_FIRST_SLEEP, _GROWTH, _LONGEST_SLEEP = 0.001, 1.3, 0.008
"""Seconds. A payment holds the wallet for one to three milliseconds."""


def patiently(step: Callable[[], T], seconds: float | None = None) -> T:
    """Try again while others hold the file (LOCK_WAIT_SECONDS). Raises sqlite3.OperationalError after that."""
    until = time.monotonic() + (LOCK_WAIT_SECONDS if seconds is None else seconds)
    longest = _FIRST_SLEEP
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        import random  # only who waits needs it

        time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - so that those who wait do not meet again
        longest = min(_GROWTH * longest, _LONGEST_SLEEP)


def primary_code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
