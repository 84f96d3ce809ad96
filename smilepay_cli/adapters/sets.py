"""Replay sets on the disk: opened and checked as a whole before anything runs, and written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from smilepay_cli.adapters.capture.files import file_kind, open_regular, printable, problem
from smilepay_cli.adapters.outbox import FolderOutbox
from smilepay_cli.adapters.set_files import SetFiles
from smilepay_cli.rules.sets.folders import read_folders
from smilepay_cli.rules.sets.lines import LONGEST_LINE
from smilepay_cli.rules.sets.manifest import READERS
from smilepay_cli.rules.sets.problems import Wrong, shown, unusable
from smilepay_cli.rules.sets.rows import Look, Reading, nothing_to_look_at
from smilepay_cli.rules.sets.writing import csv_lines, jsonl_lines, set_digest
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Trial

MANIFESTS = tuple(f"manifest{suffix}" for suffix in READERS)
"""What the manifest of a folder is called."""
LARGEST_MANIFEST = 1024 * 1024 * 1024
"""Bytes; some four million rows."""


_WHAT_A_SET_IS = f"a set is a manifest ({', '.join(READERS)}), or a folder"


class FileSet:
    """A ports.ReplaySet. Of the pictures nothing was read; of each it is known that it was there."""

    def __init__(self, name: str, files: SetFiles, reading: Reading) -> None:
        self.name = name
        self.trials = reading.trials
        self.warnings = reading.warnings.lines()
        self._files = files

    @cached_property
    def digest(self) -> str:
        """Of all words of all trials: rules.sets.writing.set_digest."""
        return set_digest(self.trials)

    def files_of(self, trial: Trial) -> tuple[Path, ...]:
        """Looked for anew: what has changed since the set was opened is a problem of this trial alone."""
        try:
            return self._files.of(trial.path)
        except Wrong as wrong:
            raise UsageProblem(str(wrong), reason="unreadable_file") from None


def open_set(path: str) -> FileSet:
    """A manifest, a folder that holds one, or folders that say what is in them.

    Raises UsageProblem (`bad_set`) with everything that is wrong with it, a line each.
    """
    if not path:
        raise UsageProblem("a set has no name", hint=_WHAT_A_SET_IS, reason="bad_set")
    given = Path(path)
    name = printable(str(given))
    kind = file_kind(given)
    if kind == "folder":
        return _of_folder(given, name)
    if kind != "file":
        what = "is not there" if kind == "missing" else "is not a regular file"
        raise UsageProblem(f"{name} {what}", hint=_WHAT_A_SET_IS, reason="bad_set")
    return _of_manifest(given, _files_below(given.parent))


def _of_folder(folder: Path, name: str) -> FileSet:
    files = _files_below(folder)
    found = [manifest for manifest in MANIFESTS if os.path.lexists(folder / manifest)]
    if len(found) > 1:
        raise UsageProblem(f"{name} holds {' and '.join(found)}", hint="name the one that is meant", reason="bad_set")
    if not found:
        return _whole(name, files, read_folders(files.entries, name, _look_with(files)))
    try:
        manifest = files.file(found[0], LARGEST_MANIFEST)
    except Wrong as wrong:
        raise UsageProblem(f"{name}: {wrong}", reason="bad_set") from None
    return _of_manifest(manifest, files)


def _of_manifest(path: Path, files: SetFiles) -> FileSet:
    name = printable(str(path))
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise UsageProblem(f"{name} is no manifest by its name", hint=_WHAT_A_SET_IS, reason="bad_set")
    return _whole(name, files, read(_pieces(path, name), name, printable(path.name), _look_with(files)))


def read_manifest(path: str) -> tuple[str, Reading]:
    """What people call it, and its words alone: none of its files is looked for. Raises UsageProblem (`bad_set`)."""
    given = Path(path)
    name = printable(str(given))
    if not path or file_kind(given) != "file":
        raise UsageProblem(f"{name} is no manifest", hint="with --data a set is a manifest", reason="bad_set")
    read = READERS.get(given.suffix.lower())
    if read is None:
        raise UsageProblem(f"{name} is no manifest by its name", hint=_WHAT_A_SET_IS, reason="bad_set")
    reading = read(_pieces(given, name), name, printable(given.name), nothing_to_look_at)
    if reading.problems.count:
        raise unusable(name, reading.problems)
    return name, reading


def _whole(name: str, files: SetFiles, reading: Reading) -> FileSet:
    if reading.problems.count:
        raise unusable(name, reading.problems)
    return FileSet(name, files, reading)


def _files_below(folder: Path) -> SetFiles:
    try:
        return SetFiles(folder)
    except OSError as error:
        raise problem(printable(str(folder)), error) from None


def _look_with(files: SetFiles) -> Look:
    """Every file of a trial is there, and is one that could be an image."""

    def look(trial: Trial) -> None:
        found = files.of(trial.path)
        if trial.sha256 is not None and len(found) > 1:
            raise Wrong(f"sha256 is of one file, and {shown(trial.path)} means {len(found)}", "leave it empty")

    return look


def _pieces(path: Path, name: str) -> Iterator[bytes]:
    """As rules.sets.lines takes them. Raises UsageProblem."""
    try:
        with open_regular(path, name) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_MANIFEST:
                raise problem(name, f"larger than {LARGEST_MANIFEST // 1024**2:,} MiB")
            while piece := file.readline(LONGEST_LINE + 1):
                yield piece
    except (OSError, ValueError) as error:
        raise problem(name, error) from None


def write_manifest(path: Path, trials: Iterable[Trial]) -> None:
    """A new manifest, in the form that its suffix says, whole or not at all.

    Raises UsageProblem where something has the name already, where it cannot be written, and for a trial that would not
    read back as itself; a `.csv` cannot hold names of files that are no UTF-8, a `.jsonl` can.
    """
    if path.suffix.lower() not in READERS:
        raise UsageProblem(f"{printable(str(path))} is no manifest by its name", hint=_WHAT_A_SET_IS, reason="bad_set")
    lines = csv_lines if path.suffix.lower() == ".csv" else jsonl_lines
    FolderOutbox(path.parent).write_new(str(path), lines(trials))
