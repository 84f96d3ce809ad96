"""Rates and trials against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.rates import comparisons, searches
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import EUCLIDEAN


def at(*places: float) -> np.ndarray:
    """(n, 128): people on a line."""
    templates = np.zeros((len(places), 128))
    templates[:, 0] = places
    return templates


PEOPLE = ["ann", "ann", "bob", "bob", "cid", "cid"]
LINE = at(0.0, 0.2, 1.0, 1.6, 3.0, 1.1)
"""Ann is near to herself; bob's second picture is off; cid's second looks like bob."""


def test_intervals_are_clopper_and_pearsons() -> None:
    """Against tables: 0 of 10 and 1 of 20."""
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert Rate(1, 20).interval == pytest.approx((0.00127, 0.24873), abs=1e-5)
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert str(Rate(37, 180)) == "37 of 180 (20.6 %, 14.9-27.2 %)"


def test_searches_by_hand() -> None:
    """The first picture of each is enrolled; the own one is left out of non-mated searches."""
    found = searches(LINE, PEOPLE, EUCLIDEAN)
    assert found.own == pytest.approx([0.2, 0.6, 1.9])
    assert found.nearest_other == pytest.approx([0.8, 1.4, 0.1])
    assert found.non_mated == pytest.approx([1.0, 0.8, 1.0, 1.4, 2.0, 0.1])
    assert found.false_negatives(0.5) == Rate(2, 3)  # bob is too far, cid is taken for bob
    assert found.false_negatives(5.0) == Rate(1, 3)
    assert found.false_positives(0.5) == Rate(1, 6)
    assert found.false_positives(found.threshold_at(0.0)) == Rate(0, 6)
    assert found.false_positives(found.threshold_at(0.2)) == Rate(1, 6)
    assert found.false_positives(found.threshold_at(0.5)) == Rate(2, 6)  # two are equally near: neither may be


def test_two_references_are_the_nearer_of_two() -> None:
    """With both of her pictures enrolled, nothing of ann's is left to search with."""
    found = searches(at(0.0, 0.4, 0.3, 2.0, 2.1, 2.2), ["ann"] * 3 + ["bob"] * 3, EUCLIDEAN, references=2)
    assert found.own == pytest.approx([0.1, 0.1])


def test_comparisons_are_all_pairs_once() -> None:
    """3 mated and 12 others of 6 pictures."""
    mated, non_mated = comparisons(LINE, PEOPLE, EUCLIDEAN)
    assert sorted(mated) == pytest.approx([0.2, 0.6, 1.9])
    assert len(non_mated) == 12 and min(non_mated) == pytest.approx(0.1)
