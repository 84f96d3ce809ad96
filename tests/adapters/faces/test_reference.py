"""The reference engine keeps the contract, loads late, and fails in words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces import finding
from smilepay_cli.adapters.faces import reference as module
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.adapters.faces.weights import Weights, find_weights, load_model, sha256_of
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.faces import Box
from tests.adapters.faces.people import RealFacesContract, Sample

BLANK = np.full((100, 100, 3), 128, dtype=np.uint8)
BOX = Box(10, 10, 80, 80)


class TestContract(RealFacesContract):
    """With face_recognition's own scheme."""

    @pytest.fixture
    def engine(self, reference: ReferenceEngine) -> ReferenceEngine:
        return reference


class TestQuartet(RealFacesContract):
    """With the default scheme, for which it stands in where the fast engine cannot be had."""

    @pytest.fixture
    def engine(self, reference_quartet: ReferenceEngine) -> ReferenceEngine:
        return reference_quartet


LIGHTNESS = """
import sys
from smilepay_cli.adapters.faces.engines import open_engine
engine = open_engine("reference", "euclidean", {})
heavy = {"dlib", "numpy", "PIL", "cv2"} & set(sys.modules)
assert not heavy, f"constructing loaded {heavy}"

import numpy
from PIL import Image, ImageFile
pixels = numpy.asarray(Image.open("sample_faces/otto/1.jpg").convert("RGB"))
box = engine.detect(pixels).found[0].box
assert engine.landmarks(pixels, box).shape == (68, 2)
assert engine.descriptors([(pixels, box)]).shape == (1, 1, 128)
assert engine.maker.digest
strangers = {"face_recognition", "face_recognition_models", "pkg_resources", "cv2"} & set(sys.modules)
assert not strangers, f"using it loaded {strangers}"
assert ImageFile.LOAD_TRUNCATED_IMAGES is False
"""


def test_making_it_loads_nothing_and_using_it_leaves_others_alone(root: Path) -> None:
    """face_recognition's import takes seconds, may call quit(), and lets Pillow accept truncated files."""
    done = subprocess.run([sys.executable, "-c", LIGHTNESS], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class TestLoading:
    """Each model when it is needed, once."""

    @pytest.fixture
    def loaded(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Names of the model files loaded, in order."""
        names: list[str] = []

        def spy(kind: str, path: Path) -> Any:
            names.append(path.name)
            return load_model(kind, path)

        monkeypatch.setattr(module, "load_model", spy)
        return names

    def test_detection_needs_no_model_file(self, loaded: list[str]) -> None:
        """dlib's detector is built in: a wallet without faces in view never reads 100 MB."""
        ReferenceEngine().detect(BLANK)
        assert loaded == []

    def test_landmarks_load_only_theirs(self, loaded: list[str]) -> None:
        """The network is not paid for by a frame that is only watched."""
        engine = ReferenceEngine()
        for _ in range(2):
            engine.landmarks(BLANK, BOX)
        assert loaded == ["shape_predictor_68_face_landmarks.dat"]

    def test_descriptors_do_without_the_68_points(self, loaded: list[str]) -> None:
        """The 68-point model takes a second to load, and a match alone does not need it."""
        engine = ReferenceEngine()
        for _ in range(2):
            engine.descriptors([(BLANK, BOX)])
        assert loaded == ["shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"]

    def test_ten_threads_load_each_model_once(self, loaded: list[str]) -> None:
        """Two loads of 100 MB at once are a second too many."""
        engine = ReferenceEngine()
        with ThreadPoolExecutor(10) as pool:
            rows = list(pool.map(lambda _: engine.descriptors([(BLANK, BOX)]).tobytes(), range(10)))
        assert len(set(rows)) == 1
        assert len(loaded) == len(set(loaded)) == 2


class TestEnlarging:
    """How closely it looks."""

    @pytest.mark.parametrize(
        ("smallest", "sure_from"), [(None, 40), (200, 40), (40, 40), (39, 20), (20, 20), (19, 10), (1, 10)]
    )
    def test_doubles_until_the_face_fills_the_window(
        self, reference: ReferenceEngine, smallest: int | None, sure_from: int
    ) -> None:
        """80 pixels at the picture's own size, 40 at face_recognition's default, at most three doublings."""
        assert reference.detect(BLANK, smallest=smallest).sure_from == sure_from

    def test_a_large_picture_is_doubled_less_often(
        self, reference: ReferenceEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A capture must not take minutes and gigabytes; `sure_from` admits what was not looked for."""
        monkeypatch.setattr(finding, "LARGEST_ENLARGED", 100 * 100 * 16)
        assert reference.detect(BLANK, smallest=10).sure_from == 20
        monkeypatch.setattr(finding, "LARGEST_ENLARGED", 1)
        assert reference.detect(BLANK, smallest=10).sure_from == 40


def test_a_box_past_the_edge_is_no_trouble(reference: ReferenceEngine, sample: Sample) -> None:
    """The detector gives such boxes for faces that are partly out of the picture."""
    whole = sample("grace/1")
    (found,) = reference.detect(whole).found
    pixels = whole[found.box.top + 60 :, found.box.left + 20 :]
    box = Box(-20, -60, found.box.width, found.box.height)
    assert reference.landmarks(pixels, box).shape == (68, 2)
    assert np.isfinite(reference.descriptors([(pixels, box)])).all()


def test_the_maker_is_written_from_the_files(reference: ReferenceEngine) -> None:
    """Other weights are another maker, even under the same file name."""
    weights = find_weights()
    assert reference.name == "reference"
    assert reference.maker.encoder == f"dlib-resnet-v1 sha256:{sha256_of(weights.network)}"
    assert reference.maker.chip == f"5-point sha256:{sha256_of(weights.five_point)} 150px padding 0.25"
    assert reference.maker.scheme == "euclidean"


class TestFailing:
    """In one line, with what to do."""

    def test_without_dlib(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The wheel has another name than the module, so the hint says it."""
        monkeypatch.setitem(sys.modules, "dlib", None)
        with pytest.raises(UsageProblem) as caught:
            ReferenceEngine().detect(BLANK)
        assert caught.value.exit is ExitStatus.USAGE
        assert caught.value.reason == "engine_missing"
        assert "dlib-bin" in str(caught.value.hint)

    def test_without_the_models(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every way in says so, not only the first."""
        monkeypatch.setitem(sys.modules, "face_recognition_models", None)
        ways_in: list[Callable[[ReferenceEngine], object]] = [
            lambda engine: engine.maker,
            lambda engine: engine.landmarks(BLANK, BOX),
            lambda engine: engine.descriptors([(BLANK, BOX)]),
        ]
        for call in ways_in:
            with pytest.raises(UsageProblem) as caught:
                call(ReferenceEngine())
            assert caught.value.reason == "engine_missing"

    @pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n"])
    def test_with_a_damaged_model(self, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An interrupted download is named, not a traceback out of C++."""
        broken = tmp_path / "broken.dat"
        broken.write_bytes(content)
        monkeypatch.setattr(module, "find_weights", lambda: Weights(broken, broken, broken, broken))
        with pytest.raises(UsageProblem, match=r"broken\.dat is damaged") as caught:
            ReferenceEngine().descriptors([(BLANK, BOX)])
        assert caught.value.reason == "engine_damaged"
