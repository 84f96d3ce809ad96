"""Rates and their bounds, against scipy.stats, which reckons another way than we do."""

from __future__ import annotations

import subprocess
import sys
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from smilepay_cli.rules.replay.rates import Rate, at_best, claim, n_needed, percent

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(COUNTS)
def test_bounds_are_those_of_an_exact_binomial_test(counts: tuple[int, int]) -> None:
    """Two-sided from the test's own interval, one-sided from tests that look one way."""
    k, n = counts
    rate = Rate(k, n)
    exact = binomtest(k, n).proportion_ci(confidence_level=0.95, method="exact")
    above = binomtest(k, n, alternative="less").proportion_ci(confidence_level=0.95, method="exact")
    below = binomtest(k, n, alternative="greater").proportion_ci(confidence_level=0.95, method="exact")
    assert rate.interval == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert rate.upper_one_sided == pytest.approx(above.high, abs=1e-9)
    assert rate.lower_one_sided == pytest.approx(below.low, abs=1e-9)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (3, 10), (17, 100_000), (1, 10**7), (10**7 - 1, 10**7)])
def test_bounds_are_quantiles_of_the_beta_distribution(k: int, n: int) -> None:
    """As Clopper and Pearson's limits are usually written; also where n is large."""
    low = beta.ppf(0.025, k, n - k + 1) if k else 0.0
    high = beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    assert Rate(k, n).interval == pytest.approx((low, high), rel=1e-9)


@settings(deadline=None)
@given(COUNTS, st.floats(0.5, 0.999))
def test_bounds_enclose_the_rate_and_each_other(counts: tuple[int, int], confidence: float) -> None:
    """The one-sided bound is within the two-sided one, and more confidence is a wider interval."""
    rate = Rate(*counts)
    assert 0 <= rate.lower <= rate.lower_one_sided <= rate.value <= rate.upper_one_sided <= rate.upper <= 1
    low, high = rate.interval_at(confidence)
    wider = rate.interval_at((1 + confidence) / 2)
    assert wider[0] <= low <= rate.value <= high <= wider[1]


@settings(deadline=None)
@given(COUNTS)
def test_bounds_are_monotone(counts: tuple[int, int]) -> None:
    """One error more is never better, one good trial more never worse."""
    k, n = counts
    assert Rate(k, n + 1).upper_one_sided <= Rate(k, n).upper_one_sided + 1e-12
    assert Rate(k, n + 1).upper_one_sided <= Rate(k + 1, n + 1).upper_one_sided
    assert Rate(k, n + 1).lower <= Rate(k + 1, n + 1).lower


def test_no_trials_say_nothing() -> None:
    """Everything is possible, and the rate is null, not 0."""
    nothing = Rate(0, 0)
    assert isnan(nothing.value) and nothing.interval == (0.0, 1.0)
    assert (nothing.lower_one_sided, nothing.upper_one_sided) == (0.0, 1.0)
    assert nothing.as_json() == {"k": 0, "n": 0, "rate": None, "lower": 0.0, "upper": 1.0, "upper_one_sided": 1.0}
    assert str(nothing) == "0 of 0"


@pytest.mark.parametrize(("k", "n"), [(-1, 2), (3, 2), (0, -1)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    """A wrong count is a bug, and no rate."""
    with pytest.raises(ValueError, match="no count"):
        Rate(k, n)


def test_a_rate_as_json_and_as_text() -> None:
    """The six keys that the contract names; and no bound above 0 is told as 0, however large n is."""
    told = Rate(2, 24).as_json()
    assert list(told) == ["k", "n", "rate", "lower", "upper", "upper_one_sided"]
    assert told["rate"] == 0.0833333 and told["lower"] == 0.0102563 and told["upper"] == 0.269973
    assert str(Rate(2, 24)) == "2 of 24 (8.33 %, 1.03-27 %)"
    assert Rate(0, 10**8).as_json()["upper_one_sided"] == pytest.approx(2.99573e-8)
    assert str(Rate(1, 10**7)).startswith("1 of 10,000,000 (0.00001 %, ")
    assert percent(1) == "100" and percent(0) == "0"


@settings(deadline=None)
@given(st.floats(0.0005, 0.999))
def test_n_needed_is_the_smallest(limit: float) -> None:
    """With it the bound is within the limit, with one trial less it is not."""
    n = n_needed(limit)
    assert n is not None
    assert Rate(0, n).upper_one_sided <= limit
    assert n == 1 or Rate(0, n - 1).upper_one_sided > limit


def test_n_needed_by_the_rule_of_three() -> None:
    """Known values; no number of trials shows that a rate is 0, and none is needed to show that it is at most 1."""
    assert [n_needed(limit) for limit in (0.05, 0.02, 0.01, 0.001)] == [59, 149, 299, 2995]
    assert n_needed(0) is None and n_needed(1) == 0


def test_what_counts_can_carry_in_words() -> None:
    """A claim that n cannot carry is refused, and what would carry it is said."""
    assert claim(Rate(0, 24), 0.02) == "0 of 24 shows no more than 11.7 %; 149 without an error would show 2 %"
    assert claim(Rate(0, 149), 0.02) == "0 of 149 shows no more than 1.99 %"
    assert claim(Rate(0, 0), 0.02) == "no trial shows nothing; 149 without an error would show 2 %"
    assert claim(Rate(0, 5), 0) == "0 of 5 shows no more than 45.1 %; no number of trials would show 0 %"
    assert at_best(24) == "n=24 without an error shows 11.7 % at best"


def test_scipy_is_loaded_for_a_bound_and_not_before() -> None:
    """It takes a sixth of a second, and most commands need no bound."""
    code = (
        "import sys; from smilepay_cli.rules.replay import baseline, gates, measures, rates, rows, tally\n"
        "assert not {'scipy', 'numpy'} & set(sys.modules), 'import'\n"
        "rates.Rate(0, 24).upper; assert 'scipy' not in sys.modules, 'no error'\n"
        "rates.Rate(2, 24).upper; assert 'scipy.stats' not in sys.modules, 'stats'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
