"""Models are built whole and proved against dlib, or not at all."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models import builder
from smilepay_cli.adapters.faces.models.builder import Dlib, Parity, fixed_picture
from smilepay_cli.adapters.faces.models.cache import ModelCache
from smilepay_cli.adapters.faces.models.dlib_forest import read_forest
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.models.landmarks import LandmarkModel
from smilepay_cli.adapters.faces.models.sessions import Session
from smilepay_cli.adapters.faces.weights import find_weights

EXACT = Parity(descriptor_l2=0.0, landmarks_px=0.0, boxes_equal=True)


def nothing(_: str) -> None:
    """For who does not want to be told."""


class TestParity:
    """What stands for dlib, and what does not."""

    def test_exact_is_near_enough(self) -> None:
        """And so is what the tolerances allow, to the last digit."""
        assert EXACT.holds
        assert Parity(builder.DESCRIPTOR_TOLERANCE, builder.LANDMARK_TOLERANCE, boxes_equal=True).holds

    @pytest.mark.parametrize("figure", [1.01e-5, 0.1, math.inf, math.nan, -math.nan])
    def test_descriptors_too_far_off(self, figure: float) -> None:
        """Or no numbers at all, which are neither near nor far."""
        assert replace(EXACT, descriptor_l2=figure).holds is False

    @pytest.mark.parametrize("figure", [2.0, math.inf, math.nan])
    def test_landmarks_too_far_off(self, figure: float) -> None:
        """Two pixels are no rounding."""
        assert replace(EXACT, landmarks_px=figure).holds is False

    def test_other_boxes(self) -> None:
        """One more, one less, another score."""
        assert replace(EXACT, boxes_equal=False).holds is False


@pytest.fixture(scope="module")
def models() -> dict[int, LandmarkModel]:
    """Both, built here."""
    weights = find_weights()
    return {points: LandmarkModel(read_forest(weights.landmarks(points).read_bytes())) for points in (5, 68)}


class Kept(Dlib):
    """The 68 points take dlib a second to load."""

    def __init__(self) -> None:
        super().__init__(find_weights())
        self._kept: dict[int, Any] = {}

    def landmarks(self, points: int) -> Any:
        if points not in self._kept:
            self._kept[points] = super().landmarks(points)
        return self._kept[points]


DLIB = Kept()


@pytest.fixture(scope="module")
def encoder(fast: FastEngine) -> Session:
    """The engine's own."""
    return fast.prepare().encoder


class TestMeasure:
    """The proof can fail."""

    def measured(self, encoder: Any, models: dict[int, Any], hog: Any = None) -> Parity:
        return builder.measure(DLIB, encoder, hog or DLIB.hog, models)

    def test_what_is_built_here_holds(self, encoder: Session, models: dict[int, LandmarkModel]) -> None:
        """With room: descriptors a tenth of the tolerance, no landmark elsewhere."""
        parity = self.measured(encoder, models)
        assert parity.holds and 0 < parity.descriptor_l2 < 3e-6 and parity.landmarks_px == 0

    def test_wrong_descriptors_are_seen(self, encoder: Session, models: dict[int, LandmarkModel]) -> None:
        """Off by a little on one chip, and what is no number."""

        class Wrong:
            def __init__(self, error: float) -> None:
                self._error = error

            def run(self, batch: Any) -> Any:
                rows = encoder.run(batch).copy()
                rows[1, 7] += self._error
                return rows

        assert self.measured(Wrong(1e-4), models).descriptor_l2 == pytest.approx(1e-4, rel=0.1)
        assert not self.measured(Wrong(1e-4), models).holds
        assert not self.measured(Wrong(math.nan), models).holds

    def test_wrong_landmarks_are_seen(self, encoder: Session, models: dict[int, LandmarkModel]) -> None:
        """One model of the two, two pixels to the right."""
        for points in (5, 68):
            parity = self.measured(encoder, {**models, points: _Shifted(models[points])})
            assert parity.landmarks_px == 2.0 and not parity.holds

    def test_another_detector_is_seen(self, encoder: Session, models: dict[int, LandmarkModel]) -> None:
        """The same boxes with other scores are other boxes."""

        class Wrong:
            def run(self, picture: Any, doublings: int, threshold: float) -> Any:
                rectangles, scores, kinds = DLIB.hog.run(picture, doublings, threshold)
                return rectangles, [score + 0.001 for score in scores], kinds

        assert self.measured(encoder, models, Wrong()).boxes_equal is False

    def test_there_are_boxes_to_compare(self) -> None:
        """Two empty lists are equal and prove nothing."""
        found = builder._boxes(DLIB.hog, fixed_picture())
        assert len(found) >= 1 and all(np.isfinite(box[4]) for box in found)

    def test_the_picture_is_the_same_each_time(self) -> None:
        """Parity figures of two machines are comparable."""
        picture = fixed_picture()
        assert picture.shape == (400, 400, 3) and picture.dtype == np.uint8
        assert sha256(picture.tobytes()).hexdigest() == sha256(fixed_picture().tobytes()).hexdigest() == PICTURE


