"""dlib's shape predictors, read with numpy.

Integers have no fixed width, so a file can only be read from front to back. A forest of 16 million numbers would take
Python minutes. Its leaves announce themselves, though: `read_forest` finds all of them by their first bytes, reads
them side by side, and then proves that every one ends where the next begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.dlib_format import FARTHEST, LARGEST, FormatError, Reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smilepay_cli.adapters.faces.models.dlib_format import Floats


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
            _require((exponents >= -FARTHEST) & (exponents <= FARTHEST))
            exact = np.ldexp(mantissas.astype(np.float64), exponents.astype(np.int32))
            _require(np.abs(exact) <= LARGEST)
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
