"""Frames through OpenCV's VideoCapture: a camera, a device, a stream, a video file, numbered images."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.files import file_kind, printable, read_file
from smilepay_cli.adapters.capture.images import MOST_PIXELS, decode_image
from smilepay_cli.ports import Clock
from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.faces import Frame, pixel_digest

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

DEFAULT_FPS = 12.0
"""Of a virtual camera that does not know its own."""
OPEN_SECONDS = 8
"""How long a stream may take to answer."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_NUMBERED = re.compile(r"%0?[0-9]{0,2}d")
_FIRST_NUMBERS = range(5)
"""OpenCV looks for the first image under these numbers."""


class CameraSource:
    """A ports.FrameSource of `--camera`.

    A *virtual camera* is a video file or a numbered-image pattern: its time is frame number / fps, so that
    a replay gives the same every time. Devices and streams live by the clock.
    """

    is_camera = True

    def __init__(self, source: str, *, clock: Clock, seconds: float, fps: float | None = None) -> None:
        self._source = source
        self._clock = clock
        self._seconds = seconds
        self._fps = fps

    @property
    def description(self) -> str:
        """What people call it."""
        return f"camera {printable(self._source)}"

    @cached_property
    def kind(self) -> str:
        """`index`, `url`, `numbered`, `device` or `video`. Raises UsageProblem for a file that is none."""
        if self._source.isdecimal():
            return "index"
        if _URL.match(self._source):
            return "url"
        if "%" in Path(self._source).name:
            return "numbered"
        found = file_kind(Path(self._source))
        if found == "device" or (found == "missing" and self._source.startswith("/dev/")):
            return "device"
        if found == "file":
            return "video"
        detail = {"missing": "no such file", "folder": "a folder is no camera; use --image"}.get(found, "no video file")
        raise UsageProblem(f"--camera {printable(self._source)}: {detail}", reason="unreadable_file")

    @property
    def is_virtual(self) -> bool:
        """Whether it plays back a file."""
        return self.kind in ("video", "numbered")

    def check(self) -> None:
        """The input is there and can be opened. A device is only opened when frames are asked for."""
        if self._fps is not None and not 0 < self._fps <= 1000:
            raise UsageProblem("--fps must be above 0 and at most 1000")
        if self.kind == "numbered":
            first = self._first_image()
            decode_image(read_file(first), printable(str(first)))  # held to the limits of stills
        elif self.kind == "video":
            with self._opened() as capture:
                self._require_sane(capture)

    def frames(self) -> Iterator[Frame]:
        """Frames until the source ends or the time is over.

        Raises UsageProblem for a file that is no video, Refused (NO_CAMERA) for a device that gives none.
        """
        with self._opened() as capture:
            rate = self._fps or self._own_rate(capture)
            began = self._clock.monotonic()
            number = 0
            while True:
                pixels = self._next(capture, number)
                seconds = number / rate if self.is_virtual else self._clock.monotonic() - began
                if pixels is None or seconds > self._seconds:
                    return
                yield Frame(pixels, number, seconds, f"frame {number}", pixel_digest(pixels))
                number += 1

    def _next(self, capture: Any, number: int) -> Pixels | None:
        import cv2
        import numpy as np

        try:
            with _quiet():
                there, picture = capture.read()
        except cv2.error:
            there, picture = False, None
        if there and picture is not None:
            return np.ascontiguousarray(picture[:, :, ::-1])
        if number == 0:
            raise self._nothing()
        if self.kind == "numbered":
            self._require_ended(number)
        return None

    def _require_ended(self, number: int) -> None:
        """A numbered image that is there but was not read is bad input, not the end of the capture."""
        expected = Path(self._source % (self._first_number() + number))
        if file_kind(expected) != "missing":
            name = printable(str(expected))
            decode_image(read_file(expected), name)
            raise UsageProblem(f"{name}: cannot be read as a frame", reason="unusable_image")

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import cv2

        source: Any = int(self._source) if self.kind == "index" else self._source
        with _quiet():
            # A machine answers with what it has: V4L for devices, FFmpeg for files and streams
            capture = cv2.VideoCapture()
            try:
                if self.kind == "url":
                    limit = int(OPEN_SECONDS * 1000)
                    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit]
                    is_open = capture.open(source, cv2.CAP_FFMPEG, limits)
                elif self.kind == "numbered":
                    is_open = capture.open(str(self._pattern()), cv2.CAP_IMAGES)
                else:
                    is_open = capture.open(source)
            except (cv2.error, OverflowError):
                is_open = False
        try:
            if not is_open:
                raise self._nothing()
            yield capture
        finally:
            with _quiet():
                capture.release()

    def _nothing(self) -> UsageProblem | Refused:
        if self.is_virtual:
            return UsageProblem(
                f"--camera {printable(self._source)}: not a video that can be read", reason="unusable_image"
            )
        return Refused(
            Reason.NO_CAMERA,
            f"no picture from {self.description}",
            hint="use --image FILE, or name another with --camera SOURCE",
        )

    def _require_sane(self, capture: Any) -> None:
        import cv2

        width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
        if width * height > MOST_PIXELS:
            raise UsageProblem(
                f"--camera {printable(self._source)}: {width:.0f} x {height:.0f} is more than "
                f"{MOST_PIXELS // 1_000_000} megapixels",
                reason="unusable_image",
            )

    def _own_rate(self, capture: Any) -> float:
        import cv2

        rate = float(capture.get(cv2.CAP_PROP_FPS)) if self.kind == "video" else 0.0
        return rate if 0 < rate <= 1000 else DEFAULT_FPS

    def _pattern(self) -> Path:
        """The pattern, if it has one number in the file's name and no other percent sign."""
        path = Path(self._source)
        rest, found = _NUMBERED.subn("", path.name)
        if found != 1 or "%" in rest or "%" in str(path.parent):
            raise UsageProblem(
                f"--camera {printable(self._source)}: a pattern has one number, like clip/%03d.jpg",
                reason="bad_pattern",
            )
        return path

    def _first_number(self) -> int:
        pattern = str(self._pattern())
        for number in _FIRST_NUMBERS:
            if file_kind(Path(pattern % number)) == "file":
                return number
        raise UsageProblem(
            f"--camera {printable(self._source)}: no image {printable(pattern % 0)}, nor the next four numbers",
            reason="unreadable_file",
        )

    def _first_image(self) -> Path:
        return Path(str(self._pattern()) % self._first_number())


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV and its backends say what they tried on standard error; people get one line from us instead."""
    import cv2

    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
