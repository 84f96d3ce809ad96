"""The cameras that the system lists: /dev/video*, their names in /sys, and what each says it can do.

A camera of today has several device files, of which one gives pictures and others tell about them. Asking a device
what it can (VIDIOC_QUERYCAP) switches nothing on.
"""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.adapters.capture.sources import open_camera
from smilepay_cli.ports import Clock, DrivenSource
from smilepay_cli.vocabulary.cameras import CameraDevice, DeviceKind
from smilepay_cli.vocabulary.language import tr

Query = Callable[[Path], bytes | None]
"""What a device answers to VIDIOC_QUERYCAP, as the struct `v4l2_capability`; None where it does not answer."""

LONGEST = 60.0
"""Seconds of a trial's frames, at most; whoever tries stops long before."""
_QUERYCAP = 0x80685600
"""_IOR('V', 0, struct v4l2_capability), linux/videodev2.h."""
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
"""driver, card, bus_info, version, capabilities, device_caps, reserved."""
_CAPTURE, _CAPTURE_MPLANE = 0x00000001, 0x00001000
_METADATA = 0x00800000
_DEVICE_CAPS = 0x80000000
"""Set where `device_caps` says what this device file can; before Linux 3.4 `capabilities` did."""
_NAME = re.compile(r"video([0-9]{1,2})")
"""A number of three digits is something else for OpenCV (capture/camera.py)."""
_LONGEST_NAME = 60


class MachineCameras:
    """A ports.Cameras of the machine below `root`."""

    def __init__(self, clock: Clock, *, root: Path = Path("/"), query: Query | None = None) -> None:
        self._clock = clock
        self._root = root
        self._query = query or ask_device

    def listed(self) -> list[CameraDevice]:
        """Every device file and every name in /sys, by number."""
        devices, names = self._root / "dev", self._root / "sys" / "class" / "video4linux"
        numbers: set[int] = set()
        for folder in (devices, names):
            with suppress(OSError):
                numbers |= {int(found[1]) for path in folder.iterdir() if (found := _NAME.fullmatch(path.name))}
        files = ((number, f"video{number}") for number in sorted(numbers))
        return [self._device(devices / file, names / file, number) for number, file in files]

    def open(self, source: str) -> DrivenSource:
        """As `--camera` opens it."""
        return open_camera(source, clock=self._clock, seconds=LONGEST)

    def _device(self, path: Path, described: Path, number: int) -> CameraDevice:
        name = None
        with suppress(OSError):
            text = (described / "name").read_text(encoding="utf-8", errors="replace")
            name = printable(text.strip())[:_LONGEST_NAME] or None
        trouble, hint = _trouble(path)
        kind: DeviceKind = "unknown"
        if trouble is None and (answer := self._query(path)) is not None:
            card, kind = understood(answer)
            name = name or card
        return CameraDevice(number, str(path), name, kind, trouble, hint)


def ask_device(path: Path) -> bytes | None:
    """The answer of a real device; None for what is none."""
    import fcntl

    answer = bytearray(_CAPABILITY.size)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.ioctl(descriptor, _QUERYCAP, answer)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return bytes(answer)


def understood(answer: bytes) -> tuple[str | None, DeviceKind]:
    """The card's name, and what the device file is for."""
    if len(answer) != _CAPABILITY.size:
        return None, "unknown"
    _, card, _, _, capabilities, device_caps = _CAPABILITY.unpack(answer)
    can = device_caps if capabilities & _DEVICE_CAPS else capabilities
    name = printable(card.split(b"\0", 1)[0].decode("utf-8", "replace").strip()) or None
    if can & (_CAPTURE | _CAPTURE_MPLANE):
        return name, "capture"
    return name, "metadata" if can & _METADATA else "output"


def _trouble(path: Path) -> tuple[str | None, str | None]:
    """Why the device file cannot be opened, and what to do; nothing where it can."""
    try:
        found = path.stat()
    except OSError:
        return (
            tr("the system knows it, but there is no {path}", path=path),
            tr("in a container: give it the device (--device)"),
        )
    if stat.S_ISDIR(found.st_mode) or stat.S_ISFIFO(found.st_mode):
        return tr("{path} is no device", path=path), None
    if os.access(path, os.R_OK | os.W_OK):
        return None, None
    group = _group(found.st_gid)
    return (
        tr("no right to open {path}", path=path),
        tr("sudo usermod -aG {group} $USER, and log in again", group=group),
    )


def _group(number: int) -> str:
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return "video"
