"""What is captured and what is made of it. Words of ISO/IEC 2382-37.

Coordinates are pixels, x to the right and y down; colours are RGB, 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numpy is paid for only by commands that look at a face
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    """(height, width, 3) uint8, RGB."""
    Points = NDArray[np.float64]
    """(n, 2) float64, x and y."""
    Vector = NDArray[np.float64]
    """(128,) float64."""
else:
    Pixels = Points = Vector = Any


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a capture, upright (EXIF orientation already applied)."""

    pixels: Pixels
    number: int
    """Position in the capture, from 0."""
    seconds: float
    """Time since the capture began; for stills 0."""
    origin: str
    """What people call it: a file's name, `camera 0`."""
    pixel_digest: str
    """SHA-256 (hex) over height, width and the decoded RGB bytes."""
    file_digest: str | None = None
    """SHA-256 (hex) of the file's bytes, where the frame came out of a still image file."""

    @property
    def digests(self) -> tuple[str, ...]:
        """Everything by which this frame can be recognised as seen before."""
        return tuple(digest for digest in (self.file_digest, self.pixel_digest) if digest)


class LaterFrame(Frame):
    """A frame that is known by its digests already, and decoded when somebody asks for its pixels."""

    __slots__ = ("_decode", "_decoded")

    _decode: Callable[[], Pixels]
    _decoded: Pixels | None

    def __init__(
        self,
        decode: Callable[[], Pixels],
        *,
        number: int,
        seconds: float,
        origin: str,
        pixel_digest: str,
        file_digest: str | None,
    ) -> None:
        for name, value in {
            "_decode": decode, "_decoded": None, "number": number, "seconds": seconds, "origin": origin,
            "pixel_digest": pixel_digest, "file_digest": file_digest,
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def pixels(self) -> Pixels:
        """As a Frame's. Raises what decoding raises."""
        if self._decoded is None:
            object.__setattr__(self, "_decoded", self._decode())
        assert self._decoded is not None
        return self._decoded

    @property
    def is_decoded(self) -> bool:
        """Whether the pixels are in memory."""
        return self._decoded is not None


@dataclass(frozen=True, slots=True)
class Box:
    """Where a detector found a face; may reach past the picture's edge."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Detection:
    """One face candidate of a detector. `score` is the detector's own, higher is surer."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Detections:
    """What one look of a detector found."""

    found: tuple[Detection, ...]
    """Surest first."""
    sure_from: int
    """Width in pixels from which a face would have been found at the scale looked at."""
    by_second: bool = False
    """The engine's first detector missed who is there, and its second one did not."""


@dataclass(frozen=True, slots=True)
class MouthShape:
    """The mouth in units of the inter-ocular distance, roll removed (rules/smile.py has the formulas)."""

    width: float
    lift: float
    opening: float


@dataclass(frozen=True, slots=True)
class Pose:
    """Which way a head looks, in degrees. The face straight ahead is all zeros."""

    yaw: float
    """Positive: turned to the person's own left, which is to the right in the picture."""
    pitch: float
    """Of use only to compare two pictures of one person."""
    roll: float
    """Positive: clockwise in the picture."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to cut the chip of a face out of its picture."""

    padding: float
    """Room around the face, as a share of its width on every side."""
    mirrored: bool = False
    """Left and right exchanged."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """The one face of a frame."""

    frame: Frame
    box: Box
    score: float
    landmarks: Points | None = None
    """(68, 2), the iBUG 300-W order; None where only the match was asked for."""
    mouth: MouthShape | None = None
    """Comes with the landmarks."""
    pose: Pose | None = None
    """Comes with the landmarks."""


@dataclass(frozen=True, slots=True)
class TemplateMaker:
    """What a template was made by. Templates of different makers are never compared."""

    encoder: str
    """Network and the SHA-256 of its weights."""
    chip: str
    """How the face was cut out: landmark model with its SHA-256, chip size, padding."""
    scheme: str
    """How descriptors become a template and a dissimilarity (rules/schemes.py)."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) that names this maker in the store and in events."""
        from hashlib import sha256

        return sha256("\n".join((self.encoder, self.chip, self.scheme)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A template kept for an account."""

    account_id: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account with the dissimilarity of its nearest reference to the probe (lower is closer)."""

    account_id: str
    dissimilarity: float


def pixel_digest(pixels: Pixels) -> str:
    """SHA-256 (hex) over shape and bytes, so that two shapes of the same bytes differ."""
    from hashlib import sha256

    import numpy as np

    height, width = pixels.shape[:2]
    digest = sha256(f"{height}x{width}:".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def as_points(pairs: Sequence[tuple[float, float]] | Any) -> Points:
    """(n, 2) float64 from any sequence of x, y pairs."""
    import numpy as np

    return np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
