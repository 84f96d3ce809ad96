"""The options name one source of frames, or are refused before anything is opened."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest

from smilepay_cli.adapters.capture.camera import CameraSource
from smilepay_cli.adapters.capture.clip import ClipSource
from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.adapters.capture.sources import open_source
from smilepay_cli.ports import FrameSource
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from tests.fakes.fixed import FixedClock


def opened(images: list[str], camera: str | None, **options: Any) -> FrameSource:
    return open_source(images, camera, clock=FixedClock(), seconds=10, **options)


def refused(images: list[str], camera: str | None, **options: Any) -> str:
    with pytest.raises(UsageProblem) as caught:
        opened(images, camera, **options)
    assert caught.value.exit is ExitStatus.USAGE
    return caught.value.message


@pytest.mark.parametrize("camera", ["0", "", "clip/%03d.jpg"])
def test_images_and_a_camera_exclude_each_other(camera: str) -> None:
    assert refused(["a.jpg"], camera) == "--image and --camera exclude each other"


def test_camera_0_where_nothing_is_named() -> None:
    source = opened([], None)
    assert isinstance(source, CameraSource)
    assert source.description == "camera 0"
    assert source.kind == "index"


def test_images() -> None:
    """With standard input for `-`."""
    source = opened(["none.jpg", "-"], None, stdin=io.BytesIO(b"x"))
    assert isinstance(source, ImageSource)
    assert source.description == "none.jpg and 1 more"


@pytest.mark.parametrize(
    ("camera", "kind"), [("1", CameraSource), ("rtsp://host/x", CameraSource), ("none.avi", CameraSource),
                         ("clip/%03d.jpg", ClipSource), ("me.jpg", ClipSource)],
)  # fmt: skip
def test_cameras(camera: str, kind: type) -> None:
    """Made without a look at the file: what is wrong with it is for check() to say."""
    assert type(opened([], camera)) is kind


def test_an_empty_name_is_not_camera_0() -> None:
    """An unset variable in a script must not switch a webcam on."""
    with pytest.raises(UsageProblem, match="--camera needs a name"):
        opened([], "").check()


@pytest.mark.parametrize("fps", [0, -1, 1000.1, math.nan, math.inf, -math.inf])
def test_rates_that_are_none(fps: float) -> None:
    for camera in ("0", "clip/%03d.jpg"):
        assert refused([], camera, fps=fps) == "--fps must be above 0 and at most 1000"


def test_rate_reaches_the_camera() -> None:
    assert isinstance(opened([], "clip/%03d.jpg", fps=1000), ClipSource)


def test_a_rate_is_for_cameras() -> None:
    """Stills have no time."""
    assert refused(["a.jpg"], None, fps=12.0) == "--fps goes with --camera"
