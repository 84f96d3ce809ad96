"""How much arithmetic the encoder is, counted from its graph."""

from __future__ import annotations

from math import prod


def multiply_adds(model: bytes) -> int:
    """Of one face: every convolution and matrix product of an ONNX graph with the batch as its first dimension.

    A convolution is (outputs' rows x columns x channels) x (one filter's weights); a product is its matrix. Bias,
    additions and pooling, under 1 %, are left out. Shapes are ONNX's own inference.
    """
    from onnx import load_from_string, shape_inference

    graph = shape_inference.infer_shapes(load_from_string(model), strict_mode=True, data_prop=True).graph
    weights = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    shapes = {
        value.name: tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)
        for value in (*graph.value_info, *graph.output)
    }
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += prod(shapes[node.output[0]][1:]) * prod(weights[node.input[1]][1:])
        elif node.op_type == "MatMul":
            total += prod(weights[node.input[1]])
    return total
