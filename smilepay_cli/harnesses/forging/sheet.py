"""The contact sheet: a row a species, small pictures side by side, what each is under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

T = TypeVar("T")

SHEET = "contact-sheet.png"
COLUMNS = 12
"""Pictures in a row at most."""
FEWEST_COLUMNS = 5
"""As wide as the headings need."""
SIDE = 150
"""Pixels of a small picture's longer side."""
GAP, MARGIN = 10, 20
HEAD, NAME, FOOT = 26, 18, 14
"""Heights of a row's heading, of a name, and of the room under it."""
TITLE = 52
PAPER, INK, PALE = (255, 255, 255), (20, 20, 24), (110, 112, 120)


@dataclass(frozen=True, slots=True)
class Row:
    """One species on the sheet."""

    title: str
    what: str
    pictures: list[tuple[str, Pixels]] = field(default_factory=list)
    """Name and small picture."""


def small(pixels: Pixels) -> Pixels:
    """A picture as it is shown: its longer side SIDE, never enlarged."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def drawn(title: str, note: str, rows: Sequence[Row]) -> Pixels:
    """The whole sheet, (h, w, 3) uint8."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    columns = max(FEWEST_COLUMNS, *(len(row.pictures) for row in rows)) if rows else FEWEST_COLUMNS
    heights = [HEAD + max((picture.shape[0] for _, picture in row.pictures), default=0) + NAME + FOOT for row in rows]
    width = 2 * MARGIN + columns * SIDE + (columns - 1) * GAP
    sheet = Image.new("RGB", (width, TITLE + sum(heights) + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    large, middle, tiny = (ImageFont.load_default(size) for size in (18, 15, 11))
    room = width - 2 * MARGIN
    draw.text((MARGIN, 12), _short(title, large, room), INK, large)
    draw.text((MARGIN, 34), _short(note, tiny, room), PALE, tiny)
    top = TITLE
    for row, height in zip(rows, heights, strict=True):
        draw.line((MARGIN, top, width - MARGIN, top), (225, 225, 230))
        draw.text((MARGIN, top + 5), row.title, INK, middle)
        after = MARGIN + middle.getlength(row.title) + 12
        draw.text((after, top + 9), _short(row.what, tiny, width - MARGIN - after), PALE, tiny)
        for place, (name, picture) in enumerate(row.pictures):
            left = MARGIN + place * (SIDE + GAP)
            sheet.paste(Image.fromarray(picture), (left, top + HEAD))
            draw.text((left, top + HEAD + picture.shape[0] + 2), _short(name, tiny, SIDE), PALE, tiny)
        top += height
    return np.asarray(sheet)


def spread(items: Sequence[T], most: int) -> Sequence[T]:
    """All, or `most` of them from the first to the last."""
    if len(items) <= most:
        return items
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]


def _short(text: str, font: Any, room: float) -> str:
    """As much of a text as there is room for; nothing in it breaks the line."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "...") > room:
        text = text[:-1]
    return text + "..."
