"""A folder that is there when it is whole: it is filled under another name, and gone when filling it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr


class UnfinishedFolder:
    """A ports.Folder. Files are for their owner only: they show faces."""

    def __init__(self, place: Path, draft: Path) -> None:
        self._place = place
        self._draft = draft

    @property
    def place(self) -> str:
        """Its whole path, once it is there."""
        return str(self._place)

    def write(self, path: str, data: bytes) -> None:
        """A new file in it. Raises UsageProblem where it cannot be written."""
        if path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"{path!r} leads out of the folder")
        target = self._draft / path
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(target, "xb", opener=_for_the_owner) as file:
                file.write(data)
        except (OSError, ValueError) as error:
            raise _unwritable(self._place, error) from None


@contextmanager
def new_folder(name: str, last: str) -> Iterator[UnfinishedFolder]:
    """Fill a folder that is new or empty; it has its name, or its files, when the block ends normally.

    A new one is filled beside its place and gets its name in one step. In an empty one, which keeps its place since
    somebody may be in it, the files are put in their places at the end, the one called `last` behind all others.
    Raises UsageProblem for a folder that holds something, and for one that cannot be written.
    """
    from secrets import token_hex

    place = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - `..` goes, and links are looked at below
    made: list[Path] = []
    try:
        is_there = _is_empty(place)
        made = _with_parents(place.parent)
        draft = (place if is_there else place.parent) / f".{place.name[:40]}.{token_hex(4)}.unfinished"
        draft.mkdir(mode=0o700)
    except (OSError, ValueError) as error:
        _remove_empty(made)
        raise _unwritable(place, error) from None
    try:
        yield UnfinishedFolder(place, draft)
        _finish(draft, place, last, is_there=is_there)
        made = []
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _remove_empty(made)


def _is_empty(place: Path) -> bool:
    """Whether a folder is there, with nothing in it; False where nothing is. Raises UsageProblem for all others."""
    try:
        os.lstat(place)
    except FileNotFoundError:
        return False
    if not place.is_dir():
        raise UsageProblem(tr("--out {place} is there and is no folder", place=place), reason="unusable_folder")
    if any(place.iterdir()):
        raise UsageProblem(
            tr("--out {place} is not empty, and nothing is written over", place=place),
            hint=tr("name a new or an empty folder"),
            reason="unusable_folder",
        )
    return True


def _with_parents(folder: Path) -> list[Path]:
    """Make a folder and those above it; those that were not there, innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _finish(draft: Path, place: Path, last: str, *, is_there: bool) -> None:
    try:
        if is_there:
            _move_in(draft, place, last)
        else:
            draft.rename(place)  # fails where something that is not empty has come in between
    except OSError as error:
        raise _unwritable(place, error) from None


def _move_in(draft: Path, place: Path, last: str) -> None:
    if any(entry != draft for entry in place.iterdir()):
        raise _unwritable(place, tr("something else was put in it meanwhile"))
    names = sorted((entry.name for entry in draft.iterdir()), key=lambda name: (name == last, name))
    try:
        for name in names:
            (draft / name).rename(place / name)
    except BaseException:
        for name in names:
            with suppress(OSError):
                (place / name).rename(draft / name)  # and goes with it
        raise


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _unwritable(place: Path, why: Exception | str) -> UsageProblem:
    detail = getattr(why, "strerror", None) or str(why)
    return UsageProblem(
        tr("--out {place} cannot be written: {detail}", place=place, detail=detail),
        hint=tr("choose another --out"),
        reason="unwritable",
    )
