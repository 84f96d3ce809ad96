"""A face engine that is made when it is first asked something: every command has one, and few look at a face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.ports import FaceEngine
    from smilepay_cli.vocabulary.faces import Box, Detections, Pixels, Points, TemplateMaker


Engine = TypeVar("Engine", bound="FaceEngine")


class EngineLater(Generic[Engine]):
    """A ports.FaceEngine before another one, which `make` makes, once, whoever asks first."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._making = Lock()

    @property
    def name(self) -> str:
        """That of the engine that does the work."""
        return self._engine.name

    @cached_property
    def maker(self) -> TemplateMaker:
        """What its templates are made by: the same for as long as this is there, and asked for again and again."""
        return self._engine.maker

    @property
    def landmark_model(self) -> str:
        """What finds the 68 landmarks."""
        return self._engine.landmark_model

    def detect(self, pixels: Pixels, *, smallest: int | None = None, first: Detections | None = None) -> Detections:
        """Faces, surest first."""
        return self._engine.detect(pixels, smallest=smallest, first=first)

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64."""
        return self._engine.landmarks(pixels, box)

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64."""
        return self._engine.descriptors(faces)

    @property
    def _engine(self) -> Engine:
        with self._making:  # several threads may ask first
            return self._made

    @cached_property
    def _made(self) -> Engine:
        return self._make()
