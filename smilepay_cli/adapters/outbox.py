"""Files for people, outside the wallet: written whole or not at all, never over another, for their owner only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smilepay_cli.adapters.home import require_no_name_of_ours
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr


class FolderOutbox:
    """Writes where it is told to, or into folders of the home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def home_file(self, folder: str, name: str) -> str:
        """Path of a file in a folder of the home, which is made where it is missing."""
        place = self._home / folder
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(place, error.strerror or str(error)) from None
        if place.is_symlink():
            raise _unwritable(place, tr("it is a link to somewhere else"))
        return str(place / name)

    def write_new(self, path: str, chunks: Iterable[bytes]) -> str:
        """A new file, mode 0600; its whole path.

        It grows under another name beside its place. The link that gives it its own fails where one is, so nothing is
        ever written over; and where the machine stops in between, no half of a file has the name. In the home no name
        is taken that belongs to the wallet.
        """
        target, draft = self._places(path)
        with _told(target):
            _require_free(target)
            descriptor = _begun(draft)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.writelines(chunks)
                    file.flush()
                    os.fsync(descriptor)
                _give_name(draft, target)
            finally:
                draft.unlink(missing_ok=True)
            _sync_folder(target.parent)
        return str(target)

    def require_new(self, path: str) -> None:
        """Raises UsageProblem where `write_new` would now: a file is begun beside the place, and taken away again."""
        target, draft = self._places(path)
        with _told(target):
            _require_free(target)
            descriptor = _begun(draft)
            draft.unlink()
            os.close(descriptor)

    def _places(self, path: str) -> tuple[Path, Path]:
        """Where a file goes, and where it grows. Raises UsageProblem for a name that belongs to the wallet."""
        from secrets import token_hex

        target = Path(path).expanduser().absolute()
        require_no_name_of_ours(self._home, target)
        return target, target.with_name(f".{target.name}.{token_hex(4)}")


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise UsageProblem(
            tr("{target} is there already and is not written over", target=target),
            hint=tr("choose another file"),
            reason="file_exists",
        ) from None
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from None


def _begun(draft: Path) -> int:
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _require_free(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(path)


def read_small(path: str, most: int) -> str:
    """The text of a small regular file. Raises UsageProblem."""
    try:
        descriptor = os.open(Path(path).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageProblem(tr("{path} is no regular file", path=path))
            data = file.read(most + 1)
            if len(data) > most:
                raise UsageProblem(tr("{path} is larger than {most:,} bytes", path=path, most=most))
            return data.decode()
    except UnicodeDecodeError:
        raise UsageProblem(tr("{path} is not UTF-8 text", path=path)) from None
    except (OSError, ValueError) as error:
        raise UsageProblem(
            tr("{path} cannot be read: {getattr}", path=path, getattr=getattr(error, "strerror", None) or error)
        ) from None


def _give_name(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: reserve the name, then move the file over the empty one
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        draft.rename(target)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot; the file itself is on the disk
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unwritable(path: Path, detail: str) -> UsageProblem:
    return UsageProblem(
        tr("{path} cannot be written: {detail}", path=path, detail=detail),
        hint=tr("choose another file"),
        reason="unwritable",
    )
