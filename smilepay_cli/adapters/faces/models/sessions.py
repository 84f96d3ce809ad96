"""onnxruntime, one thread a session: the only code that knows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.files import ModelsUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray


def load_onnxruntime() -> Any:
    """The module onnxruntime, kept from reporting to its maker, which it does on its own from 1.29 on.

    Its library reads the variable when it is loaded, and would write a device number into the user's cache folder.
    Raises ImportError.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


class Session:
    """One network with one input and one output. `run` may be called from several threads at once."""

    def __init__(self, model: Any, *, optimised: bool = False) -> None:
        """`model` is the file's bytes; `optimised` says that they were optimised for this machine already.

        Raises ModelsUnavailable when they are no network.
        """
        onnxruntime = load_onnxruntime()
        options = _options()
        if optimised:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        with _told("cannot load a network"):
            self._session = onnxruntime.InferenceSession(bytes(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: NDArray[Any]) -> NDArray[Any]:
        """The output for a batch."""
        with _told("cannot run a network"):
            output: NDArray[Any] = self._session.run(None, {self._input: batch})[0]
        return output


def save_optimised(model: Path, to: Path) -> None:
    """Write the network as onnxruntime rearranges it for this processor. Raises ModelsUnavailable."""
    onnxruntime = load_onnxruntime()
    options = _options()
    options.optimized_model_filepath = str(to)
    with _told(f"cannot write {to}"):
        onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _options() -> Any:
    options = load_onnxruntime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # an optimised network is meant for this machine only, which it warns of
    return options


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime's errors share no other class
        raise ModelsUnavailable(f"{what}: {str(error).partition(chr(10))[0]}") from None
