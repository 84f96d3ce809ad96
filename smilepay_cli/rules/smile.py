"""The smile on one frame: three measures of the mouth. What a capture shows is in rules/watch.py.

Source of the weights: a logistic fit on 818 faces labelled smile / no smile (AUC 0.927 cross-validated;
z >= -0.24 lets 90 % of the smiles and 15 % of the others through).
"""

from __future__ import annotations

from math import atan2, cos, hypot, isfinite, sin

from smilepay_cli.vocabulary.faces import MouthShape, Points

WIDTH_WEIGHT, LIFT_WEIGHT, OPENING_WEIGHT, OFFSET = 15.38, 6.65, 8.07, -15.98

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
    if not isfinite(smile_z(mouth)):  # an infinitely wide mouth would be the best smile of all
        raise ValueError(f"degenerate landmarks: {mouth}")
    return mouth


def smile_z(mouth: MouthShape) -> float:
    """Log-odds of a smile; above the policy's `smile_z_min` it counts as one."""
    return WIDTH_WEIGHT * mouth.width + LIFT_WEIGHT * mouth.lift + OPENING_WEIGHT * mouth.opening + OFFSET


def smiles(mouth: MouthShape, z_min: float) -> bool:
    """Whether a still shows a smile. A z that is not a number is none."""
    return smile_z(mouth) >= z_min


def _centre(landmarks: Points, indices: range) -> tuple[float, float]:
    x, y = landmarks[indices.start : indices.stop].mean(axis=0)
    return float(x), float(y)


def _distance(landmarks: Points, first: int, second: int) -> float:
    x, y = landmarks[first] - landmarks[second]
    return hypot(float(x), float(y))
