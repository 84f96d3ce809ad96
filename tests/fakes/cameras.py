"""Cameras made of pictures in memory, some of which do not behave."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.cameras import CameraDevice, Driver
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Frame, pixel_digest

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

HANGS = "hangs"
"""In place of a picture: the driver does not answer."""


class FakeCameraSource:
    """A ports.DrivenSource."""

    is_camera = True
    is_virtual = False

    def __init__(self, name: str, pictures: Sequence[Pixels | Exception | str]) -> None:
        self.description = f"camera {name}"
        self.driver: Driver | None = None
        self.pictures = pictures
        self.opened = self.closed = 0

    def check(self) -> None:
        """Devices are only opened when frames are asked for."""

    def frames(self) -> Iterator[Frame]:
        self.opened += 1
        try:
            if not self.pictures:
                raise Refused(Reason.NO_CAMERA, f"no picture from {self.description}", hint="use --image FILE")
            for number, pixels in enumerate(self.pictures):
                if isinstance(pixels, str):
                    time.sleep(2)
                    return
                if isinstance(pixels, Exception):
                    raise pixels
                self.driver = Driver("FAKE", pixels.shape[1], pixels.shape[0], 25.0)
                yield Frame(pixels, number, number / 25, f"frame {number}", pixel_digest(pixels))
        finally:
            self.closed += 1


class FakeCameras:
    """A ports.Cameras: devices, and by path or number what each gives."""

    def __init__(
        self,
        devices: Sequence[CameraDevice] = (),
        pictures: Mapping[str, Sequence[Pixels | Exception | str]] | None = None,
    ) -> None:
        self.devices = devices
        self.sources = {name: FakeCameraSource(name, given) for name, given in (pictures or {}).items()}
        self.asked: list[str] = []

    def listed(self) -> Sequence[CameraDevice]:
        return self.devices

    def open(self, source: str) -> FakeCameraSource:
        self.asked.append(source)
        return self.sources.get(source) or FakeCameraSource(source, ())


def device(number: int, **facts: object) -> CameraDevice:
    """`/dev/videoN`, which gives pictures unless told otherwise."""
    given = {"path": f"/dev/video{number}", "name": f"Camera {number}", "kind": "capture", **facts}
    return CameraDevice(number, **given)  # type: ignore[arg-type]  # facts by name
