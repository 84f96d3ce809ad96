"""The file of a replay's memory: what was measured on pictures, locked.

One row a picture, by the digest of its pixels, and a row a file, by the digest of its bytes. What is kept came from
faces, so it is locked under a key that lies beside the file (0600): this keeps it from whoever reads a copy of the file
alone, and is no more than that. Removing the key forgets everything.

Another engine, other models, or other rules measure differently: their digests name the file.
"""

from __future__ import annotations

import io
import os
import pickle
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from errno import ELOOP
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.adapters.sealing import KEY_BYTES, lock, unlocked
from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.trials import Outcome

Measures = dict[str, Any]
"""What was measured on one picture, by the words of verbs/looking.py."""

KEY_FILE = "faces.key"
_ROWS_A_COMMIT = 256
_SECONDS_A_COMMIT = 2.0
_TABLES = """
CREATE TABLE IF NOT EXISTS decoded (digest TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pictures (digest TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcomes (digest TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""
_READ = {
    "decoded": "SELECT sealed FROM decoded WHERE digest = ?",
    "pictures": "SELECT sealed FROM pictures WHERE digest = ?",
    "outcomes": "SELECT sealed FROM outcomes WHERE digest = ?",
}
_WRITE = {
    "decoded": "INSERT OR REPLACE INTO decoded VALUES (?, ?)",
    "pictures": "INSERT OR REPLACE INTO pictures VALUES (?, ?)",
    "outcomes": "INSERT OR REPLACE INTO outcomes VALUES (?, ?)",
}
_KINDS = frozenset(
    {
        ("smilepay_cli.vocabulary.faces", "Detections"),
        ("smilepay_cli.vocabulary.faces", "Detection"),
        ("smilepay_cli.vocabulary.faces", "Box"),
        ("smilepay_cli.rules.quality", "Quality"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("smilepay_cli.vocabulary.trials", "Outcome"),
        ("smilepay_cli.vocabulary.trials", "Trial"),
        ("smilepay_cli.vocabulary.trials", "Kind"),
        ("smilepay_cli.vocabulary.trials", "Comparisons"),
    }
)
"""All that measures and outcomes may be made of, besides numbers and texts."""


class MemoryFile:
    """The file of a memory, in a folder of its owner's only. A row that does not open is one that is not there.

    What cannot be written is told to `warn` once, and measured again another time: no trial ends otherwise for it.
    """

    def __init__(self, folder: Path, made_by: str, *, warn: Callable[[str], None] = lambda _: None) -> None:
        """`made_by` names engine, models and rules. Raises UsageProblem where the folder cannot be used."""
        self._name = printable(str(folder))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._key = _key(folder)
            self._db = _database(folder / f"faces-{made_by[:16]}.db")
        except (OSError, sqlite3.DatabaseError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise UsageProblem(
                f"--cache {self._name}: {detail}", hint="name another folder, or --no-cache", reason="unusable_folder"
            ) from None
        self._warn = warn
        self._new: dict[tuple[str, str], bytes] = {}
        """What is not written yet: table and digest. Others write to the file too, so nobody holds it for long."""
        self._written = time.monotonic()

    def get(self, pixels: str) -> Measures | None:
        """What was measured on a picture."""
        found = self._opened("pictures", pixels)
        return found if isinstance(found, dict) else None

    def put(self, pixels: str, measures: Measures) -> None:
        """Keep it, in place of what was there."""
        self._add("pictures", pixels, pickle.dumps(measures, protocol=5))

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file."""
        plain = self._row("decoded", file_digest)
        return None if plain is None else plain.decode()

    def add_file(self, file_digest: str, pixels: str) -> None:
        """Keep what a file decodes to."""
        self._add("decoded", file_digest, pixels.encode())

    def outcome(self, of: str) -> Outcome | None:
        """What came of a trial; `of` names the trial with its files, and all that it was run under."""
        found = self._opened("outcomes", of)
        return found if isinstance(found, Outcome) else None

    def put_outcome(self, of: str, outcome: Outcome) -> None:
        """Keep what came of a trial."""
        self._add("outcomes", of, pickle.dumps(outcome, protocol=5))

    def close(self) -> None:
        """Write what is not written yet."""
        self._write()
        self._db.close()

    def _opened(self, table: str, digest: str) -> Any:
        plain = self._row(table, digest)
        if plain is not None:
            with suppress(pickle.UnpicklingError, ValueError, TypeError, EOFError, AttributeError, ImportError):
                return _Kept(io.BytesIO(plain)).load()
        return None

    def _row(self, table: str, digest: str) -> bytes | None:
        """A row, opened. One that is damaged, or in a part of the file that is, is not there."""
        sealed = self._new.get((table, digest))
        with suppress(StoreUnusable, sqlite3.DatabaseError):
            if sealed is None:
                row = self._db.execute(_READ[table], (digest,)).fetchone()
                sealed = row[0] if row else None
            return None if sealed is None else unlocked(self._key, sealed, f"{table} {digest}")
        return None

    def _add(self, table: str, digest: str, plain: bytes) -> None:
        self._new[table, digest] = lock(self._key, plain, f"{table} {digest}")
        if len(self._new) >= _ROWS_A_COMMIT or time.monotonic() - self._written > _SECONDS_A_COMMIT:
            self._write()

    def _write(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for (table, digest), sealed in self._new.items():
                self._db.execute(_WRITE[table], (digest, sealed))
            self._db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            with suppress(sqlite3.DatabaseError):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            self._warn(f"--cache {self._name}: {error}; what was measured is not all kept")
            self._warn = lambda _: None
        self._new.clear()
        self._written = time.monotonic()


def _database(path: Path) -> sqlite3.Connection:
    """Raises OSError or sqlite3.DatabaseError."""
    if path.is_symlink():
        raise OSError(ELOOP, f"{path.name} is a link")
    if not os.path.lexists(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # Looking at pictures is waited for in another thread (verbs/deadline.py), one at a time.
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        # It can all be measured again: nothing waits for the disk.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_TABLES)
    except BaseException:
        db.close()
        raise
    return db


class _Kept(pickle.Unpickler):
    """What opened under our own key, and of that only what measures and outcomes are made of."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KINDS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of what is kept")
        return super().find_class(module, name)


def forget_memory(folder: Path) -> bool:
    """Remove everything that a memory kept there, the key first. False where there was nothing."""
    found = [folder / KEY_FILE, *folder.glob("faces-*.db*")]
    gone = [path for path in found if os.path.lexists(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return bool(gone)


def _key(folder: Path) -> bytes:
    """The key in a folder; made where there is none, whole or not at all. Raises OSError."""
    path = folder / KEY_FILE
    if not os.path.lexists(path):
        draft = folder / f".{KEY_FILE}.{os.getpid()}.draft"
        with suppress(FileNotFoundError):
            draft.unlink()
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(os.urandom(KEY_BYTES))
        with suppress(FileExistsError):  # somebody else was as quick
            os.link(draft, path)
        draft.unlink()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise OSError(error.errno, f"{KEY_FILE}: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(KEY_BYTES + 1)
    if not key or len(key) != KEY_BYTES:
        raise OSError(0, f"{KEY_FILE} is no key; remove it to begin anew")
    return key
