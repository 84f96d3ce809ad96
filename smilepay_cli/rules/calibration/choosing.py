"""The threshold for a target, or how much more it would take to have one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

from smilepay_cli.rules.calibration.figures import figure
from smilepay_cli.rules.replay.rates import n_needed

if TYPE_CHECKING:
    from smilepay_cli.rules.calibration.comparisons import Comparisons

STEP = 1000
"""Thresholds are thousandths, as they are written into a policy: what is counted is what will be decided by."""
LARGEST = 2 * STEP
"""No policy has a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What a target takes, of the tune half, where no error is seen in it."""

    independent: int
    """Independent non-mated comparisons: the rule of three, exactly."""
    non_mated: int
    """Non-mated comparisons such as these, which share people."""
    people: int
    """About so many, each with as many pictures as these have."""
    people_in_all: int
    """In both halves."""


def keep_for(non_mated: int, target: float) -> int:
    """How many of the nearest comparisons decide about a target: more errors than that can never be within it."""
    return ceil(target * non_mated) + 1


def threshold_for(comparisons: Comparisons, target: float) -> float | None:
    """The largest threshold up to which the one-sided 95 % upper bound of FMR stays within the target.

    None where no threshold does. It looks from 0 on and stops at the first that does not: so the true rate at what
    comes out is above the target in one case of twenty at most, however many thresholds were looked at, if the bound
    at each single one is right (fixed-sequence testing; S. Bates et al., Distribution-free, risk-controlling
    prediction sets, Journal of the ACM 68 (2021)).
    """
    best, judged, holds = None, -1, False
    for step in range(LARGEST + 1):
        threshold = step / STEP
        if threshold > comparisons.complete_to:
            return best
        errors = comparisons.matches(threshold)
        if errors != judged:
            judged, holds = errors, comparisons.fmr(threshold).upper_one_sided <= target
        if not holds:
            return best
        best = threshold
    return best


def needed(comparisons: Comparisons, target: float, report_share: float) -> Needed:
    """How many comparisons and people it would take. The target is above 0."""
    independent = n_needed(target)
    assert independent is not None
    non_mated = ceil(independent * comparisons.non_mated_effect(0))
    squared = float(comparisons.pictures.mean()) ** 2 if comparisons.people else 1.0
    people = ceil((1 + sqrt(1 + 8 * non_mated / squared)) / 2)  # people * (people - 1) / 2 pairs of them
    return Needed(
        independent=independent,
        non_mated=non_mated,
        people=people,
        people_in_all=ceil(people / (1 - report_share)),
    )


def shows_at_best(comparisons: Comparisons) -> float:
    """The upper bound of FMR if no comparison matched."""
    return figure(0, comparisons.non_mated, comparisons.non_mated_effect(0)).upper_one_sided
