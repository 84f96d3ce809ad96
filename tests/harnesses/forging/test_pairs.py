"""Attacks that take two people, with the real engine's landmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.pairs import Portrait
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import PAIR_SPECIES
from smilepay_cli.rules.schemes import QUARTET

if TYPE_CHECKING:
    from smilepay_cli.adapters.faces.fast import FastEngine
    from smilepay_cli.vocabulary.faces import Pixels, Vector

Sample = Callable[[str], "Pixels"]


@pytest.fixture(scope="module")
def couple(engine: FastEngine, sample: Sample) -> tuple[Portrait, Portrait]:
    first, second = (_portrait(engine, sample(name)) for name in ("lin/1", "otto/1"))
    return first, second


def _portrait(engine: FastEngine, pixels: Pixels) -> Portrait:
    face = engine.detect(pixels).found[0].box
    return Portrait(pixels, face, engine.landmarks(pixels, face))


def _template(engine: FastEngine, pixels: Pixels) -> Vector:
    return QUARTET.template(engine.descriptors([(pixels, engine.detect(pixels).found[0].box)])[0])


@pytest.mark.parametrize("name", PAIR_SPECIES)
def test_same_seed_same_bytes(name: str, couple: tuple[Portrait, Portrait]) -> None:
    """And another with another."""
    make = PAIR_SPECIES[name].make
    first, again, other = (make(*couple, rng_for(seed, name, "couple"), 1.0) for seed in (0, 0, 1))
    assert first.dtype == np.uint8 and first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_a_morph_is_near_both(engine: FastEngine, couple: tuple[Portrait, Portrait]) -> None:
    """Nearer to each than they are to each other; the picture's edge stays where it was."""
    lin, otto = (_template(engine, person.pixels) for person in couple)
    made = PAIR_SPECIES["morph"].make(*couple, rng_for(0, "morph", "couple"), 1.0)
    apart = QUARTET.dissimilarities(np.stack([lin, otto]), _template(engine, made))
    assert apart.max() < 0.8 * QUARTET.dissimilarities(lin[None], otto)[0]
    assert np.abs(made[:2].astype(int) - couple[0].pixels[:2]).max() <= 3


def test_a_mask_shows_the_first_face_in_the_second_ones_picture(
    engine: FastEngine, couple: tuple[Portrait, Portrait]
) -> None:
    """It is taken for the face on the paper, not for who wears it."""
    made = PAIR_SPECIES["paper_mask"].make(*couple, rng_for(0, "paper_mask", "couple"), 1.0)
    references = np.stack([_template(engine, person.pixels) for person in couple])
    to_first, to_second = QUARTET.dissimilarities(references, _template(engine, made))
    assert made.shape == couple[1].pixels.shape
    assert to_first < to_second
