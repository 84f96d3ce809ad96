"""The fast engine: face_recognition's weights and numbers, at the speed that the processor allows.

The network runs in onnxruntime, the landmark models in numpy, both held against dlib when they are built; the HOG
detector is dlib's own, on pictures no larger than they need to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.chips import checked, cut, shape_of
from smilepay_cli.adapters.faces.finding import find
from smilepay_cli.adapters.faces.makers import landmark_model_of, maker_of
from smilepay_cli.adapters.faces.models.cache import ModelCache, Say
from smilepay_cli.adapters.faces.models.files import ModelFiles, ModelsNotBuilt, ModelsUnavailable
from smilepay_cli.adapters.faces.models.parts import Parts
from smilepay_cli.adapters.faces.weights import Weights, find_weights
from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.faces import Box, Detections, TemplateMaker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.adapters.faces.models.builder import Parity
    from smilepay_cli.vocabulary.faces import Pixels, Points

BATCH = 32
"""Chips the network sees at once; more gain nothing."""


class FastEngine:
    """A ports.FaceEngine for a scheme. Constructing it loads nothing.

    `prepare` loads, and builds where that is needed; every other method calls it first. It raises ModelsUnavailable
    when there are no models to be had, and UsageProblem (engine_missing) without dlib or its weight files. The other
    methods raise TypeError for pixels that are not (height, width, 3) uint8.

    With `looking` nothing is built and nothing written: it works with what is there, or raises ModelsNotBuilt.
    """

    name = "fast"

    def __init__(self, scheme: str, folder: Path, *, say: Say = lambda _: None, looking: bool = False) -> None:
        self._scheme = SCHEMES[scheme]
        self._folder = folder
        self._say = say
        self._looking = looking
        self._loading = Lock()
        self._ready: Parts | None = None
        self._mine = local()

    @property
    def maker(self) -> TemplateMaker:
        """Network, landmarks that cut the chip, and scheme; each model by the SHA-256 of its weight file."""
        return maker_of(self._scheme, self._weights, self._cache.digests.of)

    @property
    def landmark_model(self) -> str:
        """The 68-point model by the SHA-256 of its weight file."""
        return landmark_model_of(self._weights, self._cache.digests.of)

    def detect(self, pixels: Pixels, *, smallest: int | None = None, first: Detections | None = None) -> Detections:
        """Faces, surest first. Scores are the HOG detector's; where only the CNN finds a face, the CNN's."""
        parts = self.prepare()
        return find(checked(pixels), self._hog, parts.cnn, smallest, first)

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64, dlib's own whole pixels."""
        return self.prepare().landmarks[68](checked(pixels), box)

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64: a 150 px chip for each of the scheme's views, encoded in batches."""
        chips = [chip for pixels, box in faces for chip in self.chips(pixels, box)]
        return self.encode(chips).reshape(-1, len(self._scheme.views), 128)

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        """What the network is shown of one face: a chip for each of the scheme's views."""
        pixels = checked(pixels)
        model = self.prepare().landmarks[self._scheme.landmarks]
        return cut(pixels, shape_of(box, model(pixels, box)), self._scheme.views)

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        """(n, 128) float64 for n chips of 150 by 150 pixels; (0, 128) for none."""
        import numpy as np

        encoder = self.prepare().encoder
        rows = np.empty((len(chips), 128), dtype=np.float64)
        for start in range(0, len(chips), BATCH):
            rows[start : start + BATCH] = encoder.run(np.stack(chips[start : start + BATCH]))
        return rows

    @property
    def folder(self) -> Path:
        """Where models are kept, of this machine and of others."""
        return self._folder

    @property
    def models(self) -> Path:
        """Where the models in use lie. Raises ModelsUnavailable."""
        return self.prepare().files.folder

    def digest(self, path: Path) -> str:
        """SHA-256 of a weight file as this engine remembers it."""
        return self._cache.digests.of(path)

    def parity(self) -> Parity:
        """How far the models are from dlib, measured now. Raises ModelsUnavailable."""
        from smilepay_cli.adapters.faces.models.builder import Dlib, measure

        parts = Parts(self.prepare().files, {5, 68})
        return measure(Dlib(self._weights), parts.encoder, parts.new_hog(), parts.landmarks)

    def prepare(self) -> Parts:
        """Everything loaded, checked and ready. Raises ModelsUnavailable."""
        if self._ready is None:
            with self._loading:
                if self._ready is None:
                    self._ready = self._load()
        return self._ready

    def _hog(self, grey: NDArray[Any], doublings: int) -> list[tuple[Any, float]]:
        # run() gives up the GIL and writes into the detector: every thread needs its own
        if not hasattr(self._mine, "hog"):
            self._mine.hog = self.prepare().new_hog()
        rectangles, scores, _ = self._mine.hog.run(grey, doublings, 0.0)
        return list(zip(rectangles, scores, strict=True))

    def _load(self) -> Parts:
        points = {68, self._scheme.landmarks}
        try:
            files = self._cache.find() or self._build()
            try:
                return Parts(files, points)
            except ModelsUnavailable:
                return Parts(self._build(damaged=True), points)
        except ImportError as error:
            raise ModelsUnavailable(f"{error.name or error} is not installed") from None

    def _build(self, *, damaged: bool = False) -> ModelFiles:
        if self._looking:
            raise ModelsNotBuilt("a file of the models is damaged" if damaged else "the models are not built yet")
        from smilepay_cli.adapters.faces.models.builder import build  # once a machine

        return self._cache.build(build, self._say, damaged=damaged)

    @cached_property
    def _weights(self) -> Weights:
        return find_weights()

    @cached_property
    def _cache(self) -> ModelCache:
        return ModelCache(self._folder, self._weights, looking=self._looking)
