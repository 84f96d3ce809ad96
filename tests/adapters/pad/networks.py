"""Small networks for the tests, whose outputs follow from the mean of each colour channel; and sidecars for them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 16
"""Pixels of every network's input, unless a test says otherwise."""
FLOAT = TensorProto.FLOAT


def model(nodes: list[Any], constants: list[Any], inputs: list[Any], outputs: list[Any]) -> bytes:
    """An .onnx from its parts; nobody checks it."""
    graph = helper.make_graph(nodes, "test", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())


def value(name: str, shape: Any, kind: int = FLOAT) -> Any:
    """A declared input or output."""
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name: str, values: Any, kind: Any = np.float32) -> Any:
    """Weights."""
    return numpy_helper.from_array(np.asarray(values, dtype=kind), name)


def means(
    weights: Any = ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    bias: Any = (0, 0, 0),
    *,
    shape: Any = (1, 3, SIDE, SIDE),
    more: list[Any] | None = None,
    kind: int = FLOAT,
) -> bytes:
    """(mean of each channel) @ weights + bias; `more` nodes make `scores` of `sum`."""
    axes = [2, 3] if shape[1] == 3 else [1, 2]
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["means"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        *(more or [helper.make_node("Identity", ["sum"], ["scores"])]),
    ]
    constants = [constant("weights", weights), constant("bias", bias)]
    return model(nodes, constants, [value("picture", shape)], [value("scores", None, kind)])


def ending(kind: str, inputs: list[str] | None = None, **attributes: Any) -> list[Any]:
    """A last layer for `more`."""
    return [helper.make_node(kind, inputs or ["sum"], ["scores"], **attributes)]


def write(folder: Path, network: bytes, **changed: Any) -> Path:
    """`model.onnx` and its sidecar: the means as they are, unless keys are changed (None leaves one out)."""
    path = folder / "model.onnx"
    path.write_bytes(network)
    keys: dict[str, Any] = {
        "sha256": sha256(network).hexdigest(),
        "input_size": SIDE,
        "crop_scale": 1.0,
        "colour_order": "rgb",
        "range": "0..1",
        "live_class": 0,
        "activation": "none",
        "threshold": 0.5,
        **changed,
    }
    path.with_suffix(".toml").write_text(toml(keys), encoding="utf-8")
    return path


def toml(keys: dict[str, Any]) -> str:
    """Texts, numbers and lists of numbers are written in TOML as Python shows them, but for the quotes."""
    return "".join(f"{key} = {str(v) if not isinstance(v, str) else chr(34) + v + chr(34)}\n"
                   for key, v in keys.items() if v is not None)  # fmt: skip


def flat(colour: tuple[int, int, int], height: int = 60, width: int = 80) -> NDArray[np.uint8]:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, dtype=np.uint8)
