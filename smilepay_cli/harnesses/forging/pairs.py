"""Attacks that take two people: a morph of both faces, and a paper mask of one before the other's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import wanted
from smilepay_cli.harnesses.forging.controls import draw_view, exposed
from smilepay_cli.harnesses.forging.light import code_values, linear
from smilepay_cli.harnesses.forging.papers import PRINTERS, print_out
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels, Points

SHARE = (0.4, 0.6)
"""How much of a morph is the second person: about half, so that it matches both."""
FOREHEAD = 0.4
"""How far a forehead reaches above the brows, against the distance from brows to chin."""
RIM = 0.05
"""Width of the blend at a morph's edge, against the face's width."""
EYES = (36, 42, 48)
"""First points of the right and the left eye in the iBUG 300-W order, and the point after them."""
EYE_HOLE = (1.5, 2.2)
"""Size of a hole against the eye."""
MASK_BEND = (0.5, 1.1)
"""Radians that a mask bends from its middle to its side: paper round a head."""
MASK_SHADOW = (0.25, 0.6)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """One picture of one person."""

    pixels: Pixels
    face: Box
    landmarks: Points
    """(68, 2), the iBUG 300-W order, in pixels."""


def morph(first: Portrait, second: Portrait, rng: Generator, strength: float) -> Pixels:
    """One face made of two, in the first one's picture: no trace of a print or screen.

    Both are warped, triangle by triangle (Delaunay), to landmarks in between, and mixed. Strength is the factor on
    the second person's share.
    """
    import numpy as np

    share = min(1.0, strength * rng.uniform(*SHARE))
    points, others = _outlined(first.landmarks), _outlined(second.landmarks)
    between = points + share * (_moved(others, _similarity(others, points)) - points)
    height, width = first.pixels.shape[:2]
    corners = _frame(width, height)
    goal = np.concatenate((between, corners))
    # Points that lie outside would leave Delaunay's rectangle; foreheads of close portraits do.
    goal = np.clip(goal, 0, [width - 1, height - 1])
    triangles = _triangles(goal, width, height)
    mine = _warped(linear(first.pixels), np.concatenate((points, corners)), goal, triangles, (height, width))
    theirs = _warped(linear(second.pixels), np.concatenate((others, corners)), goal, triangles, (height, width))
    mask = _blend(goal[: len(points)], (height, width), max(1.0, RIM * first.face.width))
    inside = mask[..., 0] > 0.5
    theirs = theirs * (mine[inside].mean(axis=0) / np.maximum(theirs[inside].mean(axis=0), 1e-4))
    return code_values(mine + np.float32(share) * mask * (theirs - mine))


def paper_mask(first: Portrait, second: Portrait, rng: Generator, strength: float) -> Pixels:
    """The first person's face, printed and cut out, before the second one's: whose eyes look through holes in it."""
    import cv2
    import numpy as np

    height, width = second.pixels.shape[:2]
    worn = _similarity(first.landmarks[list(range(36, 48))], second.landmarks[list(range(36, 48))])
    scale = float(np.hypot(worn[0, 0], worn[1, 0]))
    printer = PRINTERS[rng.integers(len(PRINTERS))]
    sheet = print_out(first.pixels, scale, width, 0.0, printer, rng, strength)
    to_texture = np.diag([1 / (scale * sheet.fineness)] * 2)
    paper = cv2.warpAffine(
        cv2.GaussianBlur(sheet.reflectance, (0, 0), sheet.fineness / 2),
        np.hstack((worn[:, :2] @ to_texture, worn[:, 2:])),
        (width, height),
        flags=cv2.INTER_LINEAR,
    )
    outline = _moved(_outlined(first.landmarks), worn)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(outline * 16).astype(np.int32)), 255, cv2.LINE_AA, 4)
    for start, end in pairwise(EYES):
        eye = _moved(first.landmarks[start:end], worn)
        size = np.ptp(eye, axis=0) * [1, 1.2] * rng.uniform(*EYE_HOLE)
        cv2.ellipse(mask, (eye.mean(axis=0).tolist(), size.tolist(), 0.0), 0, -1, cv2.LINE_AA)
    cover = (mask.astype(np.float32) / 255)[..., None]
    light = linear(second.pixels)
    colour = wanted(second.pixels, second.face)
    lit = float(colour.mean()) / max(float(paper[mask > 0].mean()), 1e-3)
    paper = np.asarray(paper) * (np.float32(lit) * _round_the_head(outline, width, rng))
    shadow = cv2.GaussianBlur(cover, (0, 0), 0.03 * second.face.width)[..., None]
    light *= 1 - np.float32(rng.uniform(*MASK_SHADOW)) * shadow
    return exposed(
        light * (1 - cover) + paper * cover, colour, second.face, draw_view(second.pixels, rng, strength), rng
    )


def _round_the_head(outline: NDArray[Any], width: int, rng: Generator) -> NDArray[Any]:
    """(1, width, 1) float32: Lambert's cosine on paper bent round an upright axis, lit from somewhere before it."""
    import numpy as np

    left, right = outline[:, 0].min(), outline[:, 0].max()
    across = ((np.arange(width) - (left + right) / 2) / ((right - left) / 2)).clip(-1.2, 1.2)
    turned = np.cos(across * rng.uniform(*MASK_BEND) + rng.uniform(-0.5, 0.5))
    shade: NDArray[Any] = (turned / turned.max()).clip(0.2, 1).astype(np.float32)[None, :, None]
    return shade


