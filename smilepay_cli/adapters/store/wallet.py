"""One wallet file: opened late, every access inside a transaction of ours."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.home import InUse, mentions, prepare_home, sweep_drafts
from smilepay_cli.adapters.store.facts import SqliteFacts
from smilepay_cli.adapters.store.kept import SqliteKeptFrames
from smilepay_cli.adapters.store.ledger import SqliteLedger
from smilepay_cli.adapters.store.opening import block, connect, diagnosis, make_file, pragma, translated, unusable
from smilepay_cli.adapters.store.orders import SqliteOrders
from smilepay_cli.adapters.store.people import SqlitePeople
from smilepay_cli.adapters.store.settings import SqliteSettings
from smilepay_cli.adapters.store.slots import SqliteSlots
from smilepay_cli.adapters.store.trail import SqliteTrail
from smilepay_cli.adapters.store.waiting import patiently
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.ports import Progress
    from smilepay_cli.vocabulary.findings import Examination

THOROUGH_UP_TO = 256_000_000
"""Bytes of a wallet that is examined whole, which takes a second or two. A million events are ten times as much."""
MOST_PROBLEMS = 5
"""How many are told."""
ASIDE = ".before-restore-"
"""What a wallet that a restore has taken the place of is called after its name."""
SCRUB_SECONDS = 10.0
"""How long forgetting waits for those who read the wallet."""


@dataclass(frozen=True, slots=True)
class SqliteBooks:
    """The books of one wallet, on one connection, inside one transaction."""

    settings: SqliteSettings
    people: SqlitePeople
    orders: SqliteOrders
    ledger: SqliteLedger
    trail: SqliteTrail
    facts: SqliteFacts
    slots: SqliteSlots
    kept: SqliteKeptFrames

    @classmethod
    def on(cls, connection: sqlite3.Connection) -> SqliteBooks:
        """All books over a connection."""
        ledger = SqliteLedger(connection)
        orders = SqliteOrders(connection, ledger)
        people = SqlitePeople(connection)
        return cls(
            settings=SqliteSettings(connection),
            people=people,
            orders=orders,
            ledger=ledger,
            trail=SqliteTrail(connection),
            facts=SqliteFacts(connection, ledger, orders, people),
            slots=SqliteSlots(connection),
            kept=SqliteKeptFrames(connection),
        )


class SqliteStore:
    """The store behind a wallet file, `HOME/wallet.db`; made on first use, readable by its owner only."""

    def __init__(self, home: Path, *, name: str = "wallet.db", warn: Callable[[str], None] = lambda _: None) -> None:
        self.path = home / name
        self._warn = warn
        self._connection: sqlite3.Connection | None = None
        self._in_use: InUse | None = None
        self._batching = False

    @contextmanager
    def reading(self) -> Iterator[SqliteBooks]:
        """One consistent view of the wallet."""
        with translated(self.path):
            connection = self._opened()
            if self._batching:
                self._require_batch(connection)
                yield SqliteBooks.on(connection)
                return
            with block(connection, "BEGIN"):
                yield SqliteBooks.on(connection)

    @contextmanager
    def writing(self) -> Iterator[SqliteBooks]:
        """The only writer while it lasts; commits at the end, rolls back on any exception."""
        with translated(self.path):
            connection = self._opened()
            with self._unit(connection) if self._batching else block(connection, "BEGIN IMMEDIATE"):
                yield SqliteBooks.on(connection)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Many `writing` blocks in one transaction: a savepoint each, one wait for the disk at the end of all.

        Each block commits or rolls back by itself as far as later blocks see; others see all of them or none, when
        the batch ends. Whoever is told of a success in here has to know that it is not durable yet: a crash before the
        end of the batch, or an exception that leaves it, loses the whole batch and nothing else. Nobody else can write
        meanwhile. For replays, which start again; no payment that anybody waits for is made in a batch.
        """
        with translated(self.path):
            connection = self._opened()
            with block(connection, "BEGIN IMMEDIATE"):
                self._batching = True
                try:
                    yield
                    self._require_batch(connection)
                finally:
                    self._batching = False

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """As in a batch, and at the end everything is taken back: the file was never written to.

        For replays whose trials know nothing of each other. Nobody else can write meanwhile.
        """
        with translated(self.path):
            connection = self._opened()
            try:
                patiently(lambda: connection.execute("BEGIN IMMEDIATE"))  # in here: Ctrl-C may come right after it
                self._batching = True
                yield
            finally:
                self._batching = False
                if connection.in_transaction:  # else SQLite has undone everything already
                    connection.execute("ROLLBACK")

    def examine(self) -> Examination:
        """Ask the database how it is: all of it in a small wallet, all but what indexes hold in a large one."""
        from smilepay_cli.vocabulary.findings import Examination  # doctor's words, which nobody else needs

        with translated(self.path):
            connection = self._opened()
            with block(connection, "BEGIN"):
                thorough = pragma(connection, "page_count") * pragma(connection, "page_size") <= THOROUGH_UP_TO
                check = "integrity_check" if thorough else "quick_check"
                told = [str(row[0]) for row in connection.execute(f"PRAGMA {check} ({MOST_PROBLEMS})")]
                loose = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS)
            problems = [] if told == ["ok"] else told
            problems += [f"row {row} of {table} points to nothing in {parent}" for table, row, parent, _ in loose]
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            return Examination(tuple(problems), thorough, mode, pragma(connection, "synchronous"))

    def copy_into(self, copy: sqlite3.Connection, pages: int, progress: Progress) -> None:
        """Everything as it is at one moment, into an empty database; others may write meanwhile."""
        with translated(self.path):
            connection = self._opened()
            with block(connection, "BEGIN"):  # the view of this moment holds until the end
                connection.backup(copy, pages=pages, progress=lambda _, left, total: progress(total - left, total))

    def unusable(self, error: BaseException) -> StoreUnusable | None:
        """What an error of SQLite means; None for one that is no state of the file, but a bug of ours."""
        ours = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
        if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, ours):
            return None
        return unusable(self.path, *diagnosis(error))

    def scrub(self) -> bool:
        """Move the write-ahead log into the file and empty it; deleted rows were overwritten there.

        False when somebody read the wallet all the while, or in a batch, so that the log had to stay.
        """
        if self._batching:
            return False
        with translated(self.path):
            connection, until = self._opened(), time.monotonic() + SCRUB_SECONDS
            while True:
                (busy, _, _) = connection.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchone()
                if not busy or time.monotonic() > until:
                    return not busy
                time.sleep(0.01)

    def mentions(self, name: str) -> list[str]:
        """Names of the files in the home, besides the wallet, that may hold a person of that name still."""
        return mentions(self.path.parent, name)

    def close(self) -> None:
        """Close the file; the store opens it again when it is used again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            prepare_home(self.path.parent, self._warn)
            sweep_drafts(self.path.parent)
            self._in_use = InUse(self.path.parent)
            try:
                make_file(self.path)
                self._connection = connect(self.path)
            except BaseException:
                self.close()
                raise
        return self._connection

    @contextmanager
    def _unit(self, connection: sqlite3.Connection) -> Iterator[None]:
        """One block of a batch."""
        self._require_batch(connection)
        connection.execute("SAVEPOINT unit")
        kept = False
        try:
            yield
            kept = True
        finally:
            if connection.in_transaction:  # else SQLite itself has undone everything, as on a full disk
                if not kept:
                    connection.execute("ROLLBACK TO unit")
                connection.execute("RELEASE unit")

    def _require_batch(self, connection: sqlite3.Connection) -> None:
        """A savepoint outside of a transaction would be one of its own, and durable by itself."""
        if not connection.in_transaction:
            raise unusable(self.path, "batch_undone", tr("nothing of this batch could be kept"))
