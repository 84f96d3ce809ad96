"""What of the face engines works on this machine, tried out rather than supposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import Say, default_folder
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.adapters.faces.weights import Weights, find_weights, load_dlib, sha256_of
from smilepay_cli.rules.libraries import WHAT_OPENCV_NEEDS
from smilepay_cli.vocabulary.errors import SmilepayError
from smilepay_cli.vocabulary.findings import Finding

ENGINES, MODELS, FAST, PARITY = "face models", "weights", "fast engine", "parity with dlib"
OPENCV = "OpenCV"


def look_at_engines(scheme: str, variables: Mapping[str, str], say: Say) -> Iterator[Finding]:
    """OpenCV, dlib and the weight files, then the fast engine with its models, measured against dlib once more."""
    yield _opencv()
    try:
        version = load_dlib().__version__
        weights = find_weights()
        digests = {path: sha256_of(path) for path in (getattr(weights, name) for name in Weights.__slots__)}
        ReferenceEngine(scheme).detect(_grey())
    except SmilepayError as error:
        yield Finding(ENGINES, "problem", error.message, error.hint)
        return
    yield Finding(ENGINES, "ok", f"dlib {version}, weights in {weights.network.parent}")
    engine = FastEngine(scheme, default_folder(variables), say=say)
    if any(engine.digest(path) != digest for path, digest in digests.items()):
        yield Finding(MODELS, "problem", "the weight files changed unnoticed", f"delete {engine.folder}")
        return
    yield from _fast(engine)


def _opencv() -> Finding:
    try:
        import cv2
    except ImportError as error:  # a library of the system that the wheel needs
        return Finding(OPENCV, "problem", f"cannot be loaded: {error}", WHAT_OPENCV_NEEDS)
    return Finding(OPENCV, "ok", str(cv2.__version__))


def _fast(engine: FastEngine) -> Iterator[Finding]:
    try:
        parity = engine.parity()
    except ModelsUnavailable as trouble:
        yield Finding(
            FAST, "note", f"not available, the slower reference engine stands in: {trouble}", _what_to_do(engine.folder)
        )
        return
    yield Finding(FAST, "ok", f"models of {_megabytes(engine.models)} MB in {engine.models}")
    told = (
        f"descriptors within {parity.descriptor_l2:.1e} of dlib's, landmarks within {parity.landmarks_px:g} pixels, "
        f"{'the same' if parity.boxes_equal else 'other'} faces found"
    )
    if parity.holds:
        yield Finding(PARITY, "ok", told)
    else:
        yield Finding(PARITY, "problem", told, f"delete {engine.models}, so that it is built anew")


def _what_to_do(folder: Path) -> str:
    return f"make {folder} writable with 300 MB to spare, or name another folder: SMILEPAY_CACHE=DIR"


def _megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6)


def _grey() -> Any:
    import numpy as np

    return np.full((100, 100, 3), 128, dtype=np.uint8)
