"""The threshold for a target."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smilepay_cli.rules.calibration.choosing import keep_for, needed, shows_at_best, threshold_for
from smilepay_cli.rules.calibration.comparisons import Comparisons, compare
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import EUCLIDEAN
from tests.rules.calibration.made import compared, in_space


def cloud(people: int, pictures: int = 2, seed: int = 1, target: float = 0.1) -> Comparisons:
    """People some 0.6 apart, as templates are."""
    templates, who = in_space(people, pictures, seed)
    total = people * pictures
    keep = keep_for((total * total - people * pictures**2) // 2, target)
    return compare(templates / 10, who, EUCLIDEAN, keep=keep, within=0.3)


def test_the_threshold_is_the_last_whose_bound_holds() -> None:
    """At it the upper bound is within the target, a thousandth above it is not."""
    found = cloud(60, target=0.01)
    threshold = threshold_for(found, 0.01)
    assert threshold is not None
    assert found.fmr(threshold).upper_one_sided <= 0.01 < found.fmr(round(threshold + 0.001, 3)).upper_one_sided
    assert Rate(found.fmr(threshold).k, found.fmr(threshold).n).upper_one_sided <= 0.01  # more careful than that


def test_by_hand() -> None:
    """Two people without errors below 0.9: four comparisons count as one, which shows 95 % at best."""
    found = compared([0.0, 0.1, 1.0, 1.1], [0, 0, 1, 1])
    assert shows_at_best(found) == 0.95
    assert threshold_for(found, 0.95) == 0.899  # 0.9 itself is a match, whatever way it is rounded
    assert threshold_for(found, 0.9499) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.005, 0.1), st.floats(0.005, 0.1))
def test_a_lower_target_never_has_a_higher_threshold(seed: int, one: float, other: float) -> None:
    found = cloud(30, seed=seed)
    low, high = (threshold_for(found, target) for target in sorted((one, other)))
    assert low is None or (high is not None and low <= high)


def test_too_few_comparisons_have_no_threshold() -> None:
    """0.0001 cannot be shown by 40 people, however good the engine is; and it says what could."""
    found = cloud(40)
    assert threshold_for(found, 0.0001) is None
    told = needed(found, 0.0001, 0.5)
    assert told.independent == 29_956
    assert told.non_mated >= told.independent
    pairs = told.people * (told.people - 1) / 2 * 4
    assert pairs >= told.non_mated > pairs - 4 * told.people
    assert told.people_in_all == 2 * told.people
    assert needed(found, 0.0001, 0.75).people_in_all == 4 * told.people


def test_what_is_needed_would_do() -> None:
    """With independent comparisons as many as it says, an error-free half shows the target; one fewer does not."""
    told = needed(compared([0.0, 5.0, 10.0], [0, 1, 2]), 0.01, 0.5)
    assert Rate(0, told.independent).upper_one_sided <= 0.01 < Rate(0, told.independent - 1).upper_one_sided


def test_one_person_under_two_names_leaves_no_threshold() -> None:
    """The same pictures with two names match at 0: no threshold helps, and none is made up."""
    templates, who = in_space(20, 3, 3)
    both = np.concatenate([templates, templates])
    found = compare(both / 10, np.concatenate([who, who + 20]), EUCLIDEAN, keep=200, within=0.3)
    assert found.matches(0.0) == 60
    assert shows_at_best(found) < 0.008 < 60 / found.non_mated
    assert threshold_for(found, 0.008) is None


def test_a_target_that_everybody_meets_ends_at_the_largest_number() -> None:
    """Policies go to 2."""
    assert threshold_for(compared([0.0, 5.0, 10.0, 15.0], [0, 1, 2, 3]), 0.9) == 2.0
