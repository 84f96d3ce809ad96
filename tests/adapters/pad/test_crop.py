"""What a network is given: the place of the crop, how it is resized, and the numbers that its pixels become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from smilepay_cli.adapters.pad.crop import network_input, normalised, resized, square
from smilepay_cli.adapters.pad.sidecar import RANGES, Sidecar
from smilepay_cli.vocabulary.faces import Box

PLAIN = Sidecar("0" * 64, (4, 6), 1.0, "rgb", (0, 0, 0), (1, 1, 1), 0, 0.5)
SIZES = st.integers(1, 3000)
NOISE = np.random.default_rng(5).integers(0, 256, (97, 113, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("box", "scale", "wanted"),
    [
        (Box(40, 30, 20, 20), 1.0, (40, 30, 20)),
        (Box(40, 30, 20, 20), 2.0, (30, 20, 40)),
        (Box(40, 30, 20, 10), 2.0, (30, 15, 40)),  # in widths of the box, round its middle
        (Box(0, 0, 20, 20), 2.0, (0, 0, 40)),  # moved inside, not made smaller
        (Box(80, 60, 20, 20), 2.0, (60, 40, 40)),
        (Box(-10, 70, 20, 20), 2.0, (0, 40, 40)),
        (Box(40, 30, 20, 20), 4.0, (10, 0, 80)),
        (Box(40, 30, 20, 20), 9.0, (10, 0, 80)),  # no larger than the picture
        (Box(90, 30, 20, 20), 9.0, (20, 0, 80)),
        (Box(40, 30, 1, 1), 0.5, (40, 30, 1)),  # never nothing
    ],
)
def test_the_square_round_a_face(box: Box, scale: float, wanted: tuple[int, int, int]) -> None:
    """In a picture 100 wide and 80 high."""
    assert square(box, scale, 80, 100) == wanted


@given(SIZES, SIZES, st.integers(-500, 3500), st.integers(-500, 3500), SIZES, SIZES, st.floats(0.5, 20))
def test_the_square_is_inside_or_there_is_none(
    height: int, width: int, left: int, top: int, box_width: int, box_height: int, scale: float
) -> None:
    """Whatever the box: no pixel is made up, and a face that is not in the picture has no crop."""
    box = Box(left, top, box_width, box_height)
    if left >= width or top >= height or left + box_width <= 0 or top + box_height <= 0:
        with pytest.raises(ValueError, match="is not in a picture"):
            square(box, scale, height, width)
        return
    x, y, side = square(box, scale, height, width)
    assert x >= 0 and y >= 0 and side >= 1 and x + side <= width and y + side <= height
    assert abs(side - min(box_width * scale, height, width)) <= 1


@given(st.integers(100, 900), st.integers(100, 900), st.integers(0, 80), st.integers(0, 80), st.integers(20, 200))
def test_the_square_is_where_minifasnet_was_trained(height: int, width: int, left: int, top: int, side: int) -> None:
    """To two pixels, by its formula: scale limited to the picture, middle kept, shifted inside."""
    scale = min((height - 1) / side, (width - 1) / side, 2.7)
    theirs = [
        min(max(start + side / 2 - side * scale / 2, 0), length - side * scale)
        for start, length in ((left, width), (top, height))
    ]
    ours = square(Box(left, top, side, side), 2.7, height, width)
    assert np.abs(np.array(ours) - (*theirs, side * scale)).max() <= 2


@pytest.mark.parametrize("box", [Box(10, 10, 0, 5), Box(10, 10, 5, -1), Box(-9, 0, 9, 9), Box(0, 80, 9, 9)])
def test_a_box_of_nothing(box: Box) -> None:
    with pytest.raises(ValueError, match="is not in a picture of 100 by 80"):
        square(box, 1.0, 80, 100)


@pytest.mark.parametrize("size", [(80, 80), (30, 200), (97, 113), (8, 9), (200, 300)])
def test_resized_as_opencv_does(size: tuple[int, int]) -> None:
    """Networks trained on OpenCV's pictures see the same texture: one step of 255 for its whole-number rounding."""
    theirs = cv2.resize(NOISE, size[::-1], interpolation=cv2.INTER_LINEAR)
    ours = resized(NOISE, size, smooth=False)
    assert ours.shape == (*size, 3) and ours.dtype == np.uint8
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_resized_as_pillow_does() -> None:
    """And that is something else, where a picture shrinks."""
    smooth, plain = (resized(NOISE, (20, 30), smooth=way) for way in (True, False))
    assert np.array_equal(smooth, np.asarray(Image.fromarray(NOISE).resize((30, 20), Image.Resampling.BILINEAR)))
    assert smooth.std() < 0.7 * plain.std()


