"""The formula of the smile, on landmarks drawn by hand (real landmarks: tests/adapters/faces)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.smile import (
    CLOSED_LIPS_MAX,
    OPENING_MAX,
    UNCHANGED,
    is_relaxed,
    mouth_shape,
    smile_change,
    smile_z,
    smiles,
    usual,
)
from smilepay_cli.vocabulary.faces import MouthShape, Points


def drawn(
    *,
    right: tuple[float, float] = (80.0, 200.0),
    left: tuple[float, float] = (120.0, 200.0),
    top: tuple[float, float] = (100.0, 205.0),
    bottom: tuple[float, float] = (100.0, 215.0),
) -> Points:
    """Eyes 100 pixels apart at (50, 100) and (150, 100); mouth corners and the inner lips as said."""
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = (50, 100), (150, 100)
    points[48], points[54], points[62], points[66] = right, left, top, bottom
    return points


def moved(points: Points, *, scale: float = 1.0, roll: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> Points:
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    result: Points = scale * points @ turn.T + shift
    return result


def test_the_three_measures_by_hand() -> None:
    """IOD 100; corners 40 apart; the middle of the lips 10 below the corners; lips 10 apart."""
    mouth = mouth_shape(drawn())
    assert (mouth.width, mouth.lift, mouth.opening) == pytest.approx((0.40, 0.10, 0.25))


def test_z_by_hand() -> None:
    """15.38 * 0.4 + 6.65 * 0.1 + 8.07 * 0.25 - 15.98 = 6.152 + 0.665 + 2.0175 - 15.98."""
    assert smile_z(MouthShape(0.40, 0.10, 0.25)) == pytest.approx(-7.1455)


def test_corners_below_the_lips_lower_z() -> None:
    """y grows downwards: a frown has a negative lift."""
    frown = mouth_shape(drawn(right=(80, 220), left=(120, 220)))
    assert frown.lift == pytest.approx(-0.10)
    assert smile_z(frown) < smile_z(mouth_shape(drawn()))


@given(
    st.floats(0.01, 100),
    st.floats(-1.5, 1.5),
    st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)),
)
def test_size_roll_and_place_do_not_matter(scale: float, roll: float, shift: tuple[float, float]) -> None:
    """The measures belong to the mouth, not to the picture."""
    face = drawn(right=(75, 198), left=(128, 203), bottom=(101, 218))
    straight, other = mouth_shape(face), mouth_shape(moved(face, scale=scale, roll=roll, shift=shift))
    assert (other.width, other.lift, other.opening) == pytest.approx(
        (straight.width, straight.lift, straight.opening), rel=1e-6, abs=1e-6
    )


@pytest.mark.parametrize("place", range(3))
def test_a_measure_that_is_no_number_never_smiles(place: int) -> None:
    """Any doubt denies, whatever the policy asks for."""
    measures = [0.9, 0.2, 0.3]
    measures[place] = float("nan")
    anything = replace(STANDARD, smile_z_min=-50, smile_change_min=-50)
    for relaxed in ((), (MouthShape(0.8, 0.0, 0.0),)):
        assert not smiles(MouthShape(*measures), relaxed, anything)


def test_the_threshold_is_inclusive() -> None:
    """z exactly at the policy's minimum counts."""
    mouth = MouthShape(0.9, 0.1, 0.2)
    z = smile_z(mouth)
    assert smiles(mouth, (), replace(STANDARD, smile_z_min=z))
    assert not smiles(mouth, (), replace(STANDARD, smile_z_min=float(np.nextafter(z, np.inf))))


