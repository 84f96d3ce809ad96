"""The fast engine keeps the contract and says what dlib says."""

from __future__ import annotations

import pytest

from smilepay_cli.adapters.faces.fast import FastEngine
from tests.adapters.faces.people import RealFacesContract


class TestContract(RealFacesContract):
    """With its own scheme."""

    @pytest.fixture
    def engine(self, fast: FastEngine) -> FastEngine:
        return fast


class TestEuclidean(RealFacesContract):
    """With face_recognition's."""

    @pytest.fixture
    def engine(self, fast_euclidean: FastEngine) -> FastEngine:
        return fast_euclidean
