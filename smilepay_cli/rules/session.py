"""A capture session: look, hold still, then show what is asked, one after the other.

A fold: `seen` takes what was known and one more face. It is the same for a camera, a video file and several images; a
camera gives many frames a second, so there a face has to hold still for a few of them, and what it shows has to last
for two. Only the faces that matter and a few of the last ones are kept, so a long capture costs no memory.

    looking for a face -> hold still -> relaxed face known -> each step asked for, in order -> done
                   ^___________ the face jumps to another place: from the beginning
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import isfinite

from smilepay_cli.rules.one_face import SAME_PLACE, overlap
from smilepay_cli.rules.smile import CLOSED_LIPS_MAX, smile_change, smile_z, smiles, usual
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face, MouthShape
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import Policy

SMILE, TURN_LEFT, TURN_RIGHT = "smile", "turn_left", "turn_right"
STEPS = (SMILE, TURN_LEFT, TURN_RIGHT)
"""What can be asked for. Left and right are the person's own."""
RECENT = 4
"""Faces kept for averaging; of neighbouring frames more add little."""
HELD, LASTING = 3, 2
"""Frames of a camera in a row: of a relaxed face, and of what is asked for. One face that was measured wrongly makes
neither: of otto, who talks, it comes to -0.2 (smile_change) from one frame to another, and to -1.5 at most for two
frames against three."""
FRONTAL = 20.0
"""Degrees of yaw up to which a mouth is judged: turned farther, an open mouth looks like a smile."""
TURNED = 15.0
"""Degrees of yaw, from where the relaxed face looked, that make a turn: more than the error of the fit, 10."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The face that changes are told against."""

    face: Face
    mouth: MouthShape
    """Of the frames that it held still for, the usual one."""
    yaw: float


@dataclass(frozen=True, slots=True)
class Session:
    """What the faces of a capture have shown so far."""

    steps: tuple[str, ...] = (SMILE,)
    """Asked for, in this order."""
    is_camera: bool = False
    is_challenge: bool = False
    """The steps were given as a challenge: in this order and no other, and within a time."""
    relaxed: Relaxed | None = None
    shown: tuple[Face, ...] = ()
    """The face that showed each step, as far as it came."""
    best: Face | None = None
    """The face to judge: the one that showed the smile, else the most smiling one that looks ahead."""
    faces: int = 0
    recent: tuple[Face, ...] = ()
    """The last good faces, for schemes that average a template over frames."""
    given_at: float | None = None
    """When the steps were given: seconds since the capture began."""
    failed: str | None = None
    """Why the steps cannot be shown any more, in words."""
    left: Face | None = None
    """Who held still for the first time, before the face jumped; whoever pays has to be the same person."""
    held: tuple[Face, ...] = ()
    lasting: tuple[str, int] = ("", 0)
    """What the last frames showed, and how many of them."""

    @property
    def done(self) -> bool:
        """Every step was shown."""
        return len(self.shown) == len(self.steps)

    @property
    def instruction(self) -> str:
        """What to do now."""
        if self.failed:
            return "failed"
        if self.done:
            return "done"
        if not self.faces:
            return "look"
        return self.steps[len(self.shown)] if self.relaxed else "hold_still"


def seen(session: Session, face: Face, policy: Policy) -> Session:
    """One more face of the same capture."""
    session = replace(session, faces=session.faces + 1, recent=(*session.recent, face)[-RECENT:])
    if face.mouth is None or face.pose is None:  # the mouth is not asked for
        return replace(session, best=session.best or face)
    if session.failed:
        return session
    if session.is_camera and _jumped(session, face):  # also when all was shown: who is there now, has to show it
        left = session.left or (session.relaxed.face if session.relaxed else None)
        session = replace(session, relaxed=None, shown=(), best=None, left=left, held=(), lasting=("", 0))
    if session.done:
        return session
    session = _looked_at(session, face)
    if not session.shown:
        session = _held(session, face, policy)
    return _stepped(session, face, policy)


def _looked_at(session: Session, face: Face) -> Session:
    """The face to judge, until the smile is shown."""
    smiled = SMILE in session.steps[: len(session.shown)]
    if smiled or not _is_frontal(face) or not isfinite(_z(face)):
        return session
    return replace(session, best=face) if session.best is None or _z(face) > _z(session.best) else session


def _jumped(session: Session, face: Face) -> bool:
    before = session.recent[-2] if len(session.recent) > 1 else None
    return before is not None and not overlap(before.box, face.box) >= SAME_PLACE


