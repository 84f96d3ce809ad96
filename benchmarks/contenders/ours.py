"""Ours: the fast engine, the way the program uses it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.flops import multiply_adds
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.chips import cut, shape_of
from smilepay_cli.adapters.faces.fast import BATCH, FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.adapters.faces.models.dlib_format import read_network
from smilepay_cli.adapters.faces.models.graphs import encoder_graph
from smilepay_cli.adapters.faces.weights import find_weights
from smilepay_cli.rules.schemes import QUARTET, SCHEMES

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels


class Ours:
    """Engines of both schemes are open at once; they share nothing."""

    def __init__(self) -> None:
        folder = default_folder(os.environ)
        self._engines = {scheme: FastEngine(scheme, folder) for scheme in ("euclidean", "quartet")}
        self._files: dict[str, bytes] = {}
        self._picture: Pixels | None = None
        self._chips: list[Pixels] = []
        self._descriptors: Any = None

    def prepare(self) -> None:
        """Models are built, where they are not, and loaded."""
        for engine in self._engines.values():
            engine.prepare()

    def keep(self, path: str) -> None:
        """A file's bytes, so that no disk is measured."""
        self._files[path] = Path(path).read_bytes()

    def template(self, path: str, scheme: str) -> list[float]:
        """Bytes of a JPEG -> template of the surest face."""
        engine = self._engines[scheme]
        pixels = decode_image(self._files[path], path)
        box = engine.detect(pixels).found[0].box
        template = SCHEMES[scheme].template(engine.descriptors([(pixels, box)])[0])
        return list(template.tolist())

    def show(self, path: str) -> None:
        """Decode a picture and keep it."""
        self._picture = decode_image(Path(path).read_bytes(), path)

    def detect(self) -> int:
        """How many faces the picture shown has."""
        assert self._picture is not None
        return len(self._engines["euclidean"].detect(self._picture).found)

    def cut_chips(self, paths: list[str], to: str) -> int:
        """BATCH chips of the pictures' faces, in the four views of `quartet`, written to a file."""
        engine = self._engines["quartet"]
        chips: list[Pixels] = []
        for path in paths:
            pixels = decode_image(Path(path).read_bytes(), path)
            box = engine.detect(pixels).found[0].box
            chips += cut(pixels, shape_of(box, engine.landmarks(pixels, box)), QUARTET.views)
        np.save(to, np.stack(chips[:BATCH]))
        return len(chips[:BATCH])

    def take_chips(self, path: str) -> None:
        """What to encode."""
        self._chips = list(np.load(path))

    def encode_one_by_one(self) -> None:
        """All chips, one a call."""
        engine = self._engines["euclidean"]
        for chip in self._chips:
            engine.encode([chip])

    def encode_together(self) -> None:
        """All chips in one call."""
        self._descriptors = self._engines["euclidean"].encode(self._chips)

    def farthest(self, path: str) -> float:
        """The largest Euclidean distance of our descriptors from those in a file."""
        apart = self._descriptors - np.load(path)
        return float(np.linalg.norm(apart, axis=1).max())

    def multiply_adds(self) -> int:
        """Of the encoder, one face."""
        return multiply_adds(encoder_graph(read_network(find_weights().network.read_bytes())))
