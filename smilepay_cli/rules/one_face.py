"""Exactly one face worth the name, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Detection
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import Policy

BOX_STEP = 1.2
"""Detectors scan a pyramid of pictures in steps of 5 / 6, so widths of boxes are only that exact."""


SAME_FACE_OVERLAP = 0.3
"""Intersection over union of two boxes around one face: half a stride and one BOX_STEP apart still give more."""
SAME_PLACE = 0.3
"""Intersection over union of a face's boxes in neighbouring frames; less is a jump, or somebody else."""


def the_one_face(detections: Sequence[Detection], policy: Policy) -> Detection:
    """The face of a frame.

    The rule: the surest detection is the face. Another detection is a second face when it is at least
    `second_face_width_ratio` as wide (within one BOX_STEP) and scores at least `second_face_score_min`, or
    when it is a BOX_STEP wider whatever its score: a bystander behind a blurred shopper must not pay.
    Everything else is a side detection and ignored.

    Raises Refused: NO_FACE, SEVERAL_FACES or FACE_TOO_SMALL; ValueError for a score that is not a number.
    """
    if not detections:
        raise Refused(
            Reason.NO_FACE, tr("no face found"), hint=tr("look straight into the camera, in even light, without a mask")
        )
    if any(isnan(detection.score) for detection in detections):  # which one is the surest cannot be told
        raise ValueError("a detector's score is not a number")
    face = max(detections, key=lambda detection: detection.score)
    others = [other for other in detections if other is not face and _is_second_face(other, face, policy)]
    if others:
        raise Refused(
            Reason.SEVERAL_FACES,
            tr("{number} faces found", number=len(others) + 1),
            hint=tr("one person at a time in front of the camera"),
        )
    if not face.box.width >= policy.face_width_min:
        raise Refused(
            Reason.FACE_TOO_SMALL,
            tr(
                "the face is {width} pixels wide; {face_width_min} are needed",
                width=face.box.width,
                face_width_min=policy.face_width_min,
            ),
            hint=tr("come closer, or use a picture of higher resolution"),
        )
    return face


def _is_second_face(other: Detection, face: Detection, policy: Policy) -> bool:
    ratio = other.box.width / face.box.width
    if ratio >= BOX_STEP:
        return True
    return ratio >= policy.second_face_width_ratio / BOX_STEP and other.score >= policy.second_face_score_min


def apart_from(face: Detection, others: Sequence[Detection]) -> list[Detection]:
    """Those of `others` that are not `face` seen once more, at another scale."""
    return [other for other in others if overlap(face.box, other.box) < SAME_FACE_OVERLAP]


def smallest_second_face(face: Detection, policy: Policy) -> int:
    """Width in pixels down to which a second face has to be looked for."""
    return int(face.box.width * policy.second_face_width_ratio)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    shared = max(across, 0) * max(down, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)
