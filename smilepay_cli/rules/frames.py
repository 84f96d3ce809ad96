"""What a camera's test frame looks like: whether it shows anything at all. Nobody is judged by it."""

from __future__ import annotations

from smilepay_cli.rules.quality import DARK_BELOW, sharpness_of
from smilepay_cli.vocabulary.cameras import FrameFigures
from smilepay_cli.vocabulary.faces import Pixels

WIDTH = 320
"""Pixels that a frame is brought to, so that sharpness means the same for every resolution."""
BLACK_FROM = 0.99
"""Share of black pixels (ISO/IEC 29794-5) from which a frame is black. A dark room has lights and noise in it."""
FLAT_BELOW = 2.0
"""Standard deviation in code values below which a frame is of one colour: noise alone is more in any real picture."""


def figures_of(pixels: Pixels) -> FrameFigures:
    """Figures of (h, w, 3) uint8 RGB. Raises ValueError for a frame without a size."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    if not height or not width:
        raise ValueError("a frame without a size")
    size = (min(WIDTH, width), max(1, round(height * min(WIDTH, width) / width)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    level = np.asarray(grey, dtype=np.float32)
    return FrameFigures(
        width=width,
        height=height,
        brightness=float(level.mean()) / 255,
        sharpness=sharpness_of(level),
        is_black=bool((level < DARK_BELOW).mean() >= BLACK_FROM),
        is_flat=bool(level.std() < FLAT_BELOW),
    )
