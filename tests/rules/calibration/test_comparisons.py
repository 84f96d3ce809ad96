"""Comparisons by hand, and kept in little memory."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smilepay_cli.rules.calibration import comparisons as module
from smilepay_cli.rules.calibration.comparisons import compare
from smilepay_cli.rules.schemes import EUCLIDEAN
from tests.rules.calibration.made import compared, on_a_line

LINE, WHO = [0.0, 0.2, 1.0, 1.6, 3.0, 1.1], [0, 0, 1, 1, 2, 2]
"""Ann is near to herself; bob's second picture is off; cid's second looks like bob."""


def test_by_hand() -> None:
    """3 mated and 12 other comparisons of six pictures."""
    found = compared(LINE, WHO, within=5)
    assert found.mated == pytest.approx([0.2, 0.6, 1.9])
    assert found.mated_who.tolist() == [0, 1, 2]
    assert found.non_mated == 12 == len(found.near)
    assert found.near[:3] == pytest.approx([0.1, 0.5, 0.8])
    assert found.near_pairs[:2].tolist() == [[2, 5], [3, 5]]
    assert found.near_who[:2].tolist() == [[1, 2], [1, 2]]
    assert [(found.fmr(at).k, found.fmr(at).n) for at in (0.05, 0.2, 0.7)] == [(0, 12), (1, 12), (2, 12)]
    assert [(found.fnmr(at).k, found.fnmr(at).n) for at in (0.1, 0.3, 0.7, 2.0)] == [(3, 3), (2, 3), (1, 3), (0, 3)]


PLACES = st.integers(0, 128).map(lambda number: number / 64)
"""Whose distances are exact, however they are computed: this is about counts."""


@settings(max_examples=50)
@given(
    st.lists(st.tuples(PLACES, st.integers(0, 5)), min_size=2, max_size=30),
    st.integers(0, 40),
    st.floats(0, 0.5),
)
def test_what_is_kept_is_complete(pictures: list[tuple[float, int]], keep: int, within: float) -> None:
    """Letting go of what is far changes no count up to where it says so, against all pairs one by one."""
    names = {name: place for place, name in enumerate(sorted({who for _, who in pictures}))}
    places, who = [place for place, _ in pictures], [names[who] for _, who in pictures]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ROOM", 0)
        found = compared(places, who, keep=keep, within=within)
    pairs = list(combinations(range(len(who)), 2))
    others = sorted(abs(places[a] - places[b]) for a, b in pairs if who[a] != who[b])
    assert found.non_mated == len(others)
    assert len(found.mated) == len(pairs) - len(others)
    assert found.complete_to >= within
    assert len(found.near) >= min(keep, len(others))
    for threshold in (within, min(found.complete_to, 2.0)):
        assert found.matches(threshold) == sum(apart <= threshold for apart in others)


def test_beyond_what_was_kept_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that leaves some out would be too low a rate."""
    monkeypatch.setattr(module, "_ROOM", 0)
    found = compared([number / 10 for number in range(20)], list(range(20)), keep=3, within=0.1)
    with pytest.raises(ValueError, match="known up to"):
        found.fmr(1.9)


def test_what_is_no_number_is_no_match() -> None:
    """A template that went wrong is refused when it pays, and is no false match here."""
    templates = on_a_line(0.0, 0.1, float("nan"), 0.1)
    found = compare(templates, np.array([0, 0, 0, 1]), EUCLIDEAN, keep=10, within=1.0)
    assert (found.fmr(1.0).k, found.fmr(1.0).n) == (2, 3)
    assert (found.fnmr(1.0).k, found.fnmr(1.0).n) == (2, 3)


def test_few_comparisons_count_as_pairs_of_people() -> None:
    """Two people tell nothing of how errors come together: four comparisons of them are worth one."""
    found = compared([0.0, 0.1, 1.0, 1.1], [0, 0, 1, 1])
    assert found.non_mated == 4 and found.fmr(0.5).worth == 1
    assert found.fnmr(0.5).worth == 2
