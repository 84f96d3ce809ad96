"""dlib's landmark models in numpy: load in a millisecond, give the same points.

A cascade of regression forests (Kazemi and Sullivan, CVPR 2014), evaluated with dlib's arithmetic step by step
(dlib/image_processing/shape_predictor.h): float32 where it uses float32, leaves added up in its order, halves rounded
up. All trees of a cascade go down at once.
"""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.dlib_forest import Forest
from smilepay_cli.vocabulary.faces import Box, as_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels, Points


def packed(forest: Forest) -> bytes:
    """The forest's arrays one after the other, each in numpy's own format."""
    import numpy as np

    file = BytesIO()
    for field in fields(Forest):
        np.lib.format.write_array(file, np.ascontiguousarray(getattr(forest, field.name)), allow_pickle=False)
    return file.getvalue()


def unpacked(data: Any) -> Forest:
    """The reverse of `packed`, without copying: the arrays are views of `data` (any buffer). Raises ValueError."""
    import numpy as np

    arrays = []
    position = 0
    for _ in fields(Forest):
        head = BytesIO(bytes(data[position : position + 256]))
        try:
            version, (shape, _, dtype) = np.lib.format.read_magic(head), np.lib.format.read_array_header_1_0(head)
        except Exception as error:  # numpy parses the head as Python, with all the errors that has
            raise ValueError("no array where one was expected") from error
        position += head.tell()
        count = int(np.prod(shape))
        if version != (1, 0) or count < 0:
            raise ValueError("an array of unknown version or shape")
        arrays.append(np.frombuffer(data, dtype, count, position).reshape(shape))
        position += count * dtype.itemsize
    return Forest(*arrays)


class LandmarkModel:
    """One of dlib's shape predictors. Calling it changes nothing: any number of threads may, at once."""

    def __init__(self, forest: Forest) -> None:
        import numpy as np

        self._forest = forest
        cascades, trees, splits = forest.split_thresholds.shape
        self._steps = splits.bit_length()
        self._from = _about_mean(forest.mean_shape.reshape(-1, 2))
        self._one, self._other = (
            np.ascontiguousarray(forest.split_features[..., side], dtype=np.intp).reshape(cascades, -1)
            for side in (0, 1)
        )
        self._anchors = forest.anchors.astype(np.intp)
        self._offsets = np.ascontiguousarray(forest.offsets.transpose(0, 2, 1))
        self._turned = np.stack([-self._offsets[:, 1], self._offsets[:, 0]], axis=1)
        self._thresholds = forest.split_thresholds.reshape(cascades, -1)
        self._first_split, self._first_leaf = np.arange(trees) * splits, np.arange(trees) * (splits + 1) - splits

    def __call__(self, pixels: Pixels, box: Box) -> Points:
        """(p, 2) float64: dlib's whole pixels for the face in `box`. RGB or grey, uint8."""
        import numpy as np

        forest, shape = self._forest, self._forest.mean_shape
        cascades, trees = forest.leaves.shape[:2]
        sums = np.empty((trees + 1, shape.size), dtype=np.float32)
        for cascade in range(cascades):
            values = self._features(pixels, box, shape, cascade)
            sums[0] = shape
            np.take(
                forest.leaves[cascade].reshape(-1, shape.size),
                self._leaf(values, cascade),
                axis=0,
                out=sums[1:],
                mode="clip",
            )
            shape = np.add.reduce(sums, axis=0)  # row after row, as dlib adds them
        return as_points(_whole(shape.reshape(-1, 2).T, box).T)

    def _features(self, pixels: Pixels, box: Box, shape: Any, cascade: int) -> NDArray[Any]:
        """Brightness at each feature's pixel, float32; 0 outside of the picture."""
        import numpy as np

        (cos, sin), points = _similarity(self._from, shape.reshape(-1, 2)), shape.reshape(-1, 2).T
        places = self._offsets[cascade] * cos
        places += self._turned[cascade] * sin
        places += points.take(self._anchors[cascade], axis=1)
        x, y = _whole(places, box)
        height, width = pixels.shape[:2]
        if x.min() >= 0 and y.min() >= 0 and x.max() < width and y.max() < height:
            return _brightness(pixels[y, x])
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        return np.where(inside, _brightness(pixels[y * inside, x * inside]), np.float32(0))

    def _leaf(self, values: NDArray[Any], cascade: int) -> NDArray[np.int64]:
        """For every tree, the row of its leaf among all leaves of the cascade."""
        one, other, thresholds = self._one[cascade], self._other[cascade], self._thresholds[cascade]
        node: Any = 0
        for _ in range(self._steps):
            split = self._first_split + node
            left = values.take(one.take(split)) - values.take(other.take(split)) > thresholds.take(split)
            node = 2 * node + 2 - left
        rows: NDArray[np.int64] = self._first_leaf + node
        return rows


def _about_mean(points: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Points about their mean, and their mean squared length; float64."""
    import numpy as np

    centred = points.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred, float((centred**2).sum() / len(points))


def _similarity(source: tuple[NDArray[Any], float], to: NDArray[Any]) -> tuple[Any, Any]:
    """Rotation times scale that brings the mean shape closest to `to`, as (cos, sin) in float32.

    Umeyama 1991, equations 34 to 42, in closed form for two dimensions.
    """
    import numpy as np

    centred, spread = source
    target, _ = _about_mean(to)
    (a, b), (c, d) = (target.T @ centred).tolist()
    whole = spread * len(centred)
    return np.float32((a + d) / whole), np.float32((c - b) / whole)


def _whole(places: NDArray[Any], box: Box) -> NDArray[np.int64]:
    """(2, n) from units of the box to whole pixels; dlib's box ends at its last pixel, and it rounds halves up."""
    import numpy as np

    exact = places * np.array([[box.width - 1.0], [box.height - 1.0]])
    exact += [[box.left + 0.5], [box.top + 0.5]]
    whole: NDArray[np.int64] = np.floor(exact, out=exact).astype(np.int64)
    return whole


def _brightness(picked: NDArray[Any]) -> NDArray[Any]:
    """As dlib turns colour into grey: the mean of red, green and blue, cut off."""
    import numpy as np

    if picked.ndim == 2:
        picked = (picked[:, 0].astype(np.int32) + picked[:, 1] + picked[:, 2]) // 3
    return picked.astype(np.float32)
