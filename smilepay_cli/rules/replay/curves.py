"""Curves out of histograms of dissimilarity: pairs of a bin's index and a count, a bin as wide as the summary says."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Pairs = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a histogram lies below each threshold."""

    total: int
    ends: tuple[int, ...]
    """Where a bin that holds something ends, as an index, rising."""
    below: tuple[int, ...]
    """How many lie below that end."""

    def accepted(self, index: int) -> float:
        """The share that a threshold at the lower edge of the bin `index` accepts."""
        place = bisect_left(self.ends, index + 1)
        return self.below[place - 1] / self.total if place else 0.0


def shares(pairs: Pairs) -> Shares | None:
    """None where there is nothing to count."""
    found = sorted((index, count) for index, count in pairs if count > 0)
    if not found:
        return None
    below = tuple(accumulate(count for _, count in found))
    return Shares(below[-1], tuple(index + 1 for index, _ in found), below)


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """One curve of a DET plot, thresholds rising: false matches grow, false non-matches shrink."""

    thresholds: tuple[float, ...]
    false_match: tuple[float, ...]
    false_non_match: tuple[float, ...]
    others: int
    """Comparisons behind `false_match`."""
    mated: int

    @property
    def equal(self) -> tuple[float, float]:
        """Threshold and rate where both errors are closest to each other: the equal error rate, to within a bin."""
        both = zip(self.thresholds, self.false_match, self.false_non_match, strict=True)
        at, match, non_match = min(both, key=lambda one: abs(one[1] - one[2]))
        return at, (match + non_match) / 2


def tradeoff(histograms: Mapping[str, Any], others: str) -> Tradeoff | None:
    """`non_mated` or `attacks` against `mated`; None where one of them is empty."""
    wrong, right = shares(histograms[others]), shares(histograms["mated"])
    if wrong is None or right is None:
        return None
    places = sorted({0, *wrong.ends, *right.ends})
    return Tradeoff(
        tuple(round(place * histograms["bin"], 9) for place in places),
        tuple(wrong.accepted(place) for place in places),
        tuple(1 - right.accepted(place) for place in places),
        wrong.total,
        right.total,
    )


def at_threshold(curve: Tradeoff, threshold: float) -> tuple[float, float]:
    """Both errors of a curve at a threshold, to within a bin."""
    place = bisect_left(curve.thresholds, threshold + 1e-9) - 1
    return curve.false_match[max(place, 0)], curve.false_non_match[max(place, 0)]


def in_bars(pairs: Pairs, width: int) -> list[tuple[int, int]]:
    """The histogram with `width` bins put together, as index of the first bin and count, without gaps."""
    sums: dict[int, int] = {}
    for index, count in pairs:
        sums[index // width] = sums.get(index // width, 0) + count
    if not sums:
        return []
    return [(place * width, sums.get(place, 0)) for place in range(min(sums), max(sums) + 1)]


def bar_width(histograms: Mapping[str, Any]) -> int:
    """Bins to a bar, by the smallest histogram: few enough bars that it shows a shape."""
    counted = [sum(count for _, count in histograms[name]) for name in ("mated", "non_mated", "attacks")]
    least = min((count for count in counted if count), default=0)
    return 5 if least >= 5000 else 10 if least >= 200 else 20
