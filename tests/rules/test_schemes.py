"""Schemes: what descriptors become, and how far two templates are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from smilepay_cli.rules.schemes import EUCLIDEAN, SCHEMES

VECTORS = arrays(np.float64, 128, elements=st.floats(-4, 4))


def by_hand(first: Any, second: Any) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)


def test_the_distance_by_hand() -> None:
    """A 3-4-5 triangle in two of the 128 dimensions."""
    probe, reference = np.zeros(128), np.zeros(128)
    reference[5], reference[77] = 3, 4
    assert EUCLIDEAN.dissimilarities(np.stack([reference, probe]), probe).tolist() == [5.0, 0.0]


@given(VECTORS, VECTORS)
def test_the_distance_is_the_sum_of_squares(first: Any, second: Any) -> None:
    """Against plain Python, both ways round."""
    there = EUCLIDEAN.dissimilarities(first[None], second)[0]
    assert there == pytest.approx(by_hand(first, second))
    assert there == EUCLIDEAN.dissimilarities(second[None], first)[0]


def test_each_reference_gets_its_own_distance() -> None:
    """(n,) in the order of the references, float64 also for float32 input; none for none."""
    references = np.eye(128, dtype=np.float32)[:3] * np.array([[1], [2], [3]], dtype=np.float32)
    distances = EUCLIDEAN.dissimilarities(references, np.zeros(128))
    assert distances.dtype == np.float64 and distances.tolist() == [1.0, 2.0, 3.0]
    assert EUCLIDEAN.dissimilarities(np.empty((0, 128)), np.zeros(128)).shape == (0,)


def test_a_template_of_one_descriptor_is_the_descriptor() -> None:
    """face_recognition's own numbers, not a bit different."""
    descriptor = np.random.default_rng(1).standard_normal(128)
    assert np.array_equal(EUCLIDEAN.template(descriptor[None]), descriptor)


def test_a_template_of_several_is_their_mean() -> None:
    """One template a face, however many chips."""
    descriptors = np.stack([np.full(128, value) for value in (1.0, 2.0, 6.0)])
    assert np.array_equal(EUCLIDEAN.template(descriptors), np.full(128, 3.0))


def test_what_is_no_number_stays_so() -> None:
    """A descriptor that failed must not come out as a short distance."""
    broken = np.zeros(128)
    broken[3] = np.nan
    assert np.isnan(EUCLIDEAN.dissimilarities(np.zeros((1, 128)), broken)).all()


def test_schemes_are_found_by_the_name_they_carry() -> None:
    """The name goes into templates and events."""
    assert all(scheme.name == name for name, scheme in SCHEMES.items())
    assert SCHEMES["euclidean"] is EUCLIDEAN
