"""Templates of many pictures, one face each: read, decoded, searched, and encoded several pictures at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.adapters.capture.files import printable, read_file
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import BATCH
from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Detection, Detections, Pixels, TemplateMaker, Vector


class Encoder(Protocol):
    """What is asked of an engine here; every engine of this folder has it."""

    @property
    def maker(self) -> TemplateMaker:
        """What its templates are made by."""

    def detect(self, pixels: Pixels) -> Detections:
        """Faces, surest first."""

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        """What the network is shown of one face: a chip for each view of the maker's scheme."""

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        """(n, 128) float64 for n chips."""


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


def templates(paths: Iterable[Path], engine: Encoder) -> Iterator[Templated | LeftOut]:
    """One answer for each path, in their order. Any number of pictures: only their chips wait to be encoded together.

    A picture that cannot be read or shows no face is an answer too; what is wrong with the engine is raised.
    """
    together = max(1, BATCH // len(SCHEMES[engine.maker.scheme].views))
    waiting: list[_Found | LeftOut] = []
    for path in paths:
        waiting.append(_look(path, engine))
        if len(waiting) >= together or not any(isinstance(answer, _Found) for answer in waiting):
            yield from _encoded(waiting, engine)
            waiting = []
    yield from _encoded(waiting, engine)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    path: Path
    chips: list[Pixels]
    detection: Detection
    faces: int


def _look(path: Path, engine: Encoder) -> _Found | LeftOut:
    try:
        pixels = decode_image(read_file(path), printable(str(path)))
    except UsageProblem as problem:
        return LeftOut(path, problem.message)
    found = engine.detect(pixels).found
    if not found:
        return LeftOut(path, f"{printable(str(path))}: no face found")
    return _Found(path, engine.chips(pixels, found[0].box), found[0], len(found))


def _encoded(waiting: list[_Found | LeftOut], engine: Encoder) -> Iterator[Templated | LeftOut]:
    scheme = SCHEMES[engine.maker.scheme]
    chips = [chip for answer in waiting if isinstance(answer, _Found) for chip in answer.chips]
    rows = iter(engine.encode(chips).reshape(-1, len(scheme.views), 128) if chips else ())
    for answer in waiting:
        if isinstance(answer, LeftOut):
            yield answer
        else:
            yield Templated(answer.path, scheme.template(next(rows)), answer.detection, answer.faces)
