"""The cameras: which there are, and a test frame of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smilepay_cli.verbs.cameras import NONE_HERE, WITHOUT, CameraTold, look_at_devices
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.ports import Cameras, Clock

FRAMES = 5
"""The last of them is judged: the first ones of many cameras are dark, until the exposure has settled."""


def look_at_cameras(cameras: Cameras, clock: Clock) -> Iterator[Finding]:
    """What does not work here is a note: pictures from files do."""
    there = 0
    for camera in look_at_devices(cameras, clock, frames=FRAMES):
        if camera.device.gives_pictures:
            there += 1
            yield _one(camera)
    if not there:
        yield Finding("cameras", "note", tr(NONE_HERE), tr(WITHOUT), figures={"count": 0})
    else:
        yield Finding(
            "cameras", "ok", tr("{there} found; more on each: smilepay cameras", there=there), figures={"count": there}
        )


def _one(camera: CameraTold) -> Finding:
    device, tried = camera.device, camera.tried
    called = f"{device.path} ({device.name})" if device.name else device.path
    figures = {"number": device.number, "path": device.path, "name": device.name}
    if tried is None:
        return Finding("camera", "note", f"{called}: {camera.trouble}", camera.hint, figures=figures)
    frame = tried.last
    figures |= {"width": frame.width, "height": frame.height, "brightness": frame.brightness}
    told = tr(
        "{called}: {width} x {height}, brightness {brightness:.0%}",
        called=called,
        width=frame.width,
        height=frame.height,
        brightness=frame.brightness,
    )
    if frame.is_black:
        hint = tr("open the lens cover, turn on a light, or close what else uses it")
        return Finding("camera", "note", tr("{told}: the test frame is black", told=told), hint, figures=figures)
    if frame.is_flat:
        told = tr("{told}: the test frame is of one colour all over", told=told)
        return Finding("camera", "note", told, tr("look whether the camera gets a signal"), figures=figures)
    return Finding("camera", "ok", told, figures=figures)
