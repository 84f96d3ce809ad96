"""The frame source that the options name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from smilepay_cli.adapters.capture.camera import CameraSource
from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.ports import Clock, FrameSource
from smilepay_cli.vocabulary.errors import UsageProblem

DEFAULT_CAMERA = "0"


def open_source(
    images: Sequence[str],
    camera: str | None,
    *,
    clock: Clock,
    seconds: float,
    fps: float | None = None,
    stdin: BinaryIO | None = None,
) -> FrameSource:
    """`--image`s, or `--camera`, or camera 0. Opens nothing yet. Raises UsageProblem for both at once."""
    if images and camera is not None:
        raise UsageProblem("--image and --camera exclude each other")
    if images:
        if fps is not None:
            raise UsageProblem("--fps goes with --camera")
        return ImageSource(images, stdin)
    return CameraSource(camera if camera is not None else DEFAULT_CAMERA, clock=clock, seconds=seconds, fps=fps)
