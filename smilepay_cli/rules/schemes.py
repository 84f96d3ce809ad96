"""Schemes: how descriptors become a template, and two templates a dissimilarity.

A descriptor is the network's 128 numbers for one chip. A scheme is part of what made a template
(TemplateMaker), so templates of two schemes are never compared and thresholds belong to a scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Vector


class Scheme(Protocol):
    """A named way to combine and compare."""

    @property
    def name(self) -> str:
        """What policies and templates call it."""

    def template(self, descriptors: NDArray[Any]) -> Vector:
        """(128,) float64 from the (n, 128) descriptors of one face."""

    def dissimilarities(self, references: NDArray[Any], probe: Vector) -> Vector:
        """(n,) float64 of (n, 128) references against one probe; lower is closer."""


class Euclidean:
    """face_recognition's own: the descriptor as it is, and the Euclidean distance (`face_distance`)."""

    name = "euclidean"

    def template(self, descriptors: NDArray[Any]) -> Vector:
        """The mean over the chips; of one chip, its descriptor unchanged."""
        import numpy as np

        mean: Vector = np.asarray(descriptors, dtype=np.float64).reshape(-1, 128).mean(axis=0)
        return mean

    def dissimilarities(self, references: NDArray[Any], probe: Vector) -> Vector:
        """Euclidean distances, as `face_recognition.face_distance` gives them."""
        import numpy as np

        apart: Vector = np.asarray(references, dtype=np.float64).reshape(-1, 128) - probe
        distances: Vector = np.linalg.norm(apart, axis=1)
        return distances


EUCLIDEAN = Euclidean()
SCHEMES: dict[str, Scheme] = {EUCLIDEAN.name: EUCLIDEAN}
