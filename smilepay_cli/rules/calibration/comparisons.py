"""Every picture against every other: mated and non-mated comparisons, and error rates at any threshold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.calibration.figures import FEW, Figure, design_effect, figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from smilepay_cli.rules.schemes import Scheme

_ROOM = 100_000
"""Comparisons that are kept before those that are too far are let go of."""


@dataclass(frozen=True, eq=False)
class Comparisons:
    """All comparisons among some people. Of the non-mated ones the nearest are kept, of the others it is known that
    they are there."""

    pictures: NDArray[Any]
    """(people,): how many each has."""
    mated: NDArray[Any]
    """(m,): dissimilarities, nearest first."""
    mated_who: NDArray[Any]
    """(m,): places of people."""
    near: NDArray[Any]
    """(k,): the smallest dissimilarities of non-mated comparisons, nearest first: all up to `complete_to`."""
    near_pairs: NDArray[Any]
    """(k, 2): places of their pictures."""
    near_who: NDArray[Any]
    """(k, 2): places of their people."""
    complete_to: float

    @property
    def people(self) -> int:
        """How many."""
        return len(self.pictures)

    @cached_property
    def non_mated(self) -> int:
        """How many there are."""
        total = int(self.pictures.sum())
        return (total * total - int((self.pictures**2).sum())) // 2

    def matches(self, threshold: float) -> int:
        """Non-mated comparisons that match. Raises ValueError beyond what was kept."""
        import numpy as np

        if threshold > self.complete_to:
            raise ValueError(f"comparisons are known up to {self.complete_to}")
        return int(np.searchsorted(self.near, threshold, side="right"))

    def fmr(self, threshold: float) -> Figure:
        """False matches of the non-mated comparisons. Raises ValueError beyond what was kept."""
        k = self.matches(threshold)
        return figure(k, self.non_mated, self.non_mated_effect(k))

    def non_mated_effect(self, k: int) -> float:
        """The design effect where k match: of at least the FEW nearest. With too few comparisons to tell, the pictures
        of two people count as one comparison.
        """
        import numpy as np

        k, total = min(max(k, FEW), len(self.near)), int(self.pictures.sum())
        errors = np.bincount(self.near_who[:k].ravel(), minlength=self.people)
        told = design_effect(errors, self.pictures * (total - self.pictures), k, self.non_mated)
        pairs = self.people * (self.people - 1) // 2
        return told if told is not None else max(1.0, self.non_mated / pairs) if pairs else 1.0

    def fnmr(self, threshold: float) -> Figure:
        """False non-matches of the mated comparisons."""
        import numpy as np

        n = len(self.mated)
        k = n - int(np.searchsorted(self.mated, threshold, side="right"))
        counted = min(max(k, FEW), max(n - FEW, 0))
        errors = np.bincount(self.mated_who[n - counted :], minlength=self.people)
        trials = self.pictures * (self.pictures - 1) // 2
        told = design_effect(errors, trials, counted, n)
        own = int((trials > 0).sum())
        return figure(k, n, told if told is not None else max(1.0, n / own) if own else 1.0)


def compare(
    templates: NDArray[Any],
    who: NDArray[Any],
    scheme: Scheme,
    *,
    keep: int,
    within: float,
    progress: Callable[[int, int], None] | None = None,
) -> Comparisons:
    """Compare (n, 128) templates of the people `who`, (n,) from 0, each with each.

    Of the non-mated comparisons at least the `keep` nearest and all `within` that dissimilarity are kept: memory does
    not grow with the square of n. What is no number is no match.
    """
    import numpy as np

    nearest = _Nearest(max(keep, FEW), within)
    mated: list[NDArray[Any]] = [np.empty(0)]
    mated_who: list[NDArray[Any]] = [np.empty(0, dtype=np.int64)]
    for row in range(len(who) - 1):
        apart = scheme.dissimilarities(templates[row + 1 :], templates[row])
        same = who[row + 1 :] == who[row]
        mated.append(apart[same])
        mated_who.append(np.full(int(same.sum()), who[row]))
        nearest.add(apart, same, row)
        if progress is not None:
            progress(row + 1, len(who))
    values, owners = np.concatenate(mated), np.concatenate(mated_who)
    order = np.argsort(values, kind="stable")  # what is no number comes last
    near, pairs = nearest.sorted()
    return Comparisons(np.bincount(who), values[order], owners[order], near, pairs, who[pairs], nearest.complete_to)


class _Nearest:
    """Keeps the nearest of many comparisons."""

    def __init__(self, keep: int, within: float) -> None:
        import numpy as np

        self._keep, self._within = keep, within
        self._values: list[NDArray[Any]] = [np.empty(0)]
        self._pairs: list[NDArray[Any]] = [np.empty((0, 2), dtype=np.int64)]
        self._count = 0
        self.complete_to = inf

    def add(self, apart: NDArray[Any], same: NDArray[Any], row: int) -> None:
        """The picture `row` against all after it, less those that are `same`."""
        import numpy as np

        found = np.flatnonzero(~same & (apart <= self.complete_to))
        self._values.append(apart[found])
        self._pairs.append(np.column_stack([np.full(len(found), row), row + 1 + found]))
        self._count += len(found)
        if self._count > 2 * self._keep + _ROOM:
            self._let_go()

    def sorted(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Dissimilarities and pairs, nearest first."""
        import numpy as np

        values, pairs = np.concatenate(self._values), np.concatenate(self._pairs)
        order = np.argsort(values, kind="stable")
        return values[order], pairs[order]

    def _let_go(self) -> None:
        import numpy as np

        values, pairs = np.concatenate(self._values), np.concatenate(self._pairs)
        self.complete_to = max(float(np.partition(values, self._keep - 1)[self._keep - 1]), self._within)
        near = values <= self.complete_to
        self._values, self._pairs, self._count = [values[near]], [pairs[near]], int(near.sum())
