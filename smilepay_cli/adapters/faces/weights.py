"""The weight files of the distribution face_recognition_models, found without running that package.

Its import is slow, needs pkg_resources (gone from new setuptools), and face_recognition calls `quit()`
when it fails. The files themselves are all that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

PACKAGE = "face_recognition_models"
_FIVE_POINT = "shape_predictor_5_face_landmarks.dat"
_SIXTY_EIGHT_POINT = "shape_predictor_68_face_landmarks.dat"
_NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
_DETECTOR = "mmod_human_face_detector.dat"


@dataclass(frozen=True, slots=True)
class Weights:
    """Paths of dlib's model files."""

    five_point: Path
    """Landmark model that cuts out the chip for the network."""
    sixty_eight_point: Path
    """Landmark model for mouth and pose."""
    network: Path
    """The ResNet that makes the 128 numbers."""
    detector: Path
    """The CNN that finds faces which the HOG detector misses."""

    def landmarks(self, points: int) -> Path:
        """The landmark model of 5 or 68 points."""
        return {5: self.five_point, 68: self.sixty_eight_point}[points]


def find_weights() -> Weights:
    """Where the model files are. Raises UsageProblem (engine_missing) when one is not there."""
    spec = find_spec(PACKAGE)
    folders = [Path(place) / "models" for place in (spec.submodule_search_locations or ())] if spec else []
    if not folders:
        raise _missing(f"the face models are not installed (package {PACKAGE})")
    return Weights(
        _in(folders, _FIVE_POINT), _in(folders, _SIXTY_EIGHT_POINT), _in(folders, _NETWORK), _in(folders, _DETECTOR)
    )


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes. Raises UsageProblem (engine_missing) when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _missing(f"cannot read the face model {path.name}: {error.strerror}") from error


def load_dlib() -> Any:
    """The module dlib. Raises UsageProblem (engine_missing) when it cannot be imported."""
    try:
        return import_module("dlib")
    except ImportError as error:
        raise UsageProblem(
            tr("the face engine needs dlib, which cannot be imported: {error}", error=error),
            hint=tr("pip install dlib-bin (dlib as a prebuilt wheel)"),
            reason="engine_missing",
        ) from error


def load_model(kind: str, path: Path) -> Any:
    """A dlib object of class `kind` from its file.

    Raises UsageProblem: engine_missing without dlib, engine_damaged when the file is not such a model.
    """
    try:
        return getattr(load_dlib(), kind)(str(path))
    except RuntimeError as error:
        raise UsageProblem(
            tr("the face model {path} is damaged", path=path.name),
            hint=tr("pip install --force-reinstall --no-deps face-recognition-models"),
            reason="engine_damaged",
        ) from error


def _in(folders: list[Path], name: str) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise _missing(f"the face model {name} is missing from {folders[0]}")


def _missing(message: str) -> UsageProblem:
    return UsageProblem(message, hint=tr("pip install face-recognition"), reason="engine_missing")
