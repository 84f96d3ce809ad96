"""The audit events as they lie in the file, and the digests of everything ever presented."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.store.schema import guards
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.instants import from_iso, iso

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.events import Event, StoredEvent


class SqliteTrail:
    """The trail. Adds events, never changes one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def append(self, draft: Mapping[str, Any]) -> Event:
        """Link a draft to the chain's end and keep it. Call inside `writing`."""
        from smilepay_cli.rules.chain import seal
        from smilepay_cli.vocabulary.events import GENESIS

        last = self._db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
        event, text = seal(draft, seq=seq, previous=previous)
        self._db.execute("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", (event.seq, event.hash, text))
        return event

    def stored(self) -> Iterator[StoredEvent]:
        """All rows, oldest first, as bytes would have it: a text that is no UTF-8 any more is still read."""
        from smilepay_cli.vocabulary.events import StoredEvent

        for seq, digest, body in self._db.execute(
            "SELECT seq, CAST(hash AS BLOB), CAST(body AS BLOB) FROM events ORDER BY seq"
        ):
            yield StoredEvent(seq, digest.decode("utf-8", "surrogateescape"), body.decode("utf-8", "surrogateescape"))

    def by_id(self, event_id: str) -> Event | None:
        """One event; also found by its number in the chain."""
        column = "seq" if event_id.isdecimal() else "id"
        row = self._db.execute(f"SELECT seq, hash, body FROM events WHERE {column} = ?", (event_id,)).fetchone()
        return _event(row) if row else None

    def latest(self, limit: int, *, account_id: str | None = None, outcome: str | None = None) -> list[Event]:
        """Newest first. `account_id` None is everybody's."""
        rows = self._db.execute(
            "SELECT seq, hash, body FROM events"
            " WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR outcome = ?2) ORDER BY seq DESC LIMIT ?3",
            (account_id, outcome, limit),
        )
        return [_event(row) for row in rows]

    def strikes_at(self, terminal: str, since: datetime) -> list[datetime]:
        """Strikes at a terminal since then, after the last success or unlock there."""
        return self._strikes("terminal", terminal, since)

    def strikes_against(self, account_id: str, since: datetime) -> list[datetime]:
        """Strikes that count against an account since then, after the last that cleared it."""
        return self._strikes("counts_against", account_id, since)

    def seen(self, digests: Sequence[str]) -> str | None:
        """Id of the event that first presented one of these digests."""
        import json

        row = self._db.execute(
            "SELECT event_id FROM presentations WHERE digest IN (SELECT value FROM json_each(?))"
            " ORDER BY rowid LIMIT 1",
            (json.dumps(list(digests)),),  # one text: a long capture has more digests than a statement has places
        ).fetchone()
        return row[0] if row else None

    def mark_seen(self, digests: Sequence[str], event_id: str) -> None:
        """Remember what was presented; the first presentation stays the one that counts."""
        self._db.executemany(
            "INSERT INTO presentations (digest, event_id) SELECT ?1, ?2"
            " WHERE NOT EXISTS (SELECT 1 FROM presentations WHERE digest = ?1)",
            [(digest, event_id) for digest in digests],
        )

    def guards_missing(self) -> list[str]:
        """Names of the triggers against changes that are not there, or not as they were made."""
        there = dict(self._db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return [name for name, text in guards().items() if there.get(name) != text]

    def _strikes(self, column: str, value: str, since: datetime) -> list[datetime]:
        rows = self._db.execute(
            f"SELECT at FROM events WHERE {column} = ?1 AND throttle = 'strike' AND at >= ?2 AND seq >"
            f" coalesce((SELECT max(seq) FROM events WHERE {column} = ?1 AND throttle = 'clear'), 0) ORDER BY seq",
            (value, iso(since)),
        )
        return [from_iso(at) for (at,) in rows]


def _event(row: tuple[int, str, str]) -> Event:
    import json

    from smilepay_cli.vocabulary.events import Event

    seq, digest, text = row
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ChainBroken(f"event {seq} is not what was written", hint="see: smilepay audit verify")
    return Event(seq=seq, hash=digest, body=body)
