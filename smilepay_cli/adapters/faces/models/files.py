"""The files of one set of models: their names, and reading them with a look at every byte."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENCODER_GRAPH, ENCODER = "encoder.onnx", "encoder.optimised.onnx"
HOG, CNN = "hog.svm", "cnn.onnx"
MANIFEST = "manifest.json"
_MAPPED = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)  # all pages at once: every byte is looked at anyway


def landmarks_file(points: int) -> str:
    """Where the landmark model of so many points is kept."""
    return f"landmarks-{points}.npy"


class ModelsUnavailable(Exception):
    """There are no models to be had: why, in one line for people."""


class ModelsNotBuilt(ModelsUnavailable):
    """There are none yet, or damaged ones, and whoever asked only looks; whoever works builds them."""


def checksum(data: Any) -> str:
    """XXH3 of a file's bytes, 32 hex digits."""
    import xxhash

    return str(xxhash.xxh3_128_hexdigest(data))


class ModelFiles:
    """The checked files of one set of models."""

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        self.folder = folder
        self._digests = digests

    @property
    def whole(self) -> bool:
        """Whether every file is what was built."""
        try:
            for name in self._digests:
                self.read(name)
        except ModelsUnavailable:
            return False
        return True

    def read(self, name: str) -> bytes | mmap.mmap:
        """The file's bytes, mapped into memory and checked. Raises ModelsUnavailable when they changed."""
        try:
            with (self.folder / name).open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, flags=_MAPPED, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise ModelsUnavailable(f"{name}: {error}") from None
        if checksum(data) != self._digests.get(name):
            raise ModelsUnavailable(f"{name} is damaged")
        return data
