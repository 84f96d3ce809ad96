"""When a face alone does not do: an amount, a claim that it would not have made, somebody who looks alike."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.identification import candidates, decide, has_lookalike, lookalikes
from smilepay_cli.rules.profiles import DEMO, STANDARD, STRICT
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.rules.second_factor import WHY, doubts, needed_for
from smilepay_cli.vocabulary.faces import Reference, Vector
from smilepay_cli.vocabulary.money import Money

POLICY = replace(STANDARD, dissimilarity_max=0.5, margin=0.25)


def at(*places: float) -> Vector:
    vector: Vector = np.zeros(128)
    vector[: len(places)] = places
    return vector


def gallery(**places: float | tuple[float, ...]) -> Gallery:
    """References of accounts, on a line."""
    lists = {account: place if isinstance(place, tuple) else (place,) for account, place in places.items()}
    return Gallery.of([Reference(account, at(place)) for account, all_of in lists.items() for place in all_of])


def found(everybody: Gallery, claimed: str | None, probe: float = 0.0, policy: object = POLICY) -> tuple[str, ...]:
    assert policy in (POLICY, replace(POLICY, pin_for_lookalikes=False))
    named = POLICY if policy is POLICY else replace(POLICY, pin_for_lookalikes=False)
    compared = everybody if claimed is None else everybody.only(claimed)
    decision = decide(candidates(compared, at(probe), EUCLIDEAN), named, claimed=claimed)
    return doubts(everybody, at(probe), decision, named, EUCLIDEAN)


@pytest.mark.parametrize(
    ("everybody", "claimed", "doubted"),
    [
        (gallery(ann=0.25), "ann", ()),
        (gallery(ann=0.25, bob=2.0), "ann", ()),
        (gallery(ann=0.25, bob=2.0), None, ()),
        (gallery(ann=0.0, bob=0.75), None, ("lookalike",)),  # maximum and margin, exactly
        (gallery(ann=0.0, bob=0.7501), None, ()),
        (gallery(ann=0.0, bob=0.75), "ann", ("lookalike",)),
        (gallery(ann=0.4, bob=-0.5), "ann", ("ambiguity",)),  # nearer by less than the margin
        (gallery(ann=0.4, bob=-0.6), "ann", ("ambiguity",)),  # also where the other alone would be too far
        (gallery(ann=0.25, bob=-0.51), "ann", ()),
        (gallery(ann=0.4, bob=-0.75), "ann", ()),
        (gallery(ann=0.4, bob=-0.1, cid=9.0), "ann", ("ambiguity", "lookalike")),  # somebody else's outright
        (gallery(ann=(0.25, 3.0), bob=3.5), "ann", ("lookalike",)),  # by whichever reference
        (gallery(ann=(0.1, 0.2, 0.3), bob=3.5), "ann", ()),  # nobody is their own lookalike
    ],
)
def test_what_leaves_room_for_somebody_else(everybody: Gallery, claimed: str | None, doubted: tuple[str, ...]) -> None:
    """Claims are held against what an identification would have said; lookalikes count on both ways."""
    assert found(everybody, claimed) == doubted
    assert found(everybody, claimed, policy=replace(POLICY, pin_for_lookalikes=False)) == ()


def test_a_face_that_was_not_accepted_needs_no_pin() -> None:
    """There is nobody whose it could be."""
    assert found(gallery(ann=0.0, bob=0.1), None) == ()
    assert found(gallery(ann=0.9, bob=0.1), "ann") == ()


PLACES = st.dictionaries(st.sampled_from("abcde"), st.lists(st.floats(-3, 3), min_size=1, max_size=3), min_size=1)


@given(PLACES, st.floats(-3, 3))
def test_without_a_doubt_an_identification_says_the_same(places: dict[str, list[float]], probe: float) -> None:
    """Whoever is claimed and accepted without AMBIGUITY is whom the face alone would have given."""
    everybody = gallery(**{account: tuple(all_of) for account, all_of in places.items()})
    identified = decide(candidates(everybody, at(probe), EUCLIDEAN), POLICY).account_id
    for account in places:
        claim = decide(candidates(everybody.only(account), at(probe), EUCLIDEAN), POLICY, claimed=account)
        if claim.accepted:
            doubted = "ambiguity" in doubts(everybody, at(probe), claim, POLICY, EUCLIDEAN)
            assert doubted is (identified != account)


@given(PLACES)
def test_an_account_has_a_lookalike_when_the_list_has_a_pair(places: dict[str, list[float]]) -> None:
    """The same answer as `accounts lookalikes` gives about everybody."""
    everybody = gallery(**{account: tuple(all_of) for account, all_of in places.items()})
    paired = {account for *pair, _ in lookalikes(everybody, POLICY, EUCLIDEAN) for account in pair}
    assert {account for account in places if has_lookalike(everybody, account, POLICY, EUCLIDEAN)} == paired


def test_every_reason_counts_the_amount_first() -> None:
    """And each has words."""
    policy = replace(POLICY, pin_above=Decimal(50))
    assert needed_for(Money(5_001, "EUR"), policy, ("lookalike",)) == ("amount", "lookalike")
    assert needed_for(Money(5_000, "EUR"), policy, ("ambiguity", "lookalike")) == ("ambiguity", "lookalike")
    assert needed_for(Money(5_000, "EUR"), policy, ()) == ()
    assert set(WHY) == {"amount", "ambiguity", "lookalike", "adding"}


def test_which_policies_ask() -> None:
    """`demo` is for showing the flow."""
    assert [policy.pin_for_lookalikes for policy in (DEMO, STANDARD, STRICT)] == [False, True, True]
