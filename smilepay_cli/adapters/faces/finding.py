"""Finding faces soon: dlib's HOG detector on a small grey picture first, on larger ones only where that is not enough.

The HOG detector's time goes with the pixels it sees, and a face that fills a third of a picture needs few of them.
What a step finds without doubt ends the search; a step that finds nothing, or nothing sure, hands on to the next.
After the last, dlib's CNN detector looks for what HOG misses: turned and half covered faces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.vocabulary.faces import Box, Detection, Detections

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

WINDOW = 80
"""Width in pixels of both detectors' windows: the smallest face found without enlarging the picture."""


@dataclass(frozen=True, slots=True)
class Step:
    """One look: the picture shrunk to `side` pixels at its longer side (never enlarged), then doubled."""

    side: int
    doublings: int
    sure: float
    """From this score on, what was found ends the search."""


SURE = 0.3
"""HOG score: 560 of the 575 evaluation faces that are found at 320 pixels have it."""
STEPS = (Step(320, 0, SURE), Step(480, 0, 0.1), Step(640, 1, 0.0), Step(1600, 1, 0.0))
"""At 320 pixels 1 of 677 evaluation and sample faces is missed, at 480 none; the last look is face_recognition's."""
ROOM = 1.1
"""A face looked for fills the detector's window and this much more, so that it is not lost between two scales."""
MOST_DOUBLINGS = 3
"""A smaller face than those found so is not worth more."""
LARGEST_ENLARGED = 64_000_000
"""Pixels of an enlarged picture (about 0.7 GB and 7 s in the detector)."""
CNN_SIDE = 400
"""The CNN looks at a picture of this size at most: a face a fifth of its length is found, in about 30 ms."""
CNN_LARGEST = 1600
"""For somebody further back, where the CNN found the first."""
CNN_STEP = 5 / 6
CNN_STRIDE, CNN_CENTRE = 8, 14
"""Where in the picture the middle of the CNN's windows lies: three halvings by 5 x 5 without padding."""
SAME = 0.4
"""Intersection over union from which two windows of the CNN show one face."""

Look = Callable[["NDArray[Any]", int], "list[tuple[Any, float]]"]
"""A HOG detector: grey picture and doublings in; dlib rectangles and scores out."""
Score = Callable[["NDArray[Any]"], "NDArray[Any]"]
"""The CNN: (1, h, w, 3) uint8 in; (1, 1, rows, columns) scores out."""


def find(pixels: Pixels, look: Look, score: Score, smallest: int | None, first: Detections | None = None) -> Detections:
    """Faces, surest first; down to `smallest` pixels in width where it is given, after a `first` look without."""
    first = first or _first(pixels, look, score)
    if smallest is None or first.sure_from <= smallest:
        return first
    found, sure_from = _hog(pixels, look, *_scale_for(smallest, pixels))
    if first.by_second:  # whoever HOG misses may stand beside somebody else whom it misses
        side = min(CNN_LARGEST, round(max(pixels.shape[:2]) * WINDOW / max(smallest, 1)))
        found = _sorted((*found, *cnn_faces(pixels, score, side)))
        sure_from = max(sure_from, round(WINDOW * max(pixels.shape[:2]) / min(side, max(pixels.shape[:2]))))
    if sure_from >= first.sure_from:  # as close as a picture of this size can be looked at
        return first
    return Detections(found or first.found, sure_from)


def _first(pixels: Pixels, look: Look, score: Score) -> Detections:
    """The first look, as far as it has to go."""
    longest = max(pixels.shape[:2])
    sure_from, looked = 0, None
    unsure: tuple[Detection, ...] = ()
    for step in STEPS:
        scale = (min(step.side, longest), step.doublings)
        if scale != looked:  # of a small picture two steps can be one
            found, sure_from = _hog(pixels, look, *scale)
            looked = scale
        if found and found[0].score >= step.sure:
            return Detections(found, sure_from)
        unsure = found or unsure
    faces = cnn_faces(pixels, score, CNN_SIDE)
    if not faces:
        return Detections(unsure, sure_from)
    return Detections(faces, max(sure_from, round(WINDOW * longest / min(CNN_SIDE, longest))), by_second=True)


