"""k of n, with the exact interval of Clopper and Pearson, and how large n must be for a claim.

C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
Biometrika 26 (1934), 404-413. The limits are quantiles of the beta distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil, expm1, log, log1p, nan
from typing import Any

_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Rate:
    """k of n trials. Raises ValueError for counts that cannot be."""

    k: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.n:
            raise ValueError(f"{self.k} of {self.n} is no count")

    @property
    def value(self) -> float:
        """k / n; not a number for no trials."""
        return self.k / self.n if self.n else nan

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper-Pearson, two-sided 95 %; all that is possible for no trials."""
        return self.lower, self.upper

    @property
    def lower(self) -> float:
        """Lower limit of the two-sided 95 % interval."""
        return lower_limit(self.k, self.n, _TAIL / 2)

    @property
    def upper(self) -> float:
        """Upper limit of the two-sided 95 % interval."""
        return upper_limit(self.k, self.n, _TAIL / 2)

    @property
    def lower_one_sided(self) -> float:
        """What the true rate is at least, with a confidence of 95 %."""
        return lower_limit(self.k, self.n, _TAIL)

    @property
    def upper_one_sided(self) -> float:
        """What the true rate is at most, with a confidence of 95 %. Gates look at this one."""
        return upper_limit(self.k, self.n, _TAIL)

    def interval_at(self, confidence: float) -> tuple[float, float]:
        """Clopper-Pearson, two-sided, at another confidence."""
        tail = (1 - confidence) / 2
        return lower_limit(self.k, self.n, tail), upper_limit(self.k, self.n, tail)

    def as_json(self) -> dict[str, Any]:
        """Plain values; `rate` is null for no trials."""
        return {"k": self.k, "n": self.n} | figures(
            self.value if self.n else None, self.lower, self.upper, self.upper_one_sided
        )

    def __str__(self) -> str:
        if not self.n:
            return "0 of 0"
        low, high = self.interval
        return f"{self.k:,} of {self.n:,} ({percent(self.value)} %, {percent(low)}-{percent(high)} %)"


def figures(value: float | None, lower: float, upper: float, upper_one_sided: float) -> dict[str, Any]:
    """A rate and its bounds as JSON has them: six digits that count, so that no bound above 0 is told as 0."""
    told = {"rate": value, "lower": lower, "upper": upper, "upper_one_sided": upper_one_sided}
    return {name: None if share is None else float(f"{share:.6g}") for name, share in told.items()}


def percent(share: float) -> str:
    """`8.33`, without the sign."""
    return plain(100 * share)


def plain(figure: float) -> str:
    """Three digits that count, never an exponent: `8.33`, `0.00001`."""
    return f"{Decimal(f'{figure:.3g}'):f}"


def n_needed(limit: float) -> int | None:
    """The smallest n whose one-sided upper bound is within `limit` when no error is seen; None where no n is enough.

    The rule of three, exactly: 1 - 0.05 ** (1 / n) <= limit, so n >= log 0.05 / log(1 - limit).
    """
    if limit >= 1:
        return 0
    if limit <= 0:
        return None
    n = max(1, ceil(log(_TAIL) / log1p(-limit)))
    while n > 1 and upper_limit(0, n - 1, _TAIL) <= limit:  # the quotient is a float: off by one at worst
        n -= 1
    while upper_limit(0, n, _TAIL) > limit:
        n += 1
    return n


def claim(rate: Rate, limit: float) -> str:
    """What the counts show, in words, and what would show `limit`.

    `0 of 24 shows no more than 11.7 %; 149 without an error would show 2 %`.
    """
    if not rate.n:
        shown = "no trial shows nothing"
    else:
        shown = f"{rate.k:,} of {rate.n:,} shows no more than {percent(rate.upper_one_sided)} %"
    if rate.n and rate.upper_one_sided <= limit:
        return shown
    needed = n_needed(limit)
    if needed is None:
        return f"{shown}; no number of trials would show {percent(limit)} %"
    return f"{shown}; {needed:,} without an error would show {percent(limit)} %"


def at_best(n: int) -> str:
    """What n trials show when no error is seen: `n=24 without an error shows 11.7 % at best`."""
    return f"n={n:,} without an error shows {percent(Rate(0, n).upper_one_sided)} % at best"


@lru_cache(maxsize=4096)
def lower_limit(k: float, n: float, tail: float) -> float:
    """The lower limit that is wrong with a chance of `tail`. Counts of trials that depend on each other are no whole
    numbers (rules/calibration/figures.py)."""
    if k == 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(k, n - k + 1, tail))


@lru_cache(maxsize=4096)
def upper_limit(k: float, n: float, tail: float) -> float:
    """The upper limit that is wrong with a chance of `tail`; counts as for `lower_limit`."""
    if k == n:
        return 1.0
    if k == 0:  # in closed form, and nothing has to be loaded for it
        return -expm1(log(tail) / n)
    from scipy.special import betaincinv

    return float(betaincinv(k + 1, n - k, 1 - tail))
