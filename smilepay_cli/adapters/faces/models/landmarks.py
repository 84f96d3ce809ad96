"""dlib's landmark models in numpy: load in a millisecond, give the same points.

A cascade of regression forests (Kazemi and Sullivan, CVPR 2014), evaluated with dlib's arithmetic step by step
(dlib/image_processing/shape_predictor.h): float32 where it uses float32, leaves added up in its order, halves rounded
up. All trees of a cascade go down at once.
"""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.dlib_format import Forest
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
        if np.lib.format.read_magic(head) != (1, 0):
            raise ValueError("an array of unknown version")
        shape, _, dtype = np.lib.format.read_array_header_1_0(head)
        position += head.tell()
        count = int(np.prod(shape))
        arrays.append(np.frombuffer(data, dtype, count, position).reshape(shape))
        position += count * dtype.itemsize
    return Forest(*arrays)


class LandmarkModel:
    """One of dlib's shape predictors. Calling it changes nothing: any number of threads may, at once."""

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self._steps = forest.split_features.shape[2].bit_length()
        self._from = _about_mean(forest.mean_shape.reshape(-1, 2))

    def __call__(self, pixels: Pixels, box: Box) -> Points:
        """(p, 2) float64: dlib's whole pixels for the face in `box`. RGB or grey, uint8."""
        import numpy as np

        forest, shape = self._forest, self._forest.mean_shape
        cascades, trees = forest.leaves.shape[:2]
        sums = np.empty((trees + 1, shape.size), dtype=np.float32)
        for cascade in range(cascades):
            values = self._features(pixels, box, shape, cascade)
            sums[0] = shape
            np.take(forest.leaves[cascade].reshape(-1, shape.size), self._leaf(values, cascade), axis=0, out=sums[1:])
            shape = np.add.reduce(sums, axis=0)  # row after row, as dlib adds them
        return as_points(_in_picture(shape.reshape(-1, 2), box))

    def _features(self, pixels: Pixels, box: Box, shape: Any, cascade: int) -> NDArray[Any]:
        """Brightness at each feature's pixel; 0 outside of the picture."""
        import numpy as np

        forest = self._forest
        turn = _similarity(self._from, shape.reshape(-1, 2))
        offsets = forest.offsets[cascade]
        moved = offsets[:, :1] * turn[:, 0] + offsets[:, 1:] * turn[:, 1]
        places = _in_picture(moved + shape.reshape(-1, 2)[forest.anchors[cascade]], box)
        x, y = places[:, 0], places[:, 1]
        height, width = pixels.shape[:2]
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        x, y = np.where(inside, x, 0), np.where(inside, y, 0)
        picked = pixels[y, x]
        brightness = picked if picked.ndim == 1 else picked.sum(axis=1, dtype=np.int32) // 3
        return np.where(inside, brightness, 0).astype(np.float32)

    def _leaf(self, values: NDArray[Any], cascade: int) -> NDArray[np.int64]:
        """For every tree, the row of its leaf among all leaves of the cascade."""
        import numpy as np

        features, thresholds = self._forest.split_features[cascade], self._forest.split_thresholds[cascade]
        trees, splits = thresholds.shape
        decisions = values[features[..., 0]] - values[features[..., 1]] > thresholds
        every = np.arange(trees)
        node = np.zeros(trees, dtype=np.int64)
        for _ in range(self._steps):
            node = 2 * node + 2 - decisions[every, node]
        rows: NDArray[np.int64] = every * (splits + 1) + node - splits
        return rows


def _about_mean(points: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Points about their mean, and their mean squared length; float64."""
    import numpy as np

    centred = points.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred, float((centred**2).sum() / len(points))


def _similarity(source: tuple[NDArray[Any], float], to: NDArray[Any]) -> NDArray[Any]:
    """Rotation and scale that bring the mean shape closest to `to`, (2, 2): Umeyama 1991, in closed form for 2-D."""
    import numpy as np

    centred, spread = source
    target, _ = _about_mean(to)
    (a, b), (c, d) = target.T @ centred / len(centred)
    along, across = (a + d) / spread, (c - b) / spread
    return np.array([[along, -across], [across, along]], dtype=np.float32)


def _in_picture(points: NDArray[Any], box: Box) -> NDArray[np.int64]:
    """From units of the box to whole pixels; dlib's box ends at its last pixel, and it rounds halves up."""
    import numpy as np

    scale = np.array([box.width - 1, box.height - 1], dtype=np.float64)
    corner = np.array([box.left, box.top], dtype=np.float64)
    return np.floor(points.astype(np.float64) * scale + corner + 0.5).astype(np.int64)
