"""The contract's pictures, with real people: for every engine that looks at real pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.contracts.face_engine import FaceEngineContract

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]


class RealFacesContract(FaceEngineContract):
    """Subclasses give the engine."""

    @pytest.fixture
    def one_face(self, sample: Sample) -> Pixels:
        return sample("otto/1")

    @pytest.fixture
    def same_person(self, sample: Sample) -> Pixels:
        return sample("otto/3")

    @pytest.fixture
    def other_person(self, sample: Sample) -> Pixels:
        return sample("eileen/1")

    @pytest.fixture
    def two_faces(self, sample: Sample, side_by_side: Callable[..., Pixels]) -> Pixels:
        return side_by_side(sample("otto/1"), sample("eileen/1"))

    @pytest.fixture
    def small_face(self, sample: Sample) -> tuple[Pixels, int]:
        return sample("grace/1", scale=24 / 187), 20

    @pytest.fixture
    def no_face(self, sample: Sample) -> Pixels:
        return sample("no_face/1")
