"""dlib's networks as ONNX graphs: the face encoder (ResNet) and the CNN face detector.

Affine layers (batch normalisation at rest) and the input's scaling are folded into the convolutions before them, in
float64, so the graph is convolutions, additions and little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.dlib_format import (
    Affine,
    Convolution,
    FormatError,
    FullyConnected,
    InputMeans,
    Layer,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHIP_SIDE = 150
"""Pixels; what the encoder was trained on."""
ENCODER_PARAMETERS = 5_607_488
"""With the affine layers folded in."""
ENCODER_LAYERS = 29
OPSET, IR_VERSION = 17, 8

_BLOCKS = ((32, 3), (64, 3), (128, 2), (256, 2), (256, 0))
"""Channels, and plain residual blocks at that width; each width but the first begins with a halving block. From
dlib's examples/dnn_face_recognition_ex.cpp (anet_type)."""


def encoder_graph(layers: Sequence[Layer]) -> bytes:
    """The face ResNet: `chips` (n, 150, 150, 3) uint8 RGB -> `descriptors` (n, 128) float32.

    Raises FormatError when the layers are not that network's.
    """
    means = [layer for layer in layers if isinstance(layer, InputMeans)]
    last = [layer for layer in layers if isinstance(layer, FullyConnected)]
    folded = _folded(layers)
    if len(means) != 1 or len(last) != 1 or len(folded) != ENCODER_LAYERS:
        raise FormatError("not the layers of dlib's face ResNet")
    count = sum(layer.filters.size + layer.bias.size for layer in folded) + last[0].weights.size
    if count != ENCODER_PARAMETERS:
        raise FormatError(f"{count} parameters are not those of dlib's face ResNet")
    folded[0] = _with_input(folded[0], means[0])
    return _Encoder(folded, last[0]).build()


def detector_graph(layers: Sequence[Layer]) -> bytes:
    """The CNN detector: `picture` (1, height, width, 3) uint8 RGB -> `scores` (1, 1, h, w) float32.

    h and w are those of the last layer, about an eighth. Raises FormatError when the layers are not that network's.
    """
    means = [layer for layer in layers if isinstance(layer, InputMeans)]
    folded = _folded(layers)
    if len(means) != 1 or len(folded) != 7 or folded[-1].filters.shape[0] != 1:
        raise FormatError("not the layers of dlib's CNN face detector")
    folded[0] = _with_input(folded[0], means[0])
    graph = _Graph()
    value = graph.pixels("picture")
    for layer in folded[:-1]:
        value = graph.relu(graph.convolution(value, layer))
    graph.convolution(value, folded[-1], output="scores")
    return graph.model("dlib-mmod", ("picture", (1, "height", "width", 3)), ("scores", (1, 1, "rows", "columns")))


class _Encoder:
    """Walks the residual blocks, keeping width and height in mind: the padding of a halving depends on them."""

    def __init__(self, layers: Sequence[Convolution], last: FullyConnected) -> None:
        self._graph = _Graph()
        self._layers = iter(layers)
        self._last = last
        self._side = 0

    def build(self) -> bytes:
        graph = self._graph
        value = graph.relu(self._next(graph.pixels("chips")))
        value = graph.add("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2])
        self._side = ((CHIP_SIDE - 7) // 2 + 1 - 3) // 2 + 1
        width = _BLOCKS[0][0]
        for channels, plain in _BLOCKS:
            if channels != width or plain == 0:
                value = self._halving(value, channels - width)
                width = channels
            for _ in range(plain):
                value = graph.relu(graph.add("Add", [self._two(value), value]))
        value = graph.add("Flatten", [graph.add("GlobalAveragePool", [value])])
        graph.add("MatMul", [value, graph.constant(self._last.weights)], output="descriptors")
        shape = ("count", CHIP_SIDE, CHIP_SIDE, 3)
        return graph.model("dlib-resnet-v1", ("chips", shape), ("descriptors", ("count", 128)))

    def _next(self, value: str) -> str:
        return self._graph.convolution(value, next(self._layers))

    def _two(self, value: str) -> str:
        return self._next(self._graph.relu(self._next(value)))

    def _halving(self, value: str, more_channels: int) -> str:
        """dlib adds maps of unlike size by filling the smaller with zeros, at the right, below and in depth."""
        graph = self._graph
        through = self._two(value)
        past = graph.add("AveragePool", [value], kernel_shape=[2, 2], strides=[2, 2])
        convolved, pooled = (self._side - 3) // 2 + 1, (self._side - 2) // 2 + 1
        self._side = max(convolved, pooled)
        through = graph.padded(through, space=self._side - convolved)
        past = graph.padded(past, channels=more_channels, space=self._side - pooled)
        return graph.relu(graph.add("Add", [through, past]))


class _Graph:
    """ONNX nodes and constants, named as they come."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, kind: str, inputs: list[str], *, output: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values: NDArray[Any]) -> str:
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def pixels(self, name: str) -> str:
        """An input of 8-bit RGB, rows of pixels, as float32 planes."""
        from onnx import TensorProto

        planes = self.add("Transpose", [name], perm=[0, 3, 1, 2])
        return self.add("Cast", [planes], to=TensorProto.FLOAT)

    def relu(self, value: str) -> str:
        return self.add("Relu", [value])

    def convolution(self, value: str, layer: Convolution, *, output: str | None = None) -> str:
        import numpy as np

        weights = [self.constant(part.astype(np.float32)) for part in (layer.filters, layer.bias)]
        return self.add(
            "Conv",
            [value, *weights],
            output=output,
            kernel_shape=list(layer.filters.shape[2:]),
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )

    def padded(self, value: str, *, channels: int = 0, space: int = 0) -> str:
        import numpy as np

        if not (channels or space):
            return value
        ends = np.array([0, 0, 0, 0, 0, channels, space, space], dtype=np.int64)
        return self.add("Pad", [value, self.constant(ends)])

    def model(self, name: str, given: tuple[str, Any], made: tuple[str, Any]) -> bytes:
        from onnx import TensorProto, checker, helper

        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info(given[0], TensorProto.UINT8, given[1])],
            [helper.make_tensor_value_info(made[0], TensorProto.FLOAT, made[1])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        checker.check_model(model)
        return bytes(model.SerializeToString())


def _folded(layers: Sequence[Layer]) -> list[Convolution]:
    """The convolutions in float64, each with the affine layer after it folded in."""
    import numpy as np

    folded: list[Convolution] = []
    for layer in layers:
        if isinstance(layer, Convolution):
            filters, bias = layer.filters.astype(np.float64), layer.bias.astype(np.float64)
            folded.append(Convolution(filters, bias, layer.stride, layer.padding))
        elif isinstance(layer, Affine):
            if not folded or not folded[-1].bias.size == layer.scale.size == layer.shift.size:
                raise FormatError("an affine layer that does not fit the convolution before it")
            before, scale = folded.pop(), layer.scale.astype(np.float64)
            filters, bias = before.filters * scale[:, None, None, None], before.bias * scale + layer.shift
            folded.append(Convolution(filters, bias, before.stride, before.padding))
    return folded


def _with_input(layer: Convolution, means: InputMeans) -> Convolution:
    """(x - mean) / 256 folded into the first convolution; exact because it pads nothing."""
    import numpy as np

    if layer.padding or layer.filters.shape[1] != 3:
        raise FormatError("a first layer that is not a convolution of unpadded colour")
    filters = layer.filters / 256.0
    bias = layer.bias - (filters * np.array(means.rgb)[None, :, None, None]).sum(axis=(1, 2, 3))
    return Convolution(filters, bias, layer.stride, layer.padding)
