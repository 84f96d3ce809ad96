"""Looking at faces: where frames come from, what is found on them, who is shown it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from smilepay_cli.vocabulary.faces import Box, Detections, Frame, TemplateMaker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.rules.gallery import Gallery
    from smilepay_cli.vocabulary.faces import Pixels, Points
    from smilepay_cli.vocabulary.moments import Moment


class FrameSource(Protocol):
    """Where a capture comes from: still images, a device, a stream, or a virtual camera."""

    @property
    def description(self) -> str:
        """What people call it."""

    @property
    def is_camera(self) -> bool:
        """Frames with a time between them, rather than stills."""

    @property
    def is_virtual(self) -> bool:
        """Files that are played back, rather than a device or a stream."""

    def check(self) -> None:
        """Look at the input without capturing. Raises UsageProblem for one that cannot be used."""

    def frames(self) -> Iterator[Frame]:
        """The frames in order, from the beginning at every call; must be closed when not exhausted.

        Raises UsageProblem for input that cannot be used, Refused (NO_CAMERA) when nothing can be captured.
        """


class FaceEngine(Protocol):
    """Detection, landmarks and descriptors. Safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """`reference` or `fast`."""

    @property
    def maker(self) -> TemplateMaker:
        """What its templates are made by."""

    @property
    def landmark_model(self) -> str:
        """What finds the 68 landmarks that the smile is judged by: name and SHA-256 of its weights."""

    def detect(self, pixels: Pixels, *, smallest: int | None = None, first: Detections | None = None) -> Detections:
        """Faces, surest first.

        Without `smallest` as the engine likes best; with it, at a scale where a face of that many pixels
        in width is found. `first` is what it found on the same pixels without, and need not look for again.
        """

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64 in pixels of `pixels`, iBUG 300-W order."""

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64: for each face, one descriptor for each of the v views of the maker's scheme."""


class PadModel(Protocol):
    """A network that tells a living face from a picture of one, by a single frame (passive PAD).

    There is one only after its files were read and tried out. It can refuse; it lets nobody in. Safe to call from
    several threads at once.
    """

    @property
    def description(self) -> str:
        """What people call it."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the network's file."""

    @property
    def threshold(self) -> float:
        """Between 0 and 1; a lower live score is an attack."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """What an audit event says of it: digests, threshold and live class, as JSON values."""

    def live_score(self, pixels: Pixels, box: Box) -> float:
        """How sure the network is, from 0 to 1, that the face in the box is alive. Never NaN.

        Raises whatever went wrong where it cannot tell, and never gives a number then.
        """


class Memory(Protocol):
    """What was measured on pictures before, by the same engine and the same rules."""

    def recall(self, frame: Frame, what: str, measure: Callable[[], Any]) -> Any:
        """The measure; taken now where it is not known. `what` names it among all measures of a frame."""

    def gallery(self, state: str, opened: Callable[[], Gallery]) -> Gallery:
        """The gallery in that state of the wallet; opened now where it is not known."""


class Viewer(Protocol):
    """Who is shown a capture while it is watched. Nothing that goes wrong with it is anybody's but its own."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything as it was before, however the capture ended."""

    def show(self, moment: Moment) -> None:
        """The newest moment; it may be left out where moments come faster than they can be shown."""
