"""A rectangle round the face: the borders of a screen, or the edges of a sheet of paper.

Straight edges are looked for on all four sides of the face, as edges whose dark side stays on one side. Two of them
are a door behind somebody; a thing held before a camera has three or four, in nearly one direction. Of a phone held
near, only the two long sides are in view: they count where they are longer than a face is high, and nearly unbroken.
"""

from __future__ import annotations

import math
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
TURNED = 1.3
"""Half the side of what a square covers when it is turned by up to MOST_DEGREES, in halves of its own, with room."""
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
    reach = round(REACH * FACE_WIDTH)
    grey, middle = _with_room(*_small(pixels, box), math.ceil(TURNED * reach))
    turns = np.arange(-MOST_DEGREES, MOST_DEGREES + DEGREES / 2, DEGREES)
    found = np.zeros((6, len(turns)))
    for number, degrees in enumerate(turns):
        turned = cv2.getRotationMatrix2D(middle, float(degrees), 1.0)
        turned[:, 2] += reach - np.asarray(middle)
        side = 2 * reach + 1
        view = cv2.warpAffine(grey, turned, (side, side))
        upright, level = _steps(view, across=True), _steps(view, across=False)
        found[:2, number] = _edges(upright, reach, HALF_LENGTH, across=True)
        found[2:4, number] = _edges(level, reach, HALF_LENGTH, across=False)
        found[4:, number] = _edges(upright, reach, LONG_HALF, across=True)
    return found


def _small(pixels: Pixels, box: Box) -> tuple[NDArray[Any], tuple[float, float]]:
    """What is within reach of the face as grey values, the face FACE_WIDTH wide, and where its middle is."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    x, y = box.left + box.width / 2, box.top + box.height / 2
    far = TURNED * REACH * box.width
    left, top = int(np.clip(x - far, 0, width - 1)), int(np.clip(y - far, 0, height - 1))
    right, bottom = int(np.clip(x + far, left + 1, width)), int(np.clip(y + far, top + 1, height))
    part = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY)
    scale = FACE_WIDTH / box.width
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    grey = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(grey), ((x - left) * size[0] / (right - left), (y - top) * size[1] / (bottom - top))


def _with_room(grey: NDArray[Any], middle: tuple[float, float], room: int) -> tuple[NDArray[Any], tuple[float, float]]:
    """The same with its edges drawn out to `room` pixels around the middle: turning needs no border then, which OpenCV
    takes four times as long with."""
    import cv2

    x, y = math.floor(middle[0]), math.floor(middle[1])
    left, top = max(0, room - x), max(0, room - y)
    right, bottom = max(0, x + 1 + room - grey.shape[1]), max(0, y + 1 + room - grey.shape[0])
    wide = cv2.copyMakeBorder(grey, top, bottom, left, right, cv2.BORDER_REPLICATE)
    return wide, (middle[0] + left, middle[1] + top)


def _steps(view: NDArray[Any], *, across: bool) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where the picture steps up, and where down, from left to right, or from above to below: two masks of 0 and 1.

    A step is wide: it counts for the pixels beside it too.
    """
    import cv2
    import numpy as np

    before, after = (view[:, :-2], view[:, 2:]) if across else (view[:-2], view[2:])
    beside = np.ones((1, 3) if across else (3, 1), np.uint8)

    def mask(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        edge = cv2.threshold(cv2.subtract(one, other), 2 * STEP, 1, cv2.THRESH_BINARY)[1]
        return np.asarray(cv2.dilate(edge, beside))

    return mask(after, before), mask(before, after)


def _edges(
    steps: tuple[NDArray[Any], NDArray[Any]], reach: int, half_length: float, *, across: bool
) -> tuple[float, float]:
    """Best edge on this side of the middle and beyond it: the share of its length that steps one way."""
    import cv2
    import numpy as np

    half, least = round(half_length * FACE_WIDTH), round(LEAST * FACE_WIDTH)
    part = slice(reach - half, reach + half + 1)
    up, down = (
        cv2.reduce(mask[part] if across else mask[:, part], 0 if across else 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        for mask in steps
    )
    best = np.maximum(up, down).ravel() / (2 * half + 1)
    return float(best[: reach - least - 1].max()), float(best[reach + least - 1 :].max())


def _highest_within(values: NDArray[Any], distance: int) -> NDArray[Any]:
    """(n,): at each place the largest value not farther away than `distance`."""
    import numpy as np

    padded = np.pad(values, distance)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * distance + 1).max(axis=1))
