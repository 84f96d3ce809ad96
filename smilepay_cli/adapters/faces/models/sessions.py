"""onnxruntime, one thread a session: the only code that knows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
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


@dataclass(frozen=True, slots=True)
class Slot:
    """What goes into a network, or what comes out of it, as its file declares it."""

    kind: str
    """onnxruntime's name for the type, such as `tensor(float)`, which is float32."""
    shape: tuple[int | str | None, ...]
    """Sizes; a name or None where any size will do. Empty also where nothing is declared."""


class Session:
    """One network with one input and one output. `run` may be called from several threads at once."""

    def __init__(self, model: Any, *, optimised: bool = False) -> None:
        """`model` is the file's bytes; `optimised` says that they were optimised for this machine already.

        Raises ModelsUnavailable when they are no network, or one with more or fewer inputs or outputs. Tensors that
        lie outside of the bytes are read from the working directory: who does not know the model looks for them first.
        """
        onnxruntime = load_onnxruntime()
        options = _options()
        if optimised:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        with _told("cannot load a network"):
            self._session = onnxruntime.InferenceSession(bytes(model), options, providers=["CPUExecutionProvider"])
            inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelsUnavailable(f"a network needs one input and one output, not {len(inputs)} and {len(outputs)}")
        self._name = inputs[0].name
        self.input, self.output = (Slot(slot.type, tuple(slot.shape or ())) for slot in (inputs[0], outputs[0]))

    def run(self, batch: NDArray[Any], *, seconds: float | None = None) -> NDArray[Any]:
        """The output for a batch. Raises ModelsUnavailable when it fails, or is not done after so many seconds.

        The time is looked at between two layers.
        """
        with _told("cannot run a network"), _ended_after(seconds) as options:
            output: NDArray[Any] = self._session.run(None, {self._name: batch}, options)[0]
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
    options.log_severity_level = 4  # what goes wrong is raised; that an optimised network is for this machine we know
    # By default whatever looks like onnxruntime's own format is taken for it, and no other reader could look into it.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return options


@contextmanager
def _ended_after(seconds: float | None) -> Iterator[Any]:
    """onnxruntime's options for a run that ends, with TimeoutError, when its time is over."""
    if seconds is None:
        yield None
        return
    options = load_onnxruntime().RunOptions()
    timer = Timer(seconds, setattr, (options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        yield options
    except Exception:
        if options.terminate:
            raise TimeoutError(f"not done after {seconds:g} s") from None
        raise
    finally:
        timer.cancel()


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime's errors share no other class
        raise ModelsUnavailable(f"{what}: {str(error).partition(chr(10))[0]}") from None
