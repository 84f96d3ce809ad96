"""Frames to forge captures from: a capture as it is, or a person's pictures, each held for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.harnesses.forging.material import Material, Person, Pictures
from smilepay_cli.harnesses.forging.sheet import spread
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels

FRAMES = 16
"""Of a capture that is made of pictures: what rules/cues/registry.py needs for an answer."""
FEWEST_FRAMES = 3
"""A splice needs something before and behind the cut."""
MOST_FRAMES = 300
"""Of one capture, as the frame source has it."""
MOST_PIXELS = 200_000_000
"""Of one capture: 0.6 GB, and what is made of it takes as much again."""
NAME = "stills"


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """What the frames of one capture come from."""

    name: str
    pictures: tuple[Material, ...]
    """One capture, or one still or more."""
    frames: int
    """Of a capture that is made of stills, or is shorter than FEWEST_FRAMES."""

    @property
    def subject(self) -> str:
        """Who is on it."""
        return self.pictures[0].subject

    @property
    def who(self) -> str:
        """`lin/clip`."""
        return f"{self.subject}/{self.name}"

    @property
    def face(self) -> Box:
        """On the first frame."""
        return self.pictures[0].face

    @property
    def different(self) -> int:
        """How many pictures there are in it, before any is repeated."""
        return sum(len(picture.files) for picture in self.pictures)

    def load(self, pictures: Pictures) -> list[Pixels]:
        """All frames, of the first one's size. Raises UsageProblem for one that cannot be read, and for too many."""
        files = [(file, picture.face) for picture in self.pictures for file in picture.files]
        if not (self.pictures[0].is_capture and len(files) >= FEWEST_FRAMES):
            files = [files[place * len(files) // self.frames] for place in range(self.frames)]
        if len(files) > MOST_FRAMES:
            raise UsageProblem(f"{self.who} has more than {MOST_FRAMES} frames", reason="unusable_image")
        frames: list[Pixels] = []
        first = pictures.first(self.pictures[0])[1]
        if first.shape[0] * first.shape[1] * len(files) > MOST_PIXELS:
            raise UsageProblem(f"{self.who} has more than {MOST_PIXELS:,} pixels in all", reason="unusable_image")
        for file, face in files:
            frames.append(fitted(pictures.read(file)[1], face, first, self.face))
        return frames


def reels_of(person: Person, frames: int) -> list[Reel]:
    """A person's captures; where there is none, one of the pictures, as many as `frames` has room for."""
    if person.captures:
        return [Reel(capture.name, (capture,), frames) for capture in person.captures]
    return [Reel(NAME, tuple(spread(person.stills, frames)), frames)]


def fitted(pixels: Pixels, face: Box, like: Pixels, its_face: Box) -> Pixels:
    """A picture brought to the size of another, so that its face lies on the other's; itself where the sizes agree.

    Beyond its edges it is mirrored.
    """
    if pixels.shape == like.shape:
        return pixels
    import cv2
    import numpy as np

    scale = its_face.width / face.width
    middle = [(box.left + box.width / 2, box.top + box.height / 2) for box in (face, its_face)]
    if scale < 1:  # what a warp makes smaller it aliases
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        middle[0] = (middle[0][0] * scale, middle[0][1] * scale)
    (from_x, from_y), (to_x, to_y) = middle
    grown = max(scale, 1.0)
    move = np.array([[grown, 0, to_x - grown * from_x], [0, grown, to_y - grown * from_y]])
    size = (like.shape[1], like.shape[0])
    return np.asarray(cv2.warpAffine(pixels, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
