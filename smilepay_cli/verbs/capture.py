"""From a frame source to faces: quality first, then the face to judge."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, cast

from smilepay_cli.ports import FrameSource
from smilepay_cli.rules.cues.registry import FRAMES_MIN
from smilepay_cli.rules.cues.trace import Trace, has_answers, may_change_its_mind, watched
from smilepay_cli.rules.one_face import apart_from, smallest_second_face, the_one_face
from smilepay_cli.rules.pose import head_pose
from smilepay_cli.rules.quality import Quality, require_quality
from smilepay_cli.rules.session import Session, require_frontal, seen, shown_enough
from smilepay_cli.rules.smile import mouth_shape, smile_change, smile_z
from smilepay_cli.verbs.deadline import each_within, within
from smilepay_cli.verbs.looking import cue_measures, detected, landmarks_of, quality
from smilepay_cli.verbs.moments import Showing, moment_of
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face, Frame, MouthShape
from smilepay_cli.vocabulary.language import tr

_MOST_TELLING = (
    Reason.SEVERAL_FACES,
    Reason.MOUTH_COVERED,
    Reason.TOO_DARK,
    Reason.TOO_BRIGHT,
    Reason.BLURRED,
    Reason.FACE_TOO_SMALL,
    Reason.NO_FACE,
)
"""Which reason is told where no frame was good: the one nearest to a good frame first."""


@dataclass(slots=True)
class Capture:
    """What came out of one frame source: frames looked at, faces found, frames that were no good."""

    description: str
    is_camera: bool
    session: Session = field(default_factory=Session)
    frames: int = 0
    """Looked at so far."""
    digests: list[str] = field(default_factory=list)
    """Every digest by which a frame of this capture can be known again."""
    rejected: list[tuple[str, Refused]] = field(default_factory=list)
    cues: tuple[str, ...] = ()
    """The deny cues to be looked for."""
    trace: Trace = field(default_factory=Trace)
    """What the deny cues have seen so far."""
    quality: Quality | None = None
    """Of the last face; told where none was good."""
    asks_for_smile: bool = False
    seconds_max: float | None = None
    """When the capture ends; None for stills."""
    viewer: Showing | None = None

    @property
    def face(self) -> Face:
        """The face to judge; only after a capture that found one."""
        assert self.session.best is not None
        return self.session.best

    @property
    def faces(self) -> list[Face]:
        """The judged face, then those that showed the other steps, the relaxed one, and one from before a jump."""
        relaxed = [self.session.relaxed.face] if self.session.relaxed else []
        left = [self.session.left] if self.session.left else []
        found = [self.face, *self.session.shown, *relaxed, *left]
        return list(dict.fromkeys(found))  # faces are told apart by identity

    @property
    def is_long_enough(self) -> bool:
        """Whether a camera showed one face in one place for as long as the deny cues need, or as can help."""
        if not self.is_camera:
            return True
        shown = len(self.session.shown)
        if not has_answers(self.trace, self.cues):
            return False
        return not within(lambda: may_change_its_mind(self.trace, self.cues, shown=shown))

    @property
    def rejections(self) -> tuple[str, ...]:
        """For people: which frame was not used, and why."""
        return tuple(f"{origin}: {refused.message}" for origin, refused in self.rejected)

    def figures(self, till: Till) -> dict[str, Any]:
        """For the event: sizes, scores, digests."""
        face = self.session.best
        found = quality(till, face.frame, face.box, face.landmarks) if face else self.quality
        return {
            "source": "camera" if self.is_camera else "images",
            "frames": self.frames,
            "frames_with_face": self.session.faces,
            "frames_rejected": len(self.rejected),
            "face_width": face.box.width if face else None,
            "detector_score": round(face.score, 4) if face else None,
            "quality": quality_figures(found) if found else None,
            **({"viewer_fault": self.viewer.fault} if self.viewer and self.viewer.fault else {}),
        }


def check_source(source: FrameSource) -> None:
    """The sample can be used at all. Raises UsageProblem, or TimeoutError for a camera that does not answer.

    Images are looked at by this thread: one may come from standard input, and a thread that is left behind reading
    there would crash Python at its end.
    """
    if source.is_camera:
        within(source.check)
    else:
        source.check()


def good_faces(till: Till, source: FrameSource, capture: Capture, *, mouth: bool) -> Generator[Face, None, None]:
    """The face of each good frame, in order; what is wrong with the others goes to `capture.rejected`.

    `mouth` asks for landmarks, mouth shape and pose too. Whoever stands in front of a camera sees what is made of it.
    """
    looks = each_within(_looks(till, source, capture, mouth=mouth))
    viewer = capture.viewer = Showing(till.viewer if source.is_camera else None)
    with viewer, closing(looks):
        for look in looks:
            if isinstance(look, Face):
                capture.session = seen(capture.session, look, till.policy)
            viewer.show(partial(moment_of, look, capture, till.policy))
            if isinstance(look, Face):
                yield look


def watch(till: Till, source: FrameSource, capture: Capture, *, mouth: bool) -> None:
    """Watch until the policy's smile was shown and the deny cues have seen enough, or to the end. Without `mouth` and
    cues the first good frame does.

    Raises Refused (exit 12) when no frame was usable: the most telling reason of all frames. TOO_FEW_FRAMES for a
    camera that ended before the deny cues had an answer.
    """
    shown = False
    with closing(good_faces(till, source, capture, mouth=mouth)) as faces:
        for _ in faces:
            shown = not mouth or shown_enough(capture.session, till.policy)
            if shown and (capture.session.failed or capture.is_long_enough):
                break
    require_a_face(capture)
    if shown and not capture.session.failed:
        require_answers(capture)


def require_answers(capture: Capture) -> None:
    """Raises Refused (TOO_FEW_FRAMES) for a camera that ended before the deny cues had an answer."""
    if capture.is_camera and not has_answers(capture.trace, capture.cues):
        raise Refused(
            Reason.TOO_FEW_FRAMES,
            tr(
                "the camera was watched for too short a time: {together} frames of one face in one "
                "place, {frames_min} are needed",
                together=capture.trace.together,
                frames_min=FRAMES_MIN,
            ),
            hint=tr("stay in front of the camera for a second longer"),
        )


def _looks(
    till: Till, source: FrameSource, capture: Capture, *, mouth: bool
) -> Generator[Face | tuple[Frame, Refused], None, None]:
    """Of each frame the face, or why there is no good one."""
    with closing(cast("Any", source.frames())) as frames:
        for frame in frames:
            capture.frames += 1
            capture.digests += frame.digests
            try:
                face = face_of(till, frame, mouth=mouth)
                capture.quality = quality(till, frame, face.box, face.landmarks)
                require_quality(capture.quality)
            except Refused as refused:
                # Its traceback would keep the pixels of every frame without a face.
                capture.rejected.append((frame.origin, refused.with_traceback(None)))
                yield frame, refused
                continue
            if capture.cues:
                capture.trace = watched(capture.trace, face, capture.cues, measured=cue_measures(till))
            yield face


def require_a_face(capture: Capture) -> None:
    """Raises Refused when the capture has no usable face."""
    require_frontal(capture.session)
    if capture.session.faces:
        return
    reasons = {refused.kind: refused for _, refused in capture.rejected}
    for reason in _MOST_TELLING:
        if reason in reasons:
            raise reasons[reason]
    raise Refused(
        Reason.NO_CAMERA,
        tr("{description} gave no picture", description=capture.description),
        hint=tr("use --image FILE instead"),
    )


def quality_figures(quality: Quality) -> dict[str, Any]:
    """For the event: the measures by name."""
    return {name: round(value, 4) for name, value in asdict(quality).items() if value is not None}


def smile_figures(capture: Capture, relaxed: Sequence[MouthShape | None]) -> dict[str, Any]:
    """For the event: the mouth of the judged face, by itself and against the relaxed ones; and what was shown."""
    session, mouth, pose = capture.session, capture.face.mouth, capture.face.pose
    if mouth is None or pose is None:
        return {}
    before = session.relaxed.mouth if session.relaxed else None
    changes = [round(smile_change(mouth, enrolled), 4) for enrolled in relaxed if enrolled]
    return {
        "z": round(smile_z(mouth), 4),
        "mouth_width": round(mouth.width, 4),
        "mouth_lift": round(mouth.lift, 4),
        "mouth_opening": round(mouth.opening, 4),
        "yaw": round(pose.yaw, 1),
        "change_from_enrolled": min(changes, default=None),
        "change_in_capture": round(smile_change(mouth, before), 4) if before else None,
        "steps": list(session.steps),
        "shown": [face.frame.number for face in session.shown],
    }


def face_of(till: Till, frame: Frame, *, mouth: bool) -> Face:
    """The one face of a frame. Raises Refused where there is none, or more than one."""
    look = detected(till, frame)
    found = the_one_face(look.found, till.policy)
    smallest = smallest_second_face(found, till.policy)
    if smallest < look.sure_from:  # a second person could have been overlooked at this scale
        closer = detected(till, frame, smallest=smallest, first=look)
        the_one_face((found, *apart_from(found, closer.found)), till.policy)
    if not mouth:
        return Face(frame, found.box, found.score)
    landmarks = landmarks_of(till, frame, found.box)
    return Face(frame, found.box, found.score, landmarks, mouth_shape(landmarks), head_pose(landmarks))
