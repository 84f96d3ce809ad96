"""A camera's frame in cells of a terminal, fast enough to be drawn many times a second.

A cell is about twice as high as wide. With colour it holds two pixels, the upper as its background and the lower as a
half block; without, one character by brightness.

Pictures are mirrored, as in a mirror: who leans to the left sees the picture lean to the left. So a person's own left
is at the left of the picture, and `turn left` always means the person's own left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Face, Frame

    Image = NDArray[np.uint8]
    """(height, width, 3) uint8, RGB."""

Colours = Literal["truecolor", "256", "none"]
RGB = tuple[int, int, int]
POINTS: RGB = (255, 225, 40)
SMALLEST_WITH_LANDMARKS = 24
"""Pixels of a box's width on the picture. On smaller faces 68 points would hide what they mark; a few are left."""
RAMP = " .:-=+*%"
"""Characters from dark to light, as on a dark terminal."""
LANDMARK = "o"
_FEW = (8, 30, 36, 39, 42, 45, 48, 51, 54, 57)
"""Chin, tip of the nose, corners of the eyes, and the lips from four sides, in the iBUG 300-W order."""
_POINT_OPACITY = 0.6
_LEVELS = (0, 95, 135, 175, 215, 255)
"""Of each channel in the 6 x 6 x 6 cube of xterm's 256 colours."""
_LUMA = (0.299, 0.587, 0.114)
"""How bright a colour is (ITU-R BT.601)."""
_LINES = {True: "─│┌┐└┘", False: "-|++++"}


@dataclass(frozen=True, slots=True)
class Size:
    """Of a picture, in cells."""

    columns: int
    rows: int


def fitting(frame: Frame, columns: int, rows: int) -> Size:
    """The largest size in which the whole frame fits, in its own shape; at least one cell."""
    height, width = frame.pixels.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    return Size(max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / 2))))


def half_blocks(frame: Frame, face: Face | None, size: Size, edge: RGB, colours: Colours) -> list[str]:
    """The frame, mirrored, one text with colour codes a row; the face's box in the colour `edge`."""
    image = _mirrored(frame, size.columns, 2 * size.rows)
    marks = _Marks.of(face, size.columns, 2 * size.rows)
    if marks:
        left, top, right, bottom = marks.edges
        image[top, left : right + 1] = image[bottom, left : right + 1] = edge
        image[top : bottom + 1, left] = image[top : bottom + 1, right] = edge
        for x, y in marks.points:  # the face shines through
            image[y, x] = _POINT_OPACITY * _array(POINTS) + (1 - _POINT_OPACITY) * image[y, x]
    numbers = _cube(image) if colours == "256" else _packed(image)
    codes = _code_of_256 if colours == "256" else _code_of_rgb
    return [
        _row(upper, lower, codes) for upper, lower in zip(numbers[0::2].tolist(), numbers[1::2].tolist(), strict=True)
    ]


def characters(frame: Frame, face: Face | None, size: Size, *, unicode: bool) -> list[str]:
    """The frame, mirrored, by brightness; the box in lines, and each landmark an `o`."""
    import numpy as np

    tones = _mirrored(frame, size.columns, size.rows) @ _array(_LUMA)
    low, high = np.percentile(tones, (2, 98))
    steps = (tones - low) * (len(RAMP) / max(float(high - low), 16.0))
    places = np.clip(steps, 0, len(RAMP) - 1).astype(np.intp)
    cells: list[list[str]] = np.array(list(RAMP))[places].tolist()
    marks = _Marks.of(face, size.columns, size.rows)
    if marks:
        _draw_box(cells, marks.edges, _LINES[unicode])
        for x, y in marks.points:
            cells[y][x] = LANDMARK
    return ["".join(row) for row in cells]


