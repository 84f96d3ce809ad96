"""Judge a payment's decision again, from the frames that it rested on, with the engine and the policy of now.

No money moves, nothing counts as an attempt, and the old event stays what it is; an event of its own tells what came of
it. What needs the whole capture (a looped or frozen feed, a flat face, the order and the time of a challenge, a PAD
model) or the past (a picture used before) cannot be judged again, and is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.cues.trace import Trace, judged, rested_on, watched
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.rules.quality import quality_of, require_quality
from smilepay_cli.rules.session import Relaxed, Session, seen
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.audit import names_of
from smilepay_cli.verbs.capture import Capture, face_of
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.drift import (
    CANNOT_COME_AGAIN,
    ENGINE,
    GALLERY,
    THRESHOLD,
    TOLERANCE,
    UNEXPLAINED,
    Judgement,
    differing,
    judged_then,
    judgement,
)
from smilepay_cli.verbs.face import check_smile
from smilepay_cli.verbs.gallery import open_gallery
from smilepay_cli.verbs.keeping import JUDGED, LEFT, RECENT, RELAXED, SHOWN, kept_frames
from smilepay_cli.verbs.lookup import no_such_event
from smilepay_cli.verbs.recognise import identify, record_engine
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult
from smilepay_cli.vocabulary.errors import Reason, Refused, StoreUnusable
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.faces import Face, Frame, MouthShape
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

OF_ONE_FRAME = ("border", "fine_pattern")
"""Deny cues that a single frame can be asked for."""


@dataclass(frozen=True, kw_only=True)
class RescoreResult(Result):
    """Then and now, side by side.

    `differs` is what is not as it was then, `causes` those of it that may explain a drift: engine, threshold, gallery,
    or unexplained. `policy` has the numbers that differ, as (then, now).
    """

    event: str
    at: datetime
    frames: int
    then: Judgement
    now: Judgement
    drift: bool
    dissimilarity_drift: float | None
    decision_drift: bool
    differs: tuple[str, ...]
    causes: tuple[str, ...]
    policy: dict[str, tuple[Any, Any]]
    not_repeated: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    names: dict[str, str] = field(default_factory=dict)


def rescore(till: Till, event_id: str) -> RescoreResult:
    """Judge the capture of an event again. Raises UsageProblem where there is no such event, or nothing of it is kept;
    StoreUnusable where the key is not to be had.
    """
    attempt = Attempt(till, "audit.rescore")
    attempt.record_policy()
    with till.store.reading() as books:
        event = books.trail.by_id(event_id)
        if event is None:
            raise no_such_event(books, event_id)
        frames = list(kept_frames(till, books, event))
        gallery = str(books.people.gallery_version())
    attempt.claimed_id = event.body["claimed"]
    reason = _judged_again(attempt, event, frames)
    result = _compared(attempt, event, len(frames), reason, gallery)
    with till.store.writing() as books:
        attempt.claimed_id = None  # nobody claims anything: this is no attempt to pay
        attempt.account_id = event.body["account"]
        attempt.facts["rescored"] = {
            "event": event.id,
            "drift": result.drift,
            "causes": list(result.causes),
            "reason_then": result.then.reason,
            "reason_now": result.now.reason,
            "dissimilarity_then": result.then.dissimilarity,
            "dissimilarity_now": result.now.dissimilarity,
        }
        attempt.record(books)
        return replace(result, names=names_of(books, event), events=(attempt.event_id,), checks=tuple(attempt.checks))


def _judged_again(attempt: Attempt, event: Event, frames: list[Frame]) -> str | None:
    """Why the answer would be no today; None where it would be yes. The attempt holds decision and figures."""
    till = attempt.till
    try:
        with attempt.check("capture") as figures:
            figures["frames"] = len(frames)
            faces = within(lambda: {frame.number: _good_face(till, frame) for frame in frames})
            as_matched, as_shown = _captures(till, event.body["kept"], faces)
            attempt.capture = as_matched
        with attempt.check("gallery") as figures, till.store.reading() as books:
            record_engine(attempt)
            gallery = open_gallery(till, books)
            figures["references"] = len(gallery)
        decision = identify(attempt, as_matched, gallery, pays=False)
        attempt.capture = as_shown
        check_smile(attempt, as_shown, decision)
        _check_cues(attempt, as_matched)
    except Refused as refused:
        return refused.reason
    except StoreUnusable as error:
        if error.reason != "other_maker":
            raise
        return error.reason  # everybody was enrolled with another engine: what that would have said cannot be known
    return None


def _good_face(till: Till, frame: Frame) -> Face:
    face = face_of(till, frame, mouth=till.policy.smile != "off")
    require_quality(quality_of(frame.pixels, face.box, face.landmarks))
    return face


def _captures(till: Till, kept: Mapping[str, Any], faces: Mapping[int, Face]) -> tuple[Capture, Capture]:
    """The capture as it was matched: each face for what it was used then. And the same frames, watched anew."""
    used = [(faces[one["number"]], one["for"]) for one in kept["frames"]]

    def of(role: str) -> tuple[Face, ...]:
        return tuple(face for face, roles in used if role in roles)

    (best,) = of(JUDGED)
    relaxed = next(iter(of(RELAXED)), None)
    matched = Session(
        steps=tuple(kept["steps"]),
        best=best,
        shown=of(SHOWN),
        relaxed=Relaxed(relaxed, relaxed.mouth or MouthShape(0, 0, 0), 0.0) if relaxed else None,
        left=next(iter(of(LEFT)), None),
        recent=tuple(sorted(of(RECENT), key=lambda face: face.frame.number)),
        faces=len(used),
    )
    shown = Session(steps=matched.steps)
    for face in sorted({best, *matched.shown, *of(RELAXED)}, key=lambda face: face.frame.number):
        shown = seen(shown, face, till.policy)
    return Capture("kept frames", False, matched), Capture("kept frames", False, replace(shown, best=best))


def _check_cues(attempt: Attempt, capture: Capture) -> None:
    """Those of the policy's deny cues that one frame can be asked for."""
    cues = tuple(cue for cue in attempt.till.policy.deny_cues if cue in OF_ONE_FRAME)
    with attempt.check("deny_cues") as figures:

        def asked() -> Trace:
            trace = Trace()
            for face in capture.faces:
                trace = watched(trace, face, cues)
            return rested_on(trace, capture.faces, cues)

        for cue in judged(within(asked), cues):
            score = None if cue.score is None else round(cue.score, 4)
            figures[cue.name] = {"score": score, "limit": cue.limit, "denied": cue.denied}
            if cue.denied:
                raise Refused(
                    Reason(cue.name),
                    tr("this looks like no person in front of a camera: {what}", what=tr(CUES[cue.name].what)),
                )


