"""The contact sheet: small pictures of who got in, fairly picked, as data inside the page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.render.replay.words import Row, came_to, kind, visible

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels

MOST = 60
"""Pictures on a sheet."""
SIDE = 160
"""Pixels of a picture's longer side: sharp at twice the size that it is shown in."""
_AROUND = 0.45
"""Of the face's size, kept on each side of it, so that a bezel or the edge of a paper is seen."""
_MOST_BYTES = 64 * 1024

Look = Callable[[Row], bytes | None]
"""The picture of a row as JPEG, see `thumbnail`; None where it cannot be had any more."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One place on the sheet. `source` is a data URI, empty where there is no picture."""

    id: str
    caption: str
    detail: str
    source: str


class FairPick:
    """Up to `most` rows of a stream, as evenly over classes as they come; in the order of the stream."""

    def __init__(self, most: int = MOST) -> None:
        self.seen = 0
        self._most = most
        self._kept: dict[str, list[tuple[int, Row]]] = {}

    def offer(self, row: Row) -> None:
        """Keep the row, or drop it; where all places are taken, the class with most of them gives one up."""
        self.seen += 1
        own = self._kept.setdefault(kind(row), [])
        if len(self) < self._most:
            own.append((self.seen, row))
            return
        fullest = max(self._kept.values(), key=len)
        if len(fullest) > len(own) + 1:
            fullest.pop()
            own.append((self.seen, row))
        if not own:
            del self._kept[kind(row)]

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def __iter__(self) -> Iterator[Row]:
        return iter(row for _, row in sorted((one for kept in self._kept.values() for one in kept), key=lambda o: o[0]))


def picture(row: Row, jpeg: bytes | None) -> Picture:
    """A place on the sheet. What is no JPEG, or a large one, is left out: the page stays small and harmless."""
    good = jpeg is not None and jpeg.startswith(b"\xff\xd8\xff") and len(jpeg) <= _MOST_BYTES
    decision = row.get("decision") or {}
    nearness = decision.get("dissimilarity")
    return Picture(
        visible(row["id"], most=80),
        kind(row)[:80],
        came_to(row)[:120] + (f", dissimilarity {nearness:.3f}" if isinstance(nearness, int | float) else ""),
        f"data:image/jpeg;base64,{b64encode(jpeg).decode()}" if good and jpeg else "",
    )


def thumbnail(pixels: Pixels, box: Box | None) -> bytes:
    """A small JPEG of a picture: the face with what is around it, or all of it where no face is known.

    `pixels` are (height, width, 3) uint8, RGB; the box may reach past the edge.
    """
    from io import BytesIO

    from PIL import Image

    height, width = pixels.shape[:2]
    left, top, right, bottom = 0, 0, width, height
    if box is not None:
        space = round(_AROUND * max(box.width, box.height))
        left, top = max(0, box.left - space), max(0, box.top - space)
        right, bottom = min(width, box.left + box.width + space), min(height, box.top + box.height + space)
        if right <= left or bottom <= top:  # a box beside the picture shows nothing
            left, top, right, bottom = 0, 0, width, height
    small = Image.fromarray(pixels[top:bottom, left:right])
    small.thumbnail((SIDE, SIDE))
    paper = BytesIO()
    small.save(paper, "JPEG", quality=80, optimize=True)
    return paper.getvalue()
