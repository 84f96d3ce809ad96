"""Attempts that are under way: taken before a face is compared, given back with the event that tells of it."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.vocabulary.events import Slot
from smilepay_cli.vocabulary.instants import iso


class SqliteSlots:
    """The slots."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def take(self, event_id: str, terminal: str, account_id: str | None, taken_at: datetime) -> None:
        """Open one. Call inside `writing`."""
        self._db.execute(
            "INSERT INTO slots (event_id, terminal, account_id, taken_at, after_seq)"
            " SELECT ?, ?, ?, ?, coalesce(max(seq), 0) FROM events",
            (event_id, terminal, account_id, iso(taken_at)),
        )

    def give_back(self, event_id: str) -> None:
        """Close it; no effect when it is gone already."""
        self._db.execute("DELETE FROM slots WHERE event_id = ?", (event_id,))

    def at(self, terminal: str) -> list[Slot]:
        """Those at a terminal, oldest first."""
        return self._slots("terminal", "terminal", terminal)

    def against(self, account_id: str) -> list[Slot]:
        """Those that claim an account, at every terminal, oldest first."""
        return self._slots("account_id", "counts_against", account_id)

    def drop(self, *, terminal: str | None = None, account_id: str | None = None) -> None:
        """Away with all of a terminal, and all that claim an account."""
        self._db.execute("DELETE FROM slots WHERE terminal = ? OR account_id = ?", (terminal, account_id))

    def sweep(self, before: datetime) -> None:
        """Away with those taken before then."""
        self._db.execute("DELETE FROM slots WHERE taken_at < ?", (iso(before),))

    def _slots(self, column: str, column_of_events: str, value: str) -> list[Slot]:
        rows = self._db.execute(
            f"SELECT event_id, taken_at, after_seq <"
            f" coalesce((SELECT max(seq) FROM events WHERE {column_of_events} = ?1 AND throttle = 'clear'), 0)"
            f" FROM slots WHERE {column} = ?1 ORDER BY slots.rowid",
            (value,),
        )
        return [Slot(event_id, moment(taken_at), bool(cleared)) for event_id, taken_at, cleared in rows]
