"""Waiting for those who use the wallet at the same moment.

SQLite's own way of waiting sleeps longer and longer, up to a tenth of a second: whoever has waited longest looks least
often, and a busy wallet starves them. Here it is the other way round. Everybody looks after a few milliseconds, by
chance more or less, and then more and more often, so that the turn goes sooner or later to who has waited longest.
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
_FIRST_SLEEP, _SHRINKS_TO, _SHORTEST_SLEEP = 0.004, 0.8, 0.0003
"""Seconds, and a share. A payment holds the wallet for one to three milliseconds, and leaves it for less than one."""


def patiently(step: Callable[[], T], seconds: float | None = None) -> T:
    """Try again while others hold the file (LOCK_WAIT_SECONDS). Raises sqlite3.OperationalError after that."""
    until = time.monotonic() + (LOCK_WAIT_SECONDS if seconds is None else seconds)
    sleep = _FIRST_SLEEP
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        import random  # only who waits needs it

        time.sleep(random.uniform(sleep / 2, sleep))  # noqa: S311 - so that those who wait do not meet again
        sleep = max(_SHRINKS_TO * sleep, _SHORTEST_SLEEP)


def primary_code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
