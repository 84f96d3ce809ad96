"""A PAD network from a file that somebody else made: `model.onnx`, with `model.toml` beside it.

Everything that can be wrong with the files is told when they are loaded, before anything is captured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.files import printable, read_file
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.pad.crop import network_input, normalised
from smilepay_cli.adapters.pad.sidecar import Sidecar, sidecar_from
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.adapters.faces.models.sessions import Session
    from smilepay_cli.vocabulary.faces import Box, Pixels

LARGEST_NETWORK = 512 * 1024 * 1024
LARGEST_SIDECAR = 64 * 1024
"""Bytes."""
LONGEST_RUN = 30.0
"""Seconds for one face; a network may hold a loop that does not end."""
ROUNDING = 1e-6
"""How far past 0 and 1 a float32 probability may lie."""


class PadFault(Exception):
    """The network ran and gave nothing that a live score could be, or did not run: why, in one line."""


class OnnxPadModel:
    """The port PadModel on onnxruntime, one thread. Made by `load_pad_model` only, so it has given a score before."""

    def __init__(self, session: Session, sidecar: Sidecar, description: str, sidecar_digest: str) -> None:
        self._session = session
        self._sidecar = sidecar
        self._sidecar_digest = sidecar_digest
        self.description = description

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the .onnx."""
        return self._sidecar.sha256

    @property
    def threshold(self) -> float:
        """Between 0 and 1; a lower live score is an attack."""
        return self._sidecar.threshold

    @property
    def figures(self) -> dict[str, Any]:
        """What an audit event says of it: the files by SHA-256, and how the output is read."""
        return {
            "model": self.digest,
            "sidecar": self._sidecar_digest,
            "threshold": self.threshold,
            "live_class": self._sidecar.live_class,
        }

    def live_score(self, pixels: Pixels, box: Box) -> float:
        """The live class's score in [0, 1], for an RGB picture (h, w, 3) uint8.

        Raises TypeError, ValueError (picture, box) or PadFault (network).
        """
        return self._score(network_input(pixels, box, self._sidecar))

    def try_out(self) -> None:
        """Run it once, on a picture of no face: what shape the output really has shows only then. Raises PadFault."""
        import numpy as np

        height, width = self._sidecar.input_size
        stripes = (np.arange(height * width * 3) % 256).astype(np.uint8).reshape(height, width, 3)
        self._score(normalised(stripes, self._sidecar))

    def _score(self, batch: NDArray[Any]) -> float:
        import numpy as np

        try:
            output = self._session.run(batch, seconds=LONGEST_RUN)
        except ModelsUnavailable as error:
            raise PadFault(printable(str(error))) from None
        if not isinstance(output, np.ndarray) or output.ndim != 2 or output.shape[0] != 1:
            shape = getattr(output, "shape", type(output).__name__)
            raise PadFault(f"gives {shape} for one face, not (1, number of classes)")
        if self._sidecar.live_class >= output.shape[1]:
            raise PadFault(
                f"has {output.shape[1]} outputs, counted from 0, and no live_class {self._sidecar.live_class}"
            )
        if not np.isfinite(output).all():
            raise PadFault("gives a number that is not finite")
        return float(_probabilities(output[0].astype(np.float64), self._sidecar.activation)[self._sidecar.live_class])


def load_pad_model(path: Path) -> OnnxPadModel:
    """The network in a file named *.onnx, as the .toml of the same name beside it says.

    Raises UsageProblem (`bad_pad_model`) when either file is missing, is not the one that the other means, or
    makes no network that gives a live score.
    """
    from hashlib import sha256

    name = printable(str(path))
    if path.suffix.lower() != ".onnx":
        raise _unusable(
            name,
            tr("not a file ending in .onnx"),
            tr("the sidecar beside it is found by itself: {read}", read=tr(_READ)),
        )
    beside = path.with_suffix(".toml")
    data, text = _read(path, LARGEST_NETWORK), _read(beside, LARGEST_SIDECAR)
    try:
        sidecar = sidecar_from(text)
    except UsageProblem as problem:
        raise _unusable(
            printable(str(beside)), printable(problem.message), problem.hint and printable(problem.hint)
        ) from None
    if (digest := sha256(data).hexdigest()) != sidecar.sha256:
        raise _unusable(
            name,
            tr("is not the file that its sidecar was written for: its SHA-256 is {digest}", digest=digest),
            tr("only if you trust this file, put that into {beside}", beside=printable(beside.name)),
        )
    try:
        session = _session(data, sidecar)
        model = OnnxPadModel(session, sidecar, _description(path, sidecar), sha256(text).hexdigest())
        model.try_out()
    except (ModelsUnavailable, PadFault) as error:
        raise _unusable(name, printable(str(error)), tr(_READ)) from None
    return model


