"""The networks as ONNX graphs compute what dlib computes, and nothing but dlib's own layers makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.chips import cut, shape_of
from smilepay_cli.adapters.faces.finding import CNN_SIDE, cnn_faces, shrunk
from smilepay_cli.adapters.faces.models.builder import DESCRIPTOR_TOLERANCE, Dlib
from smilepay_cli.adapters.faces.models.dlib_format import (
    Affine,
    Convolution,
    FormatError,
    FullyConnected,
    InputMeans,
    Layer,
    read_network,
)
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.models.graphs import ENCODER_PARAMETERS, detector_graph, encoder_graph
from smilepay_cli.adapters.faces.models.sessions import Session
from smilepay_cli.adapters.faces.weights import find_weights, load_model
from smilepay_cli.rules.schemes import EUCLIDEAN, QUARTET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.adapters.faces.fast import FastEngine
    from smilepay_cli.vocabulary.faces import Box, Pixels

Sample = Callable[..., "Pixels"]
Layers = list[Layer]
FACES = ("lin/1", "lin/5", "otto/1", "otto/6", "eileen/2", "grace/1")


@pytest.fixture(scope="module")
def encoder() -> Layers:
    """The face ResNet's layers."""
    return read_network(find_weights().network.read_bytes())


@pytest.fixture(scope="module")
def detector() -> Layers:
    """The CNN detector's layers."""
    return read_network(find_weights().detector.read_bytes())


@pytest.fixture(scope="module")
def network(encoder: Layers) -> Session:
    """The ResNet as a graph, not yet optimised."""
    return Session(encoder_graph(encoder))


@pytest.fixture(scope="module")
def dlib() -> Dlib:
    """dlib's own."""
    return Dlib(find_weights())


class TestEncoder:
    """The ResNet."""

    def test_holds_every_parameter_of_the_file_once(self, encoder: Layers) -> None:
        """Folded affine layers leave as many numbers as filters and biases have."""
        import onnx

        constants = onnx.load_from_string(encoder_graph(encoder)).graph.initializer
        numbers = [constant for constant in constants if constant.data_type == onnx.TensorProto.FLOAT]
        assert sum(int(np.prod(constant.dims)) for constant in numbers) == ENCODER_PARAMETERS
        assert len([layer for layer in encoder if isinstance(layer, Affine)]) == 29

    def test_says_what_dlib_says_of_faces(self, network: Session, dlib: Dlib, fast: FastEngine, sample: Sample) -> None:
        """Every view of either scheme; as built here, and as the engine has it optimised."""
        chips = []
        for name in FACES:
            pixels = sample(name)
            box = fast.detect(pixels).found[0].box
            chips += cut(pixels, shape_of(box, fast.landmarks(pixels, box)), (*EUCLIDEAN.views, *QUARTET.views))
        theirs = _by_dlib(dlib, chips)
        assert len(chips) == 5 * len(FACES) and 0.3 < np.linalg.norm(theirs[0] - theirs[-1]) < 1.5
        assert _apart(network.run(np.stack(chips)), theirs) <= DESCRIPTOR_TOLERANCE
        assert _apart(fast.encode(chips), theirs) <= DESCRIPTOR_TOLERANCE

    def test_says_what_dlib_says_of_no_faces(self, network: Session, dlib: Dlib, fast: FastEngine) -> None:
        """All black, all white, one colour, noise, stripes: where activations are largest or nothing at all."""
        noise = np.random.default_rng(3).integers(0, 256, (2, 150, 150, 3), dtype=np.uint8)
        stripes = np.zeros((150, 150, 3), dtype=np.uint8)
        stripes[::2] = 255
        flat = [np.full((150, 150, 3), colour, dtype=np.uint8) for colour in (0, 255, (255, 0, 0), (0, 255, 255))]
        chips = [*flat, *noise, stripes, np.ascontiguousarray(stripes.transpose(1, 0, 2))]
        theirs = _by_dlib(dlib, chips)
        assert np.isfinite(theirs).all()
        assert _apart(network.run(np.stack(chips)), theirs) <= DESCRIPTOR_TOLERANCE
        assert _apart(fast.encode(chips), theirs) <= DESCRIPTOR_TOLERANCE

    def test_no_other_layers_make_it(self, encoder: Layers, detector: Layers) -> None:
        """Another network, one without its ends, one with a layer too many or too few, other sizes."""
        convolutions = [place for place, layer in enumerate(encoder) if isinstance(layer, Convolution)]
        affines = [place for place, layer in enumerate(encoder) if isinstance(layer, Affine)]
        first, last = encoder[convolutions[0]], encoder[convolutions[-1]]
        means = [layer for layer in encoder if isinstance(layer, InputMeans)]
        assert isinstance(first, Convolution) and isinstance(last, Convolution)
        narrow = replace(last, filters=last.filters[:, :-1])
        padded, grey = replace(first, padding=3), replace(first, filters=first.filters[:, :1])
        wrong: dict[str, Layers] = {
            "nothing": [],
            "the detector": detector,
            "no means": [layer for layer in encoder if not isinstance(layer, InputMeans)],
            "two means": [*encoder, *means],
            "no last layer": [layer for layer in encoder if not isinstance(layer, FullyConnected)],
            "one convolution less": _without(encoder, convolutions[-1], affines[-1]),
            "one convolution more": [*encoder, last],
            "an affine layer first": [encoder[affines[0]], *encoder],
            "an affine layer of another size": _with(encoder, affines[-1], encoder[affines[0]]),
            "a narrower filter": _with(encoder, convolutions[-1], narrow),
            "padding at the edge": _with(encoder, convolutions[0], padded),
            "grey pictures": _with(encoder, convolutions[0], grey),
        }
        made = {what for what, layers in wrong.items() if _makes(encoder_graph, layers)}
        assert not made

    def test_a_stride_that_was_changed_does_not_load(self, encoder: Layers) -> None:
        """The same number of parameters, and maps that do not fit: onnxruntime's error is ours."""
        place = [place for place, layer in enumerate(encoder) if isinstance(layer, Convolution)][4]
        layer = encoder[place]
        assert isinstance(layer, Convolution) and layer.stride == 1
        with pytest.raises(ModelsUnavailable):
            Session(encoder_graph(_with(encoder, place, replace(layer, stride=2)))).run(
                np.zeros((1, 150, 150, 3), dtype=np.uint8)
            )


