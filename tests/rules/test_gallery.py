"""The search through everybody finds what comparing everybody finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smilepay_cli.rules.gallery import LENGTH, Gallery
from smilepay_cli.rules.identification import candidates
from smilepay_cli.rules.schemes import EUCLIDEAN, QUARTET
from smilepay_cli.vocabulary.faces import Reference


def people(count: int, each: int, seed: int, *, spread: float = 1.0, kind: Any = np.float32) -> Gallery:
    """`count` accounts with `each` references, some of them very close to one another."""
    random = np.random.default_rng(seed)
    middle = random.standard_normal(LENGTH)
    references = [
        Reference(f"acc_{number:05d}", (middle + spread * random.standard_normal(LENGTH)).astype(kind))
        for number in range(count)
        for _ in range(each)
    ]
    random.shuffle(references)
    return Gallery.of(references)


def test_references_of_an_account_lie_side_by_side() -> None:
    """Whatever the order they were enrolled in; accounts are sorted."""
    places = {"bob": [1.0, 4.0], "ann": [2.0], "cid": [3.0, 5.0, 6.0]}
    order = ["bob", "cid", "ann", "bob", "cid", "cid"]
    left = {name: list(values) for name, values in places.items()}
    gallery = Gallery.of([Reference(name, np.full(LENGTH, left[name].pop(0))) for name in order])
    assert gallery.accounts == ("ann", "bob", "cid") and len(gallery) == 6
    for place, name in enumerate(gallery.accounts):
        assert gallery.vectors[gallery.rows_of(place), 0].tolist() == places[name]
        assert gallery.only(name).vectors[:, 0].tolist() == places[name]
        assert gallery.only(name).accounts == (name,)
    assert len(gallery.only("nobody")) == 0 and len(Gallery.of([])) == 0


@settings(deadline=None)
@given(
    count=st.integers(1, 60),
    each=st.integers(1, 3),
    seed=st.integers(0, 10**6),
    spread=st.sampled_from([1.0, 0.1, 1e-3, 1e-5, 0.0]),
    within=st.sampled_from([0.0, 0.05, 0.5, 10.0, 100.0]),
)
def test_the_search_loses_nobody(count: int, each: int, seed: int, spread: float, within: float) -> None:
    """The two nearest, and everybody within the distance, with the very same numbers; also where float32 cannot tell
    people apart.
    """
    gallery = people(count, each, seed, spread=spread)
    probe = gallery.vectors[0].astype(np.float64) + spread * np.random.default_rng(seed + 1).standard_normal(LENGTH)
    every = candidates(gallery, probe, EUCLIDEAN)
    found = candidates(gallery, probe, EUCLIDEAN, within=within)
    assert len(every) == count
    assert found[:2] == every[:2]
    wanted = [candidate for candidate in every if candidate.dissimilarity <= within]
    assert [candidate for candidate in found if candidate.dissimilarity <= within] == wanted


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_search_is_a_search(kind: Any) -> None:
    """Of a thousand strangers nearly all are left out: what is compared exactly is a handful."""
    gallery = people(1000, 1, 7, kind=kind)
    probe = gallery.vectors[500].astype(np.float64) + 0.01
    assert gallery.near(probe, 0.0) == sorted(gallery.near(probe, 0.0)) and len(gallery.near(probe, 0.0)) <= 4
    assert candidates(gallery, probe, EUCLIDEAN, within=0.0)[0].account_id == "acc_00500"


def vector(number: float) -> Any:
    return np.full(LENGTH, number, dtype=np.float32)


@pytest.mark.parametrize("broken", [np.nan, np.inf, 1e30])
def test_what_is_no_number_is_near_nobody(broken: float) -> None:
    """A broken reference hides no other, and a broken probe finds nobody."""
    good, bad = vector(0.0), vector(broken)
    gallery = Gallery.of([Reference("ann", bad), Reference("bob", good), Reference("bob", bad), Reference("cid", bad)])
    found = candidates(gallery, np.full(LENGTH, 0.01), EUCLIDEAN, within=0.0)
    assert found[0].account_id == "bob" and found[0].dissimilarity == pytest.approx(0.01 * LENGTH**0.5)
    assert all(candidate.dissimilarity > 1e20 for candidate in found[1:])
    if not np.isfinite(broken):
        assert gallery.near(np.full(LENGTH, broken), 0.0) == []


def test_every_scheme_compares_as_the_search_does() -> None:
    """The search takes the Euclidean distance for granted; a scheme that had another would be searched wrongly."""
    gallery = people(20, 1, 3)
    probe = gallery.vectors[4].astype(np.float64) * 1.01
    for scheme in (EUCLIDEAN, QUARTET):
        distances = scheme.dissimilarities(gallery.vectors, probe)
        assert np.allclose(distances, np.sqrt(((gallery.vectors - probe) ** 2).sum(axis=1)), atol=1e-6)
