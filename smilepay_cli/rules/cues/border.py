"""A rectangle round the face: the borders of a screen, or the edges of a sheet of paper.

Straight edges are looked for on all four sides of the face, as edges whose dark side stays on one side. Two of them
are a door behind somebody; a thing held before a camera has three or four, in nearly one direction. Of a phone held
near, only the two long sides are in view: they count where they are longer than a face is high, and nearly unbroken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.vocabulary.faces import Box, Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACE_WIDTH = 48
"""Pixels that a face is brought to: edges of things are found at any size, and the picture gets small."""
REACH = 2.6
"""Widths of the face on each side that are looked at: a laptop whose face fills a fifth of its width ends there."""
LEAST = 0.55
"""Widths of the face from its middle within which an edge is the face's own."""
HALF_LENGTH = 0.8
"""Half the length of an edge, in widths of the face."""
LONG_HALF, LONG_SIDES = 1.4, 0.72
"""The same for two upright edges that are all there is to see, and how much they count. lin's door comes to 0.86 of an
edge on both sides, of screens nearly all to more than 0.95."""
STEP = 8
"""Code values from one pixel to the next that make an edge."""
MOST_DEGREES, DEGREES = 15.0, 1.5
"""How far from level things are held, and how finely that is looked at."""
APART_DEGREES = 6.0
"""By which edges of one thing differ in direction, since it is seen in perspective."""
BELOW = 0.85
"""How much an edge below counts: shoulders and collars are edges too."""


def border(pixels: Pixels, box: Box) -> float:
    """How much of a rectangle round the face there is, 0 to 1.

    Of nearly one direction the third clearest edge counts, or the less clear one of two long upright ones. Raises
    ValueError for a box without a size.
    """
    import numpy as np

    found = _sides(pixels, box)
    found[3] *= BELOW
    together = round(APART_DEGREES / DEGREES)
    near = np.stack([_highest_within(side, together) for side in found])
    third, long_sides = np.sort(near[:4], axis=0)[-3].max(), np.minimum(near[4], near[5]).max()
    return float(max(third, LONG_SIDES * long_sides))


def _sides(pixels: Pixels, box: Box) -> NDArray[Any]:
    """(6, n): for left, right, above, below, and for long lines left and right, in each direction: the share of the
    best line that is an edge.
    """
    import cv2
    import numpy as np

    if min(box.width, box.height) <= 0:
        raise ValueError(f"degenerate face: {box}")
    grey, middle = _small(pixels, box)
    reach = round(REACH * FACE_WIDTH)
    turns = np.arange(-MOST_DEGREES, MOST_DEGREES + DEGREES / 2, DEGREES)
    found = np.zeros((6, len(turns)))
    for number, degrees in enumerate(turns):
        turned = cv2.getRotationMatrix2D(middle, float(degrees), 1.0)
        turned[:, 2] += reach - np.asarray(middle)
        side = 2 * reach + 1
        view = cv2.warpAffine(grey, turned, (side, side), borderMode=cv2.BORDER_REPLICATE).astype(np.int16)
        found[:2, number] = _edges(view, reach, HALF_LENGTH)
        found[2:4, number] = _edges(view.T, reach, HALF_LENGTH)
        found[4:, number] = _edges(view, reach, LONG_HALF)
    return found


def _small(pixels: Pixels, box: Box) -> tuple[NDArray[Any], tuple[float, float]]:
    """What is within reach of the face as grey values, the face FACE_WIDTH wide, and where its middle is."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    x, y = box.left + box.width / 2, box.top + box.height / 2
    far = 1.3 * REACH * box.width  # the square within reach, turned
    left, top = int(np.clip(x - far, 0, width - 1)), int(np.clip(y - far, 0, height - 1))
    right, bottom = int(np.clip(x + far, left + 1, width)), int(np.clip(y + far, top + 1, height))
    part = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY)
    scale = FACE_WIDTH / box.width
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    grey = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(grey), ((x - left) * size[0] / (right - left), (y - top) * size[1] / (bottom - top))


def _edges(view: NDArray[Any], reach: int, half_length: float) -> tuple[float, float]:
    """Best upright edge left and right of the middle: the share of its rows that step up, or down, within a pixel."""
    import cv2
    import numpy as np

    half, least = round(half_length * FACE_WIDTH), round(LEAST * FACE_WIDTH)
    strip = view[reach - half : reach + half + 1]
    steps = strip[:, 2:] - strip[:, :-2]
    shares = []
    for edge in (steps > 2 * STEP, steps < -2 * STEP):
        thick = cv2.dilate(np.ascontiguousarray(edge).view(np.uint8), np.ones((1, 3), np.uint8))
        shares.append(thick.mean(axis=0))
    best = np.maximum(*shares)
    return float(best[: reach - least - 1].max()), float(best[reach + least - 1 :].max())


def _highest_within(values: NDArray[Any], distance: int) -> NDArray[Any]:
    """(n,): at each place the largest value not farther away than `distance`."""
    import numpy as np

    padded = np.pad(values, distance)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * distance + 1).max(axis=1))
