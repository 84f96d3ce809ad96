"""Pictures of people for calibration: a folder of people, or the bona fide rows of a replay set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from smilepay_cli.adapters.album import FolderAlbum
from smilepay_cli.adapters.capture.files import file_kind, printable
from smilepay_cli.adapters.sets import MANIFESTS, open_set
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.originals import Original
from smilepay_cli.vocabulary.trials import Kind


def people_in(name: str) -> tuple[Sequence[Original], Sequence[str]]:
    """Each picture and capture with who is on it, and what the set has to say. Raises UsageProblem.

    A manifest, or a folder with one: its bona fide rows, the subject says who. Any other folder is one of people, as
    `forge` takes it: `lin/1.jpg`, or `bona_fide/lin/1.jpg`.
    """
    path = Path(name).expanduser()
    kind = file_kind(path)
    if kind == "file" or any(os.path.lexists(path / manifest) for manifest in MANIFESTS):
        return _of_set(str(path))
    if kind != "folder":
        what = "is not there" if kind == "missing" else "is neither a folder of people nor a manifest"
        raise UsageProblem(f"{printable(name)} {what}", hint="a folder for each person: FOLDER/NAME/1.jpg")
    return FolderAlbum([name]).originals(), ()


def _of_set(name: str) -> tuple[Sequence[Original], Sequence[str]]:
    found = open_set(name)
    originals, unnamed = [], 0
    for trial in found.trials:
        if trial.kind is not Kind.BONA_FIDE:
            continue
        person = trial.subject or trial.account
        if person is None:
            unnamed += 1
            continue
        files = tuple(str(path.absolute()) for path in found.files_of(trial))
        originals.append(Original(person, trial.id, files, is_capture=len(files) > 1))
    told = list(found.warnings)
    if unnamed:
        told.append(f"{unnamed:,} bona fide rows do not say who is shown, and were passed over")
    return list({original.files: original for original in originals}.values()), told
