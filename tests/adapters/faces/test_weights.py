"""The model files are found without running the package that carries them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from smilepay_cli.adapters.faces.weights import find_weights, load_model, sha256_of
from smilepay_cli.vocabulary.errors import UsageProblem


def carrier(folder: Path, *files: str) -> Path:
    """A package face_recognition_models that breaks when it is imported, with these model files."""
    package = folder / "face_recognition_models"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    for name in files:
        (package / "models" / name).write_bytes(name.encode())
    return package / "models"


ALL = (
    "shape_predictor_5_face_landmarks.dat",
    "shape_predictor_68_face_landmarks.dat",
    "dlib_face_recognition_resnet_model_v1.dat",
    "mmod_human_face_detector.dat",
)


def test_finds_the_installed_files() -> None:
    """The real ones, each with something in it."""
    weights = find_weights()
    paths = (weights.five_point, weights.sixty_eight_point, weights.network, weights.detector)
    assert tuple(path.name for path in paths) == ALL
    assert (weights.landmarks(5), weights.landmarks(68)) == paths[:2]
    assert all(path.stat().st_size > 1_000_000 for path in (weights.five_point, weights.sixty_eight_point))
    assert weights.network.stat().st_size > 20_000_000


def test_the_package_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its import fails wherever pkg_resources is gone; the files are there all the same."""
    models = carrier(tmp_path, *ALL)
    monkeypatch.delitem(sys.modules, "face_recognition_models", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert find_weights().network == models / ALL[2]
    assert "face_recognition_models" not in sys.modules


@pytest.mark.parametrize("missing", ALL)
def test_a_missing_file_is_named(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An incomplete installation says which file, and how to repair it."""
    carrier(tmp_path, *(name for name in ALL if name != missing))
    monkeypatch.delitem(sys.modules, "face_recognition_models", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageProblem, match=missing) as caught:
        find_weights()
    assert caught.value.reason == "engine_missing"
    assert "pip install face-recognition" in str(caught.value.hint)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who installed without dependencies learns what to install."""
    monkeypatch.setitem(sys.modules, "face_recognition_models", None)
    with pytest.raises(UsageProblem, match="not installed") as caught:
        find_weights()
    assert caught.value.reason == "engine_missing"
    assert "pip install face-recognition" in str(caught.value.hint)


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """What sha256sum prints, so that anyone can compare."""
    file = tmp_path / "some.dat"
    file.write_bytes(b"weights" * 100_000)
    assert sha256_of(file) == hashlib.sha256(b"weights" * 100_000).hexdigest()


def test_a_file_that_cannot_be_read_has_no_digest(tmp_path: Path) -> None:
    """A vanished file is one line, not a traceback."""
    with pytest.raises(UsageProblem, match=r"gone\.dat"):
        sha256_of(tmp_path / "gone.dat")


def test_a_model_of_the_wrong_kind_is_damaged() -> None:
    """Files swapped by hand are noticed when loading, not as odd numbers later."""
    with pytest.raises(UsageProblem) as caught:
        load_model("face_recognition_model_v1", find_weights().five_point)
    assert caught.value.reason == "engine_damaged"
