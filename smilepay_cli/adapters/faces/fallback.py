"""The fast engine where its models are to be had, the reference engine where they are not: slower, same templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.reference import ReferenceEngine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Detections, Pixels, Points, TemplateMaker


class FastOrReference:
    """A ports.FaceEngine that decides at first use, once, and says so when it had to fall back.

    Both engines make the same templates (the maker has the same digest), so nobody has to enrol again.
    """

    def __init__(self, fast: FastEngine, reference: ReferenceEngine, warn: Callable[[str], None]) -> None:
        self._fast = fast
        self._reference = reference
        self._warn = warn
        self._deciding = Lock()

    @property
    def name(self) -> str:
        """The one that does the work."""
        return self._engine.name

    @property
    def maker(self) -> TemplateMaker:
        """What the templates are made by, whichever engine does the work."""
        return self._fast.maker

    @property
    def landmark_model(self) -> str:
        """What finds the landmarks, whichever engine does the work."""
        return self._fast.landmark_model

    def detect(self, pixels: Pixels, *, smallest: int | None = None) -> Detections:
        """Faces, surest first."""
        return self._engine.detect(pixels, smallest=smallest)

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64."""
        return self._engine.landmarks(pixels, box)

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64."""
        return self._engine.descriptors(faces)

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        """What the network is shown of one face."""
        return self._engine.chips(pixels, box)

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        """(n, 128) float64 for n chips."""
        return self._engine.encode(chips)

    @property
    def _engine(self) -> FastEngine | ReferenceEngine:
        with self._deciding:  # the warning is given once
            return self._decided

    @cached_property
    def _decided(self) -> FastEngine | ReferenceEngine:
        try:
            self._fast.prepare()
        except ModelsUnavailable as trouble:
            self._warn(f"the slower reference engine was used: {trouble}; more: smilepay doctor")
            return self._reference
        return self._fast
