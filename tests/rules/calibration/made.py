"""People on a line, and people in space, as templates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from smilepay_cli.rules.calibration.comparisons import Comparisons, compare
from smilepay_cli.rules.schemes import EUCLIDEAN


def on_a_line(*places: float) -> NDArray[Any]:
    """(n, 128)"""
    templates = np.zeros((len(places), 128))
    templates[:, 0] = places
    return templates


def compared(places: list[float], who: list[int], *, keep: int = 1000, within: float = 2.0) -> Comparisons:
    return compare(on_a_line(*places), np.array(who), EUCLIDEAN, keep=keep, within=within)


def in_space(
    people: int, pictures: int, seed: int, *, within: float = 0.3, size: int = 20
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Templates and people: a normal cloud of people, and a small one of pictures round each."""
    chance = np.random.default_rng(seed)
    places = chance.standard_normal((people, 1, size)) + within * chance.standard_normal((people, pictures, size))
    templates = np.zeros((people * pictures, 128))
    templates[:, :size] = places.reshape(-1, size)
    return templates, np.repeat(np.arange(people), pictures)
