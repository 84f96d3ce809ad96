"""What the reference engine and the rules make of the sample faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.rules.one_face import the_one_face
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.vocabulary.errors import Reason, Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]
LIN_WIDTH, GRACE_WIDTH, OTTO_WIDTH = 268, 187, 109
"""Widths in pixels of the detector's boxes on the first picture of each."""


@pytest.fixture(scope="module")
def templates(reference: ReferenceEngine, sample: Sample) -> dict[str, NDArray[Any]]:
    """(n, 128) for each person, one row a picture."""
    pictures = {
        "lin": [f"lin/{number}" for number in range(1, 7)],
        "otto": ["otto/1", "otto/3"],
        "eileen": ["eileen/1", "eileen/2"],
        "grace": ["grace/1"],
    }

    def template(name: str) -> NDArray[Any]:
        pixels = sample(name)
        return EUCLIDEAN.template(reference.descriptors([(pixels, reference.detect(pixels).found[0].box)]))

    return {person: np.vstack([template(name) for name in names]) for person, names in pictures.items()}


def test_pictures_of_one_person_are_near(templates: dict[str, NDArray[Any]]) -> None:
    """Lin's six pictures: well inside every policy, and no two the same."""
    lin = templates["lin"]
    apart = [EUCLIDEAN.dissimilarities(lin[:place], lin[place]) for place in range(1, len(lin))]
    every = np.concatenate(apart)
    assert len(every) == 15
    assert every.min() > 0.08
    assert every.max() < 0.35


def test_pictures_of_two_people_are_far(templates: dict[str, NDArray[Any]]) -> None:
    """At least 0.69: the samples leave room for every policy's threshold and margin."""
    people = list(templates)
    for place, person in enumerate(people):
        for other in people[:place]:
            for probe in templates[person]:
                assert EUCLIDEAN.dissimilarities(templates[other], probe).min() >= 0.69


def test_a_false_face_beside_a_real_one_is_ignored(reference: ReferenceEngine, sample: Sample) -> None:
    """On eileen/2 the detector sees a second face, as wide as hers, that is none; its score gives it away."""
    found = reference.detect(sample("eileen/2")).found
    assert len(found) == 2
    assert the_one_face(found, STANDARD) is found[0]
    assert found[0].box.top < 100


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("lin/1", 1.0), ("grace/1", 1.0)),
        (("grace/1", 1.0), ("lin/1", 1.0)),
        (("lin/1", 1.0), ("grace/1", LIN_WIDTH / GRACE_WIDTH / 2)),
        (("lin/1", GRACE_WIDTH / LIN_WIDTH / 2), ("grace/1", 1.0)),
    ],
    ids=["as they are", "the other way round", "grace half as large", "lin half as large"],
)
def test_two_people_are_refused(
    left: tuple[str, float],
    right: tuple[str, float],
    reference: ReferenceEngine,
    sample: Sample,
    side_by_side: Callable[[Pixels, Pixels], Pixels],
) -> None:
    """Nobody pays with somebody else in the picture, even a step behind."""
    both = side_by_side(*(sample(name, scale=scale) for name, scale in (left, right)))
    look = reference.detect(both)
    assert len(look.found) == 2
    with pytest.raises(Refused) as caught:
        the_one_face(look.found, STANDARD)
    assert caught.value.kind is Reason.SEVERAL_FACES


@pytest.mark.parametrize(("name", "width"), [("lin/1", LIN_WIDTH), ("grace/1", GRACE_WIDTH), ("otto/1", OTTO_WIDTH)])
@pytest.mark.parametrize("smallest", [None, 40, 36])
def test_a_face_of_80_pixels_is_large_enough(
    name: str, width: int, smallest: int | None, reference: ReferenceEngine, sample: Sample
) -> None:
    """At every scale that a capture looks at."""
    found = reference.detect(sample(name, scale=80 / width), smallest=smallest).found
    face = the_one_face(found, STANDARD)
    assert 65 <= face.box.width <= 95


def test_no_face_is_refused(reference: ReferenceEngine, sample: Sample) -> None:
    """The sample without a face has none at any scale."""
    for smallest in (None, 20):
        with pytest.raises(Refused) as caught:
            the_one_face(reference.detect(sample("no_face/1"), smallest=smallest).found, STANDARD)
        assert caught.value.kind is Reason.NO_FACE