def test_one_pixel_fills_the_input() -> None:
    assert np.array_equal(resized(NOISE[:1, :1], (8, 9), smooth=False), np.broadcast_to(NOISE[0, 0], (8, 9, 3)))


@pytest.mark.parametrize(("name", "low", "high"), [("0..255", 0, 255), ("0..1", 0, 1), ("-1..1", -1, 1)])
def test_each_range(name: str, low: float, high: float) -> None:
    """Black and white are its ends, to the last bit that float32 has."""
    mean, std = RANGES[name]
    sidecar = replace(PLAIN, mean=(mean,) * 3, std=(std,) * 3)
    for level, wanted in ((0, low), (255, high)):
        made = normalised(np.full((4, 6, 3), level, dtype=np.uint8), sidecar)
        assert made.dtype == np.float32 and (made == np.float32(wanted)).all()


def test_mean_and_std_go_with_the_colour_order() -> None:
    """The first of three is for the first channel that the network sees."""
    crop = np.zeros((4, 6, 3), dtype=np.uint8) + np.array([51, 102, 204], dtype=np.uint8)
    sidecar = replace(PLAIN, mean=(0.1, 0.2, 0.3), std=(1.0, 0.5, 0.25))
    assert normalised(crop, sidecar)[0, :, 0, 0] == pytest.approx([0.1, 0.4, 2.0], abs=1e-6)
    bgr = normalised(crop, replace(sidecar, colour_order="bgr"))
    assert bgr[0, :, 0, 0] == pytest.approx([0.7, 0.4, -0.4], abs=1e-6)


def test_layouts() -> None:
    """The same numbers, height before width, with the channels first or last."""
    crop = NOISE[:4, :6]
    planes, pixels = (normalised(crop, replace(PLAIN, layout=layout)) for layout in ("nchw", "nhwc"))
    assert planes.shape == (1, 3, 4, 6) and pixels.shape == (1, 4, 6, 3)
    assert np.array_equal(planes.transpose(0, 2, 3, 1), pixels)
    assert planes.flags.c_contiguous and pixels.flags.c_contiguous


def test_a_picture_is_cut_resized_and_normalised() -> None:
    """Only what is in the square counts, and the picture stays as it was."""
    picture = np.zeros((80, 100, 3), dtype=np.uint8)
    picture[30:50, 40:60] = 255
    before = picture.copy()
    inside = network_input(picture, Box(40, 30, 20, 20), PLAIN)
    assert inside.shape == (1, 3, 4, 6) and (inside == 1).all()
    wider = network_input(picture, Box(40, 30, 20, 20), replace(PLAIN, crop_scale=2.0, input_size=(40, 40)))
    assert wider.mean() == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize(
    "pixels", [NOISE.astype(np.float32), NOISE[:, :, 0], NOISE[:, :, :2], NOISE[:0], [[1, 2, 3]], None]
)
def test_what_is_no_picture(pixels: Any) -> None:
    with pytest.raises(TypeError, match="pixels must be"):
        network_input(pixels, Box(0, 0, 9, 9), PLAIN)
