"""face_recognition's models with face_recognition's parameters, through dlib directly.

This is the oracle that other engines are compared with: same boxes and same descriptors as
`face_recognition.face_locations` and `face_encodings` with their defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock, local
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.chips import checked, cut, rectangle_of
from smilepay_cli.adapters.faces.finding import WINDOW, doublings_for
from smilepay_cli.adapters.faces.makers import landmark_model_of, maker_of
from smilepay_cli.adapters.faces.weights import Weights, find_weights, load_dlib, load_model, sha256_of
from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.faces import Box, Detection, Detections, TemplateMaker, as_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels, Points

FEWEST_DOUBLINGS = 1
"""face_recognition doubles once, however large the picture is."""


class ReferenceEngine:
    """A ports.FaceEngine for a scheme. Constructing it loads nothing; each model is loaded on first use.

    Every method raises UsageProblem (engine_missing, engine_damaged) when dlib or a model file cannot be
    used, and TypeError for pixels that are not (height, width, 3) uint8.
    """

    name = "reference"

    def __init__(self, scheme: str = "euclidean") -> None:
        self._scheme = SCHEMES[scheme]
        self._loading = Lock()
        self._computing = Lock()
        self._loaded: dict[str, Any] = {}
        self._mine = local()

    @property
    def maker(self) -> TemplateMaker:
        """Network, landmarks that cut the chip, and scheme; each model by the SHA-256 of its file."""
        return _maker_from(self._weights(), self._scheme.name)

    @property
    def landmark_model(self) -> str:
        """The 68-point model by the SHA-256 of its file; hashed once, in about 0.1 s."""
        return _landmark_model_from(self._weights())

    def detect(
        self,
        pixels: Pixels,
        *,
        smallest: int | None = None,
        first: Detections | None = None,  # noqa: ARG002 (it looks at one scale, and has no first look to spare)
    ) -> Detections:
        """Faces by dlib's frontal HOG detector, surest first; scores are its own, above 0.

        The picture is doubled once, and again (at most three times) until a face `smallest` pixels wide
        fills the detector's window. Where that would exceed LARGEST_ENLARGED pixels it is doubled less
        often: nothing is refused, and `sure_from` says what was looked for.
        """
        pixels = checked(pixels)
        doublings = FEWEST_DOUBLINGS
        if smallest is not None:
            doublings = doublings_for(smallest, pixels, fewest=FEWEST_DOUBLINGS)
        boxes, scores, _ = self._detector().run(pixels, doublings, 0.0)
        found = [Detection(_box(rectangle), float(score)) for rectangle, score in zip(boxes, scores, strict=True)]
        found.sort(key=lambda detection: -detection.score)
        return Detections(tuple(found), sure_from=WINDOW >> doublings)

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64 from dlib's 68-point model."""
        shape = self._landmarks(68)(checked(pixels), rectangle_of(box))
        return as_points([(point.x, point.y) for point in shape.parts()])

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64: a 150 px chip for each of the scheme's views, no jitter."""
        chips = [chip for pixels, box in faces for chip in self.chips(pixels, box)]
        return self.encode(chips).reshape(-1, len(self._scheme.views), 128)

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        """What the network is shown of one face: a chip for each of the scheme's views."""
        pixels = checked(pixels)
        shape = self._landmarks(self._scheme.landmarks)(pixels, rectangle_of(box))
        return cut(pixels, shape, self._scheme.views)

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        """(n, 128) float64 for n chips of 150 by 150 pixels; (0, 128) for none."""
        import numpy as np

        rows = np.empty((len(chips), 128), dtype=np.float64)
        for row, chip in zip(rows, chips, strict=True):
            network = self._network()
            with self._computing:  # a network keeps its activations: one chip at a time
                row[:] = network.compute_face_descriptor(chip)
        return rows

    def _detector(self) -> Any:
        # run() gives up the GIL and writes into the detector: every thread needs its own
        if not hasattr(self._mine, "detector"):
            self._mine.detector = load_dlib().get_frontal_face_detector()
        return self._mine.detector

    def _weights(self) -> Weights:
        weights: Weights = self._once("weights", find_weights)
        return weights

    def _landmarks(self, points: int) -> Any:
        path = self._weights().landmarks(points)
        return self._once(f"{points}-point", lambda: load_model("shape_predictor", path))

    def _network(self) -> Any:
        path = self._weights().network
        return self._once("network", lambda: load_model("face_recognition_model_v1", path))

    def _once(self, key: str, make: Callable[[], Any]) -> Any:
        with self._loading:
            if key not in self._loaded:
                self._loaded[key] = make()
            return self._loaded[key]


@cache
def _maker_from(weights: Weights, scheme: str) -> TemplateMaker:
    return maker_of(SCHEMES[scheme], weights, sha256_of)


@cache
def _landmark_model_from(weights: Weights) -> str:
    return landmark_model_of(weights, sha256_of)


def _box(rectangle: Any) -> Box:
    return Box(rectangle.left(), rectangle.top(), rectangle.width(), rectangle.height())
