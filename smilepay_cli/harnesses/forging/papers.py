"""A picture on paper: which printer, which sheet, and the sheet's reflectance point by point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.inks import (
    NEWS,
    OFFICE,
    PHOTO,
    InkSet,
    printed,
    screened,
    separated,
    sprayed,
    spread,
)
from smilepay_cli.harnesses.forging.light import linear

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

FINENESS = (1.25, 2.0)
"""Texture pixels for one pixel of the finished picture: the second where dots are small."""
PIXELS_A_DOT = 3.2
"""Texture pixels from one dot to the next that a screen is drawn with, where FINENESS allows."""
FINEST_SCREEN = 2.0
"""Texture pixels from dot to dot below which only the mean is left: Nyquist's limit."""
MOST_TEXTURE = 1_300_000
"""Pixels of a printed texture: time. Sheets of large pictures are drawn less finely."""
REMOVAL = (0.2, 0.9)
"""Share of grey that is printed in black: photo printers little, newspapers much."""
FIBRES = (0.002, 0.015)
"""Deviation of bare paper's reflectance at the size of a pixel: coated paper to recycled."""
EDGE = 1.0
"""Width of a printed dot's edge in texture pixels: it is sharper than the camera sees."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A way to print."""

    inks: InkSet
    lines: tuple[float, float] | None
    """Screen lines for a centimetre; None where dots are thrown."""
    dpi: tuple[float, float]
    """Thrown dots to the inch; of no meaning with lines."""
    across: tuple[float, float]
    """Centimetres of print across the view."""
    gloss: tuple[float, float]
    """Share of what glass would reflect."""


PHOTO_PRINTER = Printer(PHOTO, None, (600, 2400), (9, 28), (0.1, 0.9))
"""Inkjet or minilab prints of 9 by 13 cm up to A4."""
OFFICE_INKJET = Printer(OFFICE, None, (300, 1200), (12, 30), (0.0, 0.05))
OFFICE_LASER = Printer(OFFICE, (42, 75), (0, 0), (12, 30), (0.0, 0.2))
"""106 to 190 lines to the inch, what printers of 600 and 1,200 dpi choose by themselves."""
NEWSPAPER = Printer(NEWS, (24, 40), (0, 0), (5, 12), (0.0, 0.02))
"""60 to 100 lines to the inch, in a picture of one to three columns."""
PRINTERS = (PHOTO_PRINTER, OFFICE_INKJET, OFFICE_LASER)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A printed sheet round (0, 0) of a surface."""

    reflectance: NDArray[Any]
    """(h, w, 3) float32 linear, margins included."""
    fineness: float
    """Its pixels for one surface unit."""
    gloss: float

    @property
    def half(self) -> tuple[float, float]:
        """Half width and height in surface units."""
        height, width = self.reflectance.shape[:2]
        return width / self.fineness / 2, height / self.fineness / 2


def print_out(
    part: Pixels, scale: float, view: int, margin: float, printer: Printer, rng: Generator, strength: float
) -> Sheet:
    """The sheet with `part` of a picture on it.

    `scale` is surface units for one pixel of the part, `view` the finished picture's width, `margin` the white border
    in surface units. Strength is how much of grain and of fibres there is; inks and dots are what they are.
    """
    import cv2
    import numpy as np

    centimetre = view / rng.uniform(*printer.across)
    period = None if printer.lines is None else centimetre / rng.uniform(*printer.lines)
    fineness = FINENESS[0] if period is None else float(np.clip(PIXELS_A_DOT / period, *FINENESS))
    fineness = min(fineness, (MOST_TEXTURE / (part.shape[0] * part.shape[1])) ** 0.5 / scale)
    coverages = spread(separated(linear(part), printer.inks, rng.uniform(*REMOVAL)), rng.uniform(*printer.inks.gain))
    zoom, border = scale * fineness, round(margin * fineness)
    # A margin is a place without ink.
    coverages = np.asarray(cv2.resize(coverages, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR))
    coverages = np.pad(coverages, ((border, border), (border, border), (0, 0)))
    if period is None:
        dots = (rng.uniform(*printer.dpi) / 2.54 / (centimetre * fineness)) ** 2
        coverages = sprayed(coverages, dots, rng, strength)
    elif period * fineness >= FINEST_SCREEN:
        coverages = screened(coverages, period * fineness, EDGE, rng)
    reflectance = printed(coverages, printer.inks)
    fibres = rng.standard_normal(reflectance.shape[:2], dtype=np.float32) * np.float32(rng.uniform(*FIBRES) * strength)
    reflectance *= 1 + fibres[..., None]
    return Sheet(reflectance, fineness, rng.uniform(*printer.gloss))