DEGENERATE = {
    "one point": np.full((68, 2), 7.0),
    "eyes coincide": np.vstack([drawn()[:42], drawn()[36:42], drawn()[48:]]),
    "mouth corners coincide": drawn(right=(100, 200), left=(100, 200)),
    "all nan": np.full((68, 2), np.nan),
    "a corner is nan": drawn(right=(float("nan"), 200)),
    "a lip is nan": drawn(top=(100, float("nan"))),
    "a corner is infinite": drawn(left=(float("inf"), 200)),
    "a lip is infinite": drawn(bottom=(100, float("inf"))),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_landmarks_without_a_mouth_are_refused(name: str) -> None:
    """No measure is better than a wrong one: an infinite mouth would be the widest smile of all."""
    with pytest.raises(ValueError, match="degenerate"):
        mouth_shape(DEGENERATE[name])


def test_a_wider_mouth_is_more_of_a_smile() -> None:
    """z grows with each of the three measures."""
    zs = [smile_z(MouthShape(width, 0.1, 0.1)) for width in (0.5, 0.8, 1.1)]
    assert all(first < second for first, second in pairwise(zs))
    assert smile_z(MouthShape(0.8, 0.1, 0.1)) < smile_z(MouthShape(0.8, 0.2, 0.1)) < smile_z(MouthShape(0.8, 0.2, 0.2))


RELAXED = MouthShape(0.80, 0.0, 0.01)


def test_no_change_is_the_offset() -> None:
    """14 * 0 + 30.9 * 0 - 2; a mouth 0.05 wider and 0.03 more lifted: 0.7 + 0.927 - 2."""
    assert smile_change(RELAXED, RELAXED) == UNCHANGED == -2.0
    assert smile_change(MouthShape(0.85, 0.03, 0.3), RELAXED) == pytest.approx(-0.373)


def test_a_known_relaxed_mouth_decides() -> None:
    """Both ways: a small smile of a small mouth counts, and a mouth that is always wide does not."""
    small, wide = MouthShape(0.86, 0.03, 0.0), MouthShape(1.05, 0.05, 0.0)
    assert not smiles(small, (), STANDARD) and smiles(small, (RELAXED,), STANDARD)
    assert smiles(wide, (), STANDARD) and not smiles(wide, (wide,), STANDARD)


@pytest.mark.parametrize("place", range(3))
def test_a_smile_differs_from_every_relaxed_mouth_known(place: int) -> None:
    """One more can only make it harder: six that are pursed do not outvote the first, nor does one of no number."""
    smile, pursed = MouthShape(0.86, 0.03, 0.0), MouthShape(0.7, -0.05, 0.0)
    known: list[MouthShape | None] = [pursed, pursed, RELAXED]
    assert smiles(smile, known, STANDARD)
    assert not smiles(RELAXED, [pursed] * 6 + [RELAXED], STANDARD)
    known[place] = MouthShape(float("nan"), 0.0, 0.0)
    assert not smiles(smile, known, STANDARD)


def test_a_sitting_without_a_relaxed_mouth_still_asks_for_a_smile_by_itself() -> None:
    """Or one relaxed picture, added later, would make less of a smile enough."""
    small, plain = MouthShape(0.86, 0.03, 0.0), MouthShape(0.95, 0.12, 0.1)
    assert smiles(small, (RELAXED,), STANDARD) and not smiles(small, (None, RELAXED), STANDARD)
    assert smiles(plain, (None, RELAXED), STANDARD) and smiles(plain, (None,), STANDARD) and smiles(plain, (), STANDARD)
    assert not smiles(small, (None,), STANDARD)


def test_an_open_mouth_has_to_smile_by_itself_too() -> None:
    """Talking widens a mouth as well."""
    closed = MouthShape(0.86, 0.03, CLOSED_LIPS_MAX)
    talking = replace(closed, opening=float(np.nextafter(CLOSED_LIPS_MAX, 1)))
    assert smiles(closed, (RELAXED,), STANDARD) and not smiles(talking, (RELAXED,), STANDARD)


def test_a_shout_is_no_better_than_a_laugh() -> None:
    """Beyond some opening z does not grow any more."""
    laugh = MouthShape(0.9, 0.0, OPENING_MAX)
    assert smile_z(replace(laugh, opening=0.9)) == smile_z(laugh) > smile_z(replace(laugh, opening=0.3))


def test_what_smiles_can_be_held_against() -> None:
    """A mouth that neither smiles nor is open, and only if its numbers are some."""
    assert is_relaxed(RELAXED, STANDARD)
    assert not is_relaxed(MouthShape(1.1, 0.1, 0.0), STANDARD)
    assert not is_relaxed(replace(RELAXED, opening=0.3), STANDARD)
    assert not is_relaxed(replace(RELAXED, width=float("nan")), STANDARD)


def test_the_usual_mouth_is_not_moved_by_one() -> None:
    """The median of each measure by itself."""
    mouths = [RELAXED, MouthShape(0.82, 0.01, 0.02), MouthShape(5.0, -3.0, 0.9)]
    assert usual(mouths) == MouthShape(0.82, 0.0, 0.02)
