"""Rates over trials that share people, with intervals that know it.

Everybody is compared with everybody, so one person who looks like many makes many errors, and four pictures each of
two people are sixteen comparisons that end alike. The exact interval takes them for independent and is too narrow. So
the counts are divided first by the design effect: how many times larger the variance is than that of independent
trials, as leaving out one person after the other shows it (the delete-one jackknife).

J. N. Arvesen, Jackknifing U-statistics, Annals of Mathematical Statistics 40 (1969), 2076-2100.
E. L. Korn and B. I. Graubard, Confidence intervals for proportions with small expected number of positive counts
estimated from survey data, Survey Methodology 24 (1998), 193-201: Clopper-Pearson on the effective number of trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.replay.rates import lower_limit, percent, upper_limit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW = 3
"""Errors, or successes, that the design effect is read from at least: fewer say nothing of how they come together. On
synthetic people a bound read from 1 held in 66 to 100 % of the sets, from 3 in 92 to 100 %, and from 10 it was far
too wide (docs/calibrating.md)."""
_TAIL = 0.05
_NOTHING = 1e-6
"""A lower limit below that is told as 0."""


@dataclass(frozen=True, slots=True)
class Figure:
    """k of n trials, with limits at 95 %. `rate` is None and all is possible for no trials."""

    k: int
    n: int
    rate: float | None
    lower: float
    upper: float
    upper_one_sided: float
    worth: float
    """How many independent trials say as much as these n."""

    def __str__(self) -> str:
        if self.rate is None:
            return "0 of 0"
        return f"{self.k:,} of {self.n:,} ({percent(self.rate)} %, {self.interval})"

    @property
    def interval(self) -> str:
        """In words: two-sided 95 %."""
        return f"{percent(self.lower if self.lower >= _NOTHING else 0.0)}-{percent(self.upper)} %"


def figure(k: int, n: int, effect: float = 1.0) -> Figure:
    """With the design effect that the trials have, 1 or more."""
    if not n:
        return Figure(0, 0, None, 0.0, 1.0, 1.0, 0.0)
    errors, worth = k / effect, n / effect
    return Figure(
        k,
        n,
        k / n,
        lower_limit(errors, worth, _TAIL / 2),
        upper_limit(errors, worth, _TAIL / 2),
        upper_limit(errors, worth, _TAIL),
        worth,
    )


def design_effect(errors: NDArray[Any], trials: NDArray[Any], k: int, n: int) -> float | None:
    """How many times n independent trials it takes to say as much as these, 1 or more.

    `errors` and `trials`, both (people,): those in which a person has a part. k and n: of all, each once. None where it
    cannot be told: fewer than three people, fewer than FEW errors or successes.
    """
    import numpy as np

    has_part = trials > 0
    errors, trials = errors[has_part], trials[has_part]
    people, without = len(trials), n - trials
    if people < 3 or not FEW <= k <= n - FEW or not without.all():
        return None
    left = (k - errors) / without
    variance = (people - 1) / people * float(np.sum((left - left.mean()) ** 2))
    rate = k / n
    return max(1.0, variance / (rate * (1 - rate) / n))
