"""dlib's serialisation, read with numpy: numbers, and the layers of networks. Forests are in dlib_forest.py.

The format (dlib/serialize.h): an integer is a control byte (low four bits: how many bytes follow, bit 7: sign) and
that many little-endian bytes; a float is two integers, mantissa and exponent of two; a vector is its length and its
elements; a matrix is its negated dimensions and its elements row by row; a tensor is the integer 2, four dimensions
and raw little-endian float32.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    """float32 as read; float64 where layers are folded into one another."""

_TAGS = (b"con_4", b"affine_", b"bn_con2", b"fc_2", b"max_pool_2", b"avg_pool_2", b"add_prev_", b"relu_")
_INPUTS = (b"input_rgb_image_sized", b"input_rgb_image_pyramid")
_TAG = re.compile(b"|".join(b"\x01" + bytes([len(tag)]) + re.escape(tag) for tag in (*_TAGS, *_INPUTS)))


LARGEST = float.fromhex("0x1.fffffep+127")
"""Of float32, which all numbers here were trained as."""
FARTHEST = 960
"""Exponent that an integer of 64 bits may have and still be a float; dlib marks infinities by 32000 and more."""


class FormatError(ValueError):
    """The bytes are not what dlib would have written."""


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """`filters` (out, in, rows, columns), `bias` (out,), float32; stride and padding alike in both directions."""

    filters: Floats
    bias: Floats
    stride: int
    padding: int


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """Per channel: `scale` x + `shift`, float32."""

    scale: Floats
    shift: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FullyConnected:
    """`weights` (in, out) float32, without bias."""

    weights: Floats


@dataclass(frozen=True, slots=True)
class InputMeans:
    """What is taken off red, green and blue before they are divided by 256."""

    rgb: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Other:
    """A layer without parameters: `relu`, `add_prev`, `max_pool`, `avg_pool`."""

    kind: str


Layer = Convolution | Affine | FullyConnected | InputMeans | Other


class Reader:
    """A position in dlib's bytes. Every method raises FormatError at what cannot be right."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def integer(self) -> int:
        """The next integer."""
        if self.position >= len(self.data):
            raise FormatError("the file ends too early")
        control = self.data[self.position]
        size = control & 0x0F
        if size > 8 or control & 0x70:
            raise FormatError(f"no integer at byte {self.position}")
        start = self.position + 1
        self.position = start + size
        if self.position > len(self.data):
            raise FormatError("the file ends too early")
        value = int.from_bytes(self.data[start : self.position], "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """The next float."""
        mantissa, exponent = self.integer(), self.integer()
        value = float(mantissa * 2.0**exponent) if abs(exponent) <= FARTHEST else LARGEST * 2
        if abs(value) > LARGEST:
            raise FormatError(f"no float before byte {self.position}")
        return value

    def text(self) -> bytes:
        """The next string."""
        size = self.integer()
        if not 0 <= size <= len(self.data) - self.position:
            raise FormatError("a text that is longer than the file")
        start, self.position = self.position, self.position + size
        return self.data[start : self.position]

    def tensor(self) -> Floats:
        """The next tensor, flat."""
        import numpy as np

        if self.integer() != 2:
            raise FormatError("a tensor of unknown version")
        count = 1
        for _ in range(4):
            count *= self.integer()
        if not 0 <= count * 4 <= len(self.data) - self.position:
            raise FormatError("a tensor that is larger than the file")
        values = np.frombuffer(self.data, "<f4", count, self.position).astype(np.float32)
        self.position += 4 * count
        if not np.isfinite(values).all():
            raise FormatError("a tensor of what are no numbers")
        return values

    def column(self) -> Floats:
        """The next matrix of one column, (n,)."""
        import numpy as np

        rows, columns = -self.integer(), -self.integer()
        if columns != 1 or not 0 < rows < 10_000:
            raise FormatError("not a matrix of one column")
        return np.array([self.real() for _ in range(rows)], dtype=np.float32)


def read_network(data: bytes) -> list[Layer]:
    """The layers of a serialised dlib network, in the file's order (for the face ResNet: input first).

    Layers are found by their names; what lies between them is bookkeeping. A name that turned up inside raw weights
    would give a layer that does not fit: whoever builds the graph counts, and parity with dlib has the last word.
    """
    return list(_layers(data))


def _layers(data: bytes) -> Iterator[Layer]:
    position = 0
    while match := _TAG.search(data, position):
        reader = Reader(data, match.start())
        yield _layer(reader, reader.text().decode())
        position = reader.position


def _layer(reader: Reader, tag: str) -> Layer:
    if tag == "con_4":
        parameters = reader.tensor()
        out, rows, columns, *steps = (reader.integer() for _ in range(7))
        stride, padding = _alike(steps[0], steps[1]), _alike(steps[2], steps[3])
        if min(out, rows, columns) < 1 or not (0 < stride <= max(rows, columns) and 0 <= padding < max(rows, columns)):
            raise FormatError("a convolution of impossible shape")
        filters, bias = parameters[:-out], parameters[-out:]
        if filters.size == 0 or filters.size % (out * rows * columns):
            raise FormatError("a convolution whose weights do not fit its shape")
        return Convolution(filters.reshape(out, -1, rows, columns), bias, stride, padding)
    if tag == "affine_":
        return Affine(*_halves(reader.tensor()))
    if tag == "bn_con2":
        return _at_rest(reader)
    if tag == "fc_2":
        outputs, inputs = reader.integer(), reader.integer()
        parameters = reader.tensor()
        if min(outputs, inputs) < 1 or parameters.size < inputs * outputs:
            raise FormatError("a layer whose weights do not fit its shape")
        return FullyConnected(parameters[: inputs * outputs].reshape(inputs, outputs))
    if tag.encode() in _INPUTS:
        return InputMeans((reader.real(), reader.real(), reader.real()))
    return Other(tag.rstrip("_2"))


def _at_rest(reader: Reader) -> Affine:
    """Batch normalisation as it is used after training: an affine layer (dlib/dnn/layers.h, affine_)."""
    import numpy as np

    scales, shifts = _halves(reader.tensor())
    for _ in range(2 * 5):  # where scale and shift lie in the parameters: a version and four dimensions each
        reader.integer()
    _, _, means, variances = (reader.tensor().astype(np.float64) for _ in range(4))
    for _ in range(2):  # counts of the training
        reader.integer()
    *_, smallest = (reader.real() for _ in range(5))  # four learning rates, and what keeps the root from zero
    if not scales.size == means.size == variances.size or not (variances + smallest > 0).all():
        raise FormatError("a normalisation whose means and variances do not fit")
    scale = scales / np.sqrt(variances + smallest)
    return Affine(scale, shifts - scale * means)


def _halves(parameters: Floats) -> tuple[Floats, Floats]:
    half, odd = divmod(parameters.size, 2)
    if odd:
        raise FormatError("scales and shifts of unlike number")
    return parameters[:half], parameters[half:]


def _alike(vertical: int, horizontal: int) -> int:
    if vertical != horizontal:
        raise FormatError("a layer that treats rows and columns differently")
    return vertical
