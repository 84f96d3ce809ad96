"""The folder convention: where a picture lies says what it is.

    bona_fide/<subject>/*            zero_effort/<subject>/*
    attack/<species>/<target>/*      injection/<species>/<target>/*

An image in a person's folder is a trial, and a folder in it is one too: the frames of one capture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smilepay_cli.rules.sets.columns import KINDS, read_name, read_path
from smilepay_cli.rules.sets.problems import Problems, Wrong
from smilepay_cli.rules.sets.rows import Look, Reading, derived_id, nothing_to_look_at
from smilepay_cli.vocabulary.trials import Kind, Trial

LEVELS: dict[Kind, tuple[str, ...]] = {
    Kind.BONA_FIDE: ("subject",),
    Kind.ZERO_EFFORT: ("subject",),
    Kind.ATTACK: ("pai_species", "subject"),
    Kind.INJECTION: ("pai_species", "subject"),
}
"""What the folders below are the names of."""
_WORDS = {"pai_species": "species", "subject": "subject"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder."""

    name: str
    is_folder: bool = False
    is_image: bool = False
    """By its suffix."""
    wrong: Wrong | None = None
    """Why it cannot be followed: a link that leads out of the set, round in a circle, or nowhere."""


Listing = Callable[[str], Sequence[Entry]]
"""What is in a folder of the set, in natural order and without what is hidden. Raises Wrong."""


def read_folders(listing: Listing, name: str, look: Look = nothing_to_look_at) -> Reading:
    """`name` is the set's, for messages; ids are the paths in it."""
    walk = _Walk(listing, name, look)
    walk.top()
    return walk.reading


GALLERY = "gallery"
"""The folder of those who are enrolled, NAME/*: nothing in it is tried."""


class _Walk:
    """Goes down from the top, folder by folder, and notes what does not belong there."""

    def __init__(self, listing: Listing, name: str, look: Look) -> None:
        self._listing, self._name, self._look = listing, name, look
        self._problems, self._warnings = Problems(), Problems()
        self._trials: list[Trial] = []
        self._ignored = 0

    @property
    def reading(self) -> Reading:
        """All of it."""
        if not self._trials and not self._problems.count:
            self._wrong(
                "", Wrong("the folder holds no images of a set", f"they go into {' or '.join(map(convention, LEVELS))}")
            )
        if self._ignored:
            files = "1 file was" if self._ignored == 1 else f"{self._ignored:,} files were"
            what = Wrong(f"{files} passed over", "their names do not end as those of images do")
            self._warnings.add(self._name, what)
        return Reading(tuple(self._trials), self._problems, self._warnings)

    def top(self) -> None:
        """The folders of the kinds, in the order of the kinds."""
        found = {entry.name: entry for entry in self._entries("")}
        for name, entry in found.items():
            if not entry.is_folder:
                self._stray("", entry, f"images go into {' or '.join(map(convention, LEVELS))}")
            elif name not in (*KINDS, GALLERY):
                todo = f"pictures of a person go into {Kind.BONA_FIDE}/{derived_id(name)}"
                what = f"this is not a folder of a set ({', '.join(KINDS)})"
                self._wrong(name, Wrong(what, todo, word=name, known=KINDS))
        for kind, names in LEVELS.items():
            if kind.value in found and found[kind.value].is_folder:
                self._down(kind.value, kind, names, {})

    def _down(self, path: str, kind: Kind, names: Sequence[str], known: dict[str, str]) -> None:
        """A folder of folders that are each called after the first of `names`; of captures where no name is left."""
        before = len(self._trials) + self._problems.count
        for entry in self._entries(path):
            inner = f"{path}/{entry.name}"
            if not names:
                self._capture(inner, entry, kind, known)
            elif not entry.is_folder:
                self._stray(path, entry, f"images go into {convention(kind)}")
            else:
                try:
                    name = read_name(entry.name)
                except Wrong as wrong:
                    self._wrong(inner, wrong.about(f"the {_WORDS[names[0]]}"))
                else:
                    self._down(inner, kind, names[1:], {**known, names[0]: name})
        if not names and before == len(self._trials) + self._problems.count:
            self._warnings.add(self._where(path), Wrong("the folder holds no images", "nothing is tried with it"))

    def _capture(self, path: str, entry: Entry, kind: Kind, known: dict[str, str]) -> None:
        if not entry.is_folder and not entry.is_image:
            self._stray_file(path, entry)
            return
        folder = path.rpartition("/")[0]
        try:
            trial = Trial(
                id=derived_id(path),
                path=read_path(path),
                kind=kind,
                subject=known["subject"],
                pai_species=known.get("pai_species"),
                where=derived_id(folder),
            )
            self._look(trial)
        except Wrong as wrong:
            self._wrong(path, wrong)
        else:
            self._trials.append(trial)

    def _stray(self, folder: str, entry: Entry, todo: str) -> None:
        """Not a folder where only folders belong. An image there would be left out of every rate, so it is told."""
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_image and entry.wrong is None:
            self._wrong(path, Wrong("this is an image outside of a person's folder", todo))
        else:
            self._stray_file(path, entry)

    def _stray_file(self, path: str, entry: Entry) -> None:
        if entry.wrong:
            self._wrong(path, entry.wrong)
        else:
            self._ignored += 1

    def _entries(self, path: str) -> Sequence[Entry]:
        try:
            return self._listing(path)
        except Wrong as wrong:
            self._wrong(path, wrong)
            return ()

    def _wrong(self, path: str, wrong: Wrong) -> None:
        self._problems.add(self._where(path), wrong)

    def _where(self, path: str) -> str:
        return f"{self._name}/{derived_id(path)}" if path else self._name


def convention(kind: Kind) -> str:
    """`attack/<species>/<target>/`."""
    words = ("<species>", "<target>") if kind.is_attack else ("<subject>",)
    return "/".join((kind.value, *words)) + "/"
