"""How fast this processor multiplies float32 matrices in one thread: the measure for the encoder."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from smilepay_cli.adapters.faces.models.sessions import load_onnxruntime

SIZES = (512, 768, 1024, 1536, 2048)
"""Rows and columns of square matrices."""
TRIES = 3
"""Products of a size in one sweep, of which the fastest counts."""


class NumpyProducts:
    """numpy.matmul, whose OpenBLAS picks its kernel when it is loaded."""

    def __init__(self) -> None:
        self._pairs = [_matrices(size) for size in SIZES]

    def sweep(self) -> list[float]:
        """GFLOP/s, one for each of SIZES."""
        return [_rate(_product(*pair), size) for size, pair in zip(SIZES, self._pairs, strict=True)]

    def kernel(self) -> str:
        """Which code of OpenBLAS ran."""
        for path in _loaded("openblas"):
            library = ctypes.CDLL(path)
            for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename"):
                if hasattr(library, name):
                    ask = getattr(library, name)
                    ask.restype = ctypes.c_char_p
                    return f"OpenBLAS {ask().decode()}"
        built: Any = np.show_config(mode="dicts")
        return str(built.get("Build Dependencies", {}).get("blas", {}).get("name", "unknown"))


class OnnxruntimeProducts:
    """onnxruntime's MatMul with the right-hand matrix as a constant, which it may rearrange beforehand."""

    def __init__(self) -> None:
        self._pairs = [(_session(size), _matrices(size)[0]) for size in SIZES]

    def sweep(self) -> list[float]:
        """GFLOP/s, one for each of SIZES."""
        return [_rate(_asked(*pair), size) for size, pair in zip(SIZES, self._pairs, strict=True)]


def _product(left: Any, right: Any, into: Any) -> Callable[[], Any]:
    return lambda: np.matmul(left, right, out=into)


def _asked(session: Any, left: Any) -> Callable[[], Any]:
    return lambda: session.run(None, {"left": left})


def _rate(multiply: Callable[[], Any], size: int) -> float:
    fastest = float("inf")
    for _ in range(TRIES):
        begun = time.perf_counter()
        multiply()
        fastest = min(fastest, time.perf_counter() - begun)
    return 2 * size**3 / fastest / 1e9


def _matrices(size: int) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(size)
    left, right = (random.standard_normal((size, size), dtype=np.float32) for _ in range(2))
    return left, right, np.empty((size, size), dtype=np.float32)


def _session(size: int) -> Any:
    onnxruntime = load_onnxruntime()
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMul", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.FLOAT, (size, size))],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, (size, size))],
        [numpy_helper.from_array(_matrices(size)[1], "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _loaded(word: str) -> list[str]:
    """Libraries with that word in their name that this process has loaded."""
    maps = Path(f"/proc/{os.getpid()}/maps")
    if not maps.exists():
        return []
    lines = [line.split(maxsplit=5) for line in maps.read_text(encoding="utf-8").splitlines()]
    return sorted({line[5] for line in lines if len(line) == 6 and word in Path(line[5]).name})
