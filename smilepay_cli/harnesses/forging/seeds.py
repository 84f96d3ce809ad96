"""Chance that can be had again: generators named by a seed and by words."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator


def rng_for(seed: int, species: str, name: str) -> Generator:
    """A generator of its own for what `species` makes of the picture called `name`.

    Same words, same numbers: with the same version of numpy and OpenCV and on the same kind of processor the forged
    bytes are the same. The seed of numpy's SeedSequence is the SHA-256 of the words, so that no two of them share a
    stream, whatever else is forged and in whichever order. PCG64 is named because numpy may change its default.
    """
    import numpy as np

    digest = sha256("\n".join((str(seed), species, name)).encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest))))
