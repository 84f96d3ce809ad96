"""Rates over trials that share people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from smilepay_cli.rules.calibration.choosing import shows_at_best
from smilepay_cli.rules.calibration.comparisons import compare
from smilepay_cli.rules.calibration.figures import FEW, design_effect, figure
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import EUCLIDEAN
from tests.measured import note
from tests.rules.calibration.made import in_space


def test_independent_trials_have_the_exact_interval() -> None:
    """Without a design effect it is that of Clopper and Pearson, as everywhere else."""
    found, exact = figure(7, 240), Rate(7, 240)
    assert (found.lower, found.upper, found.upper_one_sided) == (exact.lower, exact.upper, exact.upper_one_sided)
    assert found.worth == 240
    assert str(found) == str(exact)


def test_trials_that_are_alike_count_less() -> None:
    """Korn and Graubard: the interval of k / effect of n / effect, here as scipy's beta distribution has it."""
    found = figure(8, 400, 4.0)
    assert found.rate == 0.02 and found.worth == 100
    assert found.lower == pytest.approx(beta.ppf(0.025, 2, 99))
    assert found.upper == pytest.approx(beta.ppf(0.975, 3, 98))
    assert found.upper_one_sided == pytest.approx(beta.ppf(0.95, 3, 98))


def test_nothing_counted_shows_nothing() -> None:
    found = figure(0, 0)
    assert found.rate is None and (found.lower, found.upper) == (0.0, 1.0)
    assert str(found) == "0 of 0"


def test_a_lower_limit_of_nearly_nothing_is_told_as_0() -> None:
    """2e-7 % in a table says less than 0 does, and is wider than the table."""
    assert str(figure(1, 27_382, 9.0)).startswith("1 of 27,382 (0.00365 %, 0-")


def test_the_design_effect_by_hand() -> None:
    """Four people, ten trials of each and shared with nobody: 3, 0, 0, 3 errors.

    Left out one by one, 3, 6, 6, 3 of 30 remain. Their mean is 0.15, so the variance is 3/4 * 4 * 0.05 ** 2 = 0.0075;
    of 40 independent trials it is 0.15 * 0.85 / 40 = 0.0031875.
    """
    found = design_effect(np.array([3, 0, 0, 3]), np.full(4, 10), 6, 40)
    assert found == pytest.approx(0.0075 / 0.0031875)


@pytest.mark.parametrize(("errors", "trials"), [([1, 1], [5, 5]), ([1, 0, 0], [5, 5, 5]), ([5, 5, 5], [5, 5, 5])])
def test_too_little_tells_no_design_effect(errors: list[int], trials: list[int]) -> None:
    """Two people, a single error, nothing but errors: the caller has to suppose the worst."""
    assert sum(errors) < FEW or len(trials) < 3 or sum(errors) > sum(trials) - FEW
    assert design_effect(np.array(errors), np.array(trials), sum(errors), sum(trials)) is None


@given(st.lists(st.integers(0, 9), min_size=3, max_size=20), st.floats(1.0, 50.0))
def test_sharing_people_never_narrows(errors: list[int], effect: float) -> None:
    """Bounds with a design effect hold those without one."""
    k, n = sum(errors), 10 * len(errors)
    plain, shared = figure(k, n), figure(k, n, effect)
    assert shared.lower <= plain.lower + 1e-12 and plain.upper <= shared.upper + 1e-12
    assert plain.upper_one_sided <= shared.upper_one_sided + 1e-12
    found = design_effect(np.array(errors), np.full(len(errors), 10), k, n)
    assert found is None or found >= 1


def test_the_bound_holds_where_the_exact_interval_does_not() -> None:
    """22 synthetic people with four pictures each, 200 times: how often the true FMR is within the upper bound."""
    limit, sets = 0.0025, 200
    chance = np.random.default_rng(5)
    strangers = chance.standard_normal((2_000_000, 20)) * np.sqrt(2 * (1 + 0.3**2))
    threshold = float(np.quantile(np.linalg.norm(strangers, axis=1), limit))
    ours = theirs = 0
    for seed in range(sets):
        templates, who = in_space(22, 4, seed)
        found = compare(templates, who, EUCLIDEAN, keep=4000, within=threshold)
        told = found.fmr(threshold)
        ours += told.upper_one_sided >= limit
        theirs += Rate(told.k, told.n).upper_one_sided >= limit
        assert shows_at_best(found) <= told.upper_one_sided + 1e-9
    note(f"calibrate: the bound on FMR held in {ours} of {sets} synthetic sets, the exact interval's in {theirs}")
    assert ours >= 0.9 * sets > theirs + 20
