"""The coloured subpixels of a display as a camera's sensor samples them: moire, pixel grid, or nothing.

A display is a lattice of coloured windows. As a Fourier series it is the picture times a sum of cosines; lens and
sensor pixel weaken each by their transfer functions, and what is left is evaluated in the middle of each sensor
pixel. That is what integrating over the pixel comes to while the picture changes little between subpixels, and the
sampling aliases the cosines as a real sensor does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import SITES

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

STRIPE_FILL = ((0.24, 0.31), (0.72, 0.92))
"""Width and height of a subpixel's window against the pixel: LCDs; a third of the pixel less the black matrix."""
DIAMOND_FILL = ((0.28, 0.45), (0.28, 0.45))
"""The same of OLED displays, whose pixels are small against their distance."""
HIGHEST = 3
"""Harmonics up to this one: of the next, lens and sensor leave nothing."""
LEAST = 0.003
"""Amplitude from which a cosine counts: below one step of 8 bits at mid grey."""


@dataclass(frozen=True, slots=True)
class Subpixels:
    """The lattice of each of three colours, in display pixels."""

    lattices: tuple[Any, Any, Any]
    """(2, 2) reciprocal vectors as rows: whole multiples of them are the waves of a colour."""
    offsets: tuple[tuple[float, float], ...]
    """Where one window of each colour has its middle."""
    window: tuple[float, float]


def draw_subpixels(rng: Generator) -> Subpixels:
    """RGB or BGR stripes as LCDs have them, or the diamonds of OLEDs: green on every pixel, red and blue in turns."""
    import numpy as np

    square = np.eye(2)
    if rng.random() < 0.65:
        order = (1 / 6, 1 / 2, 5 / 6) if rng.random() < 0.9 else (5 / 6, 1 / 2, 1 / 6)
        window = (rng.uniform(*STRIPE_FILL[0]), rng.uniform(*STRIPE_FILL[1]))
        return Subpixels((square, square, square), tuple((x, 0.5) for x in order), window)
    quincunx = np.array([[0.5, 0.5], [0.5, -0.5]])
    window = (rng.uniform(*DIAMOND_FILL[0]), rng.uniform(*DIAMOND_FILL[1]))
    return Subpixels((quincunx, square, quincunx), ((0.5, 0.5), (0.0, 0.0), (1.5, 0.5)), window)


def grid(subpixels: Subpixels, across: NDArray[Any], along: NDArray[Any], blur: float) -> NDArray[Any] | None:
    """(rows, columns) float32: what the lattice adds to each sensor pixel, as a share of the light that falls there.

    `across` and `along` are display pixels at every sensor pixel, `blur` the lens in sensor pixels. Mean 0; seen
    through a Bayer filter. None where the lattice is too fine to be seen.
    """
    import numpy as np

    rows, columns = across.shape
    row, column = rows // 2, columns // 2
    # Display pixels for one sensor pixel to the right and down, in the middle: [[du/dx, du/dy], [dv/dx, dv/dy]].
    slopes = np.array(
        [[m[row, column + 1] - m[row, column], m[row + 1, column] - m[row, column]] for m in (across, along)],
        dtype=np.float64,
    )
    added: NDArray[Any] | None = None
    for top, left, colour in SITES:
        u, v = across[top::2, left::2], along[top::2, left::2]
        for (p, q), amplitude in _waves(subpixels, colour, slopes, blur):
            if added is None:
                added = np.zeros((rows, columns), dtype=np.float32)
            off_u, off_v = subpixels.offsets[colour]
            turns = np.float32(p) * u + np.float32(q) * v - np.float32(p * off_u + q * off_v)
            turns -= np.floor(turns)
            added[top::2, left::2] += np.float32(amplitude) * np.cos(np.float32(2 * np.pi) * turns)
    return added


def _waves(subpixels: Subpixels, colour: int, slopes: Any, blur: float) -> list[tuple[tuple[float, float], float]]:
    """The waves of one colour that the camera can see: cycles for a display pixel, and amplitude against the mean."""
    import numpy as np

    waves = []
    half_plane = [(i, j) for i in range(HIGHEST + 1) for j in range(-HIGHEST, HIGHEST + 1) if i or j > 0]
    for i, j in half_plane:
        p, q = np.array([i, j]) @ subpixels.lattices[colour]
        fx, fy = np.array([p, q]) @ slopes
        windows = np.sinc(p * subpixels.window[0]) * np.sinc(q * subpixels.window[1])
        lens = np.exp(-2 * (np.pi * blur) ** 2 * (fx**2 + fy**2))
        amplitude = 2 * windows * lens * np.sinc(fx) * np.sinc(fy)
        if abs(amplitude) >= LEAST:
            waves.append(((float(p), float(q)), float(amplitude)))
    return waves
