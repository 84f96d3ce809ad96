"""What changes on a face besides its place: nothing, on one picture that is shown again, moved or encoded anew.

Every frame's face is laid over the first one's as well as a homography can, which is how any two views of one plane
are related (Hartley and Zisserman 2004, 13.1). What is left differs little where both are one picture; a living face
blinks, speaks, smiles and turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.upright import upright
from smilepay_cli.vocabulary.faces import Box, Pixels, Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Relief = NDArray[Any]

FACE_WIDTH = 48
"""Pixels that a face is brought to: noise and the traces of encoding average out, expressions stay."""
AROUND = 0.1
"""More on each side, in widths of the face: alignment moves it a little."""
SMOOTH, DETAIL = 1.0, 4.0
"""Standard deviations in pixels: features of the face lie between them, noise below and shading above."""
FLOOR = 2.0
"""Code values of contrast below which there is nothing to see."""
STEPS = 7
"""Gauss-Newton steps; the eyes are level and in place already."""


def relief(pixels: Pixels, box: Box, landmarks: Points | None) -> Relief:
    """(58, 58) float32: the features of a face at one size, brightness and contrast evened out.

    Raises ValueError for a face without a size.
    """
    import cv2
    import numpy as np

    face = upright(pixels, box, landmarks, side=FACE_WIDTH, around=AROUND)
    grey = cv2.cvtColor(face.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    features = cv2.GaussianBlur(grey, (0, 0), SMOOTH) - cv2.GaussianBlur(grey, (0, 0), DETAIL)
    contrast = np.sqrt(cv2.GaussianBlur(features * features, (0, 0), 1.5 * DETAIL))
    return np.asarray(features / (contrast + FLOOR))


def change(first: Relief, then: Relief) -> float:
    """1 - correlation of two reliefs, the second laid over the first by a homography: 0 for one picture.

    Not a number where there is nothing to compare.
    """
    return _laid(first, then)[0]


def blend(here: Relief, others: Sequence[Relief]) -> float:
    """What is left of a relief when the best blend of any two others, laid over it, is taken away: 0 for a cross-fade.

    In the measure of `change`: half of the share of the variance that the least squares fit leaves. Infinity where
    there are no two; not a number where there is nothing to compare.
    """
    import numpy as np

    inner = _inner(here)
    wanted = here[inner, inner].ravel().astype(np.float64)
    wanted -= wanted.mean()
    laid = [_laid(here, other)[1] for other in others]
    spread = float((wanted * wanted).sum())
    if any(part is None for part in laid) or not spread > 0:
        return float("nan")
    least = float("inf")
    for pair in combinations([part.ravel() - part.mean() for part in laid], 2):
        parts = np.stack(pair, axis=1)
        left = wanted - parts @ np.linalg.lstsq(parts, wanted, rcond=None)[0]
        least = min(least, float((left * left).sum()) / spread / 2)
    return least


def _laid(first: Relief, then: Relief) -> tuple[float, Any]:
    """1 - correlation of two reliefs, and the second one as it lies over the first best; None where it never did.

    Inverse compositional alignment (Baker and Matthews 2004), from where the eyes put it. The best of all steps
    counts: a step too far makes no difference of two pictures.
    """
    import cv2
    import numpy as np

    side = len(first)
    inner = _inner(first)
    columns = _columns(first, inner)
    solve = np.linalg.inv(columns.T @ columns + 1e-3 * np.eye(8)) @ columns.T
    to_unit = np.array([[1 / side, 0, -0.5], [0, 1 / side, -0.5], [0, 0, 1]])
    from_unit = np.linalg.inv(to_unit)
    warp, least, best = np.eye(3), float("nan"), None
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wanted = first[inner, inner]
    for _ in range(STEPS):
        mapped = from_unit @ warp @ to_unit
        laid = cv2.warpPerspective(then, mapped, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        laid = laid[inner, inner]
        unlike = _unlike(wanted, laid)
        if unlike < least or (least != least and unlike == unlike):  # no number gives way to any
            least, best = unlike, laid
        update = np.eye(3)
        parts = solve @ (laid - wanted).ravel() / side
        update[:2, 2] -= parts[:2]
        update[:2, :2] -= parts[2:6].reshape(2, 2)
        update[2, :2] = parts[6:]
        warp = warp @ update
        warp /= warp[2, 2]
    return least, best


def _inner(relief: Relief) -> slice:
    """Without the margin, which alignment fills from outside."""
    return slice(len(relief) // 10, len(relief) - len(relief) // 10)


def _columns(first: Relief, inner: slice) -> NDArray[Any]:
    """(n, 8): what each parameter of a homography near the identity changes, at every inner pixel."""
    import cv2
    import numpy as np

    across, along = (cv2.Sobel(first, cv2.CV_32F, *order) / 8 for order in ((1, 0), (0, 1)))
    x, y = _places(len(first))
    outward = across * x + along * y
    parts = (across, along, across * x, across * y, along * x, along * y, outward * x, outward * y)
    return np.stack([part[inner, inner].ravel() for part in parts], axis=1).astype(np.float64)


@cache
def _places(side: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """x and y of every pixel, from -1/2 to 1/2."""
    import numpy as np

    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    return x, y


def _unlike(one: Relief, other: Relief) -> float:
    import numpy as np

    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return 1 - float((one * other).sum()) / spread if spread > 0 else float("nan")
