"""Sample faces as pixels with their face, and one real engine for all tests here."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

FACES = {
    "lin/1": Box(306, 162, 264, 264),
    "otto/1": Box(151, 128, 110, 110),
    "grace/1": Box(167, 144, 195, 197),
    "lin/clip/000": Box(204, 108, 176, 176),
}
"""As the fast engine finds them: tests of shapes and bytes need no engine."""
SAMPLES = Path(__file__).resolve().parents[3] / "sample_faces"


@pytest.fixture(scope="session")
def engine() -> FastEngine:
    """The real engine, shared."""
    return FastEngine("quartet", default_folder(os.environ))


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Pixels]:
    """`sample("lin/1")` is that sample face as pixels."""
    return _sample


@pytest.fixture(scope="session")
def face_of() -> Callable[[str], Box]:
    """`face_of("lin/1")` is where its face is."""
    return FACES.__getitem__


@pytest.fixture(scope="session")
def flat() -> tuple[Pixels, Box]:
    """An even grey picture, and a box in its middle: whatever is to be seen on it later was put there."""
    return np.full((360, 480, 3), 150, dtype=np.uint8), Box(180, 120, 120, 120)


@cache
def _sample(name: str) -> Pixels:
    pixels = decode_image((SAMPLES / f"{name}.jpg").read_bytes(), name)
    pixels.flags.writeable = False
    return pixels
