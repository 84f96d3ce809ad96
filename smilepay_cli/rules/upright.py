"""The face of a picture at one size and upright, so that what is measured on it does not depend on the picture's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.vocabulary.faces import Box, Pixels, Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

EYES_APART = 0.42
"""Distance of the eyes against the width of the dlib detector's box: 0.40 to 0.44 on frontal faces."""
EYES_DOWN = 0.34
"""How far down the box the eyes are."""


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """A square cut round a face."""

    pixels: Pixels
    """(side, side, 3) uint8 RGB; what lies outside the picture repeats its edge."""
    landmarks: Points | None
    """(68, 2) in this square."""
    scale: float
    """Pixels of the square for one pixel of the picture."""


def upright(pixels: Pixels, box: Box, landmarks: Points | None, *, side: int, around: float = 0.0) -> Upright:
    """The face `side` pixels wide, eyes level where landmarks are known, and `around` of its width more on all sides.

    Raises ValueError for a box without a size, landmarks that are not finite or eyes that coincide.
    """
    import cv2
    import numpy as np

    to_square = _to_square(box, landmarks, side)
    room = round(side * around)
    to_square[:2, 2] += room
    whole = side + 2 * room
    scale = float(np.hypot(to_square[0, 0], to_square[0, 1]))
    if not (np.isfinite(to_square).all() and scale > 0):
        raise ValueError("degenerate face: no size")
    part, to_part = _part(pixels, to_square, whole, scale)
    size = (whole, whole)
    mapped = (to_square @ np.linalg.inv(to_part))[:2]
    square = cv2.warpAffine(part, mapped, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    points = None if landmarks is None else landmarks @ to_square[:2, :2].T + to_square[:2, 2]
    return Upright(np.asarray(square, dtype=np.uint8), points, scale)


def _to_square(box: Box, landmarks: Points | None, side: int) -> NDArray[Any]:
    """(3, 3) from the picture to the square without room around: by the eyes, else by the box."""
    import numpy as np

    if landmarks is None:
        if min(box.width, box.height) <= 0:
            raise ValueError(f"degenerate face: {box}")
        scale = side / box.width
        return np.array([[scale, 0, -box.left * scale], [0, scale, -box.top * scale], [0, 0, 1.0]])
    right, left = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
    apart = left - right
    interocular = float(np.hypot(*apart))
    if not interocular > 0:
        raise ValueError("degenerate landmarks: no distance between the eyes")
    cosine, sine = apart / interocular * (EYES_APART * side / interocular)
    turned = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1.0]])
    turned[:2, 2] = (side / 2, EYES_DOWN * side) - turned[:2, :2] @ ((right + left) / 2)
    return turned


def _part(pixels: Pixels, to_square: NDArray[Any], whole: int, scale: float) -> tuple[Pixels, NDArray[Any]]:
    """The part of the picture that the square needs, shrunk by areas where it is larger; and (3, 3) how to get there.

    Bilinear sampling alone would leave out pixels of a large picture and make noise of its detail.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    ends = np.array([[0, 0, 1], [whole, 0, 1], [0, whole, 1], [whole, whole, 1]], dtype=float)
    corners = ends @ np.linalg.inv(to_square).T
    low, high = np.floor(corners.min(axis=0)[:2]) - 2, np.ceil(corners.max(axis=0)[:2]) + 2
    left, top = (int(v) for v in np.clip(low, 0, (width - 1, height - 1)))
    right, bottom = (int(v) for v in np.clip(high, (left + 1, top + 1), (width, height)))
    part = pixels[top:bottom, left:right]
    if scale < 1:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    else:
        small = part
    across, along = small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]
    return small, np.array([[across, 0, -left * across], [0, along, -top * along], [0, 0, 1.0]])
