"""The reference engine says what face_recognition says.

face_recognition runs in a process of its own: its import has side effects on Pillow and may quit.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.rules.schemes import EUCLIDEAN

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels

SAMPLES = ("lin/1", "lin/3", "otto/1", "eileen/1", "eileen/2", "grace/1")
ORACLE = """
import json, sys
import face_recognition
said, encodings = {}, []
for path in sys.argv[1:]:
    image = face_recognition.load_image_file(path)
    found = face_recognition.face_encodings(image)
    encodings.append(found[0])
    said[path] = {
        "locations": face_recognition.face_locations(image),
        "encodings": [encoding.tolist() for encoding in found],
        "landmarks": face_recognition.face_landmarks(image),
    }
distances = [face_recognition.face_distance(encodings, encoding).tolist() for encoding in encodings]
print(json.dumps({"said": said, "distances": distances}))
"""
FEATURES = {"chin": slice(0, 17), "nose_tip": slice(31, 36), "left_eye": slice(36, 42), "right_eye": slice(42, 48)}


@pytest.fixture(scope="module")
def oracle(root: Path) -> dict[str, Any]:
    """Everything face_recognition says about the samples."""
    paths = [str(root / "sample_faces" / f"{name}.jpg") for name in SAMPLES]
    done = subprocess.run([sys.executable, "-c", ORACLE, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    answer["said"] = dict(zip(SAMPLES, answer["said"].values(), strict=True))
    return dict(answer)


@pytest.mark.parametrize("name", SAMPLES)
def test_same_boxes(
    name: str, oracle: dict[str, Any], reference: ReferenceEngine, sample: Callable[..., Pixels]
) -> None:
    """As face_recognition gives them: top, right, bottom, left, cut to the picture, in its order."""
    pixels = sample(name)
    ours = [list(_css(detection.box, pixels)) for detection in reference.detect(pixels).found]
    assert ours == oracle["said"][name]["locations"]


@pytest.mark.parametrize("name", SAMPLES)
def test_same_descriptors(
    name: str, oracle: dict[str, Any], reference: ReferenceEngine, sample: Callable[..., Pixels]
) -> None:
    """Every face of the picture, to within a millionth."""
    pixels = sample(name)
    ours = reference.descriptors([(pixels, detection.box) for detection in reference.detect(pixels).found])[:, 0]
    theirs = np.array(oracle["said"][name]["encodings"])
    assert ours.shape == theirs.shape
    assert np.linalg.norm(ours - theirs, axis=1).max() <= 1e-6


@pytest.mark.parametrize("name", SAMPLES)
def test_same_landmarks(
    name: str, oracle: dict[str, Any], reference: ReferenceEngine, sample: Callable[..., Pixels]
) -> None:
    """The 68 points, by the names that face_recognition gives to their parts."""
    pixels = sample(name)
    for detection, theirs in zip(reference.detect(pixels).found, oracle["said"][name]["landmarks"], strict=True):
        points = reference.landmarks(pixels, detection.box)
        for feature, part in FEATURES.items():
            assert points[part].tolist() == theirs[feature]


def test_same_distances(oracle: dict[str, Any]) -> None:
    """The euclidean scheme is face_distance, so that its thresholds mean what people know."""
    encodings = np.array([oracle["said"][name]["encodings"][0] for name in SAMPLES])
    ours = [EUCLIDEAN.dissimilarities(encodings, encoding) for encoding in encodings]
    assert np.array_equal(np.array(ours), np.array(oracle["distances"]))


def _css(box: Box, pixels: Pixels) -> tuple[int, int, int, int]:
    height, width = pixels.shape[:2]
    right, bottom = box.left + box.width - 1, box.top + box.height - 1
    return max(box.top, 0), min(right, width), min(bottom, height), max(box.left, 0)
