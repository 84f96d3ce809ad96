"""Cameras: which there are, and opening one to see what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.ports.faces import FrameSource

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.cameras import CameraDevice, Driver


class DrivenSource(FrameSource, Protocol):
    """A frame source of `--camera` that tells what its driver says."""

    @property
    def driver(self) -> Driver | None:
        """Known once the first frame was asked for; None before."""


class Cameras(Protocol):
    """The cameras of this machine."""

    def listed(self) -> Sequence[CameraDevice]:
        """Every device, by its number; none is opened for pictures."""

    def open(self, source: str) -> DrivenSource:
        """What `--camera` opens under that name, for as long as frames are asked for. Opens nothing yet."""
