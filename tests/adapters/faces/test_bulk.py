"""Templates of many pictures: the same as one by one, in order, whatever lies between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
import pytest
from PIL import Image

from smilepay_cli.adapters.faces.bulk import LeftOut, Templated, templates
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.rules.schemes import SCHEMES
from tests.fakes.fake_engine import FakeEngine, picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels


class Counting(FakeEngine):
    """A fake whose chips are the whole pictures, and that remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.pictures: list[ref[Any]] = []
        self.kept = 0

    def chips(self, pixels: Pixels, box: Box) -> list[Pixels]:
        self.pictures.append(ref(pixels))
        return [pixels.copy()]

    def encode(self, chips: Sequence[Pixels]) -> NDArray[Any]:
        self.batches.append(len(chips))
        self.kept = max(self.kept, sum(picture() is not None for picture in self.pictures))
        rows: NDArray[Any] = self.descriptors([(chip, self.detect(chip).found[0].box) for chip in chips])[:, 0]
        return rows


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., list[Path]]:
    """Pictures of `ann`, as many as asked for, as files."""

    def save(count: int) -> list[Path]:
        paths = [tmp_path / f"{number:03d}.png" for number in range(count)]
        for number, path in enumerate(paths):
            Image.fromarray(picture("ann", noise=number)).save(path)
        return paths

    return save


@pytest.mark.parametrize("scheme", ["euclidean", "quartet"])
def test_the_same_as_one_by_one(scheme: str, root: Path, sample: Callable[..., Pixels]) -> None:
    """Encoding pictures together changes no decision: float32 sums in another order, 1e-6 at most."""
    engine = FastEngine(scheme, default_folder(os.environ))
    names = [f"otto/{number}" for number in range(1, 8)] + ["lin/1", "grace/1", "eileen/1"]
    paths = [root / "sample_faces" / f"{name}.jpg" for name in names]
    found = list(templates(paths, engine))
    for name, path, answer in zip(names, paths, found, strict=True):
        assert isinstance(answer, Templated) and answer.path == path
        pixels = sample(name)
        detection = engine.detect(pixels).found[0]
        assert answer.detection == detection
        alone = SCHEMES[scheme].template(engine.descriptors([(pixels, detection.box)])[0])
        assert np.linalg.norm(answer.vector - alone) <= 1e-6


def test_what_has_no_template_says_why(root: Path, tmp_path: Path, fast: FastEngine) -> None:
    """In its place among the others, and none of it ends the rest."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((root / "sample_faces" / "lin" / "1.jpg").read_bytes()[:5000])
    paths = [root / "sample_faces" / "lin" / "1.jpg", broken, tmp_path / "missing.jpg",
             root / "sample_faces" / "no_face" / "1.jpg", root / "sample_faces" / "otto" / "1.jpg"]  # fmt: skip
    answers = list(templates(paths, fast))
    assert [answer.path for answer in answers] == paths
    assert [type(answer) for answer in answers] == [Templated, LeftOut, LeftOut, LeftOut, Templated]
    reasons = [answer.reason for answer in answers if isinstance(answer, LeftOut)]
    assert "cannot be decoded" in reasons[0] and "missing.jpg" in reasons[1] and "no face found" in reasons[2]


def test_faces_are_encoded_together(saved: Callable[..., list[Path]]) -> None:
    """Thirty-two chips at a time, and the rest at the end."""
    engine = Counting()
    assert len(list(templates(saved(70), engine))) == 70
    assert engine.batches == [32, 32, 6]


def test_memory_is_bounded(saved: Callable[..., list[Path]]) -> None:
    """Pictures do not wait for a full batch, only what was cut out of them does."""
    engine = Counting()
    assert len(list(templates(saved(20), engine))) == 20
    assert engine.batches == [20] and engine.kept <= 1


def test_answers_come_while_paths_are_still_made(saved: Callable[..., list[Path]]) -> None:
    """Nobody collects all paths first: an endless folder gives its first answers."""
    paths = saved(40)
    asked: list[Path] = []

    def walking() -> Any:
        for path in paths:
            asked.append(path)
            yield path

    answers = templates(walking(), Counting())
    next(answers)
    assert len(asked) == 32


def test_several_faces_are_counted(tmp_path: Path) -> None:
    """The surest one gives the template; whether others may be there is for the caller to say."""
    path = tmp_path / "two.png"
    Image.fromarray(picture("ann", faces=2)).save(path)
    (answer,) = templates([path], Counting())
    assert isinstance(answer, Templated) and answer.faces == 2


def test_nothing_gives_nothing() -> None:
    """No path, no engine work."""
    engine = Counting()
    assert list(templates([], engine)) == [] and engine.batches == []
