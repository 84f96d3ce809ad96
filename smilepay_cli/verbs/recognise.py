"""Whose face a capture shows: the references of everyone, opened, compared, decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smilepay_cli.rules.cues.pictures import Picture
from smilepay_cli.rules.cues.trace import has_answers, pictured
from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.identification import candidates, decide
from smilepay_cli.rules.second_factor import doubts
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.capture import Capture
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.looking import descriptors_of
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import Decision
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Vector
from smilepay_cli.vocabulary.language import marked, tr

SAME_SITTING = 0.6
"""Of the policy's maximum: 0.20 for `quartet` under `standard`. Neutral and smiling pictures of one person in a studio
are 0.14 apart (median; 95 % 0.18), the nearest two of 56,000 pairs of different people 0.28."""
_MESSAGES = {
    Reason.NO_MATCH: (
        marked("this face is not enrolled"),
        marked("enrol first: smilepay enroll NAME --image FILE"),
    ),
    Reason.AMBIGUOUS_MATCH: (
        marked("two enrolled people look alike, so nobody is taken"),
        marked("say who you are: --account NAME --pin -"),
    ),
}


def _probe(till: Till, capture: Capture, figures: dict[str, Any]) -> tuple[Vector, Vector]:
    """The template of a capture, and that of its judged face alone.

    The first is the mean over the last faces too, where the scheme averages frames. Frames that are not as near to the
    judged face as those of one sitting are left out: they would pull the template away.

    Raises Refused (PERSON_CHANGED) when a face that the capture rests on is not the judged person's.
    """
    faces = capture.faces
    if till.scheme.averages_frames:
        faces = list(dict.fromkeys([*faces, *capture.session.recent]))
    descriptors = within(lambda: descriptors_of(till, [(face.frame, face.box) for face in faces]))
    templates = [till.scheme.template(views) for views in descriptors]
    apart = till.scheme.dissimilarities(templates, templates[0])
    if len(faces) > 1:
        figures["widest_in_capture"] = round(float(max(apart)), 4)
    if not all(distance <= till.policy.dissimilarity_max for distance in apart[1:]):
        raise Refused(
            Reason.PERSON_CHANGED,
            tr("the capture does not show the same person throughout"),
            hint=tr("one person at a time in front of the camera"),
        )
    if not till.scheme.averages_frames:
        return templates[0], templates[0]
    limit = SAME_SITTING * till.policy.dissimilarity_max
    same = [views for views, distance in zip(descriptors, apart, strict=True) if distance <= limit]
    figures["frames_averaged"] = len(same)
    return till.scheme.template(same) if len(same) > 1 else templates[0], templates[0]


def others_pictures(till: Till, capture: Capture, figures: dict[str, Any]) -> list[Picture]:
    """Of the pictures that deny cues count, those that do not show the judged person: they prove nothing for it."""
    import numpy as np

    cues = till.policy.deny_cues
    pictures = pictured(capture.trace, cues) if has_answers(capture.trace, cues) else []
    if not pictures:
        return []
    shown = [(capture.face.frame, capture.face.box), *((one.frame, one.box) for one in pictures)]
    descriptors = within(lambda: descriptors_of(till, shown))
    judged, *templates = [till.scheme.template(views) for views in descriptors]
    apart = till.scheme.dissimilarities(np.stack(templates), judged)
    foreign = [one for one, far in zip(pictures, apart, strict=True) if not far <= till.policy.dissimilarity_max]
    figures["pictures_of_others"] = len(foreign)
    return foreign


def _near_by_itself(own: Gallery, judged: Vector, till: Till) -> bool:
    """Whether the judged face alone is the account's too, give or take what the margin allows for."""
    nearest = candidates(own, judged, till.scheme, within=0.0)
    return bool(nearest) and nearest[0].dissimilarity <= till.policy.dissimilarity_max + till.policy.margin


def identify(attempt: Attempt, capture: Capture, gallery: Gallery, *, pays: bool) -> Decision:
    """The decision on the judged face, and for who pays what is doubtful in it. Raises Refused (NO_MATCH,
    AMBIGUOUS_MATCH).

    Before anybody is compared with: PERSON_CHANGED, when the capture shows several people one after the other.
    """
    till = attempt.till
    with attempt.check("one_person") as figures:
        probe, judged = _probe(till, capture, figures)
        attempt.probe = probe
    with attempt.check("match") as figures:
        compared = gallery if attempt.claimed_id is None else gallery.only(attempt.claimed_id)
        ranked = candidates(compared, probe, till.scheme, within=0.0)
        decision = decide(ranked, till.policy, claimed=attempt.claimed_id)
        if decision.account_id is not None and not _near_by_itself(gallery.only(decision.account_id), judged, till):
            decision = replace(decision, accepted=False, reason=Reason.NO_MATCH.value)
        figures.update(decision_figures(decision))
        attempt.facts["decision"] = decision_figures(decision)
        attempt.decision, attempt.account_id = decision, decision.account_id
        if not decision.accepted:
            reason = Reason(decision.reason)
            message, hint = map(tr, _MESSAGES[reason])
            if decision.is_alone:
                hint = tr("nobody is enrolled yet: smilepay enroll NAME --image FILE --deposit 100")
            raise Refused(reason, message, hint=hint)
        if pays:
            attempt.doubts = doubts(gallery, probe, decision, till.policy, till.scheme)
    return decision


def decision_figures(decision: Decision) -> dict[str, Any]:
    """A decision as JSON values, for events."""
    nearest, runner_up = decision.nearest, decision.runner_up
    return {
        "accepted": decision.accepted,
        "mode": decision.mode,
        "nearest": nearest.account_id if nearest else None,
        "dissimilarity": round(nearest.dissimilarity, 6) if nearest else None,
        "dissimilarity_max": decision.dissimilarity_max,
        "runner_up": runner_up.account_id if runner_up else None,
        "margin": round(decision.margin, 6) if decision.margin is not None else None,
        "margin_min": decision.margin_min,
    }


def record_engine(attempt: Attempt) -> None:
    """Put what made the templates, and what found the mouth where it was looked at, into the event."""
    engine, face = attempt.till.engine, attempt.capture.session.best if attempt.capture else None
    maker = engine.maker
    attempt.facts["engine"] = {
        "name": engine.name,
        "maker": maker.digest,
        "encoder": maker.encoder,
        "chip": maker.chip,
        "scheme": maker.scheme,
        "landmarks": engine.landmark_model if face and face.mouth else None,
    }
