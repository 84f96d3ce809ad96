"""Deny cues over a capture: a fold that keeps the digests, a few pictures of the face and one number a cue.

`watched` takes one more frame, `judged` says what the frames so far come to. A score that is not a number denies, and
an error in a cue is not caught: whoever asks must let it refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from math import hypot, isnan
from typing import Any

from smilepay_cli.rules.cues.border import border
from smilepay_cli.rules.cues.change import relief
from smilepay_cli.rules.cues.pattern import fine_pattern
from smilepay_cli.rules.cues.pictures import Picture, Pictures, with_picture
from smilepay_cli.rules.cues.registry import (
    COUNTING,
    CUES,
    FADED,
    FADED_PLANE,
    FRAMES_MIN,
    FRAMES_MOST,
    MOVED_MIN,
    OF_A_PLANE,
    OF_ONE_PICTURE,
)
from smilepay_cli.rules.one_face import SAME_PLACE, overlap
from smilepay_cli.vocabulary.faces import Box, Face, Frame, Points

EVERY = 4
"""Picture cues look at every fourth frame of a capture, in turns: each takes longer than a frame may. The faces that
the decision rests on are looked at in the end, see `rested_on`."""

Measured = Callable[[Frame, str, Callable[[], Any]], Any]
"""Frame, what is measured on it in words that name nothing else, and how: the measure. One may know it already."""


def _measured(frame: Frame, what: str, measure: Callable[[], Any]) -> Any:  # noqa: ARG001 (a Measured)
    return measure()


_NONE_FINE, _NONE_COARSE = Pictures(OF_ONE_PICTURE, FADED), Pictures(OF_A_PLANE, FADED_PLANE)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the frames of a capture have come to."""

    frames: int = 0
    repeats: int = 0
    """Frames that were there before, pixel by pixel."""
    digests: frozenset[str] = frozenset()
    """Of the frames so far."""
    box: Box | None = None
    """Of the last face."""
    together: int = 0
    """Faces since one jumped to another place: what follows is counted anew, as the session does."""
    start: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """x and y of the first of these faces, and its width, in pixels of the picture."""
    moved: float = 0.0
    """How far the face was from there at most, in its widths."""
    fine: Pictures = _NONE_FINE
    coarse: Pictures = _NONE_COARSE
    """Different pictures of the face, but for noise and encoding; and but for what waving one about adds."""
    border: float | None = None
    fine_pattern: float | None = None
    """The largest of the frames looked at; None while there was no answer."""


@dataclass(frozen=True, slots=True)
class CueResult:
    """What one cue says."""

    name: str
    score: float | None
    """None: no answer, which is neither a pass nor a denial."""
    limit: float
    denied: bool


