"""A PAD network given as a file: its live score, what each key does to it, and doubt while it runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from smilepay_cli.adapters.pad.network import OnnxPadModel, PadFault, load_pad_model
from smilepay_cli.ports import PadModel
from smilepay_cli.vocabulary.faces import Box
from tests.adapters.pad.networks import SIDE, constant, ending, flat, means, toml, write

BOX = Box(20, 10, 30, 30)
COLOUR = (51, 102, 204)
"""0.2, 0.4 and 0.8 of white."""


def live(folder: Path, pixels: Any = None, network_bytes: bytes | None = None, **changed: Any) -> float:
    """The live score of a picture, by the mean of the first channel unless something is changed."""
    path = write(folder, network_bytes or means(), **changed)
    return load_pad_model(path).live_score(flat(COLOUR) if pixels is None else pixels, BOX)


class TestLiveScore:
    """Each key of the sidecar has its effect."""

    def test_says_what_it_is(self, tmp_path: Path) -> None:
        """Digests are those of the files; nothing in an event names a path or a person."""
        path = write(tmp_path, means(), threshold=0.25, live_class=2, name="Means", source="made here")
        port: PadModel = load_pad_model(path)
        digest = sha256(path.read_bytes()).hexdigest()
        sidecar = sha256(path.with_suffix(".toml").read_bytes()).hexdigest()
        assert (port.description, port.digest, port.threshold) == ("Means (made here)", digest, 0.25)
        assert port.figures == {"model": digest, "sidecar": sidecar, "threshold": 0.25, "live_class": 2}
        assert load_pad_model(write(tmp_path, means())).description == "model.onnx"

    @pytest.mark.parametrize(("live_class", "wanted"), [(0, 0.2), (1, 0.4), (2, 0.8)])
    def test_is_the_live_classs(self, tmp_path: Path, live_class: int, wanted: float) -> None:
        assert live(tmp_path, live_class=live_class) == pytest.approx(wanted, abs=1e-6)

    def test_colour_order(self, tmp_path: Path) -> None:
        assert live(tmp_path, colour_order="bgr") == pytest.approx(0.8, abs=1e-6)

    @pytest.mark.parametrize(("name", "mean"), [("0..1", 0.2), ("-1..1", -0.6), ("0..255", 51.0)])
    def test_range(self, tmp_path: Path, name: str, mean: float) -> None:
        """Seen through a sigmoid, which takes any number."""
        score = live(tmp_path, range=name, activation="sigmoid")
        assert score == pytest.approx(1 / (1 + exp(-mean)), abs=1e-6)

    def test_mean_and_std(self, tmp_path: Path) -> None:
        assert live(tmp_path, range=None, mean=[0.1, 0, 0], std=[0.5, 1, 1]) == pytest.approx(0.2, abs=1e-6)

    def test_activations(self, tmp_path: Path) -> None:
        """Of outputs 0.2, 0.4 and 0.8."""
        powers = [exp(value) for value in (0.2, 0.4, 0.8)]
        assert live(tmp_path, activation="softmax") == pytest.approx(powers[0] / sum(powers), abs=1e-6)
        assert live(tmp_path, activation=None) == pytest.approx(powers[0] / sum(powers), abs=1e-6)
        assert live(tmp_path, activation="sigmoid") == pytest.approx(1 / (1 + exp(-0.2)), abs=1e-6)

    def test_layout(self, tmp_path: Path) -> None:
        """Channels last, where the file says so as well."""
        pixels_last = means(shape=(1, SIDE, SIDE, 3))
        assert live(tmp_path, network_bytes=pixels_last, layout="nhwc") == pytest.approx(0.2, abs=1e-6)

    def test_input_size_and_any_batch(self, tmp_path: Path) -> None:
        """Height before width; a batch of any size is one of 1 as well."""
        tall = means(shape=("batch", 3, 24, 16))
        assert live(tmp_path, network_bytes=tall, input_size=[24, 16]) == pytest.approx(0.2, abs=1e-6)
        unnamed = means(shape=(None, 3, SIDE, SIDE))
        assert live(tmp_path, network_bytes=unnamed) == pytest.approx(0.2, abs=1e-6)

    def test_crop_scale_and_resize(self, tmp_path: Path) -> None:
        """A white face on black: the wider the crop, the darker. Lines a pixel wide go where four pixels are asked."""
        picture = flat((0, 0, 0), 90, 90)
        picture[30:60, 30:60] = 255
        box = Box(30, 30, 30, 30)
        for scale, wanted in ((1.0, 1.0), (2.0, 0.25), (3.0, 1 / 9)):
            path = write(tmp_path, means(), crop_scale=scale, resize="smooth")
            scored = load_pad_model(path).live_score(picture, box)
            assert scored == pytest.approx(wanted, abs=0.02)
        lines = flat((0, 0, 0), 96, 96)
        lines[:, 2::6] = lines[:, 3::6] = 255
        plain, smooth = (
            load_pad_model(write(tmp_path, means(), resize=way)).live_score(lines, Box(0, 0, 96, 96))
            for way in ("linear", "smooth")
        )
        assert plain == 1.0 and smooth == pytest.approx(1 / 3, abs=0.05)

    def test_extremes_stay_probabilities(self, tmp_path: Path) -> None:
        """Outputs of millions either way: 0 or 1 and no warning."""
        far = np.array([[0, 0], [0, 0], [0, 0]])
        for bias, wanted in (((3e7, -3e7), 1.0), ((-3e7, 3e7), 0.0)):
            for activation in ("softmax", "sigmoid"):
                assert live(tmp_path, network_bytes=means(far, bias), activation=activation) == wanted

    def test_from_many_threads(self, tmp_path: Path) -> None:
        """Each gets the score of its own picture."""
        made = load_pad_model(write(tmp_path, means()))
        pictures = [flat((level, 0, 0)) for level in range(0, 256, 3)] * 4
        with ThreadPoolExecutor(8) as pool:
            scores = list(pool.map(lambda picture: made.live_score(picture, BOX), pictures))
        assert scores == pytest.approx([picture[0, 0, 0] / 255 for picture in pictures], abs=1e-6)


class TestWhileRunning:
    """Doubt about one picture is an error, never a score."""

    @pytest.fixture
    def root_of_red(self, tmp_path: Path) -> OnnxPadModel:
        """sqrt(red - 0.3): a number for the picture it is tried out on, none for a dark one."""
        return load_pad_model(write(tmp_path, means(bias=(-0.3, 0, 0), more=ending("Sqrt"))))

    def test_nan(self, root_of_red: OnnxPadModel) -> None:
        assert root_of_red.live_score(flat((204, 0, 0)), BOX) == pytest.approx(0.5**0.5, abs=1e-6)
        with pytest.raises(PadFault, match="not finite"):
            root_of_red.live_score(flat((51, 0, 0)), BOX)

    def test_nan_of_another_class(self, tmp_path: Path) -> None:
        """The live class alone looks well: still nobody is let through on it."""
        made = load_pad_model(write(tmp_path, means(bias=(0, -0.3, 0), more=ending("Sqrt"))))
        with pytest.raises(PadFault, match="not finite"):
            made.live_score(flat((255, 0, 0)), BOX)

    def test_infinite(self, tmp_path: Path) -> None:
        made = load_pad_model(write(tmp_path, means(more=ending("Reciprocal")), activation="softmax"))
        with pytest.raises(PadFault, match="not finite"):
            made.live_score(flat((0, 255, 255)), BOX)

    def test_no_probability_after_all(self, tmp_path: Path) -> None:
        """What looked like one when it was tried out."""
        made = load_pad_model(write(tmp_path, means(weights=np.eye(3) * 1.5)))
        with pytest.raises(PadFault, match="no probabilities"):
            made.live_score(flat((255, 255, 255)), BOX)

    def test_another_shape(self, tmp_path: Path) -> None:
        """As many rows as there are outputs above 0.3: a shape that hangs on the picture."""
        nodes = [
            helper.make_node("Greater", ["sum", "limit"], ["above"]),
            helper.make_node("Squeeze", ["above"], ["which"]),
            helper.make_node("Compress", ["sum", "which"], ["scores"], axis=1),
        ]
        limit = helper.make_node("Constant", [], ["limit"], value=constant("", 0.3))
        made = load_pad_model(write(tmp_path, means(more=[limit, *nodes]), live_class=1))
        assert made.live_score(flat((102, 204, 0)), BOX) == pytest.approx(0.8, abs=1e-6)
        with pytest.raises(PadFault, match="no live_class 1"):
            made.live_score(flat((204, 0, 0)), BOX)

    def test_a_failure_of_onnxruntimes(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """An index that is out of range for bright pictures only."""
        nodes = [
            helper.make_node("Constant", [], ["five"], value=constant("", 5.0)),
            helper.make_node("ReduceMax", ["sum"], ["most"], keepdims=0),
            helper.make_node("Mul", ["most", "five"], ["much"]),
            helper.make_node("Cast", ["much"], ["index"], to=TensorProto.INT64),
            helper.make_node("Gather", ["sum", "index"], ["one"], axis=1),
            helper.make_node("Unsqueeze", ["one", "axis"], ["scores"]),
            helper.make_node("Constant", [], ["axis"], value=constant("", [1], np.int64)),
        ]
        made = load_pad_model(write(tmp_path, means(more=[*nodes[:5], nodes[6], nodes[5]])))
        with pytest.raises(PadFault, match="cannot run a network: "):
            made.live_score(flat((255, 255, 255)), BOX)
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(500, 10, 30, 30), Box(-50, -50, 30, 30)])
    def test_no_face_in_the_picture(self, tmp_path: Path, box: Box) -> None:
        """Another part of the picture is not judged in its place."""
        with pytest.raises(ValueError, match="is not in a picture"):
            load_pad_model(write(tmp_path, means())).live_score(flat(COLOUR), box)

    def test_no_picture(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match="uint8"):
            load_pad_model(write(tmp_path, means())).live_score(flat(COLOUR).astype(np.float32), BOX)


def test_the_sidecar_is_read_as_it_is_written_here() -> None:
    """The tests' own writer of TOML makes what tomllib reads."""
    import tomllib

    keys = {"a": "b", "c": [1, 2.5], "d": 0.5, "e": 3}
    assert tomllib.loads(toml(keys)) == keys
