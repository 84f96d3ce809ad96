"""How many different pictures a capture consists of: one for a photograph, some for a face that lives.

What is shown of one photograph differs by noise and encoding alone, or as views of one plane do (change.py). A slide
show of a relaxed and of a smiling photograph is two pictures, however long it lasts; a face that begins to smile or to
turn passes through several on its way. A picture's mirror image is the same picture, and one that fades into another
makes no new ones. A reflection that moves over a photograph does: this is a hurdle, and no proof of life.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan
from typing import TYPE_CHECKING

from smilepay_cli.rules.cues.change import blend, change
from smilepay_cli.vocabulary.faces import Box, Frame

if TYPE_CHECKING:
    from smilepay_cli.rules.cues.change import Relief

MOST = 12
"""Pictures that are kept and counted: more than any cue asks for. From then on a frame costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A face that looked like none before it."""

    relief: Relief
    frame: Frame
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The different ones so far."""

    apart: float
    """How much two reliefs of one picture may differ, as change.py tells it."""
    faded: float
    """How much of one may be left when a blend of two others is taken away, and it be no more than that."""
    kept: tuple[Picture, ...] = ()
    """In the order in which they came last, the newest first."""
    unclear: bool = False
    """A comparison gave no number."""

    @property
    def count(self) -> float:
        """How many there are that no two others blend into; no number where a comparison gave none."""
        if self.unclear:
            return nan
        left = list(self.kept)
        for picture in self.kept:
            others = [one for one in left if one is not picture]
            differs = blend(picture.relief, [one.relief for one in others])
            if isnan(differs):
                return nan
            if differs <= self.faded:
                left = others
        return float(len(left))


def with_picture(pictures: Pictures, here: Picture) -> Pictures:
    """One more face: of a picture that is known, or a new one."""
    if pictures.unclear or len(pictures.kept) >= MOST:
        return pictures
    for known in pictures.kept:
        for relief in (here.relief, here.relief[:, ::-1]):
            differs = change(known.relief, relief)
            if differs <= pictures.apart:
                return replace(pictures, kept=(known, *(one for one in pictures.kept if one is not known)))
            if not differs > pictures.apart:
                return replace(pictures, unclear=True)
    return replace(pictures, kept=(here, *pictures.kept))
