"""What was measured on the images of a replay, kept in a file, so that the same images need no looking at again.

One row a picture, by the digest of its pixels, and a row a file, by the digest of its bytes: a file that is known is
not even decoded. What is kept came from faces, so it is locked under a key that lies beside the file (0600): this keeps
it from whoever reads a copy of the file alone, and is no more than that. Removing the key forgets everything.

Another engine, other models, or other rules measure differently: their digests name the file.
"""

from __future__ import annotations

import io
import os
import pickle
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.sealing import KEY_BYTES, lock, unlocked
from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.rules.gallery import Gallery
    from smilepay_cli.vocabulary.faces import Frame

Measures = dict[str, Any]
"""What was measured on one picture, by the words of verbs/looking.py."""

KEY_FILE = "faces.key"
_ROWS_A_COMMIT = 256
_TABLES = """
CREATE TABLE IF NOT EXISTS files (digest TEXT PRIMARY KEY, pixels TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pictures (pixels TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""
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
    }
)
"""All that a measure may be made of, besides numbers and texts."""


class FaceMemory:
    """A ports.Memory. Without a file it remembers no longer than until `turn`; `taken` says what was measured."""

    def __init__(self, file: MemoryFile | None = None) -> None:
        self._file = file
        self._pictures: dict[str, Measures] = {}
        self._new: set[str] = set()
        self._files: dict[str, str] = {}
        self._gallery: tuple[str, Gallery] | None = None
        self.measured = 0
        """Measures that were not known."""

    def recall(self, frame: Frame, what: str, measure: Callable[[], Any]) -> Any:
        """The measure; taken now where it is not known. A measure that fails is not kept."""
        known = self._known(frame.pixel_digest)
        if what not in known:
            known[what] = measure()
            self.measured += 1
            self._new.add(frame.pixel_digest)
        return known[what]

    def gallery(self, state: str, opened: Callable[[], Gallery]) -> Gallery:
        """The gallery in that state of the wallet; opened now where it is not known."""
        if self._gallery is None or self._gallery[0] != state:
            self._gallery = (state, opened())
        return self._gallery[1]

    def knows(self, pixels: str, what: str) -> bool:
        """Whether a measure is known."""
        return what in self._known(pixels)

    def note(self, pixels: str, what: str) -> None:
        """Know that something was asked of this picture."""
        self._known(pixels)[what] = True
        self._new.add(pixels)

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file that was decoded before."""
        return self._files.get(file_digest) or (self._file.pixels_of(file_digest) if self._file else None)

    def learn(self, file_digest: str, pixels: str) -> None:
        """What a file decodes to."""
        if self.pixels_of(file_digest) is None:
            self._files[file_digest] = pixels
            if self._file:
                self._file.add_file(file_digest, pixels)

    def absorb(self, pixels: str, measures: Mapping[str, Any]) -> None:
        """What was measured elsewhere; what is known already stays."""
        known = self._known(pixels)
        added = {what: found for what, found in measures.items() if what not in known}
        if added:
            known.update(added)
            self._new.add(pixels)

    def taken(self) -> dict[str, Measures]:
        """Everything that was measured since the last `turn`, by the pixels' digest."""
        return {pixels: self._pictures[pixels] for pixels in self._new}

    def turn(self) -> None:
        """The next trial: what is in a file is let go of, and what is new goes there."""
        if self._file:
            for pixels in self._new:
                self._file.put(pixels, self._pictures[pixels])
        self._pictures.clear()
        self._files.clear()
        self._new.clear()

    def close(self) -> None:
        """Keep what is new, and let go of the file."""
        self.turn()
        if self._file:
            self._file.close()

    def _known(self, pixels: str) -> Measures:
        if pixels not in self._pictures:
            self._pictures[pixels] = (self._file.get(pixels) if self._file else None) or {}
        return self._pictures[pixels]


class MemoryFile:
    """The file of a memory, in a folder of its owner's only. A row that does not open is one that is not there."""

    def __init__(self, folder: Path, made_by: str) -> None:
        """`made_by` names engine, models and rules. Raises UsageProblem where the folder cannot be used."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._key = _key(folder / KEY_FILE)
            path = folder / f"faces-{made_by[:16]}.db"
            if not os.path.lexists(path):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            # Looking at pictures is waited for in another thread (verbs/deadline.py), one at a time.
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            # It can all be measured again: nothing waits for the disk.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.executescript(_TABLES)
        except (OSError, sqlite3.DatabaseError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise UsageProblem(
                f"--cache {folder}: {detail}", hint="name another folder, or --no-cache", reason="unusable_folder"
            ) from None
        self._pending = 0

    def get(self, pixels: str) -> Measures | None:
        """What was measured on a picture."""
        row = self._db.execute("SELECT sealed FROM pictures WHERE pixels = ?", (pixels,)).fetchone()
        if row is None:
            return None
        with suppress(StoreUnusable, pickle.UnpicklingError, ValueError, EOFError, AttributeError, ImportError):
            found = _Measures(io.BytesIO(unlocked(self._key, row[0], pixels))).load()
            return found if isinstance(found, dict) else None
        return None

    def put(self, pixels: str, measures: Measures) -> None:
        """Keep it, in place of what was there."""
        sealed = lock(self._key, pickle.dumps(measures, protocol=5), pixels)
        self._write("INSERT OR REPLACE INTO pictures VALUES (?, ?)", (pixels, sealed))

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file."""
        row = self._db.execute("SELECT pixels FROM files WHERE digest = ?", (file_digest,)).fetchone()
        return row[0] if row else None

    def add_file(self, file_digest: str, pixels: str) -> None:
        """Keep what a file decodes to."""
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?)", (file_digest, pixels))

    def close(self) -> None:
        """Keep what is pending."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._db.close()

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(statement, values)
        self._pending += 1
        if self._pending >= _ROWS_A_COMMIT:
            self._db.execute("COMMIT")
            self._pending = 0


class _Measures(pickle.Unpickler):
    """What opened under our own key, and of that only what measures are made of."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KINDS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a measure")
        return super().find_class(module, name)


def forget_memory(folder: Path) -> bool:
    """Remove everything that a memory kept there, the key first. False where there was nothing."""
    found = [folder / KEY_FILE, *folder.glob("faces-*.db*")]
    gone = [path for path in found if os.path.lexists(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return bool(gone)


def _key(path: Path) -> bytes:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise OSError(0, f"{path.name} is no key; remove it to begin anew")
    return key
