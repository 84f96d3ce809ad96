"""One half of the people: its comparisons, its searches, and what they come to at given numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.calibration.looking import Looked
from smilepay_cli.ports import Progress
from smilepay_cli.rules.calibration.choosing import keep_for
from smilepay_cli.rules.calibration.comparisons import Comparisons, compare
from smilepay_cli.rules.calibration.figures import Figure
from smilepay_cli.rules.calibration.searches import Searches, search

if TYPE_CHECKING:
    from smilepay_cli.rules.schemes import Scheme

MOST_ALIKE = 3
"""Pairs that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """At one threshold and margin."""

    fmr: Figure
    fnmr: Figure
    fpir: Figure
    fnir: Figure
    ambiguous: Figure
    """Mated searches that only the margin refuses."""
    mistaken: Figure
    """Mated searches that end with another person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfFigures:
    """What is told of a half."""

    people: int
    images: int
    mated: int
    non_mated: int
    """Comparisons."""
    worth: float
    """Independent comparisons that would say as much as the non-mated ones."""
    chosen: Rates | None
    """At the calibrated numbers; None where there are none."""
    extended: Rates
    """At those of the policy that is extended."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two pictures of different people, as they are called."""

    one: str
    other: str
    dissimilarity: float


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """Some people, compared."""

    looked: Sequence[Looked]
    comparisons: Comparisons
    searches: Searches

    def figures(self, chosen: tuple[float, float] | None, extended: tuple[float, float]) -> HalfFigures:
        """At two pairs of threshold and margin."""
        compared = self.comparisons
        return HalfFigures(
            people=compared.people,
            images=len(self.looked),
            mated=len(compared.mated),
            non_mated=compared.non_mated,
            worth=compared.non_mated / compared.non_mated_effect(0),
            chosen=self._rates(*chosen) if chosen else None,
            extended=self._rates(*extended),
        )

    def look_alikes(self) -> tuple[LookAlike, ...]:
        """The nearest of the non-mated comparisons."""
        near = zip(self.comparisons.near[:MOST_ALIKE], self.comparisons.near_pairs[:MOST_ALIKE], strict=True)
        return tuple(
            LookAlike(self.looked[one].shown, self.looked[other].shown, round(float(apart), 4))
            for apart, (one, other) in near
        )

    def _rates(self, threshold: float, margin: float) -> Rates:
        return Rates(
            fmr=self.comparisons.fmr(threshold),
            fnmr=self.comparisons.fnmr(threshold),
            fpir=self.searches.fpir(threshold, margin),
            fnir=self.searches.fnir(threshold, margin),
            ambiguous=self.searches.ambiguous(threshold, margin),
            mistaken=self.searches.mistaken(threshold, margin),
        )


def half_of(looked: Sequence[Looked], scheme: Scheme, *, target: float, within: float, progress: Progress) -> Half:
    """Compare everybody with everybody. `within`: the largest threshold that is asked about, besides the target's."""
    import numpy as np

    places = {name: place for place, name in enumerate(dict.fromkeys(one.person for one in looked))}
    who = np.array([places[one.person] for one in looked], dtype=np.int64)
    templates: Any = np.stack([one.template for one in looked]) if looked else np.empty((0, 128))
    total = len(who)
    non_mated = (total * total - int((np.bincount(who) ** 2).sum())) // 2 if total else 0
    comparisons = compare(templates, who, scheme, keep=keep_for(non_mated, target), within=within, progress=progress)
    return Half(looked, comparisons, search(templates, who, scheme))
