"""The face part that shop, pay and audit share: capture, replay check, match, smile, in the contract's order."""

from __future__ import annotations

from functools import partial

from smilepay_cli.ports import FrameSource, PadModel
from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.cues.trace import judged, rested_on, without
from smilepay_cli.rules.session import Session, require_shown
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.capture import Capture, check_source, require_answers, smile_figures, watch
from smilepay_cli.verbs.challenge import session_for
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.gallery import open_gallery, relaxed_mouths
from smilepay_cli.verbs.looking import cue_measures, live_score
from smilepay_cli.verbs.recognise import identify, others_pictures, record_engine
from smilepay_cli.verbs.throttle import take_slot
from smilepay_cli.vocabulary.decisions import Decision
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.language import tr


def check_input(attempt: Attempt, source: FrameSource) -> None:
    """The sample can be used at all. Raises UsageProblem."""
    with attempt.check("input") as figures:
        figures["source"] = "camera" if source.is_camera else "images"
        check_source(source)


def recognise_shopper(attempt: Attempt, source: FrameSource) -> Decision:
    """Capture and match, for verbs that need no more than to know who is there."""
    return _match(attempt, _capture(attempt, source, Session(is_camera=source.is_camera), mouth=False), pays=False)


def recognise_payer(attempt: Attempt, source: FrameSource, challenge: tuple[str, ...] | None = None) -> Decision:
    """Capture, replay check, match, smile and deny cues: everything that paying asks of a face.

    `challenge` is given in place of the one that would be drawn.
    """
    policy = attempt.till.policy
    attempt.keeps = policy.keep_frames > 0
    session = session_for(attempt, source, challenge)
    capture = _capture(attempt, source, session, mouth=policy.smile != "off", cues=policy.deny_cues)
    attempt.presented = tuple(dict.fromkeys(capture.digests))
    _check_replay(attempt, capture)
    decision = _match(attempt, capture, pays=True)
    check_smile(attempt, capture, decision)
    with attempt.check("deny_cues") as figures:
        cues = policy.deny_cues
        trace = without(capture.trace, others_pictures(attempt.till, capture, figures))
        shown = len(capture.session.shown)
        measured = cue_measures(attempt.till)
        results = within(lambda: judged(rested_on(trace, capture.faces, cues, measured=measured), cues, shown=shown))
        figures["frames"] = capture.trace.frames
        for cue in results:
            score = None if cue.score is None else round(cue.score, 4)
            figures[cue.name] = {"score": score, "limit": cue.limit, "denied": cue.denied}
        denying = next((cue.name for cue in results if cue.denied), None)
        require_answers(capture)  # a smile may be told here that was none by itself, so that nobody asked before
        if denying:  # each can veto, and none is averaged with another
            raise Refused(
                Reason(denying),
                tr("this looks like no person in front of a camera: {what}", what=tr(CUES[denying].what)),
            )
    if attempt.till.pad is not None:
        _check_pad(attempt, attempt.till.pad, capture)
    return decision


def check_smile(attempt: Attempt, capture: Capture, decision: Decision) -> None:
    """The policy's smile, against the recognised person's relaxed mouth. Raises Refused."""
    policy = attempt.till.policy
    with attempt.check("smile") as figures:
        figures["asked"] = policy.smile
        with attempt.till.store.reading() as books:
            relaxed = relaxed_mouths(attempt.till, books, decision.account_id or "")
        figures.update(smile_figures(capture, relaxed))
        within(lambda: require_shown(capture.session, relaxed, policy))


def _check_pad(attempt: Attempt, pad: PadModel, capture: Capture) -> None:
    """Every face that the decision rests on must look alive to the model. Raises Refused (PAD_MODEL_DENIED)."""
    with attempt.check("pad_model") as figures:
        figures.update(pad.figures)
        faces = capture.faces
        scores = [within(partial(live_score, attempt.till, pad, face.frame, face.box)) for face in faces]
        figures["live_scores"] = [round(score, 4) for score in scores]
        if not all(pad.threshold <= score <= 1 for score in scores):
            raise Refused(Reason.PAD_MODEL_DENIED, tr("the PAD model takes this for a presentation attack"))


def _capture(
    attempt: Attempt, source: FrameSource, session: Session, *, mouth: bool, cues: tuple[str, ...] = ()
) -> Capture:
    capture = attempt.capture = Capture(source.description, source.is_camera, session, cues=cues, asks_for_smile=mouth)
    capture.seconds_max = attempt.till.policy.capture_seconds if source.is_camera else None
    with attempt.check("capture") as figures:
        try:
            watch(attempt.till, source, capture, mouth=mouth)
        finally:
            figures.update(capture.figures(attempt.till))
            attempt.facts["frames"] = list(capture.digests)
    return capture


def _check_replay(attempt: Attempt, capture: Capture) -> None:
    with attempt.check("replay") as figures:
        figures["on"] = attempt.till.policy.replay_check
        if not attempt.till.policy.replay_check:
            return
        with attempt.till.store.reading() as books:
            first = books.trail.seen(capture.digests)
        figures["first_presented"] = first
        if first:
            raise Refused(
                Reason.USED_BEFORE, tr("this picture was presented before"), hint=tr("take a new one; each counts once")
            )


def _match(attempt: Attempt, capture: Capture, *, pays: bool) -> Decision:
    with attempt.check("gallery") as figures, attempt.till.store.reading() as books:
        record_engine(attempt)
        gallery = open_gallery(attempt.till, books)
        figures["references"] = len(gallery)
        if attempt.keeps:
            attempt.gallery_version = str(books.people.gallery_version())
    take_slot(attempt)
    return identify(attempt, capture, gallery, pays=pays)
