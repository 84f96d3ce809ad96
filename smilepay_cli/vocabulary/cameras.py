"""Cameras of this machine, and what one of them gave when it was tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["capture", "metadata", "output", "unknown"]


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A device file of a camera. One camera may have several."""

    number: int
    """What --camera takes."""
    path: str
    """The device itself, which --camera takes as well."""
    name: str | None
    """As the system has it; None where it does not tell."""
    kind: DeviceKind
    """`metadata` and `output` give no pictures; `unknown`: it was not possible to ask."""
    trouble: str | None = None
    """Why it cannot be opened, as far as the device file tells."""
    hint: str | None = None

    @property
    def gives_pictures(self) -> bool:
        """Whether it is worth opening."""
        return self.kind in ("capture", "unknown")


@dataclass(frozen=True, slots=True)
class Driver:
    """What the driver of an open camera says."""

    backend: str
    """The part of OpenCV that opened it; `images` for numbered images, which smilepay reads itself."""
    width: int
    height: int
    rate: float | None
    """Frames a second; None where it does not say."""


@dataclass(frozen=True, slots=True)
class FrameFigures:
    """What one frame looks like."""

    width: int
    height: int
    brightness: float
    """Mean luma, 0 to 1."""
    sharpness: float
    """Fine against coarser detail, about 0.5 in a sharp picture (rules/quality.py)."""
    is_black: bool
    is_flat: bool
    """Of one colour all over, as drivers give without a signal."""

    @property
    def shows_something(self) -> bool:
        """Neither black nor flat."""
        return not (self.is_black or self.is_flat)


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """Faces on the last frame."""

    faces: int
    width: int | None
    """Of the surest, in pixels."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a camera gave."""

    driver: Driver | None
    frames: int
    rate: float | None
    """Frames a second that came; None where one frame came. Of a file: how fast it can be read."""
    first: FrameFigures
    last: FrameFigures
    face: FaceSeen | None = None
    """None where nobody looked for one."""
