"""dlib's serialisation, read with numpy: networks, regression forests.

The format (dlib/serialize.h): an integer is a control byte (low four bits: how many bytes follow, bit 7: sign) and
that many little-endian bytes; a float is two integers, mantissa and exponent of two; a vector is its length and its
elements; a matrix is its negated dimensions and its elements row by row; a tensor is the integer 2, four dimensions
and raw little-endian float32.

Integers have no fixed width, so a file can only be read from front to back. A forest of 16 million numbers would take
Python minutes. Its leaves announce themselves, though: `read_forest` finds all of them by their first bytes, reads
them side by side, and then proves that every one ends where the next begins.
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


_LARGEST = float.fromhex("0x1.fffffep+127")
"""Of float32, which all numbers here were trained as."""
_FARTHEST = 960
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


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """A shape predictor (Kazemi and Sullivan 2014), c cascades of t trees with s splits and s + 1 leaves, p points.

    Coordinates are in units of the face's box.
    """

    mean_shape: Floats
    """(2 p,), x and y in turn."""
    split_features: NDArray[np.int32]
    """(c, t, s, 2): the two features whose difference is looked at."""
    split_thresholds: Floats
    """(c, t, s); to the left child where the difference is greater."""
    leaves: Floats
    """(c, t, s + 1, 2 p): what is added to the shape."""
    anchors: NDArray[np.int32]
    """(c, f): the point that each feature's pixel goes with."""
    offsets: Floats
    """(c, f, 2): from the anchor to the pixel."""


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
        value = float(mantissa * 2.0**exponent) if abs(exponent) <= _FARTHEST else _LARGEST * 2
        if abs(value) > _LARGEST:
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


def read_forest(data: bytes) -> Forest:
    """A serialised dlib shape predictor. Raises FormatError."""
    import numpy as np

    reader = Reader(data)
    if reader.integer() != 1:
        raise FormatError("a shape predictor of unknown version")
    mean_shape = reader.column()
    size = mean_shape.size
    if size % 2 or not np.ptp(mean_shape.reshape(-1, 2), axis=0).any():
        raise FormatError("no points that make a shape")
    cascades = reader.integer()
    lanes = _Lanes(np.frombuffer(data + bytes(16), dtype=np.uint8))
    marks = [found.start() for found in re.finditer(re.escape(_column_head(size)), data)]
    starts = np.array(marks, dtype=np.int64)
    starts = starts[starts >= reader.position]
    trees, splits = _shape_of_trees(reader)
    if cascades < 1:
        raise FormatError("a shape predictor without cascades")
    if starts.size != cascades * trees * (splits + 1) or starts.size * size > len(data):
        raise FormatError(f"{starts.size} leaves where {cascades} x {trees} x {splits + 1} were expected")
    leaves, ends = lanes.reals(starts + len(_column_head(size)), size)

    per_tree = splits + 1
    heads = np.concatenate(([reader.position], ends[per_tree - 1 : -1 : per_tree]))
    first = np.arange(heads.size) % trees == 0
    first[0] = False  # the reader is past the first forest's length already
    lengths, after = lanes.integers(heads)
    _require(lengths[first] == trees)
    heads = np.where(first, after, heads)
    features, thresholds, begins = lanes.splits(heads, splits)
    _require(begins == starts[::per_tree])
    inside = np.arange(starts.size) % per_tree != 0
    _require(starts[inside] == ends[np.flatnonzero(inside) - 1])

    reader.position = int(ends[-1])
    anchors = [_vector(reader, Reader.integer) for _ in range(_count(reader, cascades))]
    offsets = [_vector(reader, _pair) for _ in range(_count(reader, cascades))]
    pool = len(anchors[0])
    if any(len(one) != pool for one in (*anchors, *offsets)):
        raise FormatError("features of unlike number")
    if not all(0 <= anchor < size // 2 for one in anchors for anchor in one):
        raise FormatError("a feature beside a point that is none")
    _require((features >= 0) & (features < pool))
    if reader.position != len(data):
        raise FormatError(f"{len(data) - reader.position} bytes too many")
    return Forest(
        mean_shape=mean_shape,
        split_features=features.astype(np.int32).reshape(cascades, trees, splits, 2),
        split_thresholds=thresholds.reshape(cascades, trees, splits),
        leaves=leaves.reshape(cascades, trees, per_tree, size),
        anchors=np.array(anchors, dtype=np.int32),
        offsets=np.array(offsets, dtype=np.float32),
    )


class _Lanes:
    """Many readers side by side: `position` arrays in, values and new positions out."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data

    def integers(self, at: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any]]:
        import numpy as np

        control = self._data[at]
        sizes = (control & 0x0F).astype(np.int64)
        _require((sizes <= 8) & ((control & 0x70) == 0))
        values = np.zeros(at.size, dtype=np.int64)
        for byte in range(int(sizes.max(initial=0))):
            values |= np.where(byte < sizes, self._data[at + 1 + byte], 0).astype(np.int64) << (8 * byte)
        return np.where(control & 0x80, -values, values), np.minimum(at + 1 + sizes, self._data.size - 16)

    def reals(self, at: NDArray[Any], count: int) -> tuple[Floats, NDArray[Any]]:
        """(lanes, count) float32, and where each lane ends."""
        import numpy as np

        values = np.empty((at.size, count), dtype=np.float32)
        for column in range(count):
            mantissas, at = self.integers(at)
            exponents, at = self.integers(at)
            _require((exponents >= -_FARTHEST) & (exponents <= _FARTHEST))
            exact = np.ldexp(mantissas.astype(np.float64), exponents.astype(np.int32))
            _require(np.abs(exact) <= _LARGEST)
            values[:, column] = exact
        return values, at

    def splits(self, at: NDArray[Any], count: int) -> tuple[NDArray[np.int64], Floats, NDArray[Any]]:
        """One tree a lane: features (lanes, count, 2), thresholds (lanes, count), and where its leaves begin."""
        import numpy as np

        features = np.empty((at.size, count, 2), dtype=np.int64)
        thresholds = np.empty((at.size, count), dtype=np.float32)
        lengths, at = self.integers(at)
        _require(lengths == count)
        for split in range(count):
            for side in (0, 1):
                features[:, split, side], at = self.integers(at)
            one, at = self.reals(at, 1)
            thresholds[:, split] = one[:, 0]
        lengths, at = self.integers(at)
        _require(lengths == count + 1)
        return features, thresholds, at


def _shape_of_trees(reader: Reader) -> tuple[int, int]:
    """Trees in a forest and splits in a tree; leaves the reader at the first tree."""
    trees = reader.integer()
    at = reader.position
    splits = reader.integer()
    reader.position = at
    if not (0 < trees < 100_000 and 0 < splits < 1024 and (splits + 1) & splits == 0):
        raise FormatError("no forest of full binary trees")
    return trees, splits


def _column_head(size: int) -> bytes:
    """How a matrix of one column begins: its negated dimensions."""
    width = (size.bit_length() + 7) // 8
    return bytes([0x80 | width]) + size.to_bytes(width, "little") + b"\x81\x01"


def _count(reader: Reader, expected: int) -> int:
    if reader.integer() != expected:
        raise FormatError("as many lists as cascades were expected")
    return expected


def _vector(reader: Reader, element: Any) -> list[Any]:
    count = reader.integer()
    if not 0 < count < 100_000:
        raise FormatError("a list of impossible length")
    return [element(reader) for _ in range(count)]


def _pair(reader: Reader) -> tuple[float, float]:
    return reader.real(), reader.real()


def _require(holds: Any) -> None:
    if not holds.all():
        raise FormatError("parts of the forest do not follow one another")