def _held(session: Session, face: Face, policy: Policy) -> Session:
    """A relaxed face, where this one was still for long enough; the most relaxed one stays."""
    assert face.mouth is not None and face.pose is not None
    still = _is_frontal(face) and face.mouth.opening <= CLOSED_LIPS_MAX and isfinite(_z(face))
    needed = HELD if session.is_camera else 1
    moved = any(_change(face, other, policy) for other in session.held)
    held = (*(() if moved else session.held), face)[-needed:] if still else ()
    session = replace(session, held=held)
    if len(held) < needed:
        return session
    mouth = usual([one.mouth for one in held if one.mouth])
    if session.relaxed is not None and not smile_change(session.relaxed.mouth, mouth) > smile_change(mouth, mouth):
        return session
    relaxed = Relaxed(held[len(held) // 2], mouth, face.pose.yaw)
    given_at = face.frame.seconds if session.given_at is None else session.given_at
    return replace(session, relaxed=relaxed, given_at=given_at, lasting=("", 0))


def _stepped(session: Session, face: Face, policy: Policy) -> Session:
    """What the face does, against what is asked for."""
    if session.relaxed is None or session.relaxed.face is face:
        return session
    assert session.given_at is not None
    if session.is_challenge and not face.frame.seconds - session.given_at <= policy.challenge_seconds:
        return replace(session, failed=f"it was not shown within {policy.challenge_seconds:g} s")
    action = _action(session.relaxed, face, policy)
    before, count = session.lasting
    count = count + 1 if action == before else 1
    session = replace(session, lasting=(action, count))
    if not action or count < (LASTING if session.is_camera else 1):
        return session
    asked = session.steps[len(session.shown)]
    if action == asked:
        best = face if asked == SMILE else session.best
        return replace(session, shown=(*session.shown, face), best=best)
    if session.is_challenge and action not in session.steps[: len(session.shown)]:
        return replace(session, failed=f"{_spoken(action)} was shown, {_spoken(asked)} was asked for")
    return session


def _action(relaxed: Relaxed, face: Face, policy: Policy) -> str:
    """What a face does, one of STEPS, or nothing."""
    assert face.mouth is not None and face.pose is not None
    turned = face.pose.yaw - relaxed.yaw
    if turned >= TURNED:
        return TURN_LEFT
    if turned <= -TURNED:
        return TURN_RIGHT
    return SMILE if _is_frontal(face) and smiles(face.mouth, (relaxed.mouth,), policy) else ""


def shown_enough(session: Session, policy: Policy) -> bool:
    """Whether nothing more has to be watched for."""
    if policy.smile == "off":
        return session.best is not None
    if session.done or session.failed:
        return True
    return policy.smile == "still" and session.best is not None and _smiles(session.best, (), policy)


def require_frontal(session: Session) -> None:
    """Raises Refused (TURNED_AWAY) where faces were seen and none looked ahead, so that no mouth could be judged."""
    if session.faces and session.best is None:
        raise Refused(Reason.TURNED_AWAY, tr("the face is turned away"), hint=tr("look straight into the camera"))


def require_shown(session: Session, relaxed: Collection[MouthShape | None], policy: Policy) -> None:
    """Raises Refused unless the capture showed what the policy asks for: in order, within the time, and a smile.

    `relaxed` are the recognised person's mouths as enrolled, None for a sitting that showed no relaxed one. The
    reasons: SMILE_NOT_SHOWN, TRANSITION_NOT_SHOWN, CHALLENGE_NOT_SHOWN.
    """
    if policy.smile == "off":
        return
    if session.is_challenge and not session.done:
        steps = ", ".join(map(_spoken, session.steps))
        detail = f": {session.failed}" if session.failed else ""
        raise Refused(
            Reason.CHALLENGE_NOT_SHOWN,
            tr("the challenge ({steps}) was not shown{detail}", steps=steps, detail=detail),
            hint=tr("try again"),
        )
    if session.best is None or not _smiles(session.best, relaxed, policy):
        raise Refused(
            Reason.SMILE_NOT_SHOWN, tr("no smile was shown"), hint=tr("smile, with the corners of the mouth up")
        )
    if policy.smile != "still" and not session.done:
        raise Refused(
            Reason.TRANSITION_NOT_SHOWN,
            tr("no change from a relaxed face to a smile was shown"),
            hint=tr("several frames are needed: look at the camera first, then smile"),
        )


def _change(one: Face, other: Face, policy: Policy) -> bool:
    """Whether one of two mouths would be a smile, seen from the other."""
    if one.mouth is None or other.mouth is None:
        return True
    changes = smile_change(one.mouth, other.mouth), smile_change(other.mouth, one.mouth)
    return not max(changes) < policy.smile_change_min


def _smiles(face: Face, relaxed: Collection[MouthShape | None], policy: Policy) -> bool:
    return face.mouth is not None and _is_frontal(face) and smiles(face.mouth, relaxed, policy)


def _is_frontal(face: Face) -> bool:
    return face.pose is not None and abs(face.pose.yaw) <= FRONTAL


def _z(face: Face) -> float:
    assert face.mouth is not None
    return smile_z(face.mouth)


def _spoken(step: str) -> str:
    return step.replace("_", " ")
