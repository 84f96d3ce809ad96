"""Schemes: how descriptors become a template, and two templates a dissimilarity.

A descriptor is the network's 128 numbers for one chip. A scheme says which chips it wants of a face (`views`, cut
by `landmarks`), and is part of what made a template (TemplateMaker): templates of two schemes are never compared, and
thresholds belong to a scheme (rules/profiles.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.vocabulary.faces import View

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Vector


class Scheme(Protocol):
    """A named way to look, to combine and to compare."""

    @property
    def name(self) -> str:
        """What policies and templates call it."""

    @property
    def landmarks(self) -> int:
        """How many points the chip is cut by: 5 or 68. Descriptors of the two kinds are some 0.1 apart."""

    @property
    def averages_frames(self) -> bool:
        """Whether the template of a capture is made from several of its frames."""

    @property
    def views(self) -> tuple[View, ...]:
        """The chips of a face that are encoded."""

    def template(self, descriptors: Any) -> Vector:
        """(128,) float64 from the descriptors of one person: (views, 128), or (frames, views, 128)."""

    def dissimilarities(self, references: Any, probe: Vector) -> Vector:
        """(n,) float64 of (n, 128) references against one probe; lower is closer."""


class Euclidean:
    """face_recognition's own: the descriptor as it is, and the Euclidean distance (`face_distance`)."""

    name = "euclidean"
    landmarks = 5
    averages_frames = False
    views: tuple[View, ...] = (View(0.25),)

    def template(self, descriptors: Any) -> Vector:
        """The mean over the chips; of one chip, its descriptor unchanged."""
        import numpy as np

        mean: Vector = np.asarray(descriptors, dtype=np.float64).reshape(-1, 128).mean(axis=0)
        return mean

    def dissimilarities(self, references: Any, probe: Vector) -> Vector:
        """Euclidean distances, as `face_recognition.face_distance` gives them."""
        import numpy as np

        apart: Vector = np.asarray(references, dtype=np.float64).reshape(-1, 128) - probe
        distances: Vector = np.linalg.norm(apart, axis=1)
        return distances


class Mirrored(Euclidean):
    """Each chip and its mirror image, at one padding or more; their mean, scaled to length 1.

    The mean takes away what depends on the crop and the side of the light, and the length of a descriptor says more
    about the picture than about the person. Distances of unit vectors go from 0 to 2.
    """

    landmarks = 68
    averages_frames = True

    def __init__(self, name: str, *paddings: float) -> None:
        self.name = name
        self.views = tuple(View(padding, mirrored) for padding in paddings for mirrored in (False, True))

    def template(self, descriptors: Any) -> Vector:
        """The mean over all chips, scaled to length 1, in numbers that float32 holds."""
        import numpy as np

        mean = super().template(descriptors)
        unit: Vector = (mean / np.linalg.norm(mean)).astype(np.float32).astype(np.float64)
        return unit


EUCLIDEAN = Euclidean()
MIRROR = Mirrored("mirror", 0.25)
QUARTET = Mirrored("quartet", 0.2, 0.3)
SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (EUCLIDEAN, MIRROR, QUARTET)}
"""Every scheme there is. Error rates of each, side by side: docs/engines.md."""
