"""Frames to forge captures from."""

from __future__ import annotations

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.material import Material, Person
from smilepay_cli.harnesses.forging.reels import fitted, reels_of
from smilepay_cli.harnesses.forging.sheet import spread
from smilepay_cli.vocabulary.faces import Box


def material(name: str, files: int = 1, *, is_capture: bool = False) -> Material:
    names = tuple(f"{name}/{number}" for number in range(files))
    return Material("lin", name, names, is_capture, "", Box(10, 10, 40, 40), np.zeros((68, 2)))


def test_captures_go_before_pictures() -> None:
    """Where somebody has captures, pictures are not strung together."""
    clip = material("clip", 5, is_capture=True)
    assert [reel.name for reel in reels_of(Person([material("1")], [clip]), 16)] == ["clip"]


def test_many_pictures_are_thinned_out_evenly() -> None:
    """From the first to the last, as many as there are frames."""
    stills = [material(str(number)) for number in range(100)]
    [reel] = reels_of(Person(stills, []), 16)
    assert len(reel.pictures) == 16 and reel.pictures[0] is stills[0] and reel.pictures[-1] is stills[-1]


@pytest.mark.parametrize(("count", "most"), [(0, 3), (3, 3), (4, 3), (1000, 12)])
def test_a_spread_keeps_both_ends(count: int, most: int) -> None:
    found = spread(range(count), most)
    assert len(found) == min(count, most) == len(set(found))
    assert not count or (found[0], found[-1]) == (0, count - 1)


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_faces_are_laid_on_each_other(scale: float) -> None:
    """A white square for a face comes out where the other one's is, in the other one's size."""
    box, goal = Box(30, 20, 50, 50), Box(60, 40, round(50 * scale), round(50 * scale))
    pixels = np.zeros((100, 120, 3), dtype=np.uint8)
    pixels[box.top : box.top + 50, box.left : box.left + 50] = 255
    made = fitted(pixels, box, np.zeros((240, 260, 3), dtype=np.uint8), goal)
    assert made.shape == (240, 260, 3)
    inside = made[goal.top + 3 : goal.top + goal.height - 3, goal.left + 3 : goal.left + goal.width - 3]
    assert inside.min() > 200
    assert made[goal.top + goal.height // 2, goal.left - 4].max() < 60


def test_a_picture_of_the_same_size_stays_as_it_is() -> None:
    """Frames of a clip are not moved about."""
    pixels = np.zeros((10, 10, 3), dtype=np.uint8)
    assert fitted(pixels, Box(1, 1, 5, 5), np.zeros((10, 10, 3), dtype=np.uint8), Box(2, 2, 6, 6)) is pixels
