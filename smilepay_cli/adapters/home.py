"""The home: a folder of its owner's only, in which nothing leads elsewhere.

What is wider than it has to be is made private again, with a warning, where it is ours alone. A key that others could
read is not mended but refused (keys.py): it may be known already.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.language import tr

FILES = (
    "wallet.db", "wallet.db-wal", "wallet.db-shm", "wallet.db-journal",
    "gallery.packed", "catalogue.toml", "master.key",
)  # fmt: skip
"""What is read by a fixed name: none may be a link or another user's, and but for the key each is made private."""
_TAKEN = re.compile(r"\.?(wallet\.db|gallery\.|catalogue\.|[a-z0-9_-]+\.key)", re.IGNORECASE)
"""How the name of everything begins that has a meaning in a home, drafts of it included: no other file may have one."""
_OURS = re.compile(rf"{_TAKEN.pattern}|checkpoint|reports$", re.IGNORECASE)
"""The same of everything that is ours in a home."""
REPORTS = "reports"
"""The folder of pages that `audit report` writes (verbs/report.py)."""
RESTORING = ".restoring-"
"""What a copy of a wallet is called after its name while a restore looks at it."""
_SQLITE_HEAD = 16
"""Bytes by which a database is told."""
RESTORE_SECONDS = 10.0
"""How long anybody waits for a restore, which holds a home for as long as it takes to rename a file."""
_PRIVATE = 0o077
_WRITABLE = 0o022


def prepare_home(home: Path, warn: Callable[[str], None]) -> None:
    """Make the folder where it is missing; look at it and at what lies in it.

    The folder itself may be reached by a link: its name is the caller's choice, and what it leads to is looked at.
    Raises StoreUnusable for a folder or file of another user, a link in the folder, and a folder with other things in
    it that others may write to.
    """
    _make(home)
    found = home.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(home, tr("it is no folder"), tr("choose another folder with --home DIR"))
    _require_own(home, found)
    mended = _private_folder(home, found.st_mode)
    for name in FILES:
        with suppress(FileNotFoundError):
            mended += _private_file(home / name)
    if mended:
        warn(tr("others could look into {home}; made private again: {files}", home=home, files=", ".join(mended)))


def require_no_name_of_ours(home: Path, file: Path) -> None:
    """A file for people must not take the place of a part of the wallet, be it there or not: a key, a lock, a draft.

    Raises UsageProblem for such a name in the home.
    """
    if _TAKEN.match(file.name) and file.parent.resolve() == home.resolve():
        raise UsageProblem(
            tr("{file} belongs to the wallet itself", file=file), hint=tr("choose another name"), reason="cannot_write"
        )


def is_ours(name: str) -> bool:
    """Whether a file of that name in a home is part of it."""
    return _OURS.match(name) is not None


def sweep_drafts(home: Path) -> None:
    """Away with the copies of whole wallets that a restore left which was killed; not while anybody uses the home.

    A restore that goes on holds the home from before its copy is there.
    """
    drafts = list(home.glob(f"wallet.db{RESTORING}*"))
    if not drafts:
        return
    folder = -1
    try:
        folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for draft in drafts:
            draft.unlink(missing_ok=True)
    except OSError:  # in use, or no locks here: `accounts forget` names them
        return
    finally:
        if folder >= 0:
            os.close(folder)


def mentions(home: Path, name: str) -> list[str]:
    """Names of the files in the home, besides the wallet, that may hold a person of that name still.

    Every other wallet, whoever is in it: set aside by a restore, left by one, a backup that was put here. And every
    page in which the name is.
    """
    found = []
    for path in sorted((*home.iterdir(), *(home / REPORTS).glob("*"))):
        with suppress(OSError):
            if path.name not in FILES and stat.S_ISREG(path.lstat().st_mode) and _may_hold(path, name):
                found.append(str(path.relative_to(home)))
    return found


