"""What forgeries are made from: originals that were looked at, sorted by whom they show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING

from smilepay_cli.ports import Album, Progress
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.verbs.capture import face_of
from smilepay_cli.verbs.lookup import clean_name
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Refused, UsageProblem
from smilepay_cli.vocabulary.faces import Frame
from smilepay_cli.vocabulary.originals import LeftOut, Original

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels, Points

LONGEST_STEM = 120
"""Bytes of a file's name that its forgeries keep; file systems take 255."""
MOST_KEPT = 4
"""Decoded pictures that stay in memory: all species of one original, and its partner's."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """An original and the one face on it; of a capture, on its first frame."""

    subject: str
    """A name for an account: who is on it."""
    name: str
    """Of no other material of this subject, and good for a file's name."""
    files: tuple[str, ...]
    is_capture: bool
    digest: str
    """SHA-256 (hex) of the first file."""
    face: Box
    landmarks: Points

    @property
    def who(self) -> str:
        """`lin/1`: the same wherever the folder is."""
        return f"{self.subject}/{self.name}"


@dataclass(frozen=True, slots=True)
class Person:
    """All that shows somebody."""

    stills: list[Material] = field(default_factory=list)
    captures: list[Material] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Supply:
    """What can be used, by subject and in order of their names; and what cannot."""

    people: dict[str, Person]
    left_out: list[LeftOut]

    @property
    def stills(self) -> list[Material]:
        """Everybody's, in order."""
        return [still for person in self.people.values() for still in person.stills]

    @property
    def captures(self) -> list[Material]:
        """Everybody's, in order."""
        return [capture for person in self.people.values() for capture in person.captures]


class Pictures:
    """An album's pictures, the last few of them kept decoded. A file must not change while it is worked on."""

    def __init__(self, album: Album) -> None:
        self._album = album
        self._kept: OrderedDict[str, tuple[bytes, Pixels]] = OrderedDict()

    def read(self, file: str) -> tuple[bytes, Pixels]:
        """Bytes and pixels, which are everybody's and must not be written into. Raises UsageProblem."""
        if file in self._kept:
            self._kept.move_to_end(file)
        else:
            data, pixels = self._album.read(file)
            pixels.flags.writeable = False
            self._kept[file] = data, pixels
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[file]

    def first(self, material: Material) -> tuple[bytes, Pixels]:
        """Of a material's first file. Raises UsageProblem, also where it is another picture than before."""
        data, pixels = self.read(material.files[0])
        if sha256(data).hexdigest() != material.digest:
            raise UsageProblem(f"{material.who} changed while it was worked on", reason="unreadable_file")
        return data, pixels


def subject_name(person: str) -> str:
    """A person's name as an account's and a folder's. Raises UsageProblem (bad_name)."""
    name = clean_name(person)
    if "/" in name or name.startswith("."):
        raise UsageProblem(f"{name!r} is no name for a folder", reason="bad_name")
    return name


def looked_at(till: Till, originals: Sequence[Original], pictures: Pictures, progress: Progress) -> Supply:
    """Find the face on every original; one without exactly one face is left out, with the reason that `pay` has."""
    people: dict[str, Person] = {}
    left_out: list[LeftOut] = []
    names: set[tuple[str, str]] = set()
    ordered = sorted(originals, key=lambda one: (natural_key(one.person), natural_key(one.name), one.files))
    for number, original in enumerate(ordered):
        progress(number, len(ordered))
        try:
            subject = subject_name(original.person)
            name = _free_name(subject, _stem(original), names)
            material = _material(till, original, pictures, subject, name)
        except (Refused, UsageProblem) as problem:
            left_out.append(LeftOut(shown(original), problem.reason, problem.message))
            continue
        names.add((subject, name))
        person = people.setdefault(subject, Person())
        (person.captures if original.is_capture else person.stills).append(material)
    return Supply(people, left_out)


def shown(original: Original) -> str:
    """What people call it: folder and name, nothing in it that a terminal would obey."""
    text = f"{original.person}/{original.name}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def _material(till: Till, original: Original, pictures: Pictures, subject: str, name: str) -> Material:
    data, pixels = pictures.read(original.files[0])
    digest = sha256(data).hexdigest()
    frame = Frame(pixels, number=0, seconds=0.0, origin=name, pixel_digest="", file_digest=digest)
    face = face_of(till, frame, mouth=True)
    assert face.landmarks is not None
    return Material(subject, name, original.files, original.is_capture, digest, face.box, face.landmarks)


def _stem(original: Original) -> str:
    """Letters, digits and a few marks of its name: what may stand in a path anywhere."""
    stem = original.name if original.is_capture else PurePath(original.name).stem
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in stem).lstrip(".")
    return safe.encode()[:LONGEST_STEM].decode(errors="ignore") or "picture"


def _free_name(subject: str, stem: str, taken: set[tuple[str, str]]) -> str:
    name, number = stem, 1
    while (subject, name) in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
