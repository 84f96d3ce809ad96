"""A frame as a file, and back, without a changed pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

_EFFORT = 1
"""zlib's level: 6 takes three times as long for a tenth of the size."""


def as_png(pixels: Pixels) -> bytes:
    """(height, width, 3) uint8 RGB as a PNG. Raises ValueError for anything else."""
    import cv2
    import numpy as np

    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"no RGB picture: {pixels.shape}, {pixels.dtype}")
    written, png = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, _EFFORT])
    if not written:
        raise ValueError("the picture cannot be written")
    return png.tobytes()


def of_png(png: bytes) -> Pixels:
    """The reverse. Raises ValueError for what is no PNG of ours."""
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError("no picture")
    return np.ascontiguousarray(pixels[:, :, ::-1], dtype=np.uint8)
