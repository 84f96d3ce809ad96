"""What a test frame shows: black, of one colour, or something."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from smilepay_cli.rules.frames import figures_of

CLIP = Path(__file__).parents[2] / "sample_faces" / "lin" / "clip"


def real() -> np.ndarray:
    picture = cv2.imread(str(CLIP / "000.jpg"))
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def test_a_real_picture_shows_something() -> None:
    """With its own size, whatever it was brought to."""
    figures = figures_of(real())
    assert figures.shows_something and (figures.width, figures.height) == (640, 360)
    assert 0.3 < figures.brightness < 0.8


def test_a_covered_lens_is_black() -> None:
    """Sensors give noise in the dark, and a hot pixel now and then."""
    noise = np.random.default_rng(1).integers(0, 12, (480, 640, 3), dtype=np.uint8)
    noise[5, 5] = 255
    figures = figures_of(noise)
    assert figures.is_black and figures.brightness < 0.05 and not figures.shows_something


def test_a_dark_room_with_a_lamp_is_not_black() -> None:
    """A lamp of 2 % of the picture."""
    room = np.zeros((480, 640, 3), dtype=np.uint8)
    room[:70, :90] = 255
    assert not figures_of(room).is_black


@pytest.mark.parametrize("colour", [(0, 0, 255), (0, 135, 0), (128, 128, 128)])
def test_one_colour_all_over_is_no_picture(colour: tuple[int, int, int]) -> None:
    """What drivers give without a signal."""
    figures = figures_of(np.full((240, 320, 3), colour, dtype=np.uint8))
    assert figures.is_flat and not figures.shows_something


def test_a_blurred_picture_is_less_sharp() -> None:
    """And a larger one is not sharper for its size."""
    sharp = figures_of(real()).sharpness
    blurred = figures_of(np.asarray(cv2.GaussianBlur(real(), (0, 0), 6), dtype=np.uint8)).sharpness
    assert blurred < 0.6 * sharp
    large = np.asarray(cv2.resize(real(), (1280, 720)), dtype=np.uint8)
    assert figures_of(large).sharpness == pytest.approx(sharp, rel=0.15)


def test_a_frame_without_a_size_is_refused() -> None:
    """Drivers give those too."""
    with pytest.raises(ValueError, match="without a size"):
        figures_of(np.zeros((0, 640, 3), dtype=np.uint8))
