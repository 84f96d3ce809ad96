"""The fast engine where its models are to be had, the reference engine where they are not: slower, same templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.adapters.later import EngineLater
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels, TemplateMaker


class FastOrReference(EngineLater[FastEngine | ReferenceEngine]):
    """A ports.FaceEngine that decides at first use, once, and says so when it had to fall back.

    Both engines make the same templates (the maker has the same digest), so nobody has to enrol again.
    """

    def __init__(self, fast: FastEngine, reference: ReferenceEngine, warn: Callable[[str], None]) -> None:
        super().__init__(self._decided)
        self._fast = fast
        self._reference = reference
        self._warn = warn

    @property
    def maker(self) -> TemplateMaker:
        """What the templates are made by, whichever engine does the work: nothing has to be decided for it."""
        return self._fast.maker

    @property
    def landmark_model(self) -> str:
        """What finds the landmarks, whichever engine does the work."""
        return self._fast.landmark_model

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        """What the network is shown of one face."""
        return self._engine.chips(pixels, box)

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        """(n, 128) float64 for n chips."""
        return self._engine.encode(chips)

    def _decided(self) -> FastEngine | ReferenceEngine:
        try:
            self._fast.prepare()
        except ModelsUnavailable as trouble:
            self._warn(tr("the slower reference engine was used: {trouble}; more: smilepay doctor", trouble=trouble))
            return self._reference
        return self._fast
