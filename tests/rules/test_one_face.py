"""Exactly one face worth the name: each clause of the rule at its boundary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smilepay_cli.rules.one_face import BOX_STEP, apart_from, smallest_second_face, the_one_face
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Detection

MINIMUM = STANDARD.second_face_score_min


def seen(width: int, score: float) -> Detection:
    return Detection(Box(0, 0, width, width), score)


def refusal(*detections: Detection) -> Reason | None:
    try:
        the_one_face(detections, STANDARD)
    except Refused as refused:
        return refused.kind
    return None


def test_nobody() -> None:
    """No detection is no face."""
    assert refusal() is Reason.NO_FACE


def test_the_surest_is_the_face_wherever_it_stands() -> None:
    """The order of the detections does not matter."""
    face, side = seen(200, 1.5), seen(60, 0.1)
    assert the_one_face([side, face], STANDARD) is face
    assert the_one_face([face, side], STANDARD) is face


@pytest.mark.parametrize(
    ("width", "score", "is_second"),
    [
        (240, 1.0, True),
        (120, 1.0, True),
        (100, MINIMUM, True),  # half of 240 within a step of the detector is 100
        (99, MINIMUM, False),
        (99, 1.4, False),
        (240, float(np.nextafter(MINIMUM, -1)), False),
        (100, float(np.nextafter(MINIMUM, -1)), False),
        (287, -0.5, False),
        (288, -0.5, True),  # a step wider than the face: whatever its score
        (500, -1.0, True),
        (60, 0.0, False),
    ],
)
def test_who_counts_as_a_second_person(width: int, score: float, is_second: bool) -> None:
    """A face of 240 pixels at 1.5, and another detection beside it."""
    assert refusal(seen(240, 1.5), seen(width, score)) is (Reason.SEVERAL_FACES if is_second else None)


def test_the_ratio_comes_from_the_policy() -> None:
    """Half is the profile's number, not the rule's."""
    crowd = [seen(240, 1.5), seen(120, 1.0)]
    assert the_one_face(crowd, replace(STANDARD, second_face_width_ratio=1.0)).box.width == 240
    with pytest.raises(Refused):
        the_one_face(crowd, STANDARD)


def test_side_detections_are_ignored_in_any_number() -> None:
    """Small or unsure ones; only what counts is counted."""
    sides = [seen(60, 1.4)] * 5 + [seen(230, 0.2)] * 5
    assert refusal(seen(240, 1.5), *sides) is None
    with pytest.raises(Refused, match="3 faces"):
        the_one_face([seen(240, 1.5), *sides, seen(240, 1.0), seen(240, 1.1)], STANDARD)


def test_two_alike_in_every_figure_are_two() -> None:
    """Equal detections are not the same detection."""
    assert refusal(seen(240, 1.5), seen(240, 1.5)) is Reason.SEVERAL_FACES


def test_the_smallest_face_is_still_one() -> None:
    """The minimum is inclusive; two faces are told before the size is."""
    assert refusal(seen(STANDARD.face_width_min, 1.5)) is None
    assert refusal(seen(STANDARD.face_width_min - 1, 1.5)) is Reason.FACE_TOO_SMALL
    assert refusal(seen(80, 1.5)) is None
    assert refusal(seen(50, 1.5), seen(50, 1.5)) is Reason.SEVERAL_FACES


def test_how_closely_to_look() -> None:
    """A second face half the size of the main one must be found, which the rule counts within one step."""
    face = seen(241, 1.5)
    smallest = smallest_second_face(face, STANDARD)
    assert smallest == 120
    assert refusal(face, seen(smallest, MINIMUM)) is Reason.SEVERAL_FACES
    assert smallest / face.box.width >= STANDARD.second_face_width_ratio / BOX_STEP


def test_a_closer_look_counts_only_who_else_is_there() -> None:
    """The same face at another scale is no second one; somebody smaller beside it is, also where the closer
    look misses the first."""
    face = Detection(Box(100, 100, 120, 120), 2.0)
    again, child = Detection(Box(108, 96, 100, 100), 1.4), Detection(Box(300, 120, 62, 62), 0.9)
    assert apart_from(face, [again, child]) == [child]
    assert apart_from(face, [child]) == [child]
    the_one_face((face, *apart_from(face, [again])), STANDARD)
    with pytest.raises(Refused, match="2 faces"):
        the_one_face((face, *apart_from(face, [child])), STANDARD)