def _blend(points: NDArray[Any], shape: tuple[int, int], rim: float) -> NDArray[Any]:
    """(h, w, 1) float32: 1 within the hull of points, 0 from its edge on, with a soft rim of `rim` pixels between."""
    import cv2
    import numpy as np

    mask = np.zeros(shape, dtype=np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1.0)
    narrower = cv2.erode(mask, np.ones((3, 3)), iterations=round(2 * rim))
    return np.asarray(cv2.GaussianBlur(narrower, (0, 0), rim))[..., None]


def _outlined(landmarks: Points) -> NDArray[Any]:
    """(77, 2): the landmarks and nine points of a forehead over the brows, on the arc that the jaw ends in."""
    import numpy as np

    brows, chin = landmarks[17:27].mean(axis=0), landmarks[8]
    up = (brows - chin) * FOREHEAD
    aside = (landmarks[16] - landmarks[0]) / 2
    turns = np.linspace(np.pi, 0, 11)[1:-1]
    middle = (landmarks[0] + landmarks[16]) / 2
    top = brows + up - middle
    arc = middle + np.cos(turns)[:, None] * aside + np.sin(turns)[:, None] * top
    return np.concatenate((landmarks, arc))


def _similarity(points: Any, goal: Any) -> NDArray[Any]:
    """(2, 3): the turn, size and place that bring points nearest to others, in the least-squares sense (Umeyama)."""
    import numpy as np

    a, b = np.asarray(points), np.asarray(goal)
    from_a, from_b = a - a.mean(axis=0), b - b.mean(axis=0)
    # As complex numbers a turn and a size are one factor, and the best one is a quotient.
    za, zb = from_a @ [1, 1j], from_b @ [1, 1j]
    factor = (np.conj(za) @ zb) / (np.conj(za) @ za)
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.hstack((turn, (b.mean(axis=0) - turn @ a.mean(axis=0))[:, None]))


def _moved(points: Any, similarity: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.asarray(np.asarray(points) @ similarity[:, :2].T + similarity[:, 2])


def _frame(width: int, height: int) -> NDArray[Any]:
    """(8, 2): corners and middles of a picture's edges, which stay where they are."""
    import numpy as np

    right, bottom = width - 1, height - 1
    points = [(x, y) for x in (0, right / 2, right) for y in (0, bottom / 2, bottom)]
    return np.array([point for point in points if point != (right / 2, bottom / 2)])


def _triangles(points: NDArray[Any], width: int, height: int) -> list[tuple[int, int, int]]:
    """Delaunay's triangles over points inside a picture, as numbers of points."""
    import cv2
    import numpy as np

    net = cv2.Subdiv2D((0, 0, width, height))
    for x, y in points.tolist():
        net.insert((x, y))
    found = []
    for corners in np.asarray(net.getTriangleList()).reshape(-1, 3, 2):
        apart = np.abs(points[None] - corners[:, None]).sum(axis=2)
        a, b, c = apart.argmin(axis=1).tolist()
        if apart.min(axis=1).max() < 1 and len({a, b, c}) == 3:
            found.append((a, b, c))
    return found


def _warped(
    light: NDArray[Any],
    points: NDArray[Any],
    goal: NDArray[Any],
    triangles: list[tuple[int, int, int]],
    shape: tuple[int, int],
) -> NDArray[Any]:
    """(h, w, 3) float32: the light with every triangle of `points` brought to its place in `goal`."""
    import cv2
    import numpy as np

    source = np.full((*shape, 2), -1, dtype=np.float32)
    for corners in triangles:
        a, b = goal[list(corners)].astype(np.float32), points[list(corners)].astype(np.float32)
        left, top, width, height = cv2.boundingRect(a)
        back = cv2.getAffineTransform((a - (left, top)).astype(np.float32), b)
        inside = np.zeros((height, width), dtype=np.uint8)
        cv2.fillConvexPoly(inside, np.round(a - (left, top)).astype(np.int32), 1)
        y, x = np.nonzero(inside)
        rows, columns = np.minimum(y + top, shape[0] - 1), np.minimum(x + left, shape[1] - 1)
        source[rows, columns] = np.stack((x, y, np.ones_like(x)), axis=1) @ back.T
    return np.asarray(cv2.remap(light, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
