"""Frames that a decision rested on, encrypted and for a time. No facts: they go when the time is up, or the person."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.vocabulary.evidence import SealedFrame
from smilepay_cli.vocabulary.instants import iso


class SqliteKeptFrames:
    """The kept frames."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, frame: SealedFrame) -> None:
        """Keep one. Call inside `writing`."""
        self._db.execute(
            "INSERT INTO kept_frames (event_id, number, account_id, kept_until, sealed) VALUES (?, ?, ?, ?, ?)",
            (frame.event_id, frame.number, frame.account_id, iso(frame.kept_until), frame.sealed),
        )

    def of(self, event_id: str, now: datetime) -> list[SealedFrame]:
        """Those of one event whose time is not up, in the order of the capture."""
        rows = self._db.execute(
            "SELECT event_id, number, account_id, sealed, kept_until FROM kept_frames"
            " WHERE event_id = ? AND kept_until > ? ORDER BY number",
            (event_id, iso(now)),
        )
        return [
            SealedFrame(event, number, account_id, sealed, moment(until))
            for event, number, account_id, sealed, until in rows
        ]

    def count(self) -> int:
        """Of everybody."""
        return int(self._db.execute("SELECT count(*) FROM kept_frames").fetchone()[0])

    def expire(self, now: datetime) -> int:
        """Away with those whose time is up; how many there were."""
        return self._db.execute("DELETE FROM kept_frames WHERE kept_until <= ?", (iso(now),)).rowcount

    def drop_of_nobody(self) -> int:
        """Away with those of attempts in which nobody was recognised or claimed; how many there were."""
        return self._db.execute("DELETE FROM kept_frames WHERE account_id IS NULL").rowcount
