"""Bona fide pictures as bad as they come: no attacks. What a cue says of these, it says of honest customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.light import code_values, linear, smooth_field

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels

BLUR = (0.012, 0.035)
"""Standard deviation against the face's width: defocus, or a lens that somebody touched."""
SHAKE = (0.03, 0.09)
"""Length of a shake against the face's width."""
SHAKEN = 0.5
"""Share of blurred pictures that are shaken rather than out of focus."""
DARK = (1 / 24, 1 / 6)
"""Light against that of the picture: an evening without a lamp."""
LIFTED = (0.3, 0.8)
"""How much of the missing light the camera makes up for, as a share of the exposure steps."""
DARK_WELL = (150.0, 900.0)
"""Electrons at white with the amplification turned up."""
BRIGHT = (2.2, 5.0)
"""Light against the picture's: a window behind the till."""
SMALL = (0.3, 0.6)
"""Sides against the picture's: somebody stands far away."""
SKIN = ((0.62, 0.36, 0.26), (0.32, 0.15, 0.09))
"""Linear RGB of light and of dark skin; a hand lies in between."""
CLOTH = ((0.75, 0.85, 0.9), (0.25, 0.45, 0.65), (0.03, 0.03, 0.035), (0.55, 0.55, 0.5))
"""Linear RGB of masks: surgical white and blue, black cotton, respirators."""
MASKED = 0.5
"""Share of covered mouths that a mask covers rather than a hand."""


def blur(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """Out of focus, or shaken in one direction."""
    import cv2
    import numpy as np

    if rng.random() >= SHAKEN:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.3 + strength * rng.uniform(*BLUR) * face.width))
    length = 1 + strength * rng.uniform(*SHAKE) * face.width
    turn = rng.uniform(0, np.pi)
    side = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((side, side), dtype=np.uint8)
    half = np.array([np.cos(turn), np.sin(turn)]) * length / 2
    ends = [tuple(np.round((side // 2 + sign * half) * 16).astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 255, 1, cv2.LINE_AA, 4)
    return code_values(cv2.filter2D(linear(pixels), -1, kernel.astype(np.float32) / float(kernel.sum())))


def low_light(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """Little light, amplified: dark, and full of noise."""
    import numpy as np

    dark = float(np.exp(rng.uniform(*np.log(DARK)))) ** strength
    lifted = dark ** -rng.uniform(*LIFTED)
    well = float(np.exp(rng.uniform(*np.log(DARK_WELL))))
    light = linear(pixels) * np.float32(dark * lifted)
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    return code_values(light + strength * noise * np.sqrt(light / np.float32(well) + np.float32(9 / well**2)))


def overexposed(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """Too much light: what is bright is white."""
    import numpy as np

    return code_values(linear(pixels) * np.float32(rng.uniform(*BRIGHT) ** strength))


def small(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """Fewer pixels: the sides are shorter than the original's."""
    import cv2
    import numpy as np

    factor = rng.uniform(*SMALL) ** strength
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def occluded_mouth(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """A hand or a mask before the mouth, and before some of the nose; strength is how much of it covers."""
    import cv2
    import numpy as np

    shape = pixels.shape[:2]
    middle = (face.left + face.width * rng.uniform(0.42, 0.58), face.top + face.height * rng.uniform(0.76, 0.86))
    if rng.random() < MASKED:
        colour = np.array(CLOTH[rng.integers(len(CLOTH))])
        patch = _ellipse(shape, middle, (face.width * 0.46, face.height * 0.3), rng.uniform(-4, 4))
    else:
        colour = np.array(SKIN[0]) + rng.random() * (np.array(SKIN[1]) - SKIN[0])
        patch = _hand(shape, middle, face, rng)
    patch = cv2.GaussianBlur(patch * np.float32(min(strength, 1.0)), (0, 0), 0.8)[..., None]
    light = linear(pixels)
    level = float(light[max(face.top, 0) : face.top + face.height].mean()) / 0.3
    shading = 1 + 0.2 * smooth_field(shape, rng, 6)[..., None]
    cover = np.float32(min(level, 1.2)) * colour.astype(np.float32) * shading
    return code_values(light * (1 - patch) + cover * patch)


def _hand(shape: tuple[int, ...], middle: tuple[float, float], face: Box, rng: Generator) -> NDArray[Any]:
    """Four fingers beside each other, turned."""
    import numpy as np

    turn = rng.uniform(-40, 40)
    thick = face.width * rng.uniform(0.055, 0.075)
    aside = np.array([-np.sin(np.radians(turn)), np.cos(np.radians(turn))])
    patch = np.zeros(shape, dtype=np.float32)
    for finger in range(4):
        at = np.asarray(middle) + aside * (finger - 1.5) * thick * 1.9
        long = face.width * rng.uniform(0.32, 0.42)
        patch = np.maximum(patch, _ellipse(shape, (float(at[0]), float(at[1])), (long, thick), turn))
    return patch


def _ellipse(
    shape: tuple[int, ...], middle: tuple[float, float], half: tuple[float, float], turn: float
) -> NDArray[Any]:
    """(h, w) float32, 1 inside."""
    import cv2
    import numpy as np

    mask = np.zeros(shape[:2], dtype=np.uint8)
    cv2.ellipse(mask, (middle, (2 * half[0], 2 * half[1]), float(turn)), 255, -1, cv2.LINE_AA)
    return mask.astype(np.float32) / 255