def _compared(attempt: Attempt, event: Event, frames: int, reason: str | None, gallery: str) -> RescoreResult:
    then = judged_then(event)
    now = judgement(attempt.facts, {check.name: check.figures for check in attempt.checks}, reason)
    policy = differing(event.body["policy"], as_figures(attempt.till.policy))
    made_by, makes = event.body.get("engine") or {}, attempt.facts.get("engine", {})
    differs = [
        *([ENGINE] if any(made_by.get(key) != makes.get(key) for key in ("name", "maker", "landmarks")) else []),
        *([THRESHOLD] if policy else []),
        *([GALLERY] if event.body["kept"]["gallery"] not in (None, gallery) else []),
    ]
    apart = None
    if then.dissimilarity is not None and now.dissimilarity is not None and then.nearest == now.nearest:
        apart = round(now.dissimilarity - then.dissimilarity, 6)
    not_repeated = CANNOT_COME_AGAIN.get(then.reason or "")
    decided_otherwise = not not_repeated and (then.reason, then.nearest) != (now.reason, now.nearest)
    drift = decided_otherwise or bool(apart and abs(apart) > TOLERANCE)
    return RescoreResult(
        event=event.id,
        at=from_iso(event.body["at"]),
        frames=frames,
        then=then,
        now=now,
        drift=drift,
        dissimilarity_drift=apart,
        decision_drift=decided_otherwise,
        differs=tuple(differs),
        causes=tuple(differs or [UNEXPLAINED]) if drift else (),
        policy=policy,
        not_repeated=(not_repeated,) if not_repeated else (),
        checks=(),
    )
