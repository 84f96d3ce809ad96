"""The audit events as they lie in the file, and the digests of everything ever presented."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.adapters.store.schema import guards
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.events import Event, EventFilter, StoredEvent

_BEYOND = 2**63 - 1
"""A number that no event has."""


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

    def stored(self) -> Generator[StoredEvent]:
        """All rows, oldest first, as bytes would have it: a text that is no UTF-8 any more is still read."""
        return self._stored("ORDER BY seq")

    def _stored(self, order: str) -> Generator[StoredEvent]:
        from smilepay_cli.vocabulary.events import StoredEvent

        for seq, digest, body in self._db.execute(
            f"SELECT seq, CAST(hash AS BLOB), CAST(body AS BLOB) FROM events {order}"
        ):
            yield StoredEvent(seq, digest.decode("utf-8", "surrogateescape"), body.decode("utf-8", "surrogateescape"))

    def by_id(self, event_id: str) -> Event | None:
        """One event; also found by its number in the chain."""
        column = "seq" if event_id.isdecimal() else "id"
        row = self._db.execute(f"SELECT seq, hash, body FROM events WHERE {column} = ?", (event_id,)).fetchone()
        return _event(row) if row else None

    def latest(self, limit: int, wanted: EventFilter | None = None) -> list[Event]:
        """Newest first; with a filter, those it asks for."""
        conditions, values = self._conditions(wanted) if wanted else ([], [])
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._db.execute(
            f"SELECT seq, hash, body FROM events {where} ORDER BY seq DESC LIMIT ?", (*values, limit)
        )
        return [_event(row) for row in rows]

    def newest_ids(self, limit: int) -> list[str]:
        """Ids of events, newest first; of a row that is not what was written there may be none."""
        rows = self._db.execute("SELECT id FROM events ORDER BY seq DESC LIMIT ?", (limit,))
        return [event_id for (event_id,) in rows if isinstance(event_id, str)]

    def head(self) -> StoredEvent | None:
        """The newest row as it lies in the file."""
        return next(self._stored("ORDER BY seq DESC LIMIT 1"), None)

    def count(self) -> int:
        """How many rows there are."""
        return int(self._db.execute("SELECT count(*) FROM events").fetchone()[0])

    def readable(self) -> Generator[Event]:
        """All that can be read at all, oldest first, believed or not."""
        for row in self.stored():
            with suppress(ChainBroken):
                yield _event((row.seq, row.hash, row.body))

    def _conditions(self, wanted: EventFilter) -> tuple[list[str], list[str | int]]:
        """SQL conditions and their values. Times become numbers first, by the index: clocks jump, so the numbers only
        narrow down what is read, and each event's own time decides.
        """
        since, until = (iso(at) if at else None for at in (wanted.since, wanted.until))
        edges = "SELECT {}(seq) FROM events INDEXED BY events_by_time WHERE at {} ?"
        first, last = (
            self._db.execute(edges.format(edge, side), (at,)).fetchone()[0] or nothing if at else None
            for edge, side, at, nothing in (("min", ">=", since, _BEYOND), ("max", "<", until, -1))
        )
        asked: list[tuple[str, str | int | None]] = [
            ("seq >= ?", first),
            ("seq <= ?", last),
            ("at >= ?", since),
            ("at < ?", until),
            ("account = ?", wanted.account_id),
            ("outcome = ?", "refused" if wanted.outcome == "failed" else wanted.outcome),
            ("json_extract(body, '$.reason') = ?", wanted.reason),
            ("json_extract(body, '$.command') = ?", wanted.command),
            ("json_extract(body, '$.currency') = ?", wanted.currency),
            ("json_extract(body, '$.amount_minor') >= ?", wanted.min_minor),
            ("json_extract(body, '$.amount_minor') <= ?", wanted.max_minor),
        ]
        conditions = [sql for sql, value in asked if value is not None]
        if any(value is not None for sql, value in asked if "json_extract" in sql):
            conditions.append("json_valid(body)")
        if wanted.outcome == "failed":
            conditions.append("json_extract(body, '$.exit') NOT BETWEEN 10 AND 23")
        return conditions, [value for _, value in asked if value is not None]

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
        return [moment(at) for (at,) in rows]


def _event(row: tuple[int, str, str]) -> Event:
    import json

    from smilepay_cli.vocabulary.events import Event

    seq, digest, text = row
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ChainBroken(tr("event {seq} is not what was written", seq=seq), hint=tr("see: smilepay audit verify"))
    return Event(seq=seq, hash=digest, body=body)
