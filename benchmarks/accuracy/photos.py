"""Photos of known people: the sample faces, and what the folder named by SMILEPAY_EVAL holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.packaged import sample_faces

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

SETS = ("lfw_gray", "london")


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """One picture of one person. People of different sets are different people."""

    set: str
    person: str
    path: Path

    @property
    def pixels(self) -> Pixels:
        """Decoded as `pay` decodes it."""
        return decode_image(self.path.read_bytes(), self.path.name)


def samples() -> list[Photo]:
    """Stills and clips of the sample faces."""
    folder = sample_faces()
    found = sorted(path for path in folder.rglob("*.jpg") if "no_face" not in path.parts)
    return [Photo("sample", path.relative_to(folder).parts[0], path) for path in found]


def evaluation(name: str) -> list[Photo]:
    """One set of the evaluation folder, `FOLDER/NAME/PERSON/*.jpg`; none without the folder."""
    folder = evaluation_folder()
    found = sorted((folder / name).glob("*/*.jpg")) if folder else []
    return [Photo(name, path.parent.name, path) for path in found]


def scenes() -> list[Path]:
    """Pictures of nobody."""
    folder = evaluation_folder()
    found = sorted((folder / "no_face").glob("*.jpg")) if folder else []
    return [sample_faces() / "no_face" / "1.jpg", *found]


def halves(photos: Iterable[Photo]) -> tuple[list[Photo], list[Photo]]:
    """Tuning and reporting half of the people: every other one by name."""
    photos = list(photos)
    people = sorted({photo.person for photo in photos})
    tuning = set(people[::2])
    return [photo for photo in photos if photo.person in tuning], [
        photo for photo in photos if photo.person not in tuning
    ]
