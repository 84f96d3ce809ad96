"""Curves out of histograms, held against counting the dissimilarities one by one."""

from __future__ import annotations

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.replay import curves

BIN = 0.002
VALUES = st.lists(st.integers(1, 1000).map(lambda thousandths: thousandths / 1000), min_size=1, max_size=60)


def pairs(values: list[float]) -> list[list[int]]:
    """Bin i holds what is above i bins and at most i + 1."""
    return [list(pair) for pair in sorted(Counter(ceil(value / BIN - 1e-9) - 1 for value in values).items())]


@given(VALUES, VALUES)
def test_both_errors_are_those_of_counting(mated: list[float], others: list[float]) -> None:
    """At every edge where something changes, and at any threshold that is one."""
    curve = curves.tradeoff({"bin": BIN, "mated": pairs(mated), "non_mated": pairs(others)}, "non_mated")
    assert curve is not None and (curve.mated, curve.others) == (len(mated), len(others))
    for at, match, non_match in zip(curve.thresholds, curve.false_match, curve.false_non_match, strict=True):
        assert match == pytest.approx(sum(value <= at + 1e-9 for value in others) / len(others))
        assert non_match == pytest.approx(sum(value > at + 1e-9 for value in mated) / len(mated))
    found = curves.at_threshold(curve, 0.46)
    expected = sum(v <= 0.46 + 1e-9 for v in others) / len(others), sum(v > 0.46 + 1e-9 for v in mated) / len(mated)
    assert found == pytest.approx(expected)


def test_nothing_to_compare_is_no_curve() -> None:
    """A set without a second picture of anybody."""
    assert curves.tradeoff({"bin": BIN, "mated": [], "non_mated": [[1, 3]]}, "non_mated") is None
    assert curves.in_bars([], 5) == []


@given(VALUES, st.integers(1, 20))
def test_bars_lose_nothing(values: list[float], width: int) -> None:
    """Every dissimilarity is in one of them, and there is no gap between them."""
    bars = curves.in_bars(pairs(values), width)
    assert sum(count for _, count in bars) == len(values)
    assert [index for index, _ in bars] == list(range(bars[0][0], bars[-1][0] + 1, width))


def test_the_equal_error_rate_is_where_the_errors_cross() -> None:
    """Five of ten on each side of the other."""
    mated, others = [0.1] * 5 + [0.3] * 5, [0.2] * 5 + [0.4] * 5
    curve = curves.tradeoff({"bin": BIN, "mated": pairs(mated), "non_mated": pairs(others)}, "non_mated")
    assert curve is not None and curve.equal == (0.2, 0.5)
