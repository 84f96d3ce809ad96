"""A frame source made of pictures in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import Frame, pixel_digest

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels


class PictureSource:
    """A ports.FrameSource. `junk` makes it a sample that cannot be decoded."""

    def __init__(self, *pictures: Pixels, is_camera: bool = False, junk: bool = False) -> None:
        self.pictures = pictures
        self.is_camera = is_camera
        self.is_virtual = True
        self.junk = junk
        self.closed = 0

    @property
    def description(self) -> str:
        return "pictures"

    def check(self) -> None:
        if self.junk:
            raise UsageProblem("this is no picture", reason="unusable_image")

    def frames(self) -> Iterator[Frame]:
        try:
            for number, pixels in enumerate(self.pictures):
                yield Frame(pixels, number, float(number), f"picture {number}", pixel_digest(pixels))
        finally:
            self.closed += 1
