"""The files of a replay set: found without being opened, and never outside of the set's folder."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from errno import ELOOP
from fnmatch import fnmatchcase
from pathlib import Path

from smilepay_cli.adapters.capture.files import LARGEST_FILE
from smilepay_cli.adapters.capture.images import MOST_FRAMES, SUFFIXES
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.rules.sets.folders import Entry
from smilepay_cli.rules.sets.problems import Wrong, shown

_GLOB = re.compile(r"[*?[]")
_MIB = 1024 * 1024


class SetFiles:
    """What lies below a folder. Paths are the set's own: relative, with `/`, their words checked (read_path)."""

    def __init__(self, root: Path) -> None:
        """`root` is a folder that is there. Raises OSError."""
        self._root = root
        self._real = os.path.realpath(root, strict=True)
        self._real_folders: dict[str, str] = {}

    def of(self, path: str) -> tuple[Path, ...]:
        """The frames of one capture: a file, the images of a folder, or those that a glob finds, in natural order.

        Nothing is opened. Raises Wrong for what is missing, no regular file, too large, too many, or outside.
        """
        plain = os.path.normpath(path)  # without .. it means the same
        try:
            mode = self._look(plain).st_mode
        except Wrong:
            if not _GLOB.search(plain) or os.path.lexists(self._root / plain):
                raise
            found = self._few(self._globbed(plain.split("/")), f"{shown(path)} finds")
        else:
            if not stat.S_ISDIR(mode):
                return (self.file(plain),)
            names = (f"{plain}/{entry.name}" for entry in self.entries(plain) if entry.is_image)
            found = self._few(names, f"the folder {shown(path)} holds")
        return tuple(map(self.file, found))

    def entries(self, path: str) -> list[Entry]:
        """What is in a folder, `""` for the set's own, in natural order; without what begins with a dot."""
        return [self._entry(path, name) for name in sorted(self._names(path), key=natural_key)]

    def _names(self, folder: str) -> list[str]:
        self._look(folder)
        try:
            return [name for name in os.listdir(self._root / folder) if not name.startswith(".")]  # noqa: PTH208
        except OSError as error:
            raise _unreadable(folder, error) from None

    def _entry(self, folder: str, name: str) -> Entry:
        is_image = name.lower().endswith(SUFFIXES)
        try:
            mode = self._look(f"{folder}/{name}" if folder else name).st_mode
        except Wrong as wrong:
            return Entry(name, is_image=is_image, wrong=wrong)
        is_folder = stat.S_ISDIR(mode)
        return Entry(name, is_folder=is_folder, is_image=is_image and not is_folder)

    def file(self, path: str, largest: int = LARGEST_FILE) -> Path:
        """A regular file of at most so many bytes. Raises Wrong."""
        found = self._look(path)
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "not a regular file"
            raise Wrong(f"{shown(path)} is {what}", "name a file")
        if found.st_size > largest:
            what = f"{shown(path)} has {-(-found.st_size // _MIB):,} MiB"
            raise Wrong(what, f"{largest // _MIB:,} MiB are the most")
        return self._root / path

    def _few(self, names: Iterator[str], holder: str) -> list[str]:
        """As many as one capture may have."""
        found = []
        for name in names:
            found.append(name)
            if len(found) > MOST_FRAMES:
                raise Wrong(f"{holder} more than {MOST_FRAMES} images", "one trial is one capture; make several of it")
        if not found:
            raise Wrong(f"{holder} no images", f"looked for {' '.join(SUFFIXES)}")
        return found

    def _globbed(self, parts: list[str], folder: str = "") -> Iterator[str]:
        """Images whose path matches, part by part. `**` is a `*`: it goes down one folder."""
        first, *rest = parts
        names = [name for name in self._names(folder) if name == first or fnmatchcase(name, first)]
        for entry in (self._entry(folder, name) for name in sorted(names, key=natural_key)):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.wrong and (rest or entry.is_image):
                raise entry.wrong
            if rest and entry.is_folder:
                yield from self._globbed(rest, path)
            elif not rest and entry.is_image:
                yield path

    def _look(self, path: str) -> os.stat_result:
        """What a path leads to, links followed as far as they stay inside. Raises Wrong."""
        folder, name = os.path.split(path)
        try:
            place = os.path.join(self._real_folder(folder), name)  # noqa: PTH118 - a hundred thousand times
            found = os.lstat(place)
            if not stat.S_ISLNK(found.st_mode):
                return found
            aim = os.path.realpath(place, strict=True)
            self._require_inside(path, aim)
            found = os.stat(aim)  # noqa: PTH116
        except FileNotFoundError:
            raise _missing(path, is_link=os.path.islink(self._root / path)) from None  # noqa: PTH114
        except OSError as error:
            raise _unreadable(path, error) from None
        if stat.S_ISDIR(found.st_mode) and f"{place}/".startswith(f"{aim}/"):
            raise _circle(path)
        return found

    def _real_folder(self, folder: str) -> str:
        if (real := self._real_folders.get(folder)) is None:
            real = os.path.realpath(f"{self._real}/{folder}", strict=True)
            self._require_inside(folder, real)
            self._real_folders[folder] = real
        return real

    def _require_inside(self, path: str, real: str) -> None:
        if real != self._real and not real.startswith(f"{self._real.rstrip('/')}/"):
            what = f"{shown(path)} is a link that leads out of the set's folder"
            raise Wrong(what, "copy what it leads to into the set")


def _missing(path: str, *, is_link: bool) -> Wrong:
    if is_link:
        return Wrong(f"{shown(path)} is a link that leads nowhere", "put the file into the set")
    todo = "parts of a path are separated by /" if "\\" in path else "paths begin at the set's own folder"
    return Wrong(f"{shown(path)} is not there", todo)


def _circle(path: str) -> Wrong:
    return Wrong(f"{shown(path)} is a link that leads round in a circle", "take it out of the set")


def _unreadable(path: str, error: OSError) -> Wrong:
    if error.errno == ELOOP:
        return _circle(path)
    why = (error.strerror or str(error)).lower()
    return Wrong(f"{shown(path)} cannot be read: {why}", "look at its permissions, and at its name")
