"""Files made to keep a decoder busy: few bytes that cost minutes, or many that lead nowhere."""

from __future__ import annotations

import io
import re
import struct

MOST_HEADER_READS = 20_000
"""Steps that Pillow may take before it knows a picture's size; a phone's JPEG takes some hundreds."""
MOST_HEADER_BYTES = 16 * 1024 * 1024
"""Bytes that these steps may read; thumbnails, colour profiles and depth maps stay below."""
MOST_READS = 200_000
"""Steps after that; a 64 MiB PNG in chunks of 8 KiB takes 35,000."""
MOST_SCANS = 50
"""Of a progressive JPEG, each a pass over the whole picture; encoders write about ten."""
MOST_SEGMENTS = 5_000
"""Of a JPEG: 64 KiB each are 300 MB. Also tags of a TIFF."""
MOST_TILES = 200_000
"""Tiles or strips of a TIFF: 50 megapixels in the smallest tiles that there are, 16 x 16."""

_TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "<", b"MM\0+": ">"}
_TIFF_OFFSETS = (273, 324)
"""Tags StripOffsets and TileOffsets (TIFF 6.0)."""
# Markers that a segment or a scan begins with: no stuffed byte, fill byte, restart or TEM (ITU-T T.81, B.1.1.3)
_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")
_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA


class TooManyPartsError(Exception):
    """No picture from a camera or an editor is built like this."""


class MeteredBytes(io.BytesIO):
    """Bytes of a file that may be read in a limited number of steps.

    Pillow walks through headers in Python, one small read after the other, and joins what belongs together
    anew at each step: without a limit 64 MiB of empty comments take it minutes.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads_left = MOST_HEADER_READS
        self._bytes_left: int | None = MOST_HEADER_BYTES

    def header_done(self) -> None:
        """From here on pixels are read: more steps, and bytes as many as there are."""
        self._reads_left = MOST_READS
        self._bytes_left = None

    def read(self, size: int | None = -1, /) -> bytes:
        """As BytesIO. Raises TooManyPartsError."""
        data = super().read(size)
        self._reads_left -= 1
        if self._bytes_left is not None and size is not None and size >= 0:  # in one go is no step
            self._bytes_left -= len(data)
        if self._reads_left < 0 or (self._bytes_left is not None and self._bytes_left < 0):
            raise TooManyPartsError("made of too many parts")
        return data


def require_few_parts(data: bytes) -> None:
    """Raises TooManyPartsError for a JPEG of many scans or a TIFF of many tiles, before a decoder sees it."""
    if data.startswith(b"\xff\xd8\xff"):
        _require_few_scans(data)
    elif data[:4] in _TIFF_ORDERS:
        _require_few_tiles(data)


def _require_few_scans(data: bytes) -> None:
    scans = position = 0
    for _ in range(MOST_SEGMENTS):
        marker = _MARKER.search(data, position)
        if marker is None or marker[1][0] == _END_OF_IMAGE:
            return
        scans += marker[1][0] == _START_OF_SCAN
        if scans > MOST_SCANS:
            break
        position = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2], "big"))
    raise TooManyPartsError("made of too many parts")


def _require_few_tiles(data: bytes) -> None:
    """Pillow makes an object of each tile before it tells the size. A directory cut short is left to Pillow."""
    order = _TIFF_ORDERS[data[:4]]
    is_big = b"+" in data[:4]
    first, counted, entry = ("Q", "Q", "HHQ8x") if is_big else ("L", "H", "HHL4x")
    try:
        (at,) = struct.unpack_from(order + first, data, 8 if is_big else 4)
        (entries,) = struct.unpack_from(order + counted, data, at)
        if entries > MOST_SEGMENTS:
            raise TooManyPartsError("made of too many parts")
        for number in range(entries):
            place = at + struct.calcsize(order + counted) + number * struct.calcsize(order + entry)
            tag, _, count = struct.unpack_from(order + entry, data, place)
            if tag in _TIFF_OFFSETS and count > MOST_TILES:
                raise TooManyPartsError("made of too many parts")
    except (struct.error, OverflowError):
        return
