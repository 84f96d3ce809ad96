"""The fast engine keeps the contract, loads late and once, and says the same alone and under load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.fast import BATCH, FastEngine
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.vocabulary.faces import Box
from tests.adapters.faces.people import RealFacesContract

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]
THREADS = 10
FACES = ("eileen/1", "eileen/2", "grace/1", "lin/1", "lin/3", "lin/5", "otto/1", "otto/3", "otto/6", "otto/7")


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


class TestAgainstTheReference:
    """The same box gives the same numbers."""

    @pytest.mark.parametrize("name", FACES)
    def test_descriptors_and_landmarks(
        self,
        name: str,
        fast: FastEngine,
        fast_euclidean: FastEngine,
        reference: ReferenceEngine,
        reference_quartet: ReferenceEngine,
        sample: Sample,
    ) -> None:
        """Every view of either scheme to 1e-5, every point exactly; also for a box past the edge."""
        pixels = sample(name)
        found = reference.detect(pixels).found[0].box
        past = Box(-found.width // 3, found.top, found.width, found.height)
        faces = [(pixels, found), (pixels, past)]
        for ours, theirs in ((fast, reference_quartet), (fast_euclidean, reference)):
            apart = np.linalg.norm(ours.descriptors(faces) - theirs.descriptors(faces), axis=-1)
            assert 0 < apart.max() <= 1e-5
        assert all(np.array_equal(fast.landmarks(*face), reference.landmarks(*face)) for face in faces)


LIGHTNESS = """
import sys
from smilepay_cli.adapters.faces.engines import open_engine
engine = open_engine("fast", "quartet", {"SMILEPAY_CACHE": "/proc/nowhere"})
heavy = {"dlib", "numpy", "PIL", "cv2", "onnx", "onnxruntime"} & set(sys.modules)
assert not heavy, f"constructing loaded {heavy}"
assert engine.maker.digest and engine.landmark_model
heavy = {"dlib", "numpy", "PIL", "cv2", "onnx", "onnxruntime"} & set(sys.modules)
assert not heavy, f"asking for the maker loaded {heavy}"
"""


class TestLoading:
    """Late, and once."""

    def test_making_it_loads_nothing(self, root: Path) -> None:
        """Who never shows a face, or only asks what templates are made by, waits for no library."""
        done = subprocess.run([sys.executable, "-c", LIGHTNESS], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def test_ten_threads_build_once(self, tmp_path: Path, fast: FastEngine) -> None:
        """All of them the first, on an empty cache."""
        said: list[str] = []
        engine, together = FastEngine("quartet", tmp_path / "cache", say=said.append), Barrier(THREADS)

        def first(_: int) -> Any:
            together.wait()
            return engine.prepare()

        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(first, range(THREADS)))
        assert all(part is parts[0] for part in parts)
        assert len(said) == 1
        chips = _noise(2)
        assert engine.encode(chips).tobytes() == fast.encode(chips).tobytes()


class TestLoad:
    """Ten at once, and many at once."""

    def test_ten_threads_get_what_one_gets_alone(self, fast: FastEngine, sample: Sample) -> None:
        """Different pictures, whose sizes, faces and detectors differ, round after round: the same bytes."""
        pictures = [*(sample(name) for name in FACES), sample("no_face/1"), np.rot90(sample("lin/1"))]
        alone = [_all_of(fast, pixels) for pixels in pictures]
        together = Barrier(THREADS)

        def work(number: int) -> list[bool]:
            together.wait()
            order = [(number * 5 + turn) % len(pictures) for turn in range(2 * len(pictures))]
            return [_all_of(fast, pictures[place]) == alone[place] for place in order]

        with ThreadPoolExecutor(THREADS) as pool:
            same = [answer for answers in pool.map(work, range(THREADS)) for answer in answers]
        assert len(same) == THREADS * 2 * len(pictures) and all(same)
        assert len({landmarks for _, landmarks, _ in alone}) == len(FACES) + 2

    def test_two_engines_do_not_disturb_each_other(
        self, fast: FastEngine, fast_euclidean: FastEngine, sample: Sample
    ) -> None:
        """One for each scheme, in one process."""
        engines, pixels = (fast, fast_euclidean), sample("otto/1")
        alone = [_all_of(engine, pixels) for engine in engines]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(_all_of, engines * 6, repeat(pixels)))
        assert answers == alone * 6

    @pytest.mark.parametrize("count", [1, 2, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 3])
    def test_batches_are_as_good_as_one_by_one(self, count: int, fast: FastEngine, sample: Sample) -> None:
        """To 1e-6, in the order given, over the edges of batches."""
        chips = [*_noise(count - 1), np.ascontiguousarray(sample("otto/1")[100:250, 130:280])]
        rows = fast.encode(chips)
        assert rows.shape == (count, 128) and rows.dtype == np.float64
        single = np.vstack([fast.encode([chip]) for chip in chips])
        assert np.linalg.norm(rows - single, axis=1).max() <= 1e-6
        assert len({row.tobytes() for row in rows}) == count

    def test_no_chips_are_no_rows(self, fast: FastEngine) -> None:
        """A shape like any other."""
        assert fast.encode([]).shape == (0, 128)


def _noise(count: int) -> list[NDArray[np.uint8]]:
    return list(np.random.default_rng(8).integers(0, 256, (count, 150, 150, 3), dtype=np.uint8))


def _all_of(engine: FastEngine, pixels: Pixels) -> tuple[object, bytes, bytes]:
    """Everything about every face found, comparable with ==."""
    look = engine.detect(pixels)
    faces = [(pixels, face.box) for face in look.found]
    landmarks = b"".join(engine.landmarks(*face).tobytes() for face in faces)
    return look, landmarks, engine.descriptors(faces).tobytes()