class TestDetector:
    """The CNN that finds faces."""

    @pytest.mark.parametrize("name", ["lin/1", "otto/6", "eileen/1", "grace/1"])
    def test_finds_whom_dlib_finds(self, name: str, detector: Layers, sample: Sample) -> None:
        """One face, at dlib's place and with dlib's score; the scales that are looked at differ a little."""
        pixels = shrunk(sample(name), CNN_SIDE, grey=False)
        (ours,) = cnn_faces(pixels, Session(detector_graph(detector)).run, CNN_SIDE)
        (theirs,) = load_model("cnn_face_detection_model_v1", find_weights().detector)(pixels, 0)
        rectangle = theirs.rect
        assert ours.score == pytest.approx(theirs.confidence, abs=0.05)
        assert _overlap(ours.box, (rectangle.left(), rectangle.top(), rectangle.width(), rectangle.height())) > 0.6

    def test_a_picture_of_nobody_scores_below_zero(self, detector: Layers, sample: Sample) -> None:
        """At every place, and so on noise."""
        session = Session(detector_graph(detector))
        noise = np.random.default_rng(3).integers(0, 256, (1, 200, 300, 3), dtype=np.uint8)
        for batch in (shrunk(sample("no_face/1"), CNN_SIDE, grey=False)[None], noise):
            scores = session.run(batch)
            assert scores.shape[:2] == (1, 1) and scores.shape[2] >= batch.shape[1] / 8 - 4
            assert scores.max() < 0

    def test_no_other_layers_make_it(self, encoder: Layers, detector: Layers) -> None:
        """Another network, one without its ends, one that gives more than a score."""
        last = [place for place, layer in enumerate(detector) if isinstance(layer, Convolution)][-1]
        layer = detector[last]
        assert isinstance(layer, Convolution)
        double = Convolution(np.repeat(layer.filters, 2, axis=0), np.repeat(layer.bias, 2), 1, layer.padding)
        wrong: tuple[Layers, ...] = ([], encoder, detector[:last], _without(detector, 0), _with(detector, last, double))
        assert not any(_makes(detector_graph, layers) for layers in wrong)


class TestSessions:
    """onnxruntime's words never get out."""

    @pytest.mark.parametrize("data", [b"", b"no network", bytes(1000)])
    def test_what_is_no_network(self, data: bytes) -> None:
        """A line for people, from whatever onnxruntime raises."""
        with pytest.raises(ModelsUnavailable, match="cannot load a network: ") as caught:
            Session(data)
        assert "\n" not in str(caught.value)

    def test_a_batch_of_another_shape(self, network: Session) -> None:
        """Chips of another size are refused, not stretched."""
        with pytest.raises(ModelsUnavailable, match="cannot run a network: "):
            network.run(np.zeros((1, 149, 150, 3), dtype=np.uint8))


def _by_dlib(dlib: Dlib, chips: list[Pixels]) -> NDArray[Any]:
    return np.array([dlib.network.compute_face_descriptor(chip) for chip in chips])


def _makes(graph: Callable[[Layers], bytes], layers: Layers) -> bool:
    try:
        graph(layers)
    except FormatError:
        return False
    return True


def _apart(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    return float(np.linalg.norm(ours.astype(np.float64) - theirs, axis=1).max())


def _with(layers: Layers, place: int, layer: Layer) -> Layers:
    return [*layers[:place], layer, *layers[place + 1 :]]


def _without(layers: Layers, *places: int) -> Layers:
    return [layer for place, layer in enumerate(layers) if place not in places]


def _overlap(box: Box, other: tuple[int, int, int, int]) -> float:
    left, top, width, height = other
    across = min(box.left + box.width, left + width) - max(box.left, left)
    down = min(box.top + box.height, top + height) - max(box.top, top)
    shared = max(across, 0) * max(down, 0)
    return shared / (box.width * box.height + width * height - shared)
