"""Head pose, on a head that is turned by known angles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.pose import _HEAD, _POINTS, head_pose
from smilepay_cli.vocabulary.faces import Points


def turned(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, *, size: float = 0.4) -> Points:
    """Landmarks of the generic head: first nodded, then turned, then leaned to the side."""
    y, p, r = np.radians((yaw, pitch, roll))
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    lean = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    points = np.zeros((68, 2))
    points[list(_POINTS)] = (np.array(_HEAD) @ (lean @ turn @ nod).T)[:, :2] * size + 300
    return points


@pytest.mark.parametrize("angle", [-35.0, -10.0, 0.0, 20.0, 40.0])
def test_each_angle_by_itself(angle: float) -> None:
    """Whatever the size and the place."""
    assert head_pose(turned(yaw=angle)).yaw == pytest.approx(angle, abs=1e-6)
    assert head_pose(turned(pitch=angle)).pitch == pytest.approx(angle, abs=1e-6)
    assert head_pose(turned(roll=angle, size=3.0)).roll == pytest.approx(angle, abs=1e-6)


def test_left_is_the_persons_own() -> None:
    """Who turns to the own left has the nose farther right in the picture."""
    ahead, left = turned(), turned(yaw=30.0)
    assert left[30, 0] - left[36, 0] > ahead[30, 0] - ahead[36, 0]
    assert head_pose(left).yaw > 0


def test_leaning_is_clockwise() -> None:
    """The left eye, right in the picture, comes down."""
    assert turned(roll=10.0)[45, 1] > turned(roll=10.0)[36, 1]
    assert head_pose(turned(roll=10.0)).roll > 0


@given(st.floats(-30, 30), st.floats(-15, 15), st.floats(-15, 15))
def test_angles_together(yaw: float, pitch: float, roll: float) -> None:
    """Yaw stays right to some degrees when a head leans and nods as well."""
    assert head_pose(turned(yaw, pitch, roll)).yaw == pytest.approx(yaw, abs=9)


@pytest.mark.parametrize("landmarks", [np.full((68, 2), 5.0), np.full((68, 2), np.nan), np.ones((68, 2)) * [[1, 0]]])
def test_landmarks_that_are_no_head_are_refused(landmarks: Points) -> None:
    """No pose is better than a wrong one."""
    with pytest.raises(ValueError, match="degenerate"):
        head_pose(landmarks)
