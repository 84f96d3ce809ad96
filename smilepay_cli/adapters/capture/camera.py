"""Frames through OpenCV's VideoCapture: a camera, a device, a stream, a video file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.clip import DEFAULT_FPS
from smilepay_cli.adapters.capture.files import file_kind, printable, read_head
from smilepay_cli.adapters.capture.images import MOST_PIXELS
from smilepay_cli.ports import Clock
from smilepay_cli.vocabulary.cameras import Driver
from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.faces import Frame, pixel_digest
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

OPEN_SECONDS = 8.0
"""How long a stream may take to answer, and between two frames."""
FASTEST = 1000.0
"""Frames a second; what a file claims beyond it is not believed."""
STREAMS = ("http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "tcp", "tls", "udp", "mms", "mmsh", "mmst")
"""Schemes that reach over a network. FFmpeg's local ones (file, pipe, concat ...) would go round our look at files."""
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,ogg,flv,asf,"
    "gif,apng,mjpeg,yuv4mpegpipe"
)
"""FFmpeg's names of what a video file may be; its playlists are not among them."""
HINT = marked("a camera is a number, a device, a stream's URL, a video file, or numbered images like clip/%03d.jpg")
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_INDEX = re.compile(r"[0-9]+")
_MOST_DIGITS = 2
"""Of a camera's number. OpenCV reads the hundreds as something else: 200 is camera 0 by another driver."""


class CameraSource:
    """A ports.FrameSource of `--camera`.

    A video file is a *virtual camera*: its time is frame number / fps, so that a replay gives the same every
    time. Devices and streams live by the clock.
    """

    is_camera = True

    def __init__(self, source: str, *, clock: Clock, seconds: float, fps: float | None = None) -> None:
        self._source = source
        self._clock = clock
        self._seconds = seconds
        self._fps = fps
        self.driver: Driver | None = None
        """What the driver says, once it was opened."""

    @property
    def description(self) -> str:
        """What people call it."""
        return f"camera {printable(self._source)}"

    @cached_property
    def kind(self) -> str:
        """`index`, `url`, `device` or `video`. Raises UsageProblem for what is none of them."""
        if not self._source:
            raise UsageProblem(tr("--camera needs a name"), hint=tr(HINT))
        if not _is_whole(self._source):
            raise self._unusable(tr("a name with broken characters cannot be opened"))
        if _INDEX.fullmatch(self._source):
            return "index"
        if url := _URL.match(self._source):
            if url[1].lower() in STREAMS:
                return "url"
            raise self._unusable(tr("a stream begins with one of {streams}", streams=", ".join(STREAMS)))
        found = file_kind(Path(self._source))
        if found == "device" or (found == "missing" and self._source.startswith("/dev/")):
            return "device"
        if found == "file" and _is_whole(str(Path(self._source).absolute())):
            return "video"
        detail = {
            "missing": "no such file",
            "folder": "a folder is no camera; use --image",
            "file": "the way to it has broken characters, with which it cannot be opened",
        }.get(found, "no video file")
        raise self._unusable(detail)

    @property
    def is_virtual(self) -> bool:
        """Whether it plays back a file."""
        return self.kind == "video"

    def check(self) -> None:
        """A video's first frame can be read. A device is only opened when frames are asked for."""
        if self.is_virtual:
            with self._opened() as capture:
                self._next(capture, 0)

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
        """(height, width, 3) uint8 RGB, or None at the end."""
        import cv2
        import numpy as np

        try:
            with _quiet():
                there, picture = capture.read()
            if there and picture is not None and picture.dtype == np.uint8:
                layout = cv2.COLOR_GRAY2RGB if picture.ndim == 2 else cv2.COLOR_BGR2RGB
                return np.asarray(cv2.cvtColor(picture, layout), dtype=np.uint8)
        except cv2.error:  # gone, or a layout that is no picture
            pass
        if number == 0:
            raise self._nothing()
        return None

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import cv2

        if self.is_virtual:
            self._require_no_text()
        with _quiet():
            capture = cv2.VideoCapture()
            try:
                is_open = self._open(capture)
            except cv2.error:
                is_open = False
        try:
            if not is_open:
                raise self._nothing()
            self._require_sane(capture)
            self.driver = _driver_of(capture)
            yield capture
        finally:
            with _quiet():
                capture.release()

    def _open(self, capture: Any) -> bool:
        """Each kind by the one backend that is meant, so that no other one reads something else into the name."""
        import cv2

        if self.kind == "index":
            digits = self._source.lstrip("0") or "0"
            return len(digits) <= _MOST_DIGITS and bool(capture.open(int(digits)))
        if self.kind == "device":
            return bool(capture.open(self._source, cv2.CAP_V4L2))
        if self.kind == "url":
            limit = int(OPEN_SECONDS * 1000)
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit]
            return bool(capture.open(self._source, cv2.CAP_FFMPEG, limits))
        with _variable("OPENCV_FFMPEG_CAPTURE_OPTIONS", f"format_whitelist;{CONTAINERS}"):
            # absolute, since FFmpeg takes what stands before a colon for a protocol
            return bool(capture.open(str(Path(self._source).absolute()), cv2.CAP_FFMPEG))

    def _require_no_text(self) -> None:
        """FFmpeg shows text as a film of a terminal, and follows playlists to files that we have not looked at."""
        head = read_head(Path(self._source))
        if b"\0" not in head and not head.startswith(b"YUV4MPEG2"):
            raise self._nothing()

    def _require_sane(self, capture: Any) -> None:
        import cv2

        width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
        if width * height > MOST_PIXELS:
            raise self._unusable(
                tr(
                    "{width:.0f} x {height:.0f} is more than {number} megapixels",
                    width=width,
                    height=height,
                    number=MOST_PIXELS // 1_000_000,
                )
            )

    def _own_rate(self, capture: Any) -> float:
        import cv2

        rate = float(capture.get(cv2.CAP_PROP_FPS)) if self.is_virtual else 0.0
        return rate if 0 < rate <= FASTEST else DEFAULT_FPS

    def _nothing(self) -> UsageProblem | Refused:
        if self.is_virtual:
            return UsageProblem(
                tr("--camera {source}: not a video that can be read", source=printable(self._source)),
                hint=tr(HINT),
                reason="unusable_image",
            )
        return Refused(
            Reason.NO_CAMERA,
            tr("no picture from {description}", description=self.description),
            hint=tr("use --image FILE, or name another with --camera SOURCE"),
        )

    def _unusable(self, detail: str) -> UsageProblem:
        return UsageProblem(
            tr("--camera {source}: {detail}", source=printable(self._source), detail=detail),
            hint=tr(HINT),
            reason="unreadable_file",
        )


def _driver_of(capture: Any) -> Driver:
    import cv2

    width, height, rate = (
        capture.get(wanted) for wanted in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS)
    )
    try:
        backend = str(capture.getBackendName())
    except cv2.error:
        backend = "unknown"
    return Driver(backend, int(width), int(height), rate if 0 < rate <= FASTEST else None)


def _is_whole(name: str) -> bool:
    """Names with bytes that are no UTF-8, or with a NUL, crash OpenCV."""
    try:
        return b"\0" not in name.encode()
    except UnicodeEncodeError:
        return False


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV and its backends say what they tried on standard error; people get one line from us instead."""
    import cv2

    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        with _variable("OPENCV_FFMPEG_LOGLEVEL", "-8"):  # read once, when FFmpeg is first used
            yield
    finally:
        cv2.utils.logging.setLogLevel(before)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """An environment variable for C code to find; our children do not inherit it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
