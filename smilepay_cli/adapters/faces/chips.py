"""Chips: the 150 by 150 pixels of a face that the network sees, cut as dlib cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.weights import load_dlib
from smilepay_cli.vocabulary.faces import Box, View

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels, Points

SIDE = 150
"""Pixels of a chip, both ways."""


def checked(pixels: Pixels) -> Pixels:
    """The same picture, contiguous in memory. Raises TypeError unless it is (height, width, 3) uint8."""
    import numpy as np

    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        raise TypeError(f"pixels must be a uint8 array, not {getattr(pixels, 'dtype', type(pixels).__name__)}")
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise TypeError(f"pixels must be (height, width, 3), not {pixels.shape}")
    return np.ascontiguousarray(pixels)


def cut(pixels: Pixels, shape: Any, views: Sequence[View]) -> list[Pixels]:
    """The chips of one face, one a view. `shape` is dlib's full_object_detection, of 5 or 68 points."""
    import numpy as np

    dlib = load_dlib()
    upright: dict[float, Pixels] = {}
    chips: list[Pixels] = []
    for view in views:
        if view.padding not in upright:
            upright[view.padding] = dlib.get_face_chip(pixels, shape, SIDE, view.padding)
        chip = upright[view.padding]
        chips.append(np.ascontiguousarray(chip[:, ::-1]) if view.mirrored else chip)
    return chips


def shape_of(box: Box, points: Points) -> Any:
    """dlib's full_object_detection from points in whole pixels."""
    dlib = load_dlib()
    return dlib.full_object_detection(rectangle_of(box), [dlib.point(x, y) for x, y in points.astype(int).tolist()])


def rectangle_of(box: Box) -> Any:
    """dlib's rectangle, whose right and bottom are the last pixel inside."""
    return load_dlib().rectangle(box.left, box.top, box.left + box.width - 1, box.top + box.height - 1)
