"""Identification, simulated, against the rule that `pay` has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smilepay_cli.rules.calibration.searches import margin_for, margins, search
from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.identification import candidates, decide
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.schemes import EUCLIDEAN
from tests.rules.calibration.made import on_a_line


def by_hand(places: list[float], who: list[int]) -> Any:
    return search(on_a_line(*places), np.array(who), EUCLIDEAN)


def test_by_hand() -> None:
    """The first picture of each is enrolled; the own one is left out of non-mated searches."""
    found = by_hand([0.0, 0.2, 1.0, 1.6, 3.0, 1.1], [0, 0, 1, 1, 2, 2])
    assert found.own[[1, 3, 5]] == pytest.approx([0.2, 0.6, 1.9])
    assert found.other == pytest.approx([1.0, 0.8, 1.0, 1.4, 2.0, 0.1])
    assert (found.fnir(0.5, 0.0).k, found.fnir(0.5, 0.0).n) == (2, 3)  # bob is too far, cid is taken for bob
    assert (found.mistaken(0.5, 0.0).k, found.mistaken(0.5, 1.1).k) == (1, 0)
    assert (found.fpir(0.5, 0.0).k, found.fpir(0.5, 0.0).n) == (1, 6)
    assert found.ambiguous(0.7, 0.7).k == 1  # ann at 0.2 and bob at 0.8


def test_alone_in_the_gallery_the_margin_does_not_apply() -> None:
    """Of two people one is taken out: who is left has no runner-up, and is taken."""
    found = by_hand([0.0, 0.1, 0.2, 0.3], [0, 0, 1, 1])
    assert found.fpir(0.3, 1.0).k == 4


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(0, 4)), min_size=2, max_size=12),
    st.floats(0.05, 0.9),
    st.floats(0.01, 0.2),
)
def test_it_decides_as_the_rule_does(pictures: list[tuple[float, int]], threshold: float, margin: float) -> None:
    """Every search again through identification.decide, one at a time."""
    names = {name: place for place, name in enumerate(sorted({who for _, who in pictures}))}
    templates, who = on_a_line(*(place for place, _ in pictures)), [names[name] for _, name in pictures]
    found = search(templates, np.array(who), EUCLIDEAN)
    first = {person: who.index(person) for person in who}
    policy = SimpleNamespace(dissimilarity_max=threshold, margin=margin)
    counts = {"fnir": 0, "mistaken": 0, "ambiguous": 0, "fpir": 0}
    for probe, person in enumerate(who):
        enrolled = [SimpleNamespace(account_id=str(p), vector=templates[row]) for p, row in first.items()]
        others = [reference for reference in enrolled if reference.account_id != str(person)]
        if others:
            counts["fpir"] += decided(others, templates[probe], policy).accepted
        if probe in first.values():
            continue
        decision = decided(enrolled, templates[probe], policy)
        found_own = decision.accepted and decision.nearest.account_id == str(person)
        counts["fnir"] += not found_own
        counts["mistaken"] += decision.accepted and not found_own
        apart = EUCLIDEAN.dissimilarities(templates[first[person]], templates[probe])[0]
        is_nearest = apart == decision.nearest.dissimilarity
        counts["ambiguous"] += is_nearest and decision.reason == "ambiguous_match"
    assert {name: getattr(found, name)(threshold, margin).k for name in counts} == counts


def decided(references: list[Any], probe: Any, policy: Any) -> Any:
    return decide(candidates(Gallery.of(references), probe, EUCLIDEAN), policy)


def test_margins_go_from_the_policys_own_to_the_largest() -> None:
    """None is smaller than what the policy has; the last is the largest that a named policy has."""
    assert margins(0.03, 0.05) == [0.03, 0.035, 0.04, 0.045, 0.05]
    assert margins(0.035, 0.05)[0] == 0.035
    assert margins(0.0304, 0.05)[0] == 0.031
    assert margins(STANDARD.margin, 0.02) == [0.05]


def test_the_margin_is_the_smallest_that_mistakes_the_fewest() -> None:
    """Cid's second picture is 0.04 nearer to bob than to himself; ann is always right."""
    found = by_hand([0.0, 0.01, 1.0, 1.01, 1.3, 1.13], [0, 0, 1, 1, 2, 2])
    assert [found.mistaken(0.5, margin).k for margin in (0.03, 0.04, 0.045)] == [1, 1, 0]
    assert margin_for(found, 0.5, margins(0.03, 0.08)) == 0.045
    assert margin_for(found, 0.5, margins(0.03, 0.035)) == 0.03  # no larger one of these helps
