"""Identification among some people, simulated: the first picture of each is enrolled, every picture is searched for.

With a picture that is not enrolled, a mated search: the own person is there. With every picture and the own person
taken out of the gallery, a non-mated search. Decided as rules/identification.py decides, many at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.calibration.choosing import STEP
from smilepay_cli.rules.calibration.figures import Figure, design_effect, figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from smilepay_cli.rules.schemes import Scheme

GRID = 5
"""Thousandths between two margins that are tried."""


@dataclass(frozen=True, eq=False)
class Searches:
    """One entry a picture."""

    who: NDArray[Any]
    """(n,): places of people."""
    is_enrolled: NDArray[Any]
    """(n,)"""
    own: NDArray[Any]
    """(n,): dissimilarity to the own reference; of no use for a picture that is the reference."""
    other: NDArray[Any]
    """(n,): to the nearest other person; inf where there is none."""
    next_other: NDArray[Any]
    """(n,): to the one after that."""

    def fnir(self, threshold: float, margin: float) -> Figure:
        """Mated searches that do not end with the own person."""
        found = (self.own < self.other) & (self.own <= threshold) & _is_apart(self.other, self.own, margin)
        return self._figure(~found, ~self.is_enrolled)

    def ambiguous(self, threshold: float, margin: float) -> Figure:
        """Mated searches that the margin alone refuses, though nobody is nearer than the own person."""
        near = (self.own <= self.other) & (self.own <= threshold)
        return self._figure(near & ~_is_apart(self.other, self.own, margin), ~self.is_enrolled)

    def mistaken(self, threshold: float, margin: float) -> Figure:
        """Mated searches that end with another person."""
        import numpy as np

        first = (self.other <= self.own) & (self.other <= threshold)
        runner_up = np.minimum(self.own, self.next_other)
        return self._figure(first & _is_apart(runner_up, self.other, margin), ~self.is_enrolled)

    def fpir(self, threshold: float, margin: float) -> Figure:
        """Non-mated searches that end with somebody."""
        import numpy as np

        found = (self.other <= threshold) & _is_apart(self.next_other, self.other, margin)
        return self._figure(found & np.isfinite(self.other), np.isfinite(self.other))

    def _figure(self, is_error: NDArray[Any], counts: NDArray[Any]) -> Figure:
        """A person's searches depend on each other. Where too few errors tell how much, they count as one."""
        import numpy as np

        people = int(self.who.max(initial=-1)) + 1
        errors = np.bincount(self.who[counts & is_error], minlength=people)
        trials = np.bincount(self.who[counts], minlength=people)
        k, n, searching = int(errors.sum()), int(trials.sum()), int((trials > 0).sum())
        told = design_effect(errors, trials, k, n)
        return figure(k, n, told if told is not None else n / searching if searching else 1.0)


def search(
    templates: NDArray[Any],
    who: NDArray[Any],
    scheme: Scheme,
    progress: Callable[[int, int], None] | None = None,
) -> Searches:
    """Search for (n, 128) templates of the people `who`, (n,) from 0; the first one of each is enrolled."""
    import numpy as np

    _, first = np.unique(who, return_index=True)
    is_enrolled = np.zeros(len(who), dtype=bool)
    is_enrolled[first] = True
    own, other, following = (np.full(len(who), inf) for _ in range(3))
    for probe in range(len(who)):
        apart = scheme.dissimilarities(templates[first], templates[probe])
        apart[~np.isfinite(apart)] = inf
        own[probe] = apart[who[probe]]
        apart[who[probe]] = inf
        nearest = np.sort(np.partition(apart, 1)[:2]) if len(apart) > 1 else np.array([inf, inf])
        other[probe], following[probe] = nearest
        if progress is not None:
            progress(probe + 1, len(who))
    return Searches(who, is_enrolled, own, other, following)


def margins(least: float, most: float) -> Sequence[float]:
    """The margins that are tried, smallest first: from `least`, rounded up, to `most`."""
    first = ceil(round(least * STEP, 6))
    last = max(first, round(most * STEP))
    return [step / STEP for step in (*range(first, last, GRID), last)]


def margin_for(searches: Searches, threshold: float, tried: Sequence[float]) -> float:
    """The smallest of these margins at which the fewest mated searches end with another person."""
    return min(tried, key=lambda margin: (searches.mistaken(threshold, margin).k, margin))


def _is_apart(runner_up: NDArray[Any], nearest: NDArray[Any], margin: float) -> Any:
    """As rules/identification.py asks for it; without a runner-up the margin does not apply."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        return np.isinf(runner_up) | (runner_up - nearest >= margin)
