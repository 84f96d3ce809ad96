"""One reference engine for all tests here: its models take seconds to load."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.adapters.faces.reference import ReferenceEngine

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

pytest.register_assert_rewrite("tests.contracts.face_engine")

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def reference() -> ReferenceEngine:
    """The real engine, shared."""
    return ReferenceEngine()


@pytest.fixture(scope="session")
def reference_quartet() -> ReferenceEngine:
    """The reference engine with the fast one's scheme, shared."""
    return ReferenceEngine("quartet")


@pytest.fixture(scope="session")
def fast() -> FastEngine:
    """The fast engine with its own scheme, shared."""
    return FastEngine("quartet", default_folder(os.environ))


@pytest.fixture(scope="session")
def fast_euclidean() -> FastEngine:
    """The fast engine with face_recognition's scheme, shared."""
    return FastEngine("euclidean", default_folder(os.environ))


@pytest.fixture(scope="session")
def sample() -> Callable[..., Pixels]:
    """`sample("lin/1")` is that sample face as pixels; `scale=0.5` halves its sides."""
    return _sample


@pytest.fixture(scope="session")
def side_by_side() -> Callable[[Pixels, Pixels], Pixels]:
    """Two pictures as one, on grey."""
    return _side_by_side


@cache
def _sample(name: str, *, scale: float = 1.0) -> Pixels:
    from PIL import Image

    with Image.open(ROOT / "sample_faces" / f"{name}.jpg") as image:
        picture = image.convert("RGB")
    if scale != 1.0:
        picture = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
        )
    pixels = np.array(picture)
    pixels.flags.writeable = False
    return pixels


def _side_by_side(left: Pixels, right: Pixels) -> Pixels:
    canvas = np.full((max(len(left), len(right)), left.shape[1] + right.shape[1], 3), 128, dtype=np.uint8)
    canvas[: len(left), : left.shape[1]] = left
    canvas[: len(right), left.shape[1] :] = right
    return canvas