@dataclass(frozen=True, slots=True)
class _Marks:
    """A face's box and landmarks on a picture, mirrored, kept inside it."""

    edges: tuple[int, int, int, int]
    """Left, top, right and bottom pixel."""
    points: list[tuple[int, int]]

    @classmethod
    def of(cls, face: Face | None, width: int, height: int) -> _Marks | None:
        """On a picture of that many pixels; None where there is no face."""
        import numpy as np

        if face is None:
            return None
        high, wide = face.frame.pixels.shape[:2]
        across, down = width / wide, height / high
        box = face.box
        left = _within((wide - box.left - box.width) * across, width)
        top = _within(box.top * down, height)
        right = max(left, _within((wide - box.left) * across - 1, width))
        bottom = max(top, _within((box.top + box.height) * down - 1, height))
        points: list[tuple[int, int]] = []
        if face.landmarks is not None:
            shown = face.landmarks if box.width * across >= SMALLEST_WITH_LANDMARKS else face.landmarks[list(_FEW)]
            placed = np.column_stack([(wide - shown[:, 0]) * across, shown[:, 1] * down])
            inside = np.all((placed >= 0) & (placed < (width, height)), axis=1)  # one that is not a number is outside
            points = list(dict.fromkeys((x, y) for x, y in placed[inside].astype(int).tolist()))
        return cls((left, top, right, bottom), points)


def _within(place: float, pixels: int) -> int:
    return min(max(round(place), 0), pixels - 1)


def _mirrored(frame: Frame, width: int, height: int) -> Image:
    """The whole frame in that many pixels, left and right exchanged."""
    import numpy as np
    from PIL import Image

    pixels = frame.pixels
    every = max(1, min(pixels.shape[0] // (3 * height), pixels.shape[1] // (3 * width)))
    thinned = np.ascontiguousarray(pixels[::every, ::-1][:, ::every])  # nobody sees the rest in so few pixels
    return np.array(Image.fromarray(thinned).resize((width, height), Image.Resampling.BOX))


def _array(channels: tuple[float, float, float]) -> NDArray[np.float32]:
    import numpy as np

    return np.array(channels, dtype=np.float32)


def _packed(image: Image) -> NDArray[np.int32]:
    """A colour as one number, with 5 bits a channel: neighbours become alike, and need no code of their own."""
    import numpy as np

    coarse = (image & 0xF8) | (image >> 5)
    return coarse.astype(np.int32) @ np.array((1 << 16, 1 << 8, 1), dtype=np.int32)


def _cube(image: Image) -> NDArray[np.int64]:
    """The nearest of xterm's colours 16 to 255: one of the cube, or a grey."""
    import numpy as np

    levels = np.array(_LEVELS)
    nearest = np.abs(np.arange(256)[:, None] - levels).argmin(axis=1)
    wanted = image.astype(np.int64)
    places = nearest[wanted]
    grey = np.clip((wanted.mean(axis=2) - 8 + 5) // 10, 0, 23).astype(np.int64)
    off_cube = ((levels[places] - wanted) ** 2).sum(axis=2)
    off_grey = ((8 + 10 * grey[..., None] - wanted) ** 2).sum(axis=2)
    cube: NDArray[np.int64] = 16 + places @ np.array((36, 6, 1))
    return np.where(off_grey < off_cube, 232 + grey, cube)


def _row(upper: list[int], lower: list[int], codes: dict[int, str]) -> str:
    """One row of cells; a code only where a colour changes."""
    parts: list[str] = []
    front = back = -1
    for above, below in zip(upper, lower, strict=True):
        if above != back:
            parts.append(f"\x1b[48;{codes[above]}m")
            back = above
        if above == below:
            parts.append(" ")
            continue
        if below != front:
            parts.append(f"\x1b[38;{codes[below]}m")
            front = below
        parts.append("▄")
    parts.append("\x1b[0m")
    return "".join(parts)


class _Codes(dict[int, str]):
    """How a colour is named in a code; each is made once (there are 32768 of `_packed`, 240 of `_cube`)."""

    def __init__(self, kind: Colours) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, number: int) -> str:
        named = f"5;{number}"
        if self._kind == "truecolor":
            named = f"2;{number >> 16};{number >> 8 & 255};{number & 255}"
        self[number] = named
        return named


_code_of_rgb, _code_of_256 = _Codes("truecolor"), _Codes("256")


def _draw_box(cells: list[list[str]], edges: tuple[int, int, int, int], lines: str) -> None:
    left, top, right, bottom = edges
    for x in range(left + 1, right):
        cells[top][x] = cells[bottom][x] = lines[0]
    for y in range(top + 1, bottom):
        cells[y][left] = cells[y][right] = lines[1]
    corners = ((left, top), (right, top), (left, bottom), (right, bottom))
    for (x, y), corner in zip(corners, lines[2:], strict=True):
        cells[y][x] = corner
