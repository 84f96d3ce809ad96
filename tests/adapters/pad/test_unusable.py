"""PAD models that are refused when they are loaded: files of every wrong kind, and networks that give no live score."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from smilepay_cli.adapters.faces.models.sessions import save_optimised
from smilepay_cli.adapters.pad import network
from smilepay_cli.adapters.pad.network import load_pad_model
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from tests.adapters.pad.networks import FLOAT, SIDE, constant, ending, means, model, value, write

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import os, sys
from pathlib import Path
import numpy as np
from smilepay_cli.adapters.pad.network import load_pad_model
from smilepay_cli.vocabulary.faces import Box
score = load_pad_model(Path(sys.argv[1])).live_score(np.full((50, 50, 3), 255, np.uint8), Box(5, 5, 20, 20))
open_now = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if int(name) > 2
            and os.path.exists(f"/proc/self/fd/{name}")]
print(score, [name for name in open_now if "socket" in name])
"""


def refusal(path: Path) -> str:
    """What is told of files that cannot be used, in one line."""
    with pytest.raises(UsageProblem) as caught:
        load_pad_model(path)
    assert caught.value.reason == "bad_pad_model" and caught.value.exit is ExitStatus.USAGE
    assert caught.value.message.isprintable() and (caught.value.hint or " ").isprintable()
    return caught.value.message


class TestFiles:
    """Whatever lies there is refused before anything is captured, and never waited for."""

    def test_either_file_is_missing(self, tmp_path: Path) -> None:
        path = write(tmp_path, means())
        path.with_suffix(".toml").unlink()
        assert refusal(path) == f"{tmp_path}/model.toml: no such file or directory"
        path.unlink()
        assert refusal(path) == f"{tmp_path}/model.onnx: no such file or directory"

    @pytest.mark.parametrize("name", ["model.toml", "model", ".onnx", "model.pt", "."])
    def test_a_name_that_has_no_sidecar(self, tmp_path: Path, name: str) -> None:
        assert refusal(tmp_path / name).endswith("not a file ending in .onnx")

    @pytest.mark.parametrize("suffix", [".onnx", ".toml"])
    def test_what_is_no_file(self, tmp_path: Path, suffix: str) -> None:
        """Of either: folder, FIFO, device without end, links in a circle."""
        path = write(tmp_path, means())
        wrong = path.with_suffix(suffix)
        kinds: list[tuple[Callable[[], object], str]] = [
            (wrong.mkdir, "a folder, not a file"),
            (lambda: os.mkfifo(wrong), "not a regular file"),
            (lambda: wrong.symlink_to("/dev/zero"), "not a regular file"),
            (lambda: wrong.symlink_to(wrong.name), "too many levels of symbolic links"),
        ]
        for make, told in kinds:
            wrong.rmdir() if wrong.is_dir() else wrong.unlink()
            make()
            assert refusal(path) == f"{wrong}: {told}"

    def test_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, means())
        with path.with_suffix(".toml").open("a") as sidecar:
            sidecar.write("#" * 64 * 1024)
        assert refusal(path) == f"{tmp_path}/model.toml: larger than 64 KiB"
        assert network.LARGEST_NETWORK == 512 * 1024 * 1024
        monkeypatch.setattr(network, "LARGEST_NETWORK", 2 * 1024 * 1024)
        path.write_bytes(bytes(2 * 1024 * 1024 + 1))
        assert refusal(path) == f"{tmp_path}/model.onnx: larger than 2 MiB"

    def test_a_network_that_was_exchanged(self, tmp_path: Path) -> None:
        """It does not run, and people are told what it is."""
        path = write(tmp_path, means())
        other = means(bias=(1, 0, 0))
        path.write_bytes(other)
        assert refusal(path).endswith(f"its SHA-256 is {sha256(other).hexdigest()}")

    def test_a_sidecar_that_makes_no_sense(self, tmp_path: Path) -> None:
        """The line names the file, and shows nothing that a terminal would obey."""
        path = write(tmp_path, means(), threshold=2)
        assert refusal(path).startswith(f"{tmp_path}/model.toml: threshold must be ")
        path.with_suffix(".toml").write_text('"\\u001b[31m" = 1')
        assert refusal(path).startswith(f"{tmp_path}/model.toml: unknown key ")
        path.with_suffix(".toml").write_bytes(b"\xff")
        assert refusal(path).startswith(f"{tmp_path}/model.toml: is not TOML in UTF-8: ")

    def test_through_a_link(self, tmp_path: Path) -> None:
        """Its sidecar is the one beside the link."""
        write(tmp_path, means()).rename(tmp_path / "real")
        (tmp_path / "model.onnx").symlink_to("real")
        assert load_pad_model(tmp_path / "model.onnx").threshold == 0.5


