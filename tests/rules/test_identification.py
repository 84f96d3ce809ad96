"""Whose face it is: nearest account, threshold, margin, and no doubt that ends in an acceptance."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.identification import candidates, decide, lookalikes
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.vocabulary.faces import Candidate, Reference, Vector

POLICY = replace(STANDARD, dissimilarity_max=0.5, margin=0.25)


def at(*places: float) -> Vector:
    """A template whose first coordinates are given; the others are zero."""
    vector: Vector = np.zeros(128)
    vector[: len(places)] = places
    return vector


def ranked(**dissimilarities: float) -> list[Candidate]:
    return [Candidate(account, dissimilarity) for account, dissimilarity in dissimilarities.items()]


class TestCandidates:
    """One candidate an account, at its nearest reference."""

    def test_the_nearest_reference_of_each_account_counts(self) -> None:
        references = [
            Reference("ann", at(0.5)),
            Reference("bob", at(0.3)),
            Reference("ann", at(0.25)),
            Reference("bob", at(2.0)),
        ]
        assert candidates(Gallery.of(references), at(0.0), EUCLIDEAN) == ranked(ann=0.25, bob=0.3)

    def test_ties_go_by_account(self) -> None:
        """The answer must not hang on the order in which people enrolled."""
        references = [Reference(account, at(0.25)) for account in ("zoe", "ann", "bob")]
        for order in (references, references[::-1]):
            assert [found.account_id for found in candidates(Gallery.of(order), at(0), EUCLIDEAN)] == [
                "ann",
                "bob",
                "zoe",
            ]

    def test_nobody_enrolled(self) -> None:
        assert candidates(Gallery.of([]), at(0), EUCLIDEAN) == []

    @pytest.mark.parametrize("broken", [nan, inf, -inf])
    def test_what_is_no_number_is_never_near(self, broken: float) -> None:
        references = [Reference("ann", at(broken)), Reference("bob", at(0.25)), Reference("cid", at(broken))]
        assert candidates(Gallery.of(references), at(0), EUCLIDEAN) == ranked(bob=0.25, ann=inf, cid=inf)

    def test_one_broken_reference_does_not_hide_a_good_one(self) -> None:
        for references in ([at(nan), at(0.25)], [at(0.25), at(nan)]):
            assert candidates(
                Gallery.of([Reference("ann", vector) for vector in references]), at(0), EUCLIDEAN
            ) == ranked(ann=0.25)

    @pytest.mark.parametrize("broken", [nan, inf])
    def test_a_broken_probe_matches_nobody(self, broken: float) -> None:
        found = candidates(Gallery.of([Reference("ann", at(0)), Reference("bob", at(1))]), at(broken), EUCLIDEAN)
        assert [candidate.dissimilarity for candidate in found] == [inf, inf]
        assert not decide(found, POLICY).accepted


class TestDecide:
    """Accepted only when near enough, and nearer than anyone else by the margin."""

    @pytest.mark.parametrize(
        ("found", "reason"),
        [
            ({}, "no_match"),
            ({"ann": 0.5}, None),
            ({"ann": float(np.nextafter(0.5, 1))}, "no_match"),
            ({"ann": 0.25, "bob": 0.5}, None),
            ({"ann": 0.25, "bob": float(np.nextafter(0.5, 0))}, "ambiguous_match"),
            ({"ann": 0.25, "bob": 0.25}, "ambiguous_match"),
            ({"ann": 0.25, "bob": 9.0, "cid": 9.0}, None),
            ({"ann": 0.75, "bob": 0.75}, "no_match"),
            ({"ann": nan}, "no_match"),
            ({"ann": inf}, "no_match"),
            ({"ann": inf, "bob": inf}, "no_match"),
            ({"ann": 0.25, "bob": inf}, None),
            ({"ann": 0.25, "bob": nan}, "ambiguous_match"),
        ],
    )
    def test_threshold_and_margin(self, found: dict[str, float], reason: str | None) -> None:
        decision = decide(ranked(**found), POLICY)
        assert (decision.accepted, decision.reason) == (reason is None, reason)
        assert decision.account_id == (None if reason else "ann")
        assert (decision.dissimilarity_max, decision.margin_min, decision.mode) == (0.5, 0.25, "identification")

    def test_a_claim_compares_with_that_account_only(self) -> None:
        """1:1 has no runner-up, so look-alikes can say who they are."""
        decision = decide(ranked(ann=0.25, bob=0.3), POLICY, claimed="bob")
        assert (decision.account_id, decision.runner_up, decision.margin) == ("bob", None, None)
        assert decision.mode == "verification"

    def test_a_claim_of_a_stranger_is_refused(self) -> None:
        """The face of somebody else, or an account without references, is no match."""
        for claimed in ("bob", "nobody"):
            decision = decide(ranked(ann=0.1, bob=0.9), POLICY, claimed=claimed)
            assert (decision.accepted, decision.reason, decision.account_id) == (False, "no_match", None)

    def test_the_margin_is_told(self) -> None:
        assert decide(ranked(ann=0.25, bob=0.75), POLICY).margin == 0.5


FIGURES = st.one_of(st.floats(0, 2).map(lambda x: round(x, 9)), st.sampled_from([nan, inf]))
"""Nothing so small that its square is zero: that would be a matter of floats, not of the rule."""


@given(st.dictionaries(st.sampled_from("abcdef"), FIGURES), st.floats(0, 2), st.floats(0, 2))
def test_accepted_means_near_enough_and_alone_or_far_enough(
    found: dict[str, float], threshold: float, margin: float
) -> None:
    """Whatever the figures: no acceptance without both conditions, and no refusal when both hold."""
    policy = replace(STANDARD, dissimilarity_max=threshold, margin=margin)
    references = [Reference(account, at(distance)) for account, distance in found.items()]
    decision = decide(candidates(Gallery.of(references), at(0), EUCLIDEAN), policy)
    numbers = sorted(distance if np.isfinite(distance) else inf for distance in found.values())
    near = bool(numbers) and numbers[0] <= threshold
    apart = len(numbers) < 2 or (near and numbers[1] - numbers[0] >= margin)
    assert decision.accepted == (near and apart)
    if decision.accepted:
        assert decision.account_id is not None and found[decision.account_id] == numbers[0]
    else:
        assert decision.account_id is None and decision.reason == ("ambiguous_match" if near else "no_match")


PLACES = st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 3)), max_size=10)


@given(PLACES)
def test_lookalikes_do_not_hang_on_the_order(places: list[tuple[str, float]]) -> None:
    """Each pair once, at the distance of its nearest references, whichever of the two enrolled first."""
    references = [Reference(account, at(place)) for account, place in places]
    limit = POLICY.dissimilarity_max + POLICY.margin
    expected = {
        (first, second): min(abs(a - b) for one, a in places if one == first for other, b in places if other == second)
        for first in "abcd"
        for second in "abcd"
        if first < second and {first, second} <= {account for account, _ in places}
    }
    for order in (references, references[::-1]):
        pairs = lookalikes(Gallery.of(order), POLICY, EUCLIDEAN)
        assert {pair[:2]: pair[2] for pair in pairs} == {
            pair: pytest.approx(apart) for pair, apart in expected.items() if apart <= limit
        }
        assert [pair[2] for pair in pairs] == sorted(pair[2] for pair in pairs)
        assert len({pair[:2] for pair in pairs}) == len(pairs)
