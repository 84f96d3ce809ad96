"""Numbered images, or one image, as a virtual camera."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from itertools import count
from pathlib import Path

from smilepay_cli.adapters.capture.files import file_kind, printable, read_file
from smilepay_cli.adapters.capture.images import SUFFIXES, decode_image
from smilepay_cli.vocabulary.cameras import Driver
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import Frame, pixel_digest
from smilepay_cli.vocabulary.language import tr

DEFAULT_FPS = 12.0
"""Of a virtual camera that does not know its own."""
_ANIMATED = (".gif", ".webp", ".avif")
"""Images that may be videos as well."""
_NUMBER = re.compile(r"%0?[0-9]{0,2}d")
_FIRST_NUMBERS = range(5)
"""A numbered series begins with the first of these that there is."""


def is_clip(source: str) -> bool:
    """Whether a `--camera` names a pattern such as `clip/%03d.jpg`, or one image."""
    path = Path(source)
    if "://" in source:
        return False
    return "%" in path.name or (path.suffix.lower() in SUFFIXES and path.suffix.lower() not in _ANIMATED)


class ClipSource:
    """A ports.FrameSource of `--camera PATTERN`. Its time is frame number / fps, the same in every replay.

    Each image is read as a still is: the same limits, the same orientation, the same digests. OpenCV's own
    reader of such series waits for FIFOs, shows half a picture where a file is cut short, and lays grey,
    transparent and turned pictures out in ways of their own.
    """

    is_camera = True
    is_virtual = True

    def __init__(self, source: str, *, seconds: float, fps: float | None = None) -> None:
        self._source = source
        self._seconds = seconds
        self._rate = fps or DEFAULT_FPS
        self.driver: Driver | None = None
        """What stands in the place of a driver's word, once the first image was read."""

    @property
    def description(self) -> str:
        """What people call it."""
        return f"camera {printable(self._source)}"

    def check(self) -> None:
        """The pattern makes sense and its first image can be used. Raises UsageProblem."""
        self._frame(0, self._path(self._first))

    def frames(self) -> Iterator[Frame]:
        """Frames until a number is missing or the time is over. Raises UsageProblem for a bad image."""
        for number in count():
            path = self._path(self._first + number)
            if number and (not self._pattern or file_kind(path) == "missing"):
                return
            if number / self._rate > self._seconds:
                return
            yield self._frame(number, path)

    def _frame(self, number: int, path: Path) -> Frame:
        name = printable(str(path))
        data = read_file(path)
        pixels = decode_image(data, name)
        if self.driver is None:
            self.driver = Driver("images", pixels.shape[1], pixels.shape[0], self._rate)
        return Frame(
            pixels=pixels,
            number=number,
            seconds=number / self._rate,
            origin=name,
            pixel_digest=pixel_digest(pixels),
            file_digest=sha256(data).hexdigest(),
        )

    def _path(self, number: int) -> Path:
        path = Path(self._source)
        return path.with_name(self._pattern % number) if self._pattern else path

    @cached_property
    def _pattern(self) -> str | None:
        """The file's name, where it has one number and no other percent sign."""
        name = Path(self._source).name
        if "%" not in name:
            return None
        rest, found = _NUMBER.subn("", name)
        if found != 1 or "%" in rest:
            raise UsageProblem(
                tr("--camera {source}: a pattern has one number, like clip/%03d.jpg", source=printable(self._source)),
                reason="bad_pattern",
            )
        return name

    @cached_property
    def _first(self) -> int:
        if not self._pattern:
            return 0
        for number in _FIRST_NUMBERS:
            if file_kind(self._path(number)) != "missing":
                return number
        raise UsageProblem(
            tr(
                "--camera {source}: no image {path}, nor the next four numbers",
                source=printable(self._source),
                path=printable(str(self._path(0))),
            ),
            reason="unreadable_file",
        )
