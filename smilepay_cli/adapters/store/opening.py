"""Opening a wallet file: pragmas, version, and what is wrong with it in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smilepay_cli.adapters.store.schema import APPLICATION_ID, VERSION, upgrade
from smilepay_cli.adapters.store.waiting import patiently, primary_code
from smilepay_cli.ports.store import OLDER_WALLET
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import marked, tr

_WHAT_TO_DO = {
    "locked": marked("another smilepay is using it; try again"),
    "damaged": marked("restore a backup: smilepay wallet restore FILE; or start a new wallet with --home DIR"),
    "too_new": marked("install a newer smilepay"),
    "disk_full": marked("free some space and try again"),
    "read_only": marked("check the permissions of the folder and of wallet.db"),
    "batch_undone": marked("free some space and start it again from where it was"),
}


def make_file(path: Path) -> None:
    """An empty file for SQLite where there is none, readable by its owner only."""
    try:
        if not os.path.lexists(path):  # closing a file that SQLite has open here would drop its locks
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnusable(
            tr("the wallet {path} cannot be opened: {strerror}", path=path, strerror=error.strerror or error),
            hint=tr("choose another folder with --home DIR"),
        ) from None
    if not path.is_file():
        raise unusable(path, "read_only", tr("something that is no file has its name"))


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a file of this version, which an older one becomes. Nothing waits but `patiently`."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        patiently(lambda: _set_up(connection))
        patiently(lambda: _bring_up_to_date(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_look(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, to a file of this version.

    What a crash left in the log stays there (`mode=ro`): closing an ordinary connection would move it into the file.
    Without a log an ordinary one that refuses to write is better, since SQLite makes the log's files for either and
    only an ordinary one takes them away again. Raises StoreUnusable, with OLDER_WALLET for an earlier version.
    """
    if not path.is_file() or path.is_symlink():
        raise unusable(path, "read_only", tr("something that is no file has its name"))
    for suffix in ("-wal", "-shm", "-journal"):  # SQLite would wait for a pipe for ever
        beside = path.with_name(path.name + suffix)
        if os.path.lexists(beside) and not beside.is_file():
            raise unusable(path, "read_only", tr("{beside} beside it is no regular file", beside=beside.name))
    log = path.with_name(f"{path.name}-wal")
    mode = "ro" if log.is_file() and log.stat().st_size else "rw"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        patiently(lambda: _set_up(connection))
        with block(connection, "BEGIN"):
            _require_this_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def block(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """One transaction: committed at the end, rolled back on any exception. Waits for others at its beginning only."""
    try:
        patiently(lambda: _begun(connection, begin))  # in here: Ctrl-C may come right after it
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves no trace in free pages


def _begun(connection: sqlite3.Connection, begin: str) -> None:
    connection.execute(begin)
    if begin != "BEGIN":
        return
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()  # from here on one view, and no wait
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What SQLite says is wrong with the file, as StoreUnusable."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # our own rules in the database: a bug of ours, not a state of the file
    except sqlite3.DatabaseError as error:
        raise unusable(path, *diagnosis(error)) from error


def unusable(path: Path, reason: str, detail: str) -> StoreUnusable:
    """The error for a wallet that cannot be used, with what to do."""
    return StoreUnusable(
        tr("the wallet {path} is unusable: {detail}", path=path, detail=detail),
        hint=tr(_WHAT_TO_DO[reason]),
        reason=reason,
    )


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    with block(connection, "BEGIN"):  # one view of both numbers: another process may be making the file
        ready = _is_ready(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")  # also for a file restored from a backup without it
    if ready:
        return
    with block(connection, "BEGIN IMMEDIATE"):
        if not _is_ready(connection, path):
            upgrade(connection)


def _require_this_version(connection: sqlite3.Connection, path: Path) -> None:
    if not _is_ready(connection, path):
        version = pragma(connection, "user_version")
        raise StoreUnusable(
            tr("it is of version {version}, this program's is {version2}", version=version, version2=VERSION),
            reason=OLDER_WALLET,
        )


def _is_ready(connection: sqlite3.Connection, path: Path) -> bool:
    """Ours and of this version. Raises StoreUnusable for a file that is not to be touched."""
    version = pragma(connection, "user_version")
    if pragma(connection, "application_id") != APPLICATION_ID:
        if version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise unusable(path, "damaged", tr("it is a database of another program"))
        return False
    if version > VERSION:
        raise unusable(
            path,
            "too_new",
            tr("it has version {version}, this program knows {version2}", version=version, version2=VERSION),
        )
    return version == VERSION


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """A pragma that is a number."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def diagnosis(error: sqlite3.DatabaseError) -> tuple[str, str]:
    """What an error of SQLite says of the file: a reason, and in words."""
    code = primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "locked", tr("it is locked")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "disk_full", tr("it cannot be written ({error})", error=error)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return "read_only", tr("it cannot be written ({error})", error=error)
    return "damaged", tr("it is damaged ({error})", error=error)
