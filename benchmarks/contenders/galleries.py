"""Finding the nearest of many templates: the program's own search, face_recognition's, and reading the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from smilepay_cli.rules.gallery import Gallery as References

LENGTH = 128
NEARER_THAN = 0.5
"""The threshold that is asked with; no two random templates are that near, so what is measured is the search."""


class Gallery:
    """One account a template, float32, of length 1."""

    def __init__(self) -> None:
        self._references: References
        self._probe: Any = None
        self._readings: dict[str, Callable[[], Any]] = {}

    def make(self, count: int) -> int:
        """Fresh templates; how many bytes they are."""
        vectors, self._probe = _templates(count)
        vectors = np.asfortranarray(vectors)  # as a gallery lies in memory
        accounts = tuple(f"{number:07d}" for number in range(count))
        squares = np.einsum("ij,ij->i", vectors, vectors)
        self._references = References(accounts, np.arange(count), vectors, squares)
        self._readings = _readings(vectors)
        return int(vectors.nbytes)

    def rank(self, times: int) -> None:
        """The search of rules/gallery.py: who could be among the two nearest. The one place that names it."""
        for _ in range(times):
            self._references.near(self._probe, NEARER_THAN)

    def readings(self) -> list[str]:
        """Ways to read all bytes in one thread."""
        return list(self._readings)

    def read(self, way: str) -> None:
        """Once."""
        self._readings[way]()


class FaceDistance:
    """face_recognition.face_distance on a list of encodings, as its examples keep them."""

    def __init__(self) -> None:
        import face_recognition

        self._library = face_recognition
        self._known: list[Any] = []
        self._probe: Any = None

    def make(self, count: int) -> None:
        """Fresh templates, float64 as face_recognition gives them."""
        vectors, probe = _templates(count)
        self._known, self._probe = list(vectors.astype(np.float64)), probe.astype(np.float64)

    def rank(self, times: int) -> None:
        """Distances to all, and the nearest."""
        for _ in range(times):
            self._library.face_distance(self._known, self._probe).argmin()


def _templates(count: int) -> tuple[Any, Any]:
    random = np.random.default_rng(count)
    vectors = random.standard_normal((count, LENGTH), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    probe = random.standard_normal(LENGTH, dtype=np.float32)
    return vectors, probe / np.linalg.norm(probe)


def _readings(vectors: Any) -> dict[str, Callable[[], Any]]:
    flat = vectors.T.reshape(-1)
    words = flat.view(np.int64)
    block = min(flat.size, 65_536)  # 256 KB, which the second-level cache holds
    into, ones = np.empty(block, dtype=np.float32), np.ones(4096, dtype=np.float32)

    def copy() -> None:
        for start in range(0, flat.size - block + 1, block):
            into[:] = flat[start : start + block]

    ways: dict[str, Callable[[], Any]] = {
        "copying into a small buffer": copy,
        "numpy.add.reduce": lambda: np.add.reduce(flat),
        "einsum sum": lambda: np.einsum("i->", flat),
        "numpy.max of 8-byte words": lambda: np.max(words),
        "numpy.bitwise_or of 8-byte words": lambda: np.bitwise_or.reduce(words),
    }
    if flat.size % ones.size == 0:
        ways["product with ones"] = lambda: flat.reshape(-1, ones.size) @ ones
    return ways
