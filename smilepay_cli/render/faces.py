"""A face in the terminal: in half blocks where there is colour, in characters where there is none.

A cell of a terminal is about twice as high as wide, so a picture of `rows` rows is 2 * `rows` columns wide and
2 * `rows` pixels square: the upper and the lower half of a cell are one pixel each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from smilepay_cli.vocabulary.faces import Box, Face, Frame, Points

FACE_SHARE = 0.62
"""How much of the picture's width the detector's box takes."""
RAMP = " .:"
"""Characters from dark to light, as on a dark terminal. Three of them: more tones of so few characters are noise,
and the landmarks have to stand out."""
LANDMARK = "o"
ACCEPTED, REFUSED, UNDECIDED, POINTS = (60, 220, 90), (240, 60, 60), (235, 235, 235), (255, 225, 40)
SMALLEST_WITH_LANDMARKS = 32
"""Pixels of a picture's side."""
_POINT_OPACITY = 0.55
"""Landmarks let the face shine through: 68 of them are a good part of a small picture."""
_CORNERS = "┌┐└┘"


@dataclass(frozen=True, slots=True)
class _View:
    """A square of a frame and the scale at which it is shown."""

    left: float
    top: float
    side: float
    size: int
    """Pixels along each side of what is shown."""

    def placed(self, x: float, y: float) -> tuple[float, float]:
        """A point of the frame in pixels of what is shown."""
        scale = self.size / self.side
        return (x - self.left) * scale, (y - self.top) * scale

    def edges(self, box: Box) -> tuple[int, int, int, int]:
        """Left, top, right and bottom pixel of a box, kept inside the picture."""
        left, top = self.placed(box.left, box.top)
        right, bottom = self.placed(box.left + box.width, box.top + box.height)
        last = self.size - 1
        return max(0, round(left)), max(0, round(top)), min(last, round(right)), min(last, round(bottom))


def face_picture(face: Face, *, rows: int, accepted: bool | None, color: bool) -> RenderableType:
    """The face with its box (green or red, white before the answer) and landmarks (yellow).

    It is 2 * `rows` columns by `rows` rows. Without colour the box is drawn with lines and each landmark is an
    `o`. A picture too small for 68 landmarks in colour is shown without them.
    """
    view = _view_of_face(face, size=2 * rows)
    if color:
        return _in_colour(face.frame, view, face, {True: ACCEPTED, False: REFUSED, None: UNDECIDED}[accepted])
    return _in_characters(face.frame, view, face)


def frame_picture(frame: Frame, *, rows: int, color: bool) -> RenderableType:
    """The middle of a frame in which there is no face, as large as `face_picture`."""
    height, width = frame.pixels.shape[:2]
    side = min(height, width)
    view = _View((width - side) / 2, (height - side) / 2, side, 2 * rows)
    return _in_colour(frame, view, None, REFUSED) if color else _in_characters(frame, view, None)


def _view_of_face(face: Face, *, size: int) -> _View:
    """A square around the box, moved into the frame where it fits there."""
    height, width = face.frame.pixels.shape[:2]
    side = min(face.box.width / FACE_SHARE, width, height)
    left = face.box.left + face.box.width / 2 - side / 2
    top = face.box.top + face.box.height / 2 - side / 2 - 0.05 * side  # boxes reach from the brows to the chin
    return _View(min(max(left, 0), width - side), min(max(top, 0), height - side), side, size)


def _cut(frame: Frame, view: _View, size: tuple[int, int]) -> Any:
    """The square of the frame as a Pillow image of that size."""
    from PIL import Image

    square = (view.left, view.top, view.left + view.side, view.top + view.side)
    return Image.fromarray(frame.pixels).resize(size, Image.Resampling.LANCZOS, box=square)


def _in_colour(frame: Frame, view: _View, face: Face | None, box_colour: tuple[int, int, int]) -> RenderableType:
    from PIL import ImageDraw
    from rich_pixels import Pixels

    image = _cut(frame, view, (view.size, view.size))
    if face is not None:
        ImageDraw.Draw(image).rectangle(view.edges(face.box), outline=box_colour)
        points = face.landmarks if view.size >= SMALLEST_WITH_LANDMARKS else None
        for x, y in _inside(points, view):
            below = image.getpixel((x, y))
            mixed = (round(p * _POINT_OPACITY + b * (1 - _POINT_OPACITY)) for p, b in zip(POINTS, below, strict=True))
            image.putpixel((x, y), tuple(mixed))
    pixels: Pixels = Pixels.from_image(image)
    return pixels


def _in_characters(frame: Frame, view: _View, face: Face | None) -> Text:
    from PIL import ImageOps

    columns, rows = view.size, view.size // 2
    tones = ImageOps.autocontrast(_cut(frame, view, (columns, rows)).convert("L"), cutoff=1).tobytes()
    cells = [[RAMP[tone * len(RAMP) // 256] for tone in tones[y * columns :][:columns]] for y in range(rows)]
    if face is not None:
        _draw_box(cells, view.edges(face.box))
        for x, y in _inside(face.landmarks, view):
            cells[y // 2][x] = LANDMARK
    return Text("\n".join("".join(row) for row in cells), no_wrap=True)


def _inside(landmarks: Points | None, view: _View) -> list[tuple[int, int]]:
    """The pixels of the landmarks that are on the picture."""
    placed = [view.placed(x, y) for x, y in landmarks] if landmarks is not None else []
    pixels = [(int(x), int(y)) for x, y in placed]
    return [(x, y) for x, y in pixels if 0 <= x < view.size and 0 <= y < view.size]


def _draw_box(cells: list[list[str]], edges: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = edges[0], edges[1] // 2, edges[2], edges[3] // 2
    for x in range(left + 1, right):
        cells[top][x] = cells[bottom][x] = "─"
    for y in range(top + 1, bottom):
        cells[y][left] = cells[y][right] = "│"
    corners = ((left, top), (right, top), (left, bottom), (right, bottom))
    for (x, y), corner in zip(corners, _CORNERS, strict=True):
        cells[y][x] = corner
