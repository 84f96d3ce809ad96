"""Who is enrolled in a replay: the people of the wallet, of a folder, or of rows of the set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.adapters.capture.images import files_of
from smilepay_cli.adapters.far_files import MARK
from smilepay_cli.commands.remembering import whole_path
from smilepay_cli.commands.replaying.presenting import read, whole_name
from smilepay_cli.rules.sets.folders import GALLERY
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.ports import ReplaySet

WALLET, MANIFEST = "wallet", "manifest"
ENROL = "enrol"
"""The tag of rows that are enrolled and not tried, with `--gallery manifest`."""


def named(files: Iterable[str]) -> Iterator[str]:
    """Files by name, folders as their images. Raises UsageProblem."""
    for file in files:
        yield from [file] if MARK in file else (str(path) for path in files_of([file]))


class People:
    """Where they come from. `named` is the option, as typed."""

    def __init__(self, call: Call, trial_set: ReplaySet, images: str, named: str | None) -> None:
        self._call, self._set = call, trial_set
        inside = Path(images).absolute() / GALLERY
        self.named = named or (str(inside) if inside.is_dir() else WALLET)
        """`wallet`, `manifest`, or a folder."""

    @property
    def kind(self) -> str:
        """`wallet`, `manifest` or `folder`."""
        return self.named if self.named in (WALLET, MANIFEST) else "folder"

    @cached_property
    def digest(self) -> str:
        """What names who is enrolled: the newest event of the wallet, or the files that people are enrolled from.

        Raises UsageProblem where nobody is.
        """
        if self.kind == WALLET:
            return self._head()
        digest = sha256()
        for name, files in self.files.items():
            digest.update(repr(name).encode())
            for file in named(files):
                digest.update(sha256(read(file)).digest())
        return digest.hexdigest()

    @cached_property
    def files(self) -> Mapping[str, Sequence[str]]:
        """Files and folders to enrol from, by name. Raises UsageProblem where there are none."""
        return dict(self._tagged() if self.kind == MANIFEST else self._foldered())

    def copy_wallet(self, scratch: Path) -> None:
        """A copy of this moment; the wallet itself is only read."""
        import sqlite3

        from smilepay_cli.adapters.store.wallet import SqliteStore

        path = scratch / "wallet.db"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(path)) as copy:
            store = self._call.till.store
            assert isinstance(store, SqliteStore)
            store.copy_into(copy, 4096, self._call.progress("Copying"))

    def _head(self) -> str:
        with self._call.till.store.reading() as books:
            newest = books.trail.latest(1)
            people = books.people.all()
        if not people:
            raise UsageProblem(
                "nobody is enrolled in this wallet",
                hint="enrol first, or give the people of the set: --gallery FOLDER (NAME/*), or --gallery manifest",
                reason="no_gallery",
            )
        return newest[0].hash if newest else ""

    def _tagged(self) -> Mapping[str, Sequence[str]]:
        people: dict[str, list[str]] = {}
        for trial in self._set.trials:
            if ENROL in trial.tags:
                name = trial.subject or trial.account
                if not name:
                    raise UsageProblem(f"{trial.where}: a row that is enrolled needs a subject", reason="bad_set")
                people.setdefault(name, []).extend(whole_name(file) for file in self._set.files_of(trial))
        if not people:
            raise UsageProblem(f"no row of the set is tagged {ENROL}", reason="no_gallery")
        return people

    def _foldered(self) -> Iterator[tuple[str, Sequence[str]]]:
        name = f"--gallery {printable(self.named)}"
        folder = whole_path(self.named, "--gallery")
        if not folder.is_dir():
            raise UsageProblem(f"{name}: no such folder", reason="no_gallery")
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise UsageProblem(f"{name}: {error.strerror}", reason="no_gallery") from None
        people = [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        if not people:
            raise UsageProblem(f"{name}: no folder of a person in it", reason="no_gallery")
        return ((entry.name, [str(entry)]) for entry in people)
