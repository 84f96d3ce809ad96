"""Copies of a wallet as single files, and such a file in the wallet's place."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.home import RESTORING, InUse, prepare_home, require_no_name_of_ours
from smilepay_cli.adapters.store.opening import translated, unusable
from smilepay_cli.adapters.store.waiting import patiently, primary_code
from smilepay_cli.adapters.store.wallet import ASIDE, SqliteStore
from smilepay_cli.vocabulary.copies import Copied
from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from smilepay_cli.ports import Progress

OTHERS_SECONDS = 2.0
"""How long a restore waits for those who use the wallet."""
_PIECE = 1 << 20
_PAGES = 2048
"""Bytes and pages between two reports of progress."""
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class SqliteCandidate:
    """A ports.Candidate: the copy of a file, opened beside the wallet."""

    store: SqliteStore
    copied: Copied
    _home: Path
    _stamp: str
    _in_use: InUse

    def take_place(self, known: tuple[int, str | None] | None) -> str | None:
        """Name of the file that the wallet of before has now; None where there was none. One step for everybody else.

        Raises StoreUnusable (locked) while somebody uses the wallet: a smilepay by the lock on the folder, other
        programs by the lock on the file. Also when its last event is not the `known` one any more.
        """
        wallet = self._home / "wallet.db"
        self.store.close()  # the only connection: what is in its log goes into the file
        try:
            if not self._in_use.alone(OTHERS_SECONDS):
                raise unusable(wallet, "locked", tr("it is in use, and cannot be replaced meanwhile"))
            aside = _set_aside(wallet, self._stamp, known) if os.path.lexists(wallet) else None
            self.store.path.rename(wallet)
            _sync_folder(self._home)
        except OSError as error:
            raise unusable(
                wallet, "read_only", tr("it cannot be replaced: {strerror}", strerror=error.strerror or error)
            ) from None
        return aside


class WalletCopies:
    """A ports.Copies over `HOME/wallet.db`."""

    def __init__(self, home: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self._home = home
        self._warn = warn

    @property
    def exists(self) -> bool:
        """Whether there is a wallet at all."""
        return os.path.lexists(self._home / "wallet.db")

    @contextmanager
    def taken(self, file: Path, *, replace: bool, progress: Progress) -> Iterator[Copied]:
        """A copy of one moment, beside `file` until the block ends normally; then it has that name."""
        try:
            self._require_place(file, replace=replace)
        except OSError as error:  # a name that is too long, a folder that nobody may look into
            raise UsageProblem(
                tr("{file} cannot be written: {strerror}", file=file, strerror=error.strerror or error),
                reason="cannot_write",
            ) from None
        if not self.exists:
            raise UsageProblem(tr("there is no wallet in {home} yet", home=self._home), reason="no_wallet")
        draft = file.with_name(f".{file.name}.{os.urandom(4).hex()}")
        try:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            yield self._copied_to(draft, progress)
            _name(draft, file, replace=replace)
        except OSError as error:
            raise UsageProblem(
                tr("{file} cannot be written: {strerror}", file=file, strerror=error.strerror or error),
                reason="cannot_write",
            ) from None
        finally:
            _clear(draft)

    @contextmanager
    def candidate(self, file: Path, stamp: str, progress: Progress) -> Iterator[SqliteCandidate]:
        """A copy of `file` in the home, opened and brought up to date; gone after the block unless it took the place.

        `stamp` goes into the name of the wallet of before. Raises UsageProblem for a file that cannot be read,
        StoreUnusable for one that is no wallet of ours, is newer than this program, or is damaged.
        """
        prepare_home(self._home, self._warn)
        in_use = InUse(self._home)  # before there is a draft, so that nobody sweeps it away
        draft = self._home / f"wallet.db{RESTORING}{os.urandom(4).hex()}"
        store = SqliteStore(self._home, name=draft.name, warn=self._warn)
        try:
            digest, size = _read_into(draft, file, progress)
            with store.reading() as books:
                newest = books.trail.latest(1)
            count, head = (newest[0].seq, newest[0].hash) if newest else (0, None)
            yield SqliteCandidate(store, Copied(digest, size, count, head), self._home, stamp, in_use)
        except StoreUnusable as error:
            if str(draft) not in error.message:
                raise
            message = error.message.replace(f"the wallet {draft}", f"the backup {file}").replace(str(draft), str(file))
            hint = tr("use another backup") if error.reason == "damaged" else error.hint
            raise StoreUnusable(message, hint=hint, reason=error.reason) from error
        finally:
            store.close()
            _clear(draft)
            in_use.close()

    def _require_place(self, file: Path, *, replace: bool) -> None:
        """Raises UsageProblem for a name that cannot be given to a copy."""
        if not file.parent.is_dir():
            raise UsageProblem(tr("there is no folder {parent}", parent=file.parent), reason="cannot_write")
        if file.is_dir():
            raise UsageProblem(tr("{file} is a folder", file=file), hint=tr("name a file in it"), reason="cannot_write")
        require_no_name_of_ours(self._home, file)
        if os.path.lexists(file) and not replace:
            raise UsageProblem(
                tr("{file} is there already", file=file),
                hint=tr("choose another name, or --force"),
                reason="file_exists",
            )

    def _copied_to(self, draft: Path, progress: Progress) -> Copied:
        wallet = self._home / "wallet.db"
        store = SqliteStore(self._home, warn=self._warn)
        copy = sqlite3.connect(draft, isolation_level=None)
        try:
            store.copy_into(copy, _PAGES, progress)
            with translated(wallet):
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, which nothing beside it belongs to
                if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                    raise unusable(wallet, "damaged", tr("its copy is not whole"))
                count, head = _newest(copy)
        finally:
            copy.close()
            store.close()
        with draft.open("rb") as whole:
            os.fsync(whole.fileno())
        digest, size = _digest(draft)
        return Copied(digest, size, count, head)


def _set_aside(wallet: Path, stamp: str, known: tuple[int, str | None] | None) -> str:
    """The wallet of before under a second name. Raises StoreUnusable (locked) when somebody was at it."""
    with suppress(sqlite3.DatabaseError):  # a damaged one is kept as it lies there, with what is beside it
        connection = sqlite3.connect(wallet, timeout=0, isolation_level=None)
        try:
            patiently(lambda: _fold(connection), OTHERS_SECONDS)
            if known is not None and _newest(connection) != known:
                raise unusable(wallet, "locked", tr("somebody wrote to it a moment ago"))
        except sqlite3.OperationalError as error:
            if primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise unusable(wallet, "locked", tr("another program has it open")) from None
            raise
        finally:
            connection.close()
    aside, number = wallet.with_name(f"wallet.db{ASIDE}{stamp}"), 1
    while os.path.lexists(aside):
        number += 1
        aside = wallet.with_name(f"wallet.db{ASIDE}{stamp}-{number}")
    os.link(wallet, aside)
    for left in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{wallet}{left}").rename(f"{aside}{left}")
    return aside.name


def _fold(connection: sqlite3.Connection) -> None:
    """Everything into the one file. SQLite does that only while nobody else has it open."""
    connection.execute("PRAGMA journal_mode = DELETE")


def _newest(connection: sqlite3.Connection) -> tuple[int, str | None]:
    """Number and hash of the last event."""
    row = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, None)


def _read_into(draft: Path, file: Path, progress: Progress) -> tuple[str, int]:
    """Digest and size of `file`, and its bytes in `draft`. Raises UsageProblem."""
    from hashlib import sha256

    try:
        source = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a named pipe must not hang us
        with os.fdopen(source, "rb") as whole:
            found = os.fstat(source)
            if not stat.S_ISREG(found.st_mode):
                raise UsageProblem(tr("{file} is no regular file", file=file), reason="cannot_read")
            if Path(f"{file}-wal").exists():
                raise UsageProblem(
                    tr(
                        "{file} is a wallet in use: what is beside it in {file_name}-wal belongs to it",
                        file=file,
                        file_name=file.name,
                    ),
                    hint=tr("make a backup of it first: smilepay wallet backup FILE --home DIR"),
                    reason="cannot_read",
                )
            digest, done = sha256(), 0
            with _written(draft) as write:
                while piece := whole.read(_PIECE):
                    digest.update(piece)
                    write(piece)
                    done += len(piece)
                    progress(done, found.st_size)
    except OSError as error:
        raise UsageProblem(
            tr("{file} cannot be read: {strerror}", file=file, strerror=error.strerror or error), reason="cannot_read"
        ) from None
    if not done:
        raise UsageProblem(tr("{file} is empty", file=file), reason="cannot_read")
    return digest.hexdigest(), done


@contextmanager
def _written(draft: Path) -> Iterator[Callable[[bytes], None]]:
    """Writes a new file in the home, which is on the disk at the end. Raises StoreUnusable: it is the home's fault."""

    def told(error: OSError) -> StoreUnusable:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        detail = tr("no copy can be put beside it: {strerror}", strerror=error.strerror or error)
        return unusable(draft.with_name("wallet.db"), "disk_full" if full else "read_only", detail)

    def write(piece: bytes) -> None:
        left = memoryview(piece)
        try:
            while left:
                left = left[os.write(to, left) :]
        except OSError as error:
            raise told(error) from None

    try:
        to = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise told(error) from None
    try:
        yield write
        try:
            os.fsync(to)
        except OSError as error:
            raise told(error) from None
    finally:
        os.close(to)


def _clear(draft: Path) -> None:
    """Away with a draft and what is beside it. Where that cannot be, there is something else to tell of."""
    for left in ("", *_BESIDE):
        with suppress(OSError):
            Path(f"{draft}{left}").unlink(missing_ok=True)


def _digest(file: Path) -> tuple[str, int]:
    from hashlib import file_digest

    with file.open("rb") as whole:
        return file_digest(whole, "sha256").hexdigest(), os.fstat(whole.fileno()).st_size


def _name(draft: Path, file: Path, *, replace: bool) -> None:
    """The finished copy gets its name, in one step; without `replace` never that of a file that came in between."""
    if replace:
        draft.rename(file)
    else:
        _name_anew(draft, file)
    _sync_folder(file.parent)


def _name_anew(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError:
        raise
    except OSError:  # no second names on this file system, as on many a memory stick
        if os.path.lexists(file):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        draft.rename(file)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
