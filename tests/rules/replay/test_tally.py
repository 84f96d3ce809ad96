"""A tally: the same whatever the order, put together of parts, and read back exactly."""

from __future__ import annotations

import json
import tracemalloc
from math import inf, isfinite, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import det_curve

from smilepay_cli.rules.replay.curves import at_threshold, tradeoff
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.rows import as_row, from_row
from smilepay_cli.rules.replay.tally import Tally, merged
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Outcome
from tests.rules.replay.made import FIGURES, LIMIT, TABLE, outcome, outcomes


def tallied(rows: list[Outcome]) -> Tally:
    tally = Tally()
    for row in rows:
        tally.add(row, dissimilarity_max=LIMIT)
    return tally


@settings(max_examples=50, deadline=None)
@given(st.lists(outcomes(), max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Outcome], chance: object) -> None:
    """Work done in parallel comes in any order."""
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert tallied(mixed).as_json() == tallied(rows).as_json()


@settings(max_examples=50, deadline=None)
@given(st.lists(outcomes(), max_size=20), st.integers(0, 20))
def test_parts_put_together_are_the_whole(rows: list[Outcome], at: int) -> None:
    """Two tallies of halves, or one that was stopped, written as text, read and gone on with."""
    whole = tallied(rows).as_json()
    assert merged([tallied(rows[:at]), tallied(rows[at:])]).as_json() == whole
    stopped = Tally.from_json(json.loads(json.dumps(tallied(rows[:at]).as_json())))
    for row in rows[at:]:
        stopped.add(row, dissimilarity_max=LIMIT)
    assert stopped.as_json() == whole


@settings(max_examples=50, deadline=None)
@given(st.lists(FIGURES, min_size=1, max_size=40), st.lists(FIGURES, min_size=1, max_size=40))
def test_the_det_is_scikit_learns(mated: list[float], others: list[float]) -> None:
    """The curve that a report draws, at each of its thresholds, where dissimilarities lie on edges of the bins."""
    rows = [outcome(str(n), "bona_fide", shown="lin", mated=apart) for n, apart in enumerate(mated)]
    rows.append(outcome("others", "zero_effort", claim="lin", shown="eve", others=tuple(others)))
    curve = tradeoff(tallied(rows).histograms(), "non_mated")
    assert curve is not None
    labels = [1] * len(mated) + [0] * len(others)
    fmr, fnmr, thresholds = det_curve(labels, [-apart for apart in mated + others])
    for false_matches, false_non_matches, threshold in zip(fmr, fnmr, thresholds, strict=True):
        if isfinite(threshold) and threshold < 0:  # there is no edge at 0; the first one is 0.002
            assert at_threshold(curve, -float(threshold)) == pytest.approx((false_matches, false_non_matches))


def test_thresholds_of_the_det_are_inclusive() -> None:
    """A dissimilarity at the threshold is within it, as in the decision."""
    row = outcome("a", "bona_fide", shown="lin", mated=0.6, others=(0.6, 0.602))
    curve = tradeoff(tallied([row]).histograms(), "non_mated")
    assert curve is not None
    assert [at_threshold(curve, threshold) for threshold in (0.598, 0.6, 0.602)] == [(0, 1), (0.5, 0), (1, 0)]
    assert tradeoff(tallied(TABLE[10:]).histograms(), "non_mated") is None, "attacks are no comparisons of this curve"


def test_what_is_no_number_matches_nothing() -> None:
    """Such a dissimilarity is beyond every threshold: a false non-match, never a match."""
    tally = tallied([outcome("a", "bona_fide", shown="lin", mated=nan, others=(inf, nan, 2.5, 0.0))])
    assert tally.rate("fnmr") == Rate(1, 1) and tally.rate("fmr") == Rate(1, 4)
    assert tally.scores["mated"][-1] == 1 and tally.scores["non_mated"][-1] == 3 and tally.scores["non_mated"][0] == 1


def test_scores_of_attacks_are_kept_apart() -> None:
    """For the plot; they are no mated comparisons."""
    tally = tallied(TABLE)
    assert {name: int(counts.sum()) for name, counts in tally.scores.items()} == {
        "mated": 6,
        "non_mated": 10,
        "attack": 5,
    }


def test_memory_does_not_grow_with_rows() -> None:
    """Ten thousand rows more take no room."""

    def more(count: int) -> None:
        for number in range(count):
            row = outcome(str(number), "attack", shown="lin", species="print", ended=(10, "no_match"), mated=0.7)
            tally.add(row, dissimilarity_max=LIMIT)

    tally = Tally()
    more(100)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        more(10_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert tally.rows == 10_100 and after - before < 20_000


def test_two_thresholds_are_not_mixed() -> None:
    """A run that goes on under another policy would be counted at neither."""
    tally = tallied(TABLE[:1])
    with pytest.raises(ValueError, match=r"counted at 0\.5, and now at 0\.6"):
        tally.add(TABLE[1], dissimilarity_max=0.6)
    other = Tally()
    other.add(TABLE[1], dissimilarity_max=0.6)
    with pytest.raises(ValueError, match="counted at"):
        tally.merge(other)


def test_a_row_that_was_read_is_not_counted_again() -> None:
    """It holds only the nearest of the others: FMR would come out wrong without a word."""
    with pytest.raises(TypeError, match="too few comparisons"):
        Tally().add(from_row(as_row(TABLE[0], dissimilarity_max=LIMIT)), dissimilarity_max=LIMIT)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"format": "smilepay-tally/0"},
        {"rows": "17"},
        {"rows": -1},
        {"counts": [["hit", "fta", "", 1.5]]},
        {"counts": [["hit", "fta", "", "1"]]},
        {"counts": 7},
        {"scores": {}},
        {"scores": {"mated": {"1001": 1}, "non_mated": {}, "attack": {}}},
        {"scores": {"mated": {"-1": 1}, "non_mated": {}, "attack": {}}},
        {"more": 1},
    ],
)
def test_a_spoilt_tally_is_refused(spoilt: dict[str, object]) -> None:
    """One line, and nothing is gone on from."""
    told = json.loads(json.dumps(tallied(TABLE).as_json())) | spoilt
    with pytest.raises(UsageProblem, match="no tally of a replay"):
        Tally.from_json(told)
