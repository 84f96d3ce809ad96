"""Copies that never left the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.harnesses.forging.camera import jpeg

if TYPE_CHECKING:
    from numpy.random import Generator

    from smilepay_cli.vocabulary.faces import Box, Pixels

QUALITY = (50, 95)
"""JPEG quality that messengers and social networks encode anew with, and what editors offer."""
RESIZED = 0.06
"""Change of size that a copy goes through, as a share."""
CROPPED = 0.03
"""What a copy loses at each side at most, as a share."""


def exact_copy(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """The same pixels again."""
    return pixels.copy()


def recompressed(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """Cropped and resized by a few per cent and encoded anew: the sides differ a little from the original's."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    left, right = (int(width * strength * rng.uniform(0, CROPPED)) for _ in range(2))
    top, bottom = (int(height * strength * rng.uniform(0, CROPPED)) for _ in range(2))
    part = pixels[top : height - bottom, left : width - right]
    factor = 1 + strength * rng.uniform(-RESIZED, RESIZED)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(part), None, fx=factor, fy=factor, interpolation=method)
    return jpeg(np.asarray(resized, dtype=np.uint8), int(rng.integers(QUALITY[0], QUALITY[1] + 1)))