def _copy(kind: int) -> bytes:
    """A network that only hands on, of another type."""
    shape = (1, 3, SIDE, SIDE)
    nodes = [helper.make_node("Identity", ["picture"], ["scores"])]
    return model(nodes, [], [value("picture", shape, kind)], [value("scores", shape, kind)])


def _two_inputs() -> bytes:
    shapes = [value(name, (1, 3, SIDE, SIDE)) for name in ("picture", "mask")]
    return model([helper.make_node("Add", ["picture", "mask"], ["scores"])], [], shapes, [value("scores", None)])


def _no_input() -> bytes:
    node = helper.make_node("Constant", [], ["scores"], value=constant("", [[0.5, 0.5]]))
    return model([node], [], [], [value("scores", (1, 2))])


def _two_outputs() -> bytes:
    nodes = [helper.make_node("Identity", ["picture"], [name]) for name in ("scores", "depth")]
    return model(nodes, [], [value("picture", (1, 3, SIDE, SIDE))], [value(name, None) for name in ("scores", "depth")])


def _sequence() -> bytes:
    node = helper.make_node("SequenceConstruct", ["picture"], ["scores"])
    output = helper.make_tensor_sequence_value_info("scores", FLOAT, None)
    return model([node], [], [value("picture", (1, 3, SIDE, SIDE))], [output])


def _unknown_layer() -> bytes:
    node = helper.make_node("Fetch", ["picture"], ["scores"], domain="somewhere.else")
    return model([node], [], [value("picture", (1, 3, SIDE, SIDE))], [value("scores", None)])