_READ = marked("docs/pad-models.md says what both files hold")


def _unusable(name: str, detail: str, hint: str | None = None) -> UsageProblem:
    return UsageProblem(f"{name}: {detail}", hint=hint, reason="bad_pad_model")


def _read(path: Path, largest: int) -> bytes:
    try:
        return read_file(path, largest)
    except UsageProblem as problem:
        raise UsageProblem(problem.message, hint=tr(_READ), reason="bad_pad_model") from None


def _description(path: Path, sidecar: Sidecar) -> str:
    name = sidecar.name or printable(path.name)
    return f"{name} ({sidecar.source})" if sidecar.source else name


def _session(data: bytes, sidecar: Sidecar) -> Session:
    """Raises ModelsUnavailable, or PadFault when its input or output is not what the sidecar says."""
    _require_whole(data)
    try:
        from smilepay_cli.adapters.faces.models.sessions import Session

        session = Session(data)
    except ImportError as error:
        raise PadFault(f"onnxruntime cannot be loaded: {error}") from None
    for what, slot in (("input", session.input), ("output", session.output)):
        if slot.kind != "tensor(float)":
            raise PadFault(f"its {what} is {slot.kind}, not tensor(float)")
    height, width = sidecar.input_size
    sizes = (3, height, width) if sidecar.layout == "nchw" else (height, width, 3)
    batch, *rest = session.input.shape or (0,)
    if tuple(rest) != sizes or (isinstance(batch, int) and batch != 1):
        wanted = ", ".join(str(size) for size in ("1 or any", *sizes))
        given = ", ".join(str(size) for size in session.input.shape)
        raise PadFault(f"its input is ({given}); the sidecar's input_size and layout make ({wanted})")
    return session


def _require_whole(data: bytes) -> None:
    """Raises PadFault for a network with parts outside of its file: they would be read from the working directory, or
    from memory of ours, and the SHA-256 would not cover them.
    """
    import onnx

    try:
        model = onnx.ModelProto.FromString(data)
    except Exception:  # protobuf's errors share no other class
        raise PadFault("is no ONNX network") from None
    for tensor in _tensors(model):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise PadFault("keeps a part of its weights in another file; save it as one file")


def _tensors(message: Any) -> Iterator[Any]:
    """Every tensor in an ONNX message, wherever it stands: weights, constants, branches, functions."""
    from onnx import TensorProto

    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for inner in value if isinstance(value, Sequence) else (value,):
            if isinstance(inner, TensorProto):
                yield inner
            else:
                yield from _tensors(inner)


def _probabilities(outputs: NDArray[Any], activation: str) -> NDArray[Any]:
    """(n,) float64 in [0, 1] from finite outputs. Raises PadFault where they cannot be."""
    import numpy as np

    if activation == "softmax":
        if len(outputs) < 2:
            raise PadFault('has one output, of which softmax always makes 1; try activation = "sigmoid"')
        powers = np.exp(outputs - outputs.max())
        return np.asarray(powers / powers.sum())
    if activation == "sigmoid":
        return np.asarray(np.exp(-np.logaddexp(0, -outputs)))
    if outputs.min() < -ROUNDING or outputs.max() > 1 + ROUNDING:
        raise PadFault(f'gives {outputs.min():g} to {outputs.max():g}, no probabilities; try activation = "softmax"')
    return np.asarray(np.clip(outputs, 0, 1))
