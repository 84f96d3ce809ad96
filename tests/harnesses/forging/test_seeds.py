"""Chance can be had again, and no two things share it."""

from __future__ import annotations

from itertools import combinations

from smilepay_cli.harnesses.forging.seeds import rng_for


def test_same_words_same_numbers() -> None:
    """What was measured can be measured again."""
    assert rng_for(1, "blur", "lin").random(5).tolist() == rng_for(1, "blur", "lin").random(5).tolist()


def test_other_words_other_numbers() -> None:
    """Otherwise every species would be drawn with the same tilt, and every person with the same camera."""
    words = [(1, "blur", "lin"), (2, "blur", "lin"), (1, "small", "lin"), (1, "blur", "otto"), (1, "blurlin", "")]
    draws = [rng_for(*each).random(20) for each in words]
    assert all(abs(a - b).min() > 0 for a, b in combinations(draws, 2))