class TestNetworks:
    """A network that cannot give a live score is told when it is loaded."""

    @pytest.mark.parametrize(
        ("made", "changed", "told"),
        [
            (lambda: b"", {}, "No graph was found"),
            (lambda: b"garbage", {}, "is no ONNX network"),
            (lambda: b"\x08\x08", {}, "No graph was found"),
            (lambda: bytes(5000), {}, "is no ONNX network"),
            (lambda: means()[:-20], {}, "is no ONNX network"),
            (_unknown_layer, {}, "cannot load a network: "),
            (_two_inputs, {}, "a network needs one input and one output, not 2 and 1"),
            (_no_input, {}, "a network needs one input and one output, not 0 and 1"),
            (_two_outputs, {}, "a network needs one input and one output, not 1 and 2"),
            (lambda: _copy(TensorProto.INT64), {}, "its input is tensor(int64), not tensor(float)"),
            (lambda: _copy(TensorProto.UINT8), {}, "its input is tensor(uint8), not tensor(float)"),
            (lambda: _copy(TensorProto.STRING), {}, "its input is tensor(string), not tensor(float)"),
            (_sequence, {}, "its output is seq(tensor(float)), not tensor(float)"),
            (
                lambda: means(more=ending("Cast", to=TensorProto.INT64), kind=TensorProto.INT64),
                {},
                "its output is tensor(int64)",
            ),
            (lambda: means(shape=(1, 3, "height", "width")), {}, "its input is (1, 3, height, width); the sidecar's"),
            (lambda: means(shape=(2, 3, SIDE, SIDE)), {}, "its input is (2, 3, 16, 16); the sidecar's input_size"),
            (lambda: means(shape=(1, 3, SIDE)), {}, "cannot load a network: "),
            (means, {"input_size": 32}, "input_size and layout make (1 or any, 3, 32, 32)"),
            (means, {"input_size": [16, 32]}, "input_size and layout make (1 or any, 3, 16, 32)"),
            (means, {"layout": "nhwc"}, "input_size and layout make (1 or any, 16, 16, 3)"),
            (means, {"live_class": 3}, "has 3 outputs, counted from 0, and no live_class 3"),
            (lambda: _copy(FLOAT), {}, "gives (1, 3, 16, 16) for one face, not (1, number of classes)"),
            (lambda: means(more=ending("Squeeze")), {}, "gives (3,) for one face"),
            (lambda: means(more=ending("Transpose")), {}, "gives (3, 1) for one face"),
            (lambda: means(bias=(np.nan, 0, 0)), {}, "gives a number that is not finite"),
            (lambda: means(bias=(0, 0, np.inf)), {}, "gives a number that is not finite"),
            (lambda: means(bias=(-np.inf, 0, 0)), {"activation": "softmax"}, "gives a number that is not finite"),
            (lambda: means(bias=(3, 0, 0)), {}, 'no probabilities; try activation = "softmax"'),
            (lambda: means(bias=(0, 0, -3)), {}, 'no probabilities; try activation = "softmax"'),
            (lambda: means([[1], [1], [1]], (0,)), {"activation": "softmax"}, "of which softmax always makes 1"),
        ],
    )
    def test_no_live_score(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], made: Any, changed: dict[str, Any], told: str
    ) -> None:
        """One line each, and onnxruntime adds none of its own."""
        message = refusal(write(tmp_path, made(), **changed))
        assert message.startswith(f"{tmp_path}/model.onnx: ") and told in message
        assert capfd.readouterr() == ("", "")

    def test_onnxruntimes_own_format_is_none(self, tmp_path: Path) -> None:
        """Nobody but onnxruntime could look into it for parts that lie elsewhere."""
        (tmp_path / "plain.onnx").write_bytes(means())
        save_optimised(tmp_path / "plain.onnx", tmp_path / "made.ort")
        data = (tmp_path / "made.ort").read_bytes()
        assert data[4:8] == b"ORTM"
        assert refusal(write(tmp_path, data)).endswith("is no ONNX network")

    def test_a_loop_without_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is ended, and the network is of no use."""
        monkeypatch.setattr(network, "LONGEST_RUN", 0.2)
        again = [helper.make_node("Identity", [name], [f"{name}_out"]) for name in ("go", "kept")]
        body = helper.make_graph(
            again,
            "body",
            [value("turn", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("kept", None)],
            [value("go_out", [], TensorProto.BOOL), value("kept_out", None)],
        )
        yes = helper.make_node("Constant", [], ["yes"], value=constant("", True, np.bool_))
        endless = means(more=[yes, *ending("Loop", ["", "yes", "sum"], body=body)])
        assert refusal(write(tmp_path, endless)).endswith("cannot run a network: not done after 0.2 s")


def _elsewhere(location: str) -> Any:
    """Weights that lie in another file."""
    tensor = TensorProto(name="far", data_type=FLOAT, dims=[3, 3], data_location=TensorProto.EXTERNAL)
    for key, text in (("location", location), ("offset", "0"), ("length", "36")):
        tensor.external_data.add(key=key, value=text)
    return tensor


class TestNothingOutside:
    """The file whose digest was checked is all that runs, and nobody is told."""

    @pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "/etc/passwd", "*/_ORT_MEM_ADDR_/*", ""])
    def test_weights_in_another_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str) -> None:
        """Wherever in the network they stand; the file is there, and onnxruntime would read it."""
        np.eye(3, dtype=np.float32).tofile(tmp_path / "weights.bin")
        (tmp_path / "deeper").mkdir()
        monkeypatch.chdir(tmp_path if location == "weights.bin" else tmp_path / "deeper")
        far = _elsewhere(location)
        shape = (1, 3, SIDE, SIDE)
        product = helper.make_node("MatMul", ["means", "far"], ["scores"])
        first = helper.make_node("ReduceMean", ["picture"], ["means"], axes=[2, 3], keepdims=0)
        node = helper.make_node("Constant", [], ["far"], value=far)
        branch = helper.make_graph(
            [node, helper.make_node("Identity", ["far"], ["it"])], "b", [], [value("it", (3, 3))]
        )
        yes = helper.make_node("Constant", [], ["yes"], value=constant("", True, np.bool_))
        choice = helper.make_node("If", ["yes"], ["far"], then_branch=branch, else_branch=branch)
        ends = ([value("picture", shape)], [value("scores", (1, 3))])
        for nodes, constants in (
            ([first, product], [far]),
            ([first, node, product], []),
            ([first, yes, choice, product], []),
        ):
            path = write(tmp_path, model(nodes, constants, *ends))
            assert refusal(path).endswith("keeps a part of its weights in another file; save it as one file")

    def test_no_file_no_socket_no_word(self, tmp_path: Path) -> None:
        """In a home of its own: what is there afterwards is what was there before."""
        (tmp_path / "home").mkdir()
        write(tmp_path, means())
        kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
        command = [sys.executable, "-c", RUN, str(tmp_path / "model.onnx")]
        done = subprocess.run(command, cwd=tmp_path / "home", env=kept, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "1.0 []\n", "")
        assert list((tmp_path / "home").rglob("*")) == []


def test_without_onnxruntime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which it cannot be loaded is told so; nobody is paid for."""
    path = write(tmp_path, means())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "onnxruntime cannot be loaded" in refusal(path)