PICTURE = "8dafefd8a2f2304c9e0c8b1d66fd1c0f871cc99a3cd19ca58742787930b6cecb"
"""SHA-256 of the fixed picture."""


class _Shifted:
    def __init__(self, model: LandmarkModel) -> None:
        self._model = model

    def __call__(self, pixels: Any, box: Any) -> Any:
        return self._model(pixels, box) + np.array([2.0, 0.0])


class TestBuild:
    """Into a folder, whole or not at all."""

    @pytest.fixture
    def cache(self, tmp_path: Path) -> ModelCache:
        return ModelCache(tmp_path / "cache", find_weights())

    def test_models_that_are_not_dlibs_are_never_used(self, cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
        """And nothing of them stays behind."""
        monkeypatch.setattr(builder, "measure", lambda *_: replace(EXACT, descriptor_l2=math.nan))
        monkeypatch.setattr(builder, "save_optimised", _copied)  # which takes most of the time
        with pytest.raises(ModelsUnavailable, match="do not agree with dlib"):
            cache.build(builder.build, nothing)
        assert _lying_in(cache) == {"lock"}
        assert cache.find() is None

    def test_the_engine_gives_them_up_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """However often it is asked, and whichever figure it is."""
        monkeypatch.setattr(builder, "_build", lambda *_: replace(EXACT, boxes_equal=False))
        engine = FastEngine("quartet", tmp_path)
        for _ in range(2):
            with pytest.raises(ModelsUnavailable, match="do not agree with dlib"):
                engine.detect(fixed_picture())

    @pytest.mark.parametrize("kind", ["network", "detector", "five_point", "sixty_eight_point"])
    def test_weights_that_cannot_be_read(self, kind: str, tmp_path: Path, cache: ModelCache) -> None:
        """Damaged files, each: one line that says so, no traceback of a parser."""
        path = tmp_path / "weights.dat"
        path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
        broken = ModelCache(tmp_path / "cache", replace(find_weights(), **{kind: path}))
        with pytest.raises(ModelsUnavailable, match="the weight files cannot be read"):
            broken.build(builder.build, nothing)
        assert _lying_in(cache) == {"lock"}

    @pytest.mark.parametrize("kind", ["detector", "network"])
    def test_weights_whose_maps_do_not_fit(self, kind: str, tmp_path: Path) -> None:
        """A stride of 1 where 2 belongs, or 2 where 1: readable, and useless."""
        weights = find_weights()
        data = bytearray(getattr(weights, kind).read_bytes())
        # out, rows, columns, strides and paddings, as they lie in the first convolution of each
        place = data.rindex(
            bytes.fromhex({"network": "010301030101010101010101", "detector": "01050105010101010102"}[kind])
        )
        data[place + 1] = data[place + 3] = 1
        path = tmp_path / "weights.dat"
        path.write_bytes(data)
        with pytest.raises(ModelsUnavailable):
            ModelCache(tmp_path / "cache", replace(weights, **{kind: path})).build(builder.build, nothing)

    def test_without_onnx_nothing_can_be_built(self, cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
        """And what is missing has a name."""
        monkeypatch.setitem(sys.modules, "onnx", None)
        with pytest.raises(ModelsUnavailable, match="onnx is not installed"):
            cache.build(builder.build, nothing)
        assert _lying_in(cache) == {"lock"}

    @pytest.mark.parametrize("name", ["ENCODER_GRAPH", "ENCODER", "CNN", "HOG", "landmarks_file"])
    def test_a_disk_that_is_full(self, name: str, cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
        """Really full, whoever writes: we, onnxruntime, dlib. Their errors once got out."""
        full: Any = (lambda _: "/dev/full") if name == "landmarks_file" else "/dev/full"
        monkeypatch.setattr(builder, name, full)
        if name != "ENCODER":
            monkeypatch.setattr(builder, "save_optimised", _copied)
        with pytest.raises(ModelsUnavailable, match=r"cannot (write|keep)") as caught:
            cache.build(builder.build, nothing)
        assert "\n" not in str(caught.value)
        assert _lying_in(cache) == {"lock"}


def _copied(model: Path, to: Path) -> None:
    to.write_bytes(model.read_bytes())


def _lying_in(cache: ModelCache) -> set[str]:
    return {path.name for path in cache.folder.iterdir()}
