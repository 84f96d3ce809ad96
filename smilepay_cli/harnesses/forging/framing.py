"""Where a picture lies on the thing that shows it, and what of the thing comes into view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.harnesses.forging.surface import Surface

FACE_AGAIN = (0.75, 1.1)
"""The face's width in the attack against that in the bona fide picture: held where a face would be."""
MOST_OF_VIEW = 0.94
"""Share of the picture's width that a thing with its borders takes at most: both sides stay in view."""
FACE_OFF_MIDDLE = 0.08
"""How far off the middle of the thing a face is shown, as a share of the thing's width."""
ARC_STEPS = 8
"""Straight pieces of a rounded corner."""
SUBPIXEL_BITS = 4
"""Of OpenCV's polygons: corners in sixteenths of a pixel."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture lies on a surface whose middle is (0, 0)."""

    scale: float
    """Surface units for one pixel of the picture."""
    origin: tuple[float, float]
    """The picture's point in the surface's middle, in pixels from its corner."""
    half: tuple[float, float]
    """Half width and height of the area that shows it, in surface units."""

    def picture_map(self, across: NDArray[Any], along: NDArray[Any]) -> tuple[Any, Any]:
        """Surface coordinates as coordinates for cv2.remap, float32: there a pixel's middle is a whole number."""
        return across / self.scale + (self.origin[0] - 0.5), along / self.scale + (self.origin[1] - 0.5)

    def on_surface(self, points: Any) -> NDArray[Any]:
        """(n, 2) surface coordinates of (n, 2) points of the picture."""
        import numpy as np

        return np.asarray((np.asarray(points, dtype=np.float64) - self.origin) * self.scale)


def full(size: tuple[int, int]) -> Framing:
    """A picture of `size` (width, height) that covers the surface, pixel for pixel."""
    width, height = size
    return Framing(1.0, (width / 2, height / 2), (width / 2, height / 2))


def framed(size: tuple[int, int], face: Box, rng: Generator, *, share: float, aspect: float, border: float) -> Framing:
    """The part round the face, on a thing that fits into the view with its borders.

    The face takes `share` of the thing's width; `aspect` is height by width, `border` the width of one border, both
    against the width.
    """
    face_width = face.width * rng.uniform(*FACE_AGAIN)
    width = min(face_width / share, MOST_OF_VIEW * size[0] / (1 + 2 * border))
    scale = share * width / face.width
    off_x, off_y = rng.uniform(-FACE_OFF_MIDDLE, FACE_OFF_MIDDLE, 2) * width / scale
    origin = (face.left + face.width / 2 + float(off_x), face.top + face.height / 2 + float(off_y))
    return Framing(scale, origin, (width / 2, width * aspect / 2))


def subject(surface: Surface, framing: Framing, face: Box, sensor: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a sensor of (rows, columns) where the picture's face appears; never empty."""
    left, top = face.left, face.top
    corners = [(left + i * face.width, top + j * face.height) for i in (0, 1) for j in (0, 1)]
    seen = surface.project(framing.on_surface(corners)) * (sensor[1] / surface.size[0])
    (left, top), (right, bottom) = seen.min(axis=0).astype(int).tolist(), seen.max(axis=0).astype(int).tolist()
    return _within(top, bottom, sensor[0]), _within(left, right, sensor[1])


def _within(low: int, high: int, most: int) -> slice:
    start = min(max(low, 0), most - 1)
    return slice(start, max(min(high, most), start + 1))


def rounded(half_width: float, half_height: float, radius: float) -> NDArray[Any]:
    """(n, 2) outline of a rectangle round (0, 0) with rounded corners."""
    import numpy as np

    radius = min(radius, half_width, half_height)
    turn = np.linspace(0, np.pi / 2, ARC_STEPS)
    arc = np.stack((np.cos(turn), np.sin(turn)), axis=1) * radius
    inner = np.array([half_width - radius, half_height - radius])
    corners = [arc + inner, arc[::-1] * (-1, 1) + inner * (-1, 1), -arc - inner, arc[::-1] * (1, -1) + inner * (1, -1)]
    return np.concatenate(corners)


def coverage(surface: Surface, outline: NDArray[Any], sensor: tuple[int, int]) -> NDArray[Any]:
    """(rows, columns, 1) float32 from 0 to 1: how much of each sensor pixel lies inside an outline on the surface."""
    import cv2
    import numpy as np

    mask = np.zeros(sensor, dtype=np.uint8)
    seen = surface.project(outline) * (sensor[1] / surface.size[0]) - 0.5
    corners = np.round(seen * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    return (mask.astype(np.float32) / 255)[..., None]