def _scale_for(smallest: int, pixels: Pixels) -> tuple[int, int]:
    """Longer side and doublings at which a face of that width fills the window."""
    longest = max(pixels.shape[:2])
    if smallest >= WINDOW * ROOM:
        return round(longest * WINDOW * ROOM / smallest), 0
    return longest, doublings_for(smallest, pixels, fewest=0)


def doublings_for(smallest: int, pixels: Pixels, *, fewest: int) -> int:
    """How often to double a picture so that a face of that width fills the window; as often as memory bears."""
    area = pixels.shape[0] * pixels.shape[1]
    doublings = fewest
    while (
        WINDOW >> doublings > smallest
        and doublings < MOST_DOUBLINGS
        and area * 4 ** (doublings + 1) <= LARGEST_ENLARGED
    ):
        doublings += 1
    return doublings


def _hog(pixels: Pixels, look: Look, side: int, doublings: int) -> tuple[tuple[Detection, ...], int]:
    grey = shrunk(pixels, side, grey=True)
    across, down = pixels.shape[1] / grey.shape[1], pixels.shape[0] / grey.shape[0]
    found = [Detection(_box(rectangle, across, down), float(score)) for rectangle, score in look(grey, doublings)]
    return _sorted(found), max(1, round(WINDOW * max(across, down) / 2**doublings))


def _sorted(found: Iterable[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(found, key=lambda detection: -detection.score))


def _box(rectangle: Any, across: float, down: float) -> Box:
    left, top = round(rectangle.left() * across), round(rectangle.top() * down)
    return Box(left, top, round(rectangle.width() * across), round(rectangle.height() * down))


def cnn_faces(pixels: Pixels, score: Score, most: int) -> tuple[Detection, ...]:
    """Faces by the CNN at `most` pixels on the longer side, surest first; its scores are its own, above 0."""
    import numpy as np

    found: list[tuple[float, float, float, float]] = []
    side: float = min(most, max(pixels.shape[:2]))
    while min(pixels.shape[:2]) * side / max(pixels.shape[:2]) >= WINDOW / 2:
        picture = shrunk(pixels, round(side), grey=False)
        scale = pixels.shape[1] / picture.shape[1]
        scores = score(picture[None])[0, 0]
        for row, column in zip(*np.nonzero(scores > 0), strict=True):
            middle = ((CNN_STRIDE * int(column) + CNN_CENTRE) * scale, (CNN_STRIDE * int(row) + CNN_CENTRE) * scale)
            found.append((float(scores[row, column]), *middle, WINDOW * scale))
        side *= CNN_STEP
    return tuple(_without_repeats(sorted(found, reverse=True)))


def _without_repeats(found: list[tuple[float, float, float, float]]) -> list[Detection]:
    """One detection a face: windows over the same face are its surest one, placed at the mean of them all."""
    faces: list[Detection] = []
    while found:
        score, x, y, width = found[0]
        group = [other for other in found if _overlap((x, y, width), other[1:]) >= SAME]
        found = [other for other in found if other not in group]
        weight = sum(other[0] for other in group)
        x, y, width = (sum(other[0] * other[part] for other in group) / weight for part in (1, 2, 3))
        faces.append(Detection(Box(round(x - width / 2), round(y - width / 2), round(width), round(width)), score))
    return faces


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Intersection over union of two squares: middle x, middle y, width."""
    reach = (one[2] + other[2]) / 2
    across = min(reach - abs(one[0] - other[0]), one[2], other[2])
    down = min(reach - abs(one[1] - other[1]), one[2], other[2])
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / (one[2] ** 2 + other[2] ** 2 - shared)


def shrunk(pixels: Pixels, side: int, *, grey: bool) -> Pixels:
    """The picture with `side` pixels at its longer side; as it is where it is not larger.

    Large pictures are thinned out to two to three times that size first, then averaged: all of their pixels would cost
    ten times as much and show no more.
    """
    import numpy as np
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    every = max(1, int(0.5 / scale))
    image = Image.fromarray(np.ascontiguousarray(pixels[::every, ::every]))
    if scale * every <= 0.5:
        image = image.reduce(2)
    if grey:
        image = image.convert("L")
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)
