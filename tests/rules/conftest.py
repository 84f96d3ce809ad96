"""Sample faces, looked for once with the real engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.vocabulary.faces import Face, Frame, Pixels, pixel_digest

SAMPLES = Path(__file__).parents[2] / "sample_faces"
Look = Callable[[Pixels], Face]
Sample = Callable[[str], Face]


@pytest.fixture(scope="session")
def look() -> Look:
    """`look(pixels)` is the face of a picture, with landmarks; a test that needs one fails where there is none."""
    engine = FastEngine("euclidean", default_folder(os.environ))

    def looked(pixels: Pixels) -> Face:
        found = engine.detect(pixels).found[0]
        frame = Frame(pixels, 0, 0.0, "test", pixel_digest(pixels))
        return Face(frame, found.box, found.score, engine.landmarks(pixels, found.box))

    return looked


@pytest.fixture(scope="session")
def sample(look: Look) -> Sample:
    """`sample("lin/1")` is the face of that sample picture."""

    @cache
    def of(name: str) -> Face:
        return look(decode_image((SAMPLES / f"{name}.jpg").read_bytes(), name))

    return of
