"""A fine regular pattern on the face: the dots of a print, or the pixels of a screen where a camera sees them.

Such a pattern is a few peaks in the spectrum that no skin has. What lies on the axes of the spectrum is left out:
there are the blocks of JPEG, 8 by 8 pixels, and every level or upright edge.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from smilepay_cli.vocabulary.faces import Box, Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 256
"""Pixels of the square round the face's middle, at the picture's own size: resizing would wipe patterns out."""
LEAST_WINDOW = 64
"""Below, a spectrum has too few places to tell a peak."""
DETAIL = 3.0
"""Standard deviation in pixels above which structure is the face's own and taken away."""
SLOWEST = 0.06
"""Cycles a pixel below which nothing is looked for: 1 / 16."""
OFF_AXIS = 0.01
"""Cycles a pixel from the axes of the spectrum."""
NEIGHBOURHOOD = 21
"""Places of the spectrum that a peak is held against."""
PEAKS = 40
"""How many of the highest places are averaged: a peak covers about nine, and a screen of dots has several."""


def fine_pattern(pixels: Pixels, box: Box) -> float | None:
    """How far peaks of the spectrum rise above what is round them (natural logarithm); some 0.9 for skin.

    None where the picture is too small to have an answer.
    """
    import cv2
    import numpy as np

    part = _middle(pixels, box)
    side = len(part)
    if side < LEAST_WINDOW:
        return None
    grey = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= cv2.GaussianBlur(grey, (0, 0), DETAIL)
    # Strong edges (lashes, glasses) are cut down to the usual detail: they have every frequency.
    usual = 3 * float(np.median(np.abs(grey))) + 2
    taper, looked_at = _plan(side)
    spectrum = np.fft.fftshift(np.abs(np.fft.rfft2(grey.clip(-usual, usual) * taper)), axes=0)
    smooth = cv2.GaussianBlur(np.log(spectrum + 1e-3).astype(np.float32), (0, 0), 0.7)
    above = smooth - cv2.blur(cv2.GaussianBlur(smooth, (0, 0), 1.0), (NEIGHBOURHOOD, NEIGHBOURHOOD))
    places = above[looked_at]
    return float(np.partition(places, -PEAKS)[-PEAKS:].mean())


def _middle(pixels: Pixels, box: Box) -> Pixels:
    """A square of WINDOW pixels, or as many as there are, with the face's middle as near to its own as can be."""
    height, width = pixels.shape[:2]
    side = min(WINDOW, height, width) // 2 * 2
    left = min(max(box.left + box.width // 2 - side // 2, 0), width - side)
    top = min(max(box.top + box.height // 2 - side // 2, 0), height - side)
    return pixels[top : top + side, left : left + side]


@cache
def _plan(side: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The taper of a square, and which places of its spectrum are looked at."""
    import numpy as np

    taper = (np.hanning(side)[:, None] * np.hanning(side)).astype(np.float32)
    down, across = np.fft.fftshift(np.fft.fftfreq(side))[:, None], np.fft.rfftfreq(side)[None]
    off_axis = (across > OFF_AXIS) & (np.abs(down) > OFF_AXIS)
    return taper, (np.hypot(down, across) > SLOWEST) & off_axis
