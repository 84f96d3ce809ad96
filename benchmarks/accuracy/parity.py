"""Does the fast engine decide as face_recognition does? Boxes, descriptors and decisions, picture by picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from benchmarks.accuracy.photos import Photo
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

THRESHOLDS = (0.6, 0.5, 0.45)
"""Of face_recognition's own rule: its default, and the two that people tighten it to."""
MOVED = 3.0
"""Pixels by which face_recognition's own box is moved, to see how steady its own answers are."""


@dataclass(frozen=True, slots=True)
class Parity:
    """The fast engine (scheme euclidean) against the reference engine on the same photos."""

    photos: int
    found_by_both: int
    found_by_reference_only: int
    found_by_fast_only: int
    fewer_faces: int
    """Photos on which the fast engine finds fewer faces, asked for those as small as the reference engine finds."""
    same_chip_l2: float
    """Largest distance of a descriptor, on the reference engine's boxes."""
    pipeline_l2: tuple[float, float]
    """Median and largest distance of a descriptor, each engine on its own boxes."""
    moved_l2: tuple[float, float]
    """The same for the reference engine against itself, its box moved by 3 pixels."""
    same_chip_flips: dict[float, Rate]
    pipeline_flips: dict[float, Rate]
    moved_flips: dict[float, Rate]
    """Pairs of photos that are one person to one and two to the other, by threshold."""


def compare(photos: Sequence[Photo], fast: FastEngine, reference: ReferenceEngine) -> Parity:
    """Look at every photo with both."""
    import numpy as np

    rows: list[tuple[NDArray[Any], ...]] = []
    only_reference = only_fast = fewer = 0
    for number, photo in enumerate(photos):
        pixels = photo.pixels
        theirs, ours = reference.detect(pixels), fast.detect(pixels)
        close = ours if len(ours.found) >= len(theirs.found) else fast.detect(pixels, smallest=theirs.sure_from)
        fewer += len(close.found) < len(theirs.found)
        only_reference += bool(theirs.found and not ours.found)
        only_fast += bool(ours.found and not theirs.found)
        if theirs.found and ours.found:
            box = theirs.found[0].box
            seen = ((reference, box), (fast, box), (fast, ours.found[0].box), (reference, _moved(box, number)))
            rows.append(tuple(_descriptor(engine, pixels, at) for engine, at in seen))
    oracle, same_chip, pipeline, moved = (np.stack(part) for part in zip(*rows, strict=True))
    return Parity(
        photos=len(photos),
        found_by_both=len(rows),
        found_by_reference_only=only_reference,
        found_by_fast_only=only_fast,
        fewer_faces=fewer,
        same_chip_l2=_apart(oracle, same_chip)[1],
        pipeline_l2=_apart(oracle, pipeline),
        moved_l2=_apart(oracle, moved),
        same_chip_flips=flips(oracle, same_chip),
        pipeline_flips=flips(oracle, pipeline),
        moved_flips=flips(oracle, moved),
    )


def flips(one: NDArray[Any], other: NDArray[Any]) -> dict[float, Rate]:
    """Over all pairs of photos: decided otherwise by the one than by the other, at each threshold."""
    changed = dict.fromkeys(THRESHOLDS, 0)
    for row in range(len(one) - 1):
        before = EUCLIDEAN.dissimilarities(one[row + 1 :], one[row])
        after = EUCLIDEAN.dissimilarities(other[row + 1 :], other[row])
        for threshold in THRESHOLDS:
            changed[threshold] += int(((before <= threshold) != (after <= threshold)).sum())
    pairs = len(one) * (len(one) - 1) // 2
    return {threshold: Rate(count, pairs) for threshold, count in changed.items()}


def _descriptor(engine: FastEngine | ReferenceEngine, pixels: Pixels, box: Box) -> NDArray[Any]:
    descriptor: NDArray[Any] = engine.descriptors([(pixels, box)])[0, 0]
    return descriptor


def _moved(box: Box, number: int) -> Box:
    """In another direction for each photo, all directions alike: by the golden angle."""
    turn = number * pi * (3 - 5**0.5)
    return replace(box, left=box.left + round(MOVED * cos(turn)), top=box.top + round(MOVED * sin(turn)))


def _apart(one: NDArray[Any], other: NDArray[Any]) -> tuple[float, float]:
    """Median and largest distance of rows."""
    import numpy as np

    distances = np.linalg.norm(one - other, axis=1)
    return float(np.median(distances)), float(distances.max())
