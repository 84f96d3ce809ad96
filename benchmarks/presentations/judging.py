"""Trials judged: counts of what each cue and each quality limit says."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.accuracy.report import as_figures, told
from benchmarks.presentations.trials import BONA_FIDE, Stage, Trial
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.cues.trace import Trace, judged, rested_on, watched
from smilepay_cli.rules.pose import head_pose
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.quality import quality_of, require_quality
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.session import Session, seen
from smilepay_cli.rules.smile import mouth_shape
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face, Frame, pixel_digest

FORMAT = "smilepay-presentations/1"
NO_FACE, QUALITY, ANY_CUE = "no_face", "quality", "any_standard_cue"
POOR = tuple(reason.value for reason in (Reason.TOO_DARK, Reason.BLURRED, Reason.MOUTH_COVERED, Reason.TOO_BRIGHT))
PICTURE = tuple(name for name, cue in CUES.items() if cue.kind == "picture")
Counts = dict[str, dict[str, dict[str, list[int]]]]
"""Kind, half, what was asked: how often yes, and how often asked."""


def measure(engine: FastEngine) -> dict[str, Any]:
    """Everything as plain values."""
    stage = Stage(engine)
    return {
        "format": FORMAT,
        "cues": {name: {"limit": cue.limit, "in_standard": cue.in_standard} for name, cue in CUES.items()},
        "stills": counted(stage, stage.stills(), PICTURE),
        "captures": counted(stage, stage.captures(), tuple(CUES)),
    }


def counted(stage: Stage, trials: Iterable[Trial], names: tuple[str, ...]) -> dict[str, Any]:
    """Rates by kind and by half, bona fide ones by `HALF, SET` too, captures by what they showed. A rate is over those
    that have an answer.
    """
    counts: Counts = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [0, 0])))
    for number, trial in enumerate(trials):
        if number % 200 == 0:
            print(f"{number} presentations judged; now {trial.kind}, {trial.set}", file=sys.stderr, flush=True)
        answers, shown = answers_of(stage, trial, names)
        apart = [f"{trial.half}, {trial.set}"] if trial.kind == BONA_FIDE else []
        if len(trial.frames) > 1:  # whoever pays has shown a smile
            apart.append(f"{trial.half}, {'smile shown' if shown else 'nothing shown'}")
        for group in (trial.half, *apart):
            for asked, answer in answers.items():
                tally = counts[trial.kind][group][asked]
                tally[0] += answer is True
                tally[1] += answer is not None
    return {
        kind: {
            half: {asked: as_figures(Rate(k, n)) for asked, (k, n) in tallies.items() if n}
            for half, tallies in by_half.items()
        }
        for kind, by_half in counts.items()
    }


def answers_of(stage: Stage, trial: Trial, names: tuple[str, ...]) -> tuple[dict[str, bool | None], int]:
    """Denied or refused, by whom, and how many things were shown; None where there is no answer.

    Quality is that of the first frame with a face.
    """
    trace, session, quality = Trace(), Session(is_camera=len(trial.frames) > 1), None
    for number, pixels in enumerate(trial.frames):
        face = stage.look(pixels)
        if face is None:
            continue
        box, landmarks = face
        quality = quality or refusal(pixels, face)
        frame = Frame(pixels, number, 0.0, trial.kind, pixel_digest(pixels))
        trace = watched(trace, Face(frame, box, 0.0, landmarks), names)
        shape, pose = mouth_shape(landmarks), head_pose(landmarks)
        session = seen(session, Face(frame, box, 1.0, landmarks, shape, pose), STANDARD)
    if quality is None:
        return {NO_FACE: True}, 0
    relaxed = [session.relaxed.face] if session.relaxed else []
    counted_on = [face for face in (session.best, *session.shown, *relaxed) if face]
    results = judged(rested_on(trace, counted_on, names), names, shown=len(session.shown))
    answers: dict[str, bool | None] = {NO_FACE: False}
    answers |= {result.name: None if result.score is None else result.denied for result in results}
    answers[ANY_CUE] = any(result.denied for result in results if CUES[result.name].in_standard)
    answers[QUALITY] = quality != "none"
    return answers | {reason: quality == reason for reason in POOR}, len(session.shown)


def refusal(pixels: Any, face: Any) -> str:
    """The reason for which quality refuses a face, or `none`."""
    try:
        require_quality(quality_of(pixels, *face))
    except Refused as refused:
        return refused.reason
    return "none"


def table(by_kind: Mapping[str, Any], columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Rows: kind, half, and a cell for each column; the reporting half and the sample faces."""
    return [
        (kind, half, *(told(figures[name]) if name in figures else "no answer" for name in columns))
        for kind, by_half in by_kind.items()
        for half, figures in by_half.items()
        if half in ("reporting", "sample") or half.endswith("shown") or (kind == BONA_FIDE and half.startswith("rep"))
    ]
