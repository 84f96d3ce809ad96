"""Phones, tablets and laptops, and how a display turns code values into light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.subpixels import Subpixels, draw_subpixels

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

GAMMA = (2.0, 2.45)
"""Of displays; 2.2 is meant, phones in vivid modes and cheap panels are off."""
BLACK_LEVEL = (0.0005, 0.02)
"""Light of black against white: contrast of 2,000 to 1 down to a panel seen from aside at 50 to 1."""
WHITE_POINT = ((0.86, 1.02), (0.96, 1.0), (1.0, 1.18))
"""Red, green and blue of white: 6,500 K to 9,000 K, and some night modes."""
BAND_CYCLES = (1.5, 9.0)
"""Waves of brightness down the picture: backlights at 100 to 250 Hz, read out in 1/60 to 1/30 s."""
BAND_DEPTH = (0.0, 0.1)
BANDED = 0.5
"""Share of displays whose brightness is made by switching."""
LETTERBOX = (0.0, 0.0, 0.0, 255.0)
"""Code values round a picture in viewers: black, more seldom white."""


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of device; everything against the width of its display."""

    aspect: tuple[float, float]
    """Height by width."""
    share: tuple[float, float]
    """The face's width on it."""
    bezel: tuple[float, float]
    chin: tuple[float, float]
    """What the borders above and below have more than those beside."""
    corner: tuple[float, float]
    pixels: tuple[float, float]
    """Display pixels across."""


DEVICES = (
    Device((16 / 9, 20 / 9), (0.45, 0.75), (0.03, 0.08), (0.0, 0.22), (0.0, 0.16), (720, 1440)),  # phone, upright
    Device((4 / 3, 1.6), (0.32, 0.6), (0.04, 0.12), (0.0, 0.06), (0.0, 0.08), (1200, 2048)),  # tablet, upright
    Device((0.62, 0.75), (0.25, 0.42), (0.03, 0.09), (0.0, 0.05), (0.0, 0.05), (1920, 2732)),  # tablet, lying
    Device((9 / 16, 10 / 16), (0.22, 0.38), (0.02, 0.06), (0.0, 0.05), (0.0, 0.02), (1366, 2560)),  # laptop
)


@dataclass(frozen=True, slots=True)
class Display:
    """How one display shows a picture."""

    gamma: float
    black: float
    white: tuple[float, float, float]
    subpixels: Subpixels
    pitch: float
    """Display pixels for one surface unit."""
    band_cycles: float
    band_depth: float
    band_phase: float
    """In waves."""
    band_drift: float
    """What the phase moves from frame to frame: backlight and camera do not keep step."""
    letterbox: float
    """Code value where there is no picture."""


def curve_of(display: Display) -> NDArray[Any]:
    """(256, 3) float32: the light of each code value and colour."""
    import numpy as np

    code = np.arange(256, dtype=np.float64)[:, None] / 255
    light = display.black + (1 - display.black) * code**display.gamma
    curve: NDArray[Any] = (light * np.asarray(display.white)).astype(np.float32)
    return curve


def draw_display(rng: Generator, strength: float, pitch: float) -> Display:
    """A display of `pitch` pixels for one surface unit. At strength 0 it shows colours as they were meant."""
    import numpy as np

    white = np.array([rng.uniform(*part) for part in WHITE_POINT])
    return Display(
        gamma=2.2 + strength * (rng.uniform(*GAMMA) - 2.2),
        black=strength * float(np.exp(rng.uniform(*np.log(BLACK_LEVEL)))),
        white=tuple((1 + strength * (white - 1)).tolist()),
        subpixels=draw_subpixels(rng),
        pitch=float(pitch),
        band_cycles=rng.uniform(*BAND_CYCLES),
        band_depth=strength * rng.uniform(*BAND_DEPTH) * float(rng.random() < BANDED),
        band_phase=rng.random(),
        band_drift=rng.random(),
        letterbox=float(rng.choice(LETTERBOX)),
    )
