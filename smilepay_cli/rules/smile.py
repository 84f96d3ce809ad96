"""The smile on one frame: three measures of the mouth, and what they make of it.

A mouth is judged by itself (`smile_z`) or, where the person's relaxed face is known, against that (`smile_change`):
with closed lips many people's smile is hardly wider than other people's resting mouth. What a capture shows is in
rules/session.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import atan2, cos, hypot, isfinite, sin
from statistics import median

from smilepay_cli.vocabulary.faces import MouthShape, Points
from smilepay_cli.vocabulary.policies import Policy

WIDTH_WEIGHT, LIFT_WEIGHT, OPENING_WEIGHT, OFFSET = 15.38, 6.65, 8.07, -15.98
"""Of `smile_z`: a logistic fit on 818 faces labelled smile / no smile (AUC 0.927 cross-validated; z >= -0.24 lets 90 %
of the smiles and 15 % of the others through)."""
OPENING_MAX = 0.35
"""More of an open mouth adds nothing: it is a shout or a yawn. 9 of 10 smiling people of LFW are below."""
WIDER_WEIGHT, LIFTED_WEIGHT, UNCHANGED = 14.0, 30.9, -2.0
"""Of `smile_change`: a logistic fit on the tuning halves of London and LFW (`python -m benchmarks.liveness`)."""
CLOSED_LIPS_MAX = 0.20
"""Up to this opening a change of the mouth is told from talking by its corners alone. Beyond it `smile_z` has to see a
smile as well. Smiles of London's tuning half end at 0.21; otto, who talks, at 0.22 to 0.40."""

_RIGHT_EYE, _LEFT_EYE = range(36, 42), range(42, 48)
_MOUTH_RIGHT, _MOUTH_LEFT, _INNER_TOP, _INNER_BOTTOM = 48, 54, 62, 66


def mouth_shape(landmarks: Points) -> MouthShape:
    """Mouth measures from 68 landmarks (68, 2), roll removed, in units of the inter-ocular distance.

    width = |48-54| / IOD; lift = (mean y of 62, 66 - mean y of 48, 54) / IOD, y down, so that raised
    corners are positive; opening = |62-66| / |48-54|. Raises ValueError when the eyes or the mouth
    corners coincide, or a measure is not a finite number.
    """
    right, left = _centre(landmarks, _RIGHT_EYE), _centre(landmarks, _LEFT_EYE)
    interocular = hypot(left[0] - right[0], left[1] - right[1])
    corners = _distance(landmarks, _MOUTH_RIGHT, _MOUTH_LEFT)
    if not (interocular > 0 and corners > 0):
        raise ValueError("degenerate landmarks: no distance between the eyes or the mouth corners")
    roll = atan2(left[1] - right[1], left[0] - right[0])

    def level_y(index: int) -> float:
        x, y = landmarks[index] - right
        return float(y) * cos(roll) - float(x) * sin(roll)

    middle = (level_y(_INNER_TOP) + level_y(_INNER_BOTTOM)) / 2
    corner_height = (level_y(_MOUTH_RIGHT) + level_y(_MOUTH_LEFT)) / 2
    mouth = MouthShape(
        width=corners / interocular,
        lift=(middle - corner_height) / interocular,
        opening=_distance(landmarks, _INNER_TOP, _INNER_BOTTOM) / corners,
    )
    if not (isfinite(smile_z(mouth)) and isfinite(mouth.opening)):  # the widest mouth would be the best smile of all
        raise ValueError(f"degenerate landmarks: {mouth}")
    return mouth


def smile_z(mouth: MouthShape) -> float:
    """Log-odds of a smile, of a mouth by itself; above the policy's `smile_z_min` it counts as one."""
    opening = mouth.opening if not mouth.opening > OPENING_MAX else OPENING_MAX  # what is no number stays none
    return WIDTH_WEIGHT * mouth.width + LIFT_WEIGHT * mouth.lift + OPENING_WEIGHT * opening + OFFSET


def smile_change(mouth: MouthShape, relaxed: MouthShape) -> float:
    """Log-odds that a mouth smiles where the same person's relaxed one is known; -2 for no change at all."""
    wider, lifted = mouth.width - relaxed.width, mouth.lift - relaxed.lift
    return WIDER_WEIGHT * wider + LIFTED_WEIGHT * lifted + UNCHANGED


def smiles(mouth: MouthShape, relaxed: Collection[MouthShape | None], policy: Policy) -> bool:
    """Whether a mouth smiles: against each relaxed one of the person, and by itself where a sitting showed none.

    Against each, and not their mean: one more can make a smile harder, never easier. What is no number does not smile.
    """
    by_itself = smile_z(mouth) >= policy.smile_z_min
    if (not relaxed or None in relaxed) and not by_itself:
        return False
    changed = all(smile_change(mouth, before) >= policy.smile_change_min for before in relaxed if before is not None)
    return changed and (by_itself or mouth.opening <= CLOSED_LIPS_MAX)


def is_relaxed(mouth: MouthShape, policy: Policy) -> bool:
    """Whether a mouth, by itself, is one that smiles can be held against."""
    return smile_z(mouth) < policy.smile_z_min and mouth.opening <= CLOSED_LIPS_MAX


def usual(mouths: Sequence[MouthShape]) -> MouthShape:
    """The median of each measure: one frame that is off does not move it. At least one mouth."""
    return MouthShape(
        width=median(mouth.width for mouth in mouths),
        lift=median(mouth.lift for mouth in mouths),
        opening=median(mouth.opening for mouth in mouths),
    )


def _centre(landmarks: Points, indices: range) -> tuple[float, float]:
    x, y = landmarks[indices.start : indices.stop].mean(axis=0)
    return float(x), float(y)


def _distance(landmarks: Points, first: int, second: int) -> float:
    x, y = landmarks[first] - landmarks[second]
    return hypot(float(x), float(y))
