"""Building the fast engine's models out of dlib's weight files, and proving that they say what dlib says.

No network access, no compiler: the files of face_recognition_models are read, written in forms that load at once, and
held against dlib itself before anybody may use them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.chips import cut, rectangle_of, shape_of
from smilepay_cli.adapters.faces.models.dlib_forest import read_forest
from smilepay_cli.adapters.faces.models.dlib_format import FormatError, read_network
from smilepay_cli.adapters.faces.models.files import (
    CNN,
    ENCODER,
    ENCODER_GRAPH,
    HOG,
    ModelsUnavailable,
    landmarks_file,
)
from smilepay_cli.adapters.faces.models.graphs import detector_graph, encoder_graph
from smilepay_cli.adapters.faces.models.landmarks import LandmarkModel, packed
from smilepay_cli.adapters.faces.models.parts import hog_from
from smilepay_cli.adapters.faces.models.sessions import Session, save_optimised
from smilepay_cli.adapters.faces.weights import Weights, load_dlib, load_model
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.vocabulary.errors import SmilepayError
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

DESCRIPTOR_TOLERANCE = 1e-5
"""Euclidean distance of a descriptor to dlib's own; float32 sums in another order give about 1e-6."""
LANDMARK_TOLERANCE = 1.0
"""Pixels; dlib rounds to whole ones."""
_BOXES = (Box(90, 70, 220, 220), Box(120, 60, 260, 260), Box(-30, 200, 180, 180))


@dataclass(frozen=True, slots=True)
class Parity:
    """How far built models are from dlib on a fixed picture and fixed chips."""

    descriptor_l2: float
    """Largest Euclidean distance of a descriptor."""
    landmarks_px: float
    """Largest distance of a landmark along one axis."""
    boxes_equal: bool
    """The HOG detector finds the same boxes with the same scores."""

    @property
    def holds(self) -> bool:
        """Whether the models may stand for dlib's. Written so that what is no number fails."""
        near = self.descriptor_l2 <= DESCRIPTOR_TOLERANCE and self.landmarks_px <= LANDMARK_TOLERANCE
        return near and self.boxes_equal


def build(folder: Path, weights: Weights) -> dict[str, Any]:
    """Write every model into `folder` and return the parity figures. Raises ModelsUnavailable."""
    try:
        parity = _build(folder, weights)
    except ImportError as error:
        raise ModelsUnavailable(f"{error.name or error} is not installed") from None
    except (FormatError, SmilepayError) as error:
        raise ModelsUnavailable(f"the weight files cannot be read: {error}") from None
    if not parity.holds:
        raise ModelsUnavailable(f"the models built here do not agree with dlib: {parity}")
    return {"parity": asdict(parity)}


def _build(folder: Path, weights: Weights) -> Parity:
    (folder / ENCODER_GRAPH).write_bytes(encoder_graph(read_network(weights.network.read_bytes())))
    save_optimised(folder / ENCODER_GRAPH, folder / ENCODER)
    (folder / CNN).write_bytes(detector_graph(read_network(weights.detector.read_bytes())))
    _save_hog(folder / HOG)
    forests = {points: read_forest(weights.landmarks(points).read_bytes()) for points in (5, 68)}
    for points, forest in forests.items():
        (folder / landmarks_file(points)).write_bytes(packed(forest))
    models = {points: LandmarkModel(forest) for points, forest in forests.items()}
    Session((folder / CNN).read_bytes()).run(fixed_picture()[None])  # whether it fits together; it is rarely used
    encoder = Session((folder / ENCODER).read_bytes(), optimised=True)
    hog = hog_from(folder / HOG)
    return measure(Dlib(weights), encoder, hog, models)


def _save_hog(path: Path) -> None:
    try:
        load_dlib().get_frontal_face_detector().save(str(path))
    except RuntimeError as error:
        raise ModelsUnavailable(f"cannot write {path}: {str(error).partition(chr(10))[0]}") from None


class Dlib:
    """dlib's own models, to be held against."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def network(self) -> Any:
        """The face ResNet."""
        return load_model("face_recognition_model_v1", self._weights.network)

    @cached_property
    def hog(self) -> Any:
        """The HOG detector."""
        return load_dlib().get_frontal_face_detector()

    def landmarks(self, points: int) -> Any:
        """A shape predictor."""
        return load_model("shape_predictor", self._weights.landmarks(points))


def measure(dlib: Dlib, encoder: Session, hog: Any, models: dict[int, LandmarkModel]) -> Parity:
    """Both on the same fixed picture and chips."""
    import numpy as np

    picture = fixed_picture()
    worst_px = 0.0
    chips = []
    for points, model in models.items():
        theirs = dlib.landmarks(points)
        for box in _BOXES:
            shape = theirs(picture, rectangle_of(box))
            ours = model(picture, box)
            apart = np.abs(ours - np.array([(part.x, part.y) for part in shape.parts()]))
            worst_px = max(worst_px, float(apart.max()))
            chips += cut(picture, shape_of(box, ours), EUCLIDEAN.views)
    ours = encoder.run(np.stack(chips)).astype(np.float64)
    theirs = np.array([dlib.network.compute_face_descriptor(chip) for chip in chips])
    return Parity(
        descriptor_l2=float(np.linalg.norm(ours - theirs, axis=1).max()),
        landmarks_px=worst_px,
        boxes_equal=_boxes(hog, picture) == _boxes(dlib.hog, picture),
    )


def fixed_picture() -> Pixels:
    """(400, 400, 3) uint8: the same soft noise on every machine, with something like a face drawn over it."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter

    noise = np.random.default_rng(2015).integers(0, 256, (25, 25, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((400, 400), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    draw.ellipse((110, 70, 310, 340), fill=(205, 170, 145))
    for eye in (165, 255):
        draw.ellipse((eye - 18, 160, eye + 18, 180), fill=(245, 245, 245))
        draw.ellipse((eye - 9, 160, eye + 9, 180), fill=(50, 35, 25))
        draw.line((eye - 24, 142, eye + 24, 140), fill=(70, 50, 40), width=7)
    draw.line((210, 175, 200, 235, 222, 238), fill=(150, 110, 95), width=6)
    draw.ellipse((170, 268, 250, 292), fill=(160, 70, 75))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(2.0)))


def _boxes(detector: Any, picture: Pixels) -> list[Any]:
    """What a detector finds, down to far below its usual threshold, so that there is something to compare."""
    rectangles, scores, which = detector.run(picture, 0, -1.0)
    return [
        (rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom(), score, kind)
        for rectangle, score, kind in zip(rectangles, scores, which, strict=True)
    ]
