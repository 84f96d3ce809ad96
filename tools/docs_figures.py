"""Rates with their counts and an exact interval, for the documentation."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p

_STEPS = 60
"""Halvings of [0, 1]: far finer than what is printed."""


def interval(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a rate, two-sided (Clopper and Pearson, Biometrika 26, 1934, 404-413).

    The lower limit is the rate at which `hits` or more have the probability (1 - confidence) / 2, the upper
    limit the rate at which `hits` or fewer have it; both are found by bisection.
    """
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"{hits} of {trials} is no count")
    tail = (1 - confidence) / 2
    lower = 0.0 if hits == 0 else _crossing(lambda rate: 1 - _at_most(hits - 1, trials, rate) < tail)
    upper = 1.0 if hits == trials else _crossing(lambda rate: _at_most(hits, trials, rate) > tail)
    return lower, upper


def measured(hits: int, trials: int) -> str:
    """`27 of 27,615: 0.098 % (0.064 to 0.142 %)`."""
    lower, upper = interval(hits, trials)
    digits = 3 if upper < 0.01 else 0 if trials < 200 else 1
    shown = (f"{100 * rate:.{digits}f}" for rate in (hits / trials, lower, upper))
    return "{} of {}: {} % ({} to {} %)".format(f"{hits:,}", f"{trials:,}", *shown)


def _at_most(hits: int, trials: int, rate: float) -> float:
    """Probability of at most `hits` in `trials`."""
    if not 0 < rate < 1:
        return float(rate <= 0 or hits >= trials)
    return sum(exp(_log_choose(trials, k) + k * log(rate) + (trials - k) * log1p(-rate)) for k in range(hits + 1))


def _log_choose(trials: int, k: int) -> float:
    return lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1)


def _crossing(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2
