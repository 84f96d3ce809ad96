"""The frames of one trial of a set: files by name, as stills or as a virtual camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import Frame, LaterFrame, pixel_digest
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

KEPT_BYTES = 96_000_000
"""Of decoded pictures of one trial that are held; the others are decoded again when they are asked for."""


class Known(Protocol):
    """Which files were decoded before."""

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file."""

    def learn(self, file_digest: str, pixels: str) -> None:
        """What a file decodes to."""


class SetFrames:
    """A ports.FrameSource over the files of a trial. A file that is `known` is read, and decoded only when looked at.

    With `fps` it is a virtual camera, whose time is frame number / fps; without, they are stills. `sha256` is what the
    set says of a single file: another one is a UsageProblem (`wrong_digest`). `read_before` gives the digests of files
    that were read a moment ago, and need no reading now; `noted` is told the digests of each file that is used: of its
    bytes and of its pixels.
    """

    is_virtual = True

    def __init__(
        self,
        files: Sequence[str],
        read: Callable[[str], bytes],
        known: Known,
        *,
        fps: float | None = None,
        seconds_max: float = 0.0,
        sha256: str | None = None,
        read_before: Mapping[str, str] | None = None,
        noted: dict[str, tuple[str, str]] | None = None,
    ) -> None:
        self._files = tuple(files)
        self._read = read
        self._known = known
        self._fps = fps
        self._seconds_max = seconds_max
        self._sha256 = sha256
        self._read_before = read_before or {}
        self._noted = {} if noted is None else noted
        self._kept: dict[int, Frame] = {}
        self._later: dict[int, tuple[str, str]] = {}
        """Digests of frames that need no decoding: of the file, and of its pixels."""
        self._bytes = 0

    @property
    def description(self) -> str:
        """What people call it."""
        first = printable(self._files[0])
        return first if len(self._files) == 1 else f"{first} and {len(self._files) - 1} more"

    @property
    def is_camera(self) -> bool:
        """Whether the frames have a time between them."""
        return self._fps is not None

    def check(self) -> None:
        """Read every file, and decode those that are not known. Raises UsageProblem for the first one that is no good.

        Of a camera the first one only, as it would be.
        """
        for number in range(1 if self.is_camera else len(self._files)):
            self._frame(number)

    def frames(self) -> Iterator[Frame]:
        """One frame a file, in order. Raises UsageProblem."""
        for number in range(len(self._files)):
            frame = self._frame(number)
            if self.is_camera and frame.seconds > self._seconds_max:
                return
            yield frame

    def _frame(self, number: int) -> Frame:
        if number in self._kept:
            return self._kept[number]
        if number in self._later:  # a new one each time: whoever asked it for its pixels holds them
            return self._later_frame(number, *self._later[number])
        frame = self._made(number)
        if self.is_camera and number:  # looked at once, and a film is long
            return frame
        if isinstance(frame, LaterFrame):
            assert frame.file_digest is not None
            self._later[number] = (frame.file_digest, frame.pixel_digest)
        elif self._bytes + frame.pixels.nbytes <= KEPT_BYTES:
            self._bytes += frame.pixels.nbytes
            self._kept[number] = frame
        return frame

    def _made(self, number: int) -> Frame:
        file = self._files[number]
        name, data = printable(file), b""
        digest = self._read_before.get(file)
        if digest is None or self._known.pixels_of(digest) is None:
            data = self._read(file)
            digest = sha256(data).hexdigest()
        if self._sha256 is not None and digest != self._sha256.lower():
            raise UsageProblem(
                tr(
                    "{name}: it is not the file that the set means (sha256 {digest}..., not {sha256}...)",
                    name=name,
                    digest=digest[:12],
                    sha256=self._sha256[:12],
                ),
                hint=tr("get the file again, or correct the set"),
                reason="wrong_digest",
            )
        known = self._known.pixels_of(digest)
        if known is not None:
            self._noted[file] = (digest, known)
            return self._later_frame(number, digest, known)
        pixels = decode_image(data, name)
        of_pixels = pixel_digest(pixels)
        self._known.learn(digest, of_pixels)
        self._noted[file] = (digest, of_pixels)
        return Frame(pixels, number, self._seconds(number), name, of_pixels, digest)

    def _later_frame(self, number: int, digest: str, pixels: str) -> LaterFrame:
        file = self._files[number]
        return LaterFrame(
            partial(self._decoded, file, digest), number=number, seconds=self._seconds(number),
            origin=printable(file), pixel_digest=pixels, file_digest=digest,
        )  # fmt: skip

    def _seconds(self, number: int) -> float:
        return number / self._fps if self._fps else 0.0

    def _decoded(self, file: str, digest: str) -> Pixels:
        """The pixels of the file that was meant: what is measured on them is remembered under their digest."""
        data, name = self._read(file), printable(file)
        if sha256(data).hexdigest() != digest:
            raise UsageProblem(tr("{name}: it was changed while it was looked at", name=name), reason="unreadable_file")
        return decode_image(data, name)
