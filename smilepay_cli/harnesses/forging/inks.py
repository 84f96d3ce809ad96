"""Ink on paper: inks for colours, dots for inks, and what light comes back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

ANGLES = (15.0, 75.0, 0.0, 45.0)
"""Degrees of the cyan, magenta, yellow and black screens, as printers have them: apart, so that no rosette drifts."""
CELL = 64
"""Samples across a cell from which the area of a spot is counted."""


@dataclass(frozen=True, slots=True)
class InkSet:
    """Reflectances in linear RGB."""

    paper: tuple[float, float, float]
    solids: tuple[tuple[float, float, float], ...]
    """Of full cyan, magenta, yellow and black against bare paper."""
    gain: tuple[float, float]
    """Dot gain at half coverage: ink that spreads, light caught under dots (Yule and Nielsen)."""


PHOTO = InkSet(
    (0.88, 0.88, 0.9),
    ((0.02, 0.28, 0.62), (0.6, 0.03, 0.16), (0.92, 0.72, 0.03), (0.018, 0.018, 0.02)),
    (0.0, 0.06),
)
"""Inkjet on photo paper: deep black, wide gamut."""
OFFICE = InkSet(
    (0.82, 0.83, 0.87),
    ((0.07, 0.34, 0.6), (0.58, 0.07, 0.18), (0.88, 0.72, 0.09), (0.045, 0.045, 0.045)),
    (0.04, 0.16),
)
"""Laser or inkjet on office paper."""
NEWS = InkSet(
    (0.58, 0.55, 0.48),
    ((0.16, 0.4, 0.58), (0.6, 0.16, 0.25), (0.86, 0.74, 0.2), (0.09, 0.09, 0.09)),
    (0.14, 0.28),
)
"""Cold-set newspaper: grey paper, thin inks, 22 to 30 % dot gain (ISO 12647-3)."""


def separated(light: NDArray[Any], inks: InkSet, removal: float) -> NDArray[Any]:
    """(h, w, 4) float32 coverages of cyan, magenta, yellow and black for (h, w, 3) linear reflectance.

    The masking equations: densities of the three inks add up, so the ink for a colour is the inverse of the matrix of
    the solids' densities times the densities asked for. Dots do not quite keep to that; as with a printer's profile,
    the error of a first print is asked for on top in the second. What the inks cannot do is cut off, which is the
    loss of gamut. `removal` is the share of grey that is printed in black instead.
    """
    import numpy as np

    wanted = -np.log(np.maximum(light, np.asarray(inks.solids[3], dtype=np.float32)))
    first = _masked(wanted, inks, removal)
    came_out = -np.log(printed(first, inks) / np.asarray(inks.paper, dtype=np.float32))
    return _masked(2 * wanted - came_out, inks, removal)


def _masked(densities: NDArray[Any], inks: InkSet, removal: float) -> NDArray[Any]:
    """(h, w, 4) float32 coverages for (h, w, 3) natural-log densities over the paper's."""
    import cv2
    import numpy as np

    solids = np.array(inks.solids[:3], dtype=np.float32)
    amounts = cv2.transform(densities, np.linalg.inv(-np.log(solids.T))).clip(0, 1)
    main = solids.diagonal()
    inked = (1 - np.exp(amounts * np.log(main))) / (1 - main)  # Murray and Davies
    grey = np.minimum(np.minimum(inked[..., 0], inked[..., 1]), inked[..., 2])[..., None]
    black = np.float32(removal) * grey**2
    rest = (inked - black) / np.maximum(1 - black, 1e-3)
    return np.concatenate((rest.clip(0, 1), black), axis=2).astype(np.float32)


def spread(coverages: NDArray[Any], gain: float) -> NDArray[Any]:
    """Coverages with a dot gain of `gain` at one half (the parabola of ISO 12647-1's midtone spread)."""
    grown: NDArray[Any] = coverages + (4 * gain) * coverages * (1 - coverages)
    return grown


def screened(coverages: NDArray[Any], period: float, softness: float, rng: Generator) -> NDArray[Any]:
    """Coverages as round dots on screens of `period` pixels, turned against each other: amplitude modulation.

    A pixel is inked where a cosine hill over the cell is higher than the area asked for leaves free. `softness` is how
    wide, in pixels, a dot's edge is.
    """
    import numpy as np

    height, width = coverages.shape[:2]
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    turn = rng.uniform(0, 90)
    frequency = 2 * np.pi / period
    dots = np.empty_like(coverages)
    for ink, angle in enumerate(ANGLES):
        cos, sin = np.cos(np.radians(angle + turn)) * frequency, np.sin(np.radians(angle + turn)) * frequency
        phase = rng.uniform(0, 2 * np.pi, 2)
        hill = _cosines(x * np.float32(cos), y * np.float32(sin), phase[0])
        hill += _cosines(x * np.float32(-sin), y * np.float32(cos), phase[1])
        level = np.interp(coverages[..., ink], np.linspace(0, 1, CELL + 1), _levels()).astype(np.float32)
        # The hill's slope is about one frequency at its edge, so this is an edge of `softness` pixels.
        dots[..., ink] = ((level - hill) / np.float32(softness * frequency) + 0.5).clip(0, 1)
    return dots


def _cosines(across: NDArray[Any], along: NDArray[Any], phase: float) -> NDArray[Any]:
    """cos(across + along + phase) for a row and a column, by the sum of angles: no cosine for each pixel."""
    import numpy as np

    row, column = across + np.float32(phase), along
    wave: NDArray[Any] = np.cos(column) * np.cos(row) - np.sin(column) * np.sin(row)
    return wave


@cache
def _levels() -> Any:
    """(CELL + 1,) levels of the hill under which 0, 1/CELL, ... of a cell's area lie."""
    import numpy as np

    wave = np.cos(2 * np.pi * (np.arange(CELL) + 0.5) / CELL)
    hill = wave[:, None] + wave[None]
    # A little past both ends, so that bare stays bare and full stays full whatever the softness.
    levels = np.quantile(hill, np.linspace(0, 1, CELL + 1))
    levels[0], levels[-1] = -6.0, 6.0
    return levels


def sprayed(coverages: NDArray[Any], dots: float, rng: Generator, strength: float) -> NDArray[Any]:
    """Coverages as a great many small dots, `dots` to a pixel: frequency modulation, the grain of inkjets.

    Thrown at random a pixel's coverage would vary by c(1 - c) / dots; error diffusion keeps neighbours apart, which
    takes the slow part of the noise away (Ulichney's blue noise), so the noise is passed high. `strength` is a factor
    on the grain.
    """
    import cv2
    import numpy as np

    noise = rng.standard_normal(coverages.shape, dtype=np.float32)
    noise -= cv2.GaussianBlur(noise, (0, 0), 1.0)
    grain = np.sqrt(coverages * (1 - coverages) / np.float32(dots))
    return np.asarray((coverages + np.float32(strength) * grain * noise).clip(0, 1))


def printed(coverages: NDArray[Any], inks: InkSet) -> NDArray[Any]:
    """(h, w, 3) float32 linear reflectance of inked paper: inks lie on each other by chance (Demichel, Neugebauer)."""
    import numpy as np

    light = np.empty((*coverages.shape[:2], 3), dtype=np.float32)
    for colour in range(3):
        part = np.full(coverages.shape[:2], inks.paper[colour], dtype=np.float32)
        for ink, solid in enumerate(inks.solids):
            part *= 1 - coverages[..., ink] * np.float32(1 - solid[colour])
        light[..., colour] = part
    return light
