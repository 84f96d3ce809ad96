"""What verbs measure on a picture: every look at pixels goes through here.

Where the till has a memory, what was measured on the very same pixels before is not measured again; that is what makes
a set of images that was replayed once cheap to replay. A capture at a real till has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from smilepay_cli.rules.quality import Quality, quality_of
from smilepay_cli.vocabulary.faces import Box, Detections, Frame, Points

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from smilepay_cli.ports import PadModel
    from smilepay_cli.verbs.till import Till

T = TypeVar("T")


def detected(till: Till, frame: Frame, *, smallest: int | None = None, first: Detections | None = None) -> Detections:
    """As the engine's `detect`."""

    def look() -> Detections:
        return till.engine.detect(frame.pixels, smallest=smallest, first=first)

    return _recalled(till, frame, f"detect {smallest}", look)


def landmarks_of(till: Till, frame: Frame, box: Box) -> Points:
    """As the engine's `landmarks`."""
    return _recalled(till, frame, f"landmarks {_words(box)}", lambda: till.engine.landmarks(frame.pixels, box))


def descriptors_of(till: Till, faces: Sequence[tuple[Frame, Box]]) -> NDArray[Any]:
    """As the engine's `descriptors`.

    A network's numbers depend on how many faces it is given at once, in the seventh digit. With a memory each face is
    looked at by itself, so that nothing depends on which of them were known.
    """
    if till.memory is None:
        return till.engine.descriptors([(frame.pixels, box) for frame, box in faces])
    import numpy as np

    def alone(frame: Frame, box: Box) -> Any:
        return _recalled(
            till, frame, f"descriptors {_words(box)}", lambda: till.engine.descriptors([(frame.pixels, box)])[0]
        )

    return np.stack([alone(frame, box) for frame, box in faces])


def quality(till: Till, frame: Frame, box: Box, landmarks: Points | None) -> Quality:
    """As rules/quality.py has it."""
    what = f"quality {_words(box)} {landmarks is not None}"
    return _recalled(till, frame, what, lambda: quality_of(frame.pixels, box, landmarks))


def live_score(till: Till, pad: PadModel, frame: Frame, box: Box) -> float:
    """As the PAD model's `live_score`."""
    return _recalled(till, frame, f"{named(pad)} {_words(box)}", lambda: pad.live_score(frame.pixels, box))


def named(pad: PadModel | None) -> str:
    """What names a PAD model and how it is used: the same network under another sidecar scores or denies otherwise."""
    return f"pad {sorted(pad.figures.items()) if pad else None}"


def cue_measures(till: Till) -> Callable[[Frame, str, Callable[[], Any]], Any]:
    """How rules/cues measures a frame."""
    return lambda frame, what, measure: _recalled(till, frame, what, measure)


def _recalled(till: Till, frame: Frame, what: str, measure: Callable[[], T]) -> T:
    if till.memory is None:
        return measure()
    known: T = till.memory.recall(frame, what, measure)
    return known


def _words(box: Box) -> str:
    return f"{box.left} {box.top} {box.width} {box.height}"
