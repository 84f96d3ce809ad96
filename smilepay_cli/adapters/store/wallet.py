"""One wallet file: opened late, every access inside a transaction of ours."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from smilepay_cli.adapters.store.facts import SqliteFacts
from smilepay_cli.adapters.store.kept import SqliteKeptFrames
from smilepay_cli.adapters.store.ledger import SqliteLedger
from smilepay_cli.adapters.store.orders import SqliteOrders
from smilepay_cli.adapters.store.people import SqlitePeople
from smilepay_cli.adapters.store.schema import APPLICATION_ID, VERSION, upgrade
from smilepay_cli.adapters.store.settings import SqliteSettings
from smilepay_cli.adapters.store.slots import SqliteSlots
from smilepay_cli.adapters.store.trail import SqliteTrail
from smilepay_cli.vocabulary.errors import StoreUnusable

LOCK_WAIT_SECONDS = 10.0
"""How long a writer waits for another one before the wallet counts as locked."""

_WHAT_TO_DO = {
    "locked": "another smilepay is using it; try again",
    "damaged": "restore a backup, or start a new wallet with --home DIR",
    "too_new": "install a newer smilepay",
    "disk_full": "free some space and try again",
    "read_only": "check the permissions of the folder and of wallet.db",
}


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
        return cls(
            settings=SqliteSettings(connection),
            people=SqlitePeople(connection),
            orders=orders,
            ledger=ledger,
            trail=SqliteTrail(connection),
            facts=SqliteFacts(connection, ledger, orders),
            slots=SqliteSlots(connection),
            kept=SqliteKeptFrames(connection),
        )


class SqliteStore:
    """The store behind a wallet file, `HOME/wallet.db`; made on first use, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self.path = home / "wallet.db"
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[SqliteBooks]:
        """One consistent view of the wallet."""
        with self._transaction("BEGIN") as books:
            yield books

    @contextmanager
    def writing(self) -> Iterator[SqliteBooks]:
        """The only writer while it lasts; commits at the end, rolls back on any exception."""
        with self._transaction("BEGIN IMMEDIATE") as books:
            yield books

    def unusable(self, error: BaseException) -> StoreUnusable | None:
        """What an error of SQLite means; None for one that is no state of the file, but a bug of ours."""
        ours = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
        if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, ours):
            return None
        return self._unusable(*_diagnosis(error))

    def scrub(self) -> bool:
        """Move the write-ahead log into the file and empty it; deleted rows were overwritten there.

        False when somebody read the wallet all the while, so that the log had to stay.
        """
        with self._translated():
            connection = self._connection = self._connection or self._open()
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchone()
            return not busy

    def close(self) -> None:
        """Close the file; the store opens it again when it is used again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[SqliteBooks]:
        with self._translated():
            connection = self._connection = self._connection or self._open()
            with _block(connection, begin):
                yield SqliteBooks.on(connection)

    def _open(self) -> sqlite3.Connection:
        self._make_file()
        connection = sqlite3.connect(self.path, timeout=LOCK_WAIT_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves no trace in free pages
            _patiently(lambda: self._bring_up_to_date(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_file(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.path.lexists(self.path):  # closing a file that SQLite has open here would drop its locks
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreUnusable(
                f"the wallet {self.path} cannot be opened: {error.strerror or error}",
                hint="choose another folder with --home DIR",
            ) from None
        if not self.path.is_file():
            raise self._unusable("read_only", "something that is no file has its name")

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        with _block(connection, "BEGIN"):  # one view of both numbers: another process may be making the file
            ready = self._is_ready(connection)
        connection.execute("PRAGMA journal_mode = WAL")  # also for a file restored from a backup without it
        if ready:
            return
        with _block(connection, "BEGIN IMMEDIATE"):
            if not self._is_ready(connection):
                upgrade(connection)

    def _is_ready(self, connection: sqlite3.Connection) -> bool:
        """Ours and of this version. Raises StoreUnusable for a file that is not to be touched."""
        version = _pragma(connection, "user_version")
        if _pragma(connection, "application_id") != APPLICATION_ID:
            if version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise self._unusable("damaged", "it is a database of another program")
            return False
        if version > VERSION:
            raise self._unusable("too_new", f"it has version {version}, this program knows {VERSION}")
        return version == VERSION

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # our own rules in the database: a bug of ours, not a state of the file
        except sqlite3.DatabaseError as error:
            raise self._unusable(*_diagnosis(error)) from error

    def _unusable(self, reason: str, detail: str) -> StoreUnusable:
        return StoreUnusable(f"the wallet {self.path} is unusable: {detail}", hint=_WHAT_TO_DO[reason], reason=reason)


def _patiently(step: Callable[[], None]) -> None:
    """Try again while others hold the file. SQLite itself does not wait when the journal mode is switched."""
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        import random

        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - so that those who wait do not meet again


@contextmanager
def _block(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """One transaction: committed at the end, rolled back on any exception."""
    try:
        connection.execute(begin)  # in here: Ctrl-C may come right after it
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _diagnosis(error: sqlite3.DatabaseError) -> tuple[str, str]:
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "locked", "it is locked"
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "disk_full", f"it cannot be written ({error})"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return "read_only", f"it cannot be written ({error})"
    return "damaged", f"it is damaged ({error})"