def watched(trace: Trace, face: Face, names: Collection[str] = CUES, *, measured: Measured = _measured) -> Trace:
    """One more frame with a face. Only what `names` need is computed, and that by way of `measured`.

    Raises ValueError for a face without a size.
    """
    frame = face.frame
    number = trace.frames
    trace = replace(
        trace,
        frames=number + 1,
        repeats=trace.repeats + (frame.pixel_digest in trace.digests),
        digests=trace.digests | {frame.pixel_digest},
    )
    if "border" in names and number % EVERY == 0:
        trace = _with_border(trace, face, measured)
    if "fine_pattern" in names and (number == 0 or number % EVERY == EVERY // 2):
        trace = _with_fine_pattern(trace, face, measured)
    if COUNTING & set(names):
        trace = _compared(trace, face, measured)
    return trace


def rested_on(
    trace: Trace, faces: Iterable[Face], names: Collection[str] = CUES, *, measured: Measured = _measured
) -> Trace:
    """The faces that a decision rests on, looked at by every picture cue, whosever turn it was.

    Otherwise one picture without a sign, shown first, would let the next one through.
    """
    if trace.frames <= 1:  # both have looked at the first one
        return trace
    for face in faces:
        if "border" in names:
            trace = _with_border(trace, face, measured)
        if "fine_pattern" in names:
            trace = _with_fine_pattern(trace, face, measured)
    return trace


def judged(trace: Trace, names: Collection[str], *, shown: int = 0) -> list[CueResult]:
    """One result for each name, in order. Raises KeyError for a name that is no cue.

    `shown` is how many things the capture showed that were asked for: one photograph each would do for them.
    """
    return [_result(trace, name, shown) for name in names]


def has_answers(trace: Trace, names: Collection[str]) -> bool:
    """Whether the capture is long enough for the cues that need some frames."""
    return trace.together >= FRAMES_MIN or not COUNTING & set(names)


def may_change_its_mind(trace: Trace, names: Collection[str], *, shown: int) -> bool:
    """Whether a cue that counts pictures denies so far, and more frames could bring more of them."""
    if trace.together >= FRAMES_MOST:
        return False
    counted = {"copied_frames": trace.fine}
    if not trace.moved < MOVED_MIN:
        counted["flat_face"] = trace.coarse
    return any(CUES[name].denies(pictures.count - shown) for name, pictures in counted.items() if name in names)


def pictured(trace: Trace, names: Collection[str]) -> list[Picture]:
    """The pictures that the cues count, each once."""
    if not COUNTING & set(names):
        return []
    return list(dict.fromkeys([*trace.fine.kept, *trace.coarse.kept]))


def without(trace: Trace, foreign: Collection[Picture]) -> Trace:
    """The trace with some pictures not counted, since they show somebody else."""
    fine, coarse = (
        replace(pictures, kept=tuple(one for one in pictures.kept if one not in foreign))
        for pictures in (trace.fine, trace.coarse)
    )
    return replace(trace, fine=fine, coarse=coarse)


def larger(one: float | None, other: float | None) -> float | None:
    """The larger number; what is no number stays, and no answer gives way to one."""
    if one is None or other is None:
        return other if one is None else one
    return one if isnan(one) or one >= other else other


def _with_border(trace: Trace, face: Face, measured: Measured) -> Trace:
    found = measured(face.frame, f"border {_words(face.box)}", lambda: border(face.frame.pixels, face.box))
    return replace(trace, border=larger(trace.border, found))


def _with_fine_pattern(trace: Trace, face: Face, measured: Measured) -> Trace:
    found = measured(face.frame, f"fine_pattern {_words(face.box)}", lambda: fine_pattern(face.frame.pixels, face.box))
    return replace(trace, fine_pattern=larger(trace.fine_pattern, found))


def _compared(trace: Trace, face: Face, measured: Measured) -> Trace:
    """The face held against those before it, from the last jump on."""
    frame, box, landmarks = face.frame, face.box, face.landmarks
    what = f"relief {_words(box)} {landmarks is not None}"
    here = Picture(measured(frame, what, lambda: relief(frame.pixels, box, landmarks)), frame, box)
    x, y, width = _place(box, landmarks)
    jumped = trace.box is None or not overlap(trace.box, box) >= SAME_PLACE
    if jumped and not _is_unclear(trace):  # what is no number stays
        trace = replace(trace, together=0, start=(x, y, width), moved=0.0, fine=_NONE_FINE, coarse=_NONE_COARSE)
    away = hypot(x - trace.start[0], y - trace.start[1]) / trace.start[2]
    return replace(
        trace,
        box=box,
        together=trace.together + 1,
        moved=larger(trace.moved, away) or 0.0,
        fine=with_picture(trace.fine, here),
        coarse=with_picture(trace.coarse, here),
    )


def _words(box: Box) -> str:
    return f"{box.left} {box.top} {box.width} {box.height}"


def _is_unclear(trace: Trace) -> bool:
    return isnan(trace.moved) or trace.fine.unclear or trace.coarse.unclear


def _place(box: Box, landmarks: Points | None) -> tuple[float, float, float]:
    """Where the face is: between the eyes where landmarks are known, for boxes come in steps."""
    if landmarks is None:
        return box.left + box.width / 2, box.top + box.height / 2, float(box.width)
    x, y = landmarks[36:48].mean(axis=0)
    return float(x), float(y), float(box.width)


def _result(trace: Trace, name: str, shown: int) -> CueResult:
    cue = CUES[name]
    score = _score(trace, name, shown)
    return CueResult(name, score, cue.limit, denied=score is not None and cue.denies(score))


def _score(trace: Trace, name: str, shown: int) -> float | None:
    if name == "frozen_feed":
        return trace.repeats / (trace.frames - 1) if trace.frames > 1 else None
    if name == "copied_frames":
        return trace.fine.count - shown if trace.together >= FRAMES_MIN else None
    if name == "flat_face":
        if trace.together < FRAMES_MIN or trace.moved < MOVED_MIN:
            return None
        return trace.moved if isnan(trace.moved) else trace.coarse.count - shown
    return trace.border if name == "border" else trace.fine_pattern