def _may_hold(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        head = file.read(_SQLITE_HEAD)
        if head.startswith(b"SQLite format 3\0"):
            return True
        if path.name.startswith("wallet.db"):  # the log of another wallet
            return True
        if path.suffix != ".html" and path.parent.name != REPORTS:
            return False
        text = head + file.read()
    from html import unescape

    return name in unescape(text.decode("utf-8", "replace"))


class InUse:
    """Says to others that the home is in use: a shared lock on the folder while a wallet is open.

    It is for `wallet restore`, which must not put another file in the place of one that is open. Where a file system
    has no such locks, nothing is said and nothing stops.
    """

    def __init__(self, home: Path) -> None:
        """Raises StoreUnusable (locked) when a restore holds the home for longer than anybody waits."""
        self._folder = -1
        with suppress(OSError):
            self._folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if self._folder >= 0 and not _locked(self._folder, fcntl.LOCK_SH, RESTORE_SECONDS):
            self.close()
            raise StoreUnusable(
                tr("the home {home} is held by a restore", home=home),
                hint=tr("try again when it is done"),
                reason="locked",
            )

    def alone(self, seconds: float) -> bool:
        """Whether nobody else uses the home, from now on until `close`; waits that long for those who do."""
        return self._folder < 0 or _locked(self._folder, fcntl.LOCK_EX, seconds)

    def close(self) -> None:
        """Not in use any more."""
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1


def _locked(descriptor: int, how: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > until:
                return False
        except OSError:  # a file system without locks: what cannot be told stops nobody
            return True
        time.sleep(0.01)


def _make(home: Path) -> None:
    try:
        if home.exists():
            return
        _require_not_the_caller_of_sudo(home)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error.strerror or str(error), tr("choose another folder with --home DIR")) from None


def _require_not_the_caller_of_sudo(home: Path) -> None:
    """`sudo` may keep the caller's HOME: root must not put a home of its own in there."""
    caller = os.environ.get("SUDO_UID", "")
    if os.geteuid() != 0 or not caller.isdecimal() or caller == "0":
        return
    above = next((folder for folder in home.parents if folder.exists()), home)
    if above.stat().st_uid == int(caller):
        raise _unusable(
            home, tr("it would be root's, in the home of who called sudo"), tr("leave sudo out, or give --home DIR")
        )


def _require_own(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise _unusable(
            path,
            tr("it belongs to another user (uid {st_uid})", st_uid=found.st_uid),
            tr("use a home of your own: --home DIR"),
        )


def _private_folder(home: Path, mode: int) -> list[str]:
    """What was mended. A folder that holds other things too is not ours to close."""
    if not mode & _PRIVATE:
        return []
    if all(is_ours(path.name) for path in home.iterdir()):
        return _mended(home, mode, 0o700, "the folder")
    if mode & _WRITABLE:
        raise _unusable(
            home,
            tr("others may write to it, and it holds other things too"),
            tr("choose a folder of its own with --home DIR, or: chmod go-w {home}", home=home),
        )
    return []


def _private_file(path: Path) -> list[str]:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise _unusable(
            path, tr("it is a symbolic link, and links in a home are not followed"), tr("put the file itself there")
        )
    _require_own(path, found)
    if path.name.startswith("wallet.db-") and not stat.S_ISREG(found.st_mode):  # SQLite would wait for a pipe for ever
        raise _unusable(path, tr("it is no regular file"), tr("take it away: it is none of ours"))
    if not stat.S_ISREG(found.st_mode) or not found.st_mode & _PRIVATE or path.name == "master.key":
        return []
    return _mended(path, found.st_mode, 0o600, path.name)


def _mended(path: Path, mode: int, private: int, what: str) -> list[str]:
    try:
        path.chmod(private)  # no link: that was looked at, and nobody else writes to the folder
    except OSError as error:
        raise _unusable(
            path,
            tr("others can look into it, and that cannot be mended: {strerror}", strerror=error.strerror),
            tr("chmod {private:o} {path}", private=private, path=path),
        ) from None
    return [f"{what} ({stat.S_IMODE(mode):04o})"]


def _unusable(path: Path, detail: str, hint: str) -> StoreUnusable:
    return StoreUnusable(
        tr("the home cannot be used: {path}: {detail}", path=path, detail=detail), hint=hint, reason="home_unusable"
    )
