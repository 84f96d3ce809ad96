"""How many different pictures a capture consists of: one for a photograph, some for a face that lives.

What is shown of one photograph differs by noise and encoding alone, or as views of one plane do (change.py). A slide
show of a relaxed and of a smiling photograph is two pictures, however long it lasts; a face that begins to smile or to
turn passes through many on its way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING

from smilepay_cli.rules.cues.change import change

if TYPE_CHECKING:
    from smilepay_cli.rules.cues.change import Relief

MOST = 8
"""Pictures that are kept and counted: more than any cue asks for. From then on a frame costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The different ones so far."""

    apart: float
    """How much two reliefs of one picture may differ, as change.py tells it."""
    kept: tuple[Relief, ...] = ()
    """The newest first."""
    unclear: bool = False
    """A comparison gave no number."""

    @property
    def count(self) -> float:
        """How many there are; no number where a comparison gave none."""
        return nan if self.unclear else float(len(self.kept))


def with_picture(pictures: Pictures, here: Relief) -> Pictures:
    """One more frame's relief: of a picture that is known, or a new one."""
    if pictures.unclear or len(pictures.kept) >= MOST:
        return pictures
    for number, known in enumerate(pictures.kept):
        differs = change(known, here)
        if differs <= pictures.apart:
            first = pictures.kept[number]
            return replace(pictures, kept=(first, *(one for one in pictures.kept if one is not first)))
        if not differs > pictures.apart:
            return replace(pictures, unclear=True)
    return replace(pictures, kept=(here, *pictures.kept))
