"""The frame source that the options name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from smilepay_cli.adapters.capture.camera import FASTEST, CameraSource
from smilepay_cli.adapters.capture.clip import ClipSource, is_clip
from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.ports import Clock, FrameSource
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

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
    """`--image`s, or `--camera`, or camera 0. Opens nothing yet.

    Raises UsageProblem for images and a camera at once, and for an `fps` that is no rate or goes with images.
    """
    if images and camera is not None:
        raise UsageProblem(tr("--image and --camera exclude each other"))
    if fps is not None and not 0 < fps <= FASTEST:
        raise UsageProblem(tr("--fps must be above 0 and at most {fastest:.0f}", fastest=FASTEST))
    if images:
        if fps is not None:
            raise UsageProblem(tr("--fps goes with --camera"))
        return ImageSource(images, stdin)
    return open_camera(DEFAULT_CAMERA if camera is None else camera, clock=clock, seconds=seconds, fps=fps)


def open_camera(name: str, *, clock: Clock, seconds: float, fps: float | None = None) -> CameraSource | ClipSource:
    """The one of the two kinds of camera that the name means; both know whether they are `is_virtual`."""
    if is_clip(name):
        return ClipSource(name, seconds=seconds, fps=fps)
    return CameraSource(name, clock=clock, seconds=seconds, fps=fps)
