"""The landmark models in numpy give dlib's points, coordinate by coordinate."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.adapters.faces.chips import rectangle_of
from smilepay_cli.adapters.faces.models.builder import Dlib
from smilepay_cli.adapters.faces.models.dlib_forest import Forest, read_forest
from smilepay_cli.adapters.faces.models.landmarks import LandmarkModel, packed, unpacked
from smilepay_cli.adapters.faces.weights import find_weights
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]
STILLS = [
    "eileen/1",
    "eileen/2",
    "grace/1",
    *(f"lin/{number}" for number in range(1, 7)),
    "no_face/1",
    *(f"otto/{number}" for number in range(1, 8)),
]
FAR = (Box(5000, 10, 120, 120), Box(-100_000, -100_000, 90, 90), Box(3, 1_000_000, 200, 150), Box(-(10**7), 0, 3, 3))


@pytest.fixture(scope="module")
def forests() -> dict[int, Forest]:
    """Both files, read."""
    return {points: read_forest(find_weights().landmarks(points).read_bytes()) for points in (5, 68)}


def boxes(pixels: Pixels) -> list[Box]:
    """Faces in the middle, at each edge and past it, tiny, larger than the picture, and flat."""
    height, width = pixels.shape[:2]
    side = min(height, width) // 2
    dice = np.random.default_rng(height * width)
    anywhere = [
        Box(int(dice.integers(-size // 2, width)), int(dice.integers(-size // 2, height)), size, size)
        for size in dice.integers(20, 2 * side, 12).tolist()
    ]
    return [
        Box(width // 2 - side // 2, height // 2 - side // 2, side, side),
        Box(-side // 2, height // 4, side, side),
        Box(width // 4, -side // 2, side, side),
        Box(width - side // 2, height - side // 2, side, side),
        Box(0, 0, width, height),
        Box(-width, -height, 3 * width, 3 * height),
        Box(width // 2, height // 2, 2, 2),
        Box(width // 2, height // 2, 1, 1),
        Box(width // 3, height // 3, side, side // 3),
        *anywhere,
        *FAR,
    ]


class TestPoints:
    """dlib rounds to whole pixels: equal is equal."""

    @pytest.mark.parametrize("points", [5, 68])
    def test_no_coordinate_differs_from_dlib(self, points: int, forests: dict[int, Forest], sample: Sample) -> None:
        """On every still, for boxes anywhere, in colour and in grey."""
        ours, theirs = LandmarkModel(forests[points]), Dlib(find_weights()).landmarks(points)
        compared = differing = 0
        for name in STILLS:
            colour = sample(name)
            for pixels in (colour, np.ascontiguousarray(colour[..., 1])):
                for box in boxes(colour):
                    wanted = [(part.x, part.y) for part in theirs(pixels, rectangle_of(box)).parts()]
                    got = ours(pixels, box)
                    assert got.shape == (points, 2) and got.dtype == np.float64
                    apart = np.abs(got - np.array(wanted))
                    compared += apart.size
                    differing += int((apart > 0).sum())
        assert (compared, differing) == (len(STILLS) * 2 * 25 * points * 2, 0)

    def test_the_smallest_pictures(self, forests: dict[int, Forest]) -> None:
        """One pixel, one row, one column: features lie outside, which counts as black."""
        ours, theirs = LandmarkModel(forests[68]), Dlib(find_weights()).landmarks(68)
        for shape in ((1, 1, 3), (1, 200, 3), (200, 1, 3)):
            pixels = np.full(shape, 200, dtype=np.uint8)
            for box in (Box(0, 0, 1, 1), Box(-40, -40, 80, 80), Box(0, 0, 200, 200)):
                wanted = [(part.x, part.y) for part in theirs(pixels, rectangle_of(box)).parts()]
                assert ours(pixels, box).tolist() == [list(map(float, point)) for point in wanted]

    def test_the_picture_counts(self, forests: dict[int, Forest], sample: Sample) -> None:
        """The mean shape alone would pass for a face in many a box."""
        model, pixels = LandmarkModel(forests[68]), sample("lin/1")
        box = Box(290, 171, 268, 269)
        assert np.abs(model(pixels, box) - model(pixels[:, ::-1], box)).max() > 5

    def test_ten_threads_share_one(self, forests: dict[int, Forest], sample: Sample) -> None:
        """Nothing is kept between calls."""
        model, pixels = LandmarkModel(forests[68]), sample("otto/1")
        places = boxes(pixels) * 4
        alone = [model(pixels, box).tobytes() for box in places]
        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(lambda box: model(pixels, box).tobytes(), places)) == alone


class TestPacking:
    """What lies in the cache is what was read from dlib's file."""

    @pytest.mark.parametrize("points", [5, 68])
    def test_comes_back_exactly_and_without_copying(self, points: int, forests: dict[int, Forest]) -> None:
        """Views of the bytes: a hundred megabytes load in no time, and processes share them."""
        data = packed(forests[points])
        again = unpacked(memoryview(data))
        whole = np.frombuffer(data, dtype=np.uint8)
        for name in Forest.__slots__:
            before, after = getattr(forests[points], name), getattr(again, name)
            assert np.array_equal(before, after) and before.dtype == after.dtype
            assert np.shares_memory(after, whole)

    def test_points_are_those_of_the_forest_that_was_packed(self, forests: dict[int, Forest], sample: Sample) -> None:
        """Read-only bytes are enough."""
        pixels, box = sample("lin/1"), Box(290, 171, 268, 269)
        there, back = LandmarkModel(forests[5]), LandmarkModel(unpacked(packed(forests[5])))
        assert np.array_equal(there(pixels, box), back(pixels, box))

    @pytest.mark.parametrize("kept", [0, 5, 100, 130, 1000, -1])
    def test_what_was_cut_off(self, kept: int, forests: dict[int, Forest]) -> None:
        """At nothing, inside a head, inside an array, before the last byte."""
        with pytest.raises(ValueError, match=r"."):
            unpacked(packed(forests[5])[:kept])

    @pytest.mark.parametrize("place", [0, 6, 7, 8, 12, 30])
    def test_a_head_that_is_none(self, place: int, forests: dict[int, Forest]) -> None:
        """Magic, version, length, text: numpy's complaint or ours, always a ValueError."""
        data = bytearray(packed(forests[5]))
        data[place] ^= 0x5A
        with pytest.raises(ValueError, match=r"."):
            unpacked(bytes(data))
