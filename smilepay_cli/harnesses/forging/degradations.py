"""Bona fide pictures as bad as they come: no attacks. What a cue says of these, it says of honest customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import jpeg
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
SENT_ON = (3, 8)
"""How often a picture was sent on and encoded anew: by messengers, forums, screenshots."""
SENT_QUALITY = (30, 75)
"""JPEG quality of each."""
SENT_SIZE = (0.8, 1.1)
"""Size against the picture's on the way: the blocks of one encoding do not lie on those of the next."""
SKIN = ((0.62, 0.36, 0.26), (0.32, 0.15, 0.09))
"""Linear RGB of light and of dark skin; a hand lies in between."""
CLOTH = ((0.75, 0.85, 0.9), (0.25, 0.45, 0.65), (0.03, 0.03, 0.035), (0.55, 0.55, 0.5))
"""Linear RGB of masks: surgical white and blue, black cotton, respirators."""
MASK = (
    (-0.54, -0.2), (-0.4, -0.2), (-0.12, -0.3), (0.12, -0.3), (0.4, -0.2), (0.54, -0.2),
    (0.54, -0.17), (0.4, -0.02), (0.2, 0.26), (-0.2, 0.26), (-0.4, -0.02), (-0.54, -0.17),
)  # fmt: skip
"""Its outline round the mouth, against the face's width."""
FINGER = (0.11, 0.15)
"""Thickness against the face's width: some 17 of 140 mm, and fingers come nearer than faces."""
FINGERS_DEGREES = 50.0
"""How far from level."""
SUBPIXEL_BITS = 4
"""Of OpenCV's polygons: corners in sixteenths of a pixel."""
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


def jpeg_chain(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:  # noqa: ARG001 (a species)
    """Encoded as JPEG again and again, each time at another size and quality; of the original's size at the end."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    sent = pixels
    for _ in range(round(strength * rng.integers(SENT_ON[0] - 1, SENT_ON[1]))):
        factor = rng.uniform(*SENT_SIZE)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        smaller = np.asarray(cv2.resize(sent, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC))
        sent = jpeg(smaller.astype(np.uint8, copy=False), _sent_quality(rng, strength))
    whole = np.asarray(cv2.resize(sent, (width, height), interpolation=cv2.INTER_LINEAR))
    return jpeg(whole.astype(np.uint8, copy=False), _sent_quality(rng, strength))


def _sent_quality(rng: Generator, strength: float) -> int:
    return int(max(1, 95 + min(strength, 1.0) * (rng.integers(SENT_QUALITY[0], SENT_QUALITY[1] + 1) - 95)))


def occluded_mouth(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """A hand or a mask before the mouth, and before some of the nose; strength is how much of it covers."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    middle = (face.left + face.width * rng.uniform(0.42, 0.58), face.top + face.height * rng.uniform(0.76, 0.86))
    mask = np.zeros((height, width), dtype=np.uint8)
    if rng.random() < MASKED:
        colour = np.array(CLOTH[rng.integers(len(CLOTH))])
        shade = _mask(mask, middle, face)
    else:
        colour = np.array(SKIN[0]) + rng.random() * (np.array(SKIN[1]) - SKIN[0])
        shade = _hand(mask, middle, face, rng)
    patch = cv2.GaussianBlur(mask.astype(np.float32) / 255 * np.float32(min(strength, 1.0)), (0, 0), 0.8)[..., None]
    light = linear(pixels)
    level = min(float(light[max(face.top, 0) : face.top + face.height].mean()) / 0.3, 1.2)
    uneven = 1 + 0.15 * smooth_field((height, width), rng, 6)
    cover = (level * shade * uneven)[..., None] * colour.astype(np.float32)
    return code_values(light * (1 - patch) + cover * patch)


def _mask(mask: NDArray[Any], middle: tuple[float, float], face: Box) -> NDArray[Any]:
    """Draw a mask from ear to ear over the nose, with its straps. What comes back is its shading, (h, w) float32."""
    import cv2
    import numpy as np

    corners = np.round((np.array(MASK) * face.width + middle) * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    folds = 1 - 0.12 * np.cos((np.arange(len(mask)) - middle[1]) * (2 * np.pi / (0.12 * face.width)))
    return np.broadcast_to(folds.astype(np.float32)[:, None], mask.shape)


def _hand(mask: NDArray[Any], middle: tuple[float, float], face: Box, rng: Generator) -> NDArray[Any]:
    """Draw four fingers that come from a hand beside the face. What comes back is their shading, (h, w) float32."""
    import cv2
    import numpy as np

    turn = rng.uniform(-FINGERS_DEGREES, FINGERS_DEGREES) + rng.choice((0, 180))
    along = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    aside = np.array([-along[1], along[0]])
    thick = face.width * rng.uniform(*FINGER)
    shade = np.full(mask.shape, 0.85, dtype=np.float32)
    for finger in range(4):
        at = np.asarray(middle) + aside * (finger - 1.5) * thick * 1.08
        tip, root = at - along * face.width * rng.uniform(0.22, 0.34), at + along * face.width * 0.75
        one = np.zeros_like(mask)
        ends = [tuple(np.round(end).astype(int).tolist()) for end in (tip, root)]
        cv2.line(one, ends[0], ends[1], 255, max(1, round(float(thick))), cv2.LINE_AA)
        # A finger is round: its normal turns away from the light towards its sides.
        inward = (cv2.distanceTransform(one, cv2.DIST_L2, 3) / (thick / 2)).clip(0, 1)
        shade = np.where(one > 0, 0.4 + 0.6 * np.sqrt(1 - (1 - inward) ** 2), shade)
        np.maximum(mask, one, out=mask)
    palm = np.asarray(middle) + along * face.width * 0.9
    cv2.ellipse(mask, (palm.tolist(), (float(face.width * 0.6), float(thick * 4.6)), float(turn)), 255, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(shade.astype(np.float32), (0, 0), max(1.0, float(thick) / 8)))
