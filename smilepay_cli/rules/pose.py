"""Which way a head looks, from landmarks: a fit of a rigid head under scaled orthographic projection."""

from __future__ import annotations

from math import atan2, degrees, isfinite

from smilepay_cli.vocabulary.faces import Points, Pose

_POINTS = (30, 8, 36, 45, 48, 54)
"""Tip of the nose, chin, outer corners of the eyes, corners of the mouth."""
_HEAD = (
    (0.0, 0.0, 0.0),
    (0.0, 330.0, 65.0),
    (-225.0, -170.0, 135.0),
    (225.0, -170.0, 135.0),
    (-150.0, 150.0, 125.0),
    (150.0, 150.0, 125.0),
)
"""The same on a generic head (the one of OpenCV's and LearnOpenCV's head pose examples), x as in the picture, y down,
z away from the camera. Only proportions matter."""


def head_pose(landmarks: Points) -> Pose:
    """Yaw, pitch and roll in degrees from 68 landmarks (68, 2).

    The affine camera of least squares, taken to the nearest rotation (DeMenthon and Davis, "Model-based object pose in
    25 lines of code", 1995, first step). Yaw is good to some 10 degrees; pitch depends on the build of a face, so only
    its changes mean something. Raises ValueError for landmarks that no head explains.
    """
    import numpy as np

    head, seen = np.array(_HEAD), np.asarray(landmarks, dtype=np.float64)[list(_POINTS)]
    if not np.isfinite(seen).all():
        raise ValueError("degenerate landmarks: not finite")
    affine = np.linalg.lstsq(head - head.mean(axis=0), seen - seen.mean(axis=0), rcond=None)[0].T
    left, sizes, right = np.linalg.svd(affine, full_matrices=False)
    if not sizes[1] > 1e-9 * sizes[0]:
        raise ValueError("degenerate landmarks: they lie on a line")
    across, down = left @ right
    away = np.cross(across, down)
    yaw, pitch = degrees(atan2(-across[2], away[2])), degrees(atan2(-down[2], away[2]))
    pose = Pose(yaw=yaw, pitch=pitch, roll=degrees(atan2(down[0], across[0])))
    if not all(map(isfinite, (pose.yaw, pose.pitch, pose.roll))):
        raise ValueError(f"degenerate landmarks: {pose}")
    return pose
