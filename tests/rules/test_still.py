"""Kept pictures are the pixels that were judged, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from smilepay_cli.rules.still import as_png, of_png


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (240, 320), (333, 77)])
def test_no_pixel_changes(size: tuple[int, int]) -> None:
    """Noise, in which nothing can be guessed, and each colour in its own place."""
    pixels = np.random.default_rng(5).integers(0, 256, (*size, 3), dtype=np.uint8)
    pixels[0, 0] = (1, 2, 3)
    back = of_png(as_png(pixels))
    assert back.dtype == np.uint8 and back.flags.c_contiguous and np.array_equal(back, pixels)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    """Never something else in its place."""
    with pytest.raises((ValueError, __import__("cv2").error)):
        as_png(np.zeros(shape, dtype=np.uint8))
    with pytest.raises(ValueError, match="no RGB"):
        as_png(np.zeros((4, 4, 3), dtype=np.float64))


def test_junk_is_no_picture() -> None:
    with pytest.raises(ValueError, match="no picture"):
        of_png(b"junk")
