"""Templates of many pictures, one face each: read, decoded, searched, and encoded several pictures at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.capture.files import printable, read_file
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import BATCH
from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine
    from smilepay_cli.vocabulary.faces import Detection, Pixels, Vector

MOST_PIXELS = 25_000_000
"""Of pictures that wait to be encoded (75 MB); a single larger one waits for nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Templated:
    """A picture and the template of its surest face."""

    path: Path
    vector: Vector
    detection: Detection
    faces: int
    """How many were found; the caller says whether more than one is too many."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture without a template, and why, in one line for people."""

    path: Path
    reason: str


def templates(paths: Iterable[Path], engine: FaceEngine) -> Iterator[Templated | LeftOut]:
    """One answer for each path, in their order. Any number of pictures in bounded memory.

    A picture that cannot be read or shows no face is an answer too; what is wrong with the engine is raised.
    """
    scheme = SCHEMES[engine.maker.scheme]
    together = max(1, BATCH // len(scheme.views))
    waiting: list[_Found | LeftOut] = []
    pixels = 0
    for path in paths:
        answer = _look(path, engine)
        waiting.append(answer)
        if isinstance(answer, _Found):
            pixels += answer.pixels.shape[0] * answer.pixels.shape[1]
        if pixels == 0 or pixels >= MOST_PIXELS or len(waiting) >= together:
            yield from _encoded(waiting, engine)
            waiting, pixels = [], 0
    yield from _encoded(waiting, engine)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    path: Path
    pixels: Pixels
    detection: Detection
    faces: int


def _look(path: Path, engine: FaceEngine) -> _Found | LeftOut:
    try:
        pixels = decode_image(read_file(path), printable(str(path)))
    except UsageProblem as problem:
        return LeftOut(path, problem.message)
    found = engine.detect(pixels).found
    if not found:
        return LeftOut(path, f"{printable(str(path))}: no face found")
    return _Found(path, pixels, found[0], len(found))


def _encoded(waiting: list[_Found | LeftOut], engine: FaceEngine) -> Iterator[Templated | LeftOut]:
    scheme = SCHEMES[engine.maker.scheme]
    faces = [(answer.pixels, answer.detection.box) for answer in waiting if isinstance(answer, _Found)]
    rows = iter(engine.descriptors(faces) if faces else ())
    for answer in waiting:
        if isinstance(answer, LeftOut):
            yield answer
        else:
            yield Templated(answer.path, scheme.template(next(rows)), answer.detection, answer.faces)
