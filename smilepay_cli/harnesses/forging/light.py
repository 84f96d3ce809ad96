"""Light as numbers: linear light and back, rooms out of focus, reflections, uneven lamps."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

COARSE = 8
"""Pixels of a cell in which smooth things are made before they are enlarged: nothing in them is finer."""
LAMP_COLOURS = ((1.0, 0.78, 0.52), (1.0, 0.9, 0.76), (1.0, 1.0, 1.0), (0.86, 0.94, 1.0))
"""Linear RGB of what lights a room: bulbs at some 2,700 K, warm and neutral lamps, and a clouded sky."""
WALL_REFLECTANCE = (0.1, 0.6)
"""From dark wallpaper to white paint."""
THINGS_IN_A_ROOM = (3, 9)
HUES = 0.1
"""How far the primaries of a wall are from grey; of a thing twice as far."""
THING_REFLECTANCE = (0.02, 0.6)
WINDOW_TIMES_WALL = (1.5, 4.0)
"""How much brighter a window or a lamp is than the wall beside it."""
ROOM_BLUR = (0.006, 0.04)
"""Standard deviation as a share of the picture's width: what is behind the thing in focus."""
VEIL = (0.0, 0.03)
"""Light of the whole room on glass, as a share of display white: glass reflects 4 %, coated glass less than 1 %."""
REFLECTED_LAMPS = (0, 3)
LAMP_IN_GLASS = (0.02, 0.35)
"""What a lamp or window adds at its brightest, in shares of display white."""
LAMP_SIZE = (0.04, 0.3)
"""Of a reflected lamp or window, as a share of the picture's width."""


@cache
def _decoding() -> Any:
    """(256,) float32: IEC 61966-2-1 (sRGB), code values to linear light."""
    import numpy as np

    code = np.arange(256, dtype=np.float64) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear(pixels: Pixels) -> NDArray[Any]:
    """(h, w, 3) float32 linear light, white is 1, from sRGB code values."""
    import cv2

    return cv2.LUT(pixels, _decoding())


def encoded(light: NDArray[Any]) -> NDArray[Any]:
    """Linear light of 0 to 1 as sRGB values of 0 to 1, IEC 61966-2-1; any shape."""
    import numpy as np

    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)


def code_values(light: NDArray[Any]) -> Pixels:
    """(h, w, 3) uint8 from linear light; what is above 1 is white."""
    import numpy as np

    values: Pixels = (encoded(light.clip(0, 1)) * 255 + 0.5).astype(np.uint8)
    return values


def smooth_field(shape: tuple[int, int], rng: Generator, cells: int) -> NDArray[Any]:
    """(h, w) float32 of mean 0 and deviation about 1 that changes over some 1/`cells` of the width."""
    import cv2
    import numpy as np

    height, width = shape
    rows = max(2, round(cells * height / width))
    coarse = rng.standard_normal((rows + 1, cells + 1), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def room(shape: tuple[int, int], rng: Generator) -> NDArray[Any]:
    """(h, w, 3) float32 linear light: a wall, things before it, perhaps a window; out of focus."""
    import cv2
    import numpy as np

    height, width = (max(8, side // COARSE) for side in shape)
    lamp = np.asarray(LAMP_COLOURS[rng.integers(len(LAMP_COLOURS))], dtype=np.float32)
    wall = rng.uniform(*WALL_REFLECTANCE)
    picture = np.full((height, width, 3), wall, dtype=np.float32) * (1 + _tint(rng))
    for _ in range(rng.integers(*THINGS_IN_A_ROOM)):
        left, top = rng.integers(-width // 4, width), rng.integers(-height // 4, height)
        right, bottom = left + rng.integers(width // 16, width // 2), top + rng.integers(height // 16, height)
        colour = rng.uniform(*THING_REFLECTANCE) * (1 + 2 * _tint(rng))
        cv2.rectangle(picture, (int(left), int(top)), (int(right), int(bottom)), colour.tolist(), -1)
    if rng.random() < 0.4:
        left, top = rng.integers(0, width), rng.integers(-height // 4, height // 2)
        corner = (int(left + width // 5), int(top + height // 3))
        cv2.rectangle(picture, (int(left), int(top)), corner, [wall * rng.uniform(*WINDOW_TIMES_WALL)] * 3, -1)
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.6, float(rng.uniform(*ROOM_BLUR)) * width))
    picture *= lamp * (1 + 0.25 * smooth_field((height, width), rng, 2)[..., None]).clip(0.3, 2)
    return np.asarray(cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_LINEAR))


def _tint(rng: Generator) -> Any:
    import numpy as np

    return rng.uniform(-HUES, HUES, 3).astype(np.float32)


def glare(shape: tuple[int, int], rng: Generator, strength: float) -> NDArray[Any]:
    """(h, w, 3) float32 linear light that glass or gloss adds: a veil with a gradient, and lamps in it."""
    import cv2
    import numpy as np

    height, width = (max(8, side // COARSE) for side in shape)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    angle = rng.uniform(0, 2 * np.pi)
    ramp = 0.5 + np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5 * height / width)
    added = rng.uniform(*VEIL) * ramp.clip(0, None)
    for _ in range(rng.integers(REFLECTED_LAMPS[0], REFLECTED_LAMPS[1] + 1)):
        added = added + rng.uniform(*LAMP_IN_GLASS) * _lamp(x, y, rng)
    lamp = np.asarray(LAMP_COLOURS[rng.integers(len(LAMP_COLOURS))], dtype=np.float32)
    coarse = (strength * added[..., None] * lamp).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR))


def _lamp(x: NDArray[Any], y: NDArray[Any], rng: Generator) -> Any:
    """One soft shape of peak 1: a round lamp (exponent 2) up to a window with straight edges (exponent 8)."""
    import numpy as np

    turn, power = rng.uniform(0, np.pi), float(rng.choice((2, 4, 8)))
    across, along = rng.uniform(*LAMP_SIZE, 2)
    dx, dy = x - rng.uniform(0, 1), y - rng.uniform(0, float(y.max()))
    u = (dx * np.cos(turn) + dy * np.sin(turn)) / across
    v = (dy * np.cos(turn) - dx * np.sin(turn)) / along
    return np.exp(-(np.abs(u) ** power + np.abs(v) ** power))
