"""Folders of pictures as an album: who is on a picture is the name of the folder that it is in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.capture.files import file_kind, printable, problem, read_file
from smilepay_cli.adapters.capture.images import STDIN, SUFFIXES, decode_image
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.originals import Original

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

BONA_FIDE = "bona_fide"
"""The folder of people in a set that replay takes."""


class FolderAlbum:
    """A ports.Album of files and folders.

    A folder is one of people, each of them a folder (`lin/1.jpg`), where it holds no pictures itself; with a folder
    `bona_fide` in it, those are the people. A folder that holds pictures is one of a person. In a person's folder, a
    folder of pictures is a capture. Nothing below that is looked at, and no name that begins with a dot. With `person`
    everything shows that person, and every folder is one of a person.
    """

    def __init__(self, names: Sequence[str], person: str | None = None) -> None:
        self._names = tuple(names)
        self._person = person

    def originals(self) -> Sequence[Original]:
        """Each picture and each capture once. Raises UsageProblem for a name that leads nowhere."""
        found = [original for name in self._names for original in self._of(name)]
        return list({original.files: original for original in found}.values())

    def read(self, file: str) -> tuple[bytes, Pixels]:
        """The bytes of a file and the upright picture in them. Raises UsageProblem."""
        data = read_file(Path(file))
        return data, decode_image(data, printable(file))

    def _of(self, name: str) -> Iterator[Original]:
        if not name or name == STDIN:
            raise UsageProblem(
                tr("forge needs pictures as files or folders"), hint="smilepay forge FOLDER --out FOLDER"
            )
        path = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - `..` goes, links stay
        kind = file_kind(path)
        if kind == "file":
            yield Original(self._person or path.parent.name, path.name, (str(path),))
        elif kind == "folder":
            yield from self._of_folder(path)
        else:
            raise problem(printable(name), "no such file or folder" if kind == "missing" else "not a regular file")

    def _of_folder(self, path: Path) -> Iterator[Original]:
        if self._person is None and file_kind(path / BONA_FIDE) == "folder":
            path = path / BONA_FIDE
        pictures, folders = _entries(path)
        if self._person is not None or pictures:
            yield from _of_person(self._person or path.name, pictures, folders)
            return
        for folder in folders:
            yield from _of_person(folder.name, *_entries(folder))


def _of_person(person: str, pictures: Sequence[Path], folders: Sequence[Path]) -> Iterator[Original]:
    for picture in pictures:
        yield Original(person, picture.name, (str(picture),))
    for folder in folders:
        frames, _ = _entries(folder)
        if frames:
            yield Original(person, folder.name, tuple(str(frame) for frame in frames), is_capture=True)


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures and the folders in a folder, each in natural order. Raises UsageProblem."""
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise problem(printable(str(folder)), error) from None
    entries.sort(key=lambda entry: natural_key(entry.name))
    folders = [entry for entry in entries if entry.is_dir()]
    return [e for e in entries if e.suffix.lower() in SUFFIXES and e not in folders], folders
