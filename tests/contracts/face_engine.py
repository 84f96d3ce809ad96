"""What every face engine promises, whatever it is made of. Each engine's tests subclass FaceEngineContract."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.faces import Box

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine
    from smilepay_cli.vocabulary.faces import Pixels

THREADS = 10


class FaceEngineContract:
    """Subclasses give the fixtures `engine` and the pictures, in words of their own."""

    @pytest.fixture
    def engine(self) -> FaceEngine:
        """The engine under test."""
        raise NotImplementedError

    @pytest.fixture
    def one_face(self) -> Pixels:
        """One person, alone."""
        raise NotImplementedError

    @pytest.fixture
    def same_person(self) -> Pixels:
        """The person of `one_face` on another picture."""
        raise NotImplementedError

    @pytest.fixture
    def other_person(self) -> Pixels:
        """Somebody else, alone."""
        raise NotImplementedError

    @pytest.fixture
    def two_faces(self) -> Pixels:
        """Two people."""
        raise NotImplementedError

    @pytest.fixture
    def small_face(self) -> tuple[Pixels, int]:
        """A face that the first look misses, and a width in pixels at which it is seen."""
        raise NotImplementedError

    @pytest.fixture
    def no_face(self) -> Pixels:
        """Nobody."""
        raise NotImplementedError

    def test_finds_the_face_of_a_picture_with_one(self, engine: FaceEngine, one_face: Pixels) -> None:
        """A whole-numbered box inside the picture and a score that is a number: what the rules compute with."""
        (detection,) = engine.detect(one_face).found
        box = detection.box
        assert all(type(side) is int for side in (box.left, box.top, box.width, box.height))
        assert box.left >= 0
        assert box.top >= 0
        assert 0 < box.width <= one_face.shape[1] - box.left
        assert 0 < box.height <= one_face.shape[0] - box.top
        assert type(detection.score) is float
        assert np.isfinite(detection.score)

    def test_finds_nobody_on_a_picture_of_nobody(self, engine: FaceEngine, no_face: Pixels) -> None:
        """No face is an empty answer, not an error."""
        assert engine.detect(no_face).found == ()

    def test_a_picture_of_one_pixel_has_no_face(self, engine: FaceEngine) -> None:
        """The smallest file there is must not upset a detector."""
        assert engine.detect(np.zeros((1, 1, 3), dtype=np.uint8)).found == ()

    def test_surest_comes_first(self, engine: FaceEngine, two_faces: Pixels) -> None:
        """Callers read the order."""
        scores = [detection.score for detection in engine.detect(two_faces).found]
        assert len(scores) == 2
        assert scores == sorted(scores, reverse=True)

    def test_looks_as_closely_as_asked(self, engine: FaceEngine, small_face: tuple[Pixels, int]) -> None:
        """A second person in the background is found when the caller says how small a face matters."""
        pixels, smallest = small_face
        first, closer = engine.detect(pixels), engine.detect(pixels, smallest=smallest)
        assert first.found == ()
        assert first.sure_from > smallest
        assert len(closer.found) == 1
        assert 0 < closer.sure_from <= smallest
        assert engine.detect(pixels, smallest=smallest, first=first) == closer, "what was seen changes nothing"

    def test_never_looks_less_closely_than_by_default(self, engine: FaceEngine, one_face: Pixels) -> None:
        """Asking for large faces only must not lose the ones that are found anyway."""
        assert engine.detect(one_face, smallest=10_000) == engine.detect(one_face)

    def test_landmarks_are_68_points_about_the_face(self, engine: FaceEngine, one_face: Pixels) -> None:
        """Shape, type and place: the mouth's measures are taken from these."""
        box = engine.detect(one_face).found[0].box
        points = engine.landmarks(one_face, box)
        assert points.shape == (68, 2)
        assert points.dtype == np.float64
        low = np.array([box.left, box.top]) - 0.3 * box.width
        high = np.array([box.left + box.width, box.top + box.height]) + 0.3 * box.width
        assert (points >= low).all()
        assert (points <= high).all()
        eyes, mouth = points[36:48].mean(axis=0), points[48:68].mean(axis=0)
        assert eyes[1] < mouth[1]
        assert points[36:42, 0].mean() < points[42:48, 0].mean()

    def test_descriptors_are_one_a_face_and_view(
        self, engine: FaceEngine, one_face: Pixels, other_person: Pixels
    ) -> None:
        """Shape, type, and the order of the faces given."""
        faces = [self._face(engine, pixels) for pixels in (one_face, other_person)]
        both = engine.descriptors(faces)
        assert both.shape == (2, self._views(engine), 128)
        assert both.dtype == np.float64
        assert np.isfinite(both).all()
        assert np.allclose(both, np.vstack([engine.descriptors([face]) for face in faces]), atol=1e-6)

    def test_descriptors_of_nobody_are_no_rows(self, engine: FaceEngine) -> None:
        """An empty gallery is a shape like any other."""
        none = engine.descriptors([])
        assert none.shape == (0, self._views(engine), 128)
        assert none.dtype == np.float64

    def test_the_same_face_gives_the_same_numbers(self, engine: FaceEngine, one_face: Pixels) -> None:
        """An event must be reproducible from its picture."""
        face = self._face(engine, one_face)
        assert np.array_equal(engine.descriptors([face]), engine.descriptors([face]))
        assert np.array_equal(engine.landmarks(*face), engine.landmarks(*face))
        assert engine.detect(one_face) == engine.detect(one_face)

    def test_one_person_is_nearer_than_two(
        self, engine: FaceEngine, one_face: Pixels, same_person: Pixels, other_person: Pixels
    ) -> None:
        """The whole point, by the engine's own scheme and with room for a threshold."""
        scheme = SCHEMES[engine.maker.scheme]
        probe, mated, non_mated = (
            scheme.template(engine.descriptors([self._face(engine, pixels)]))
            for pixels in (one_face, same_person, other_person)
        )
        near, far = scheme.dissimilarities(np.vstack([mated, non_mated]), probe)
        assert 0 < near < 0.6 * far

    @pytest.mark.parametrize("wrong", ["float32", "int64", "grey", "four channels", "no rows", "a list"])
    def test_anything_but_rgb_bytes_is_refused(self, engine: FaceEngine, wrong: str) -> None:
        """A silently misread picture would be a silently wrong face; every method asks."""
        pixels: Any = {
            "float32": np.zeros((90, 90, 3), dtype=np.float32),
            "int64": np.zeros((90, 90, 3), dtype=np.int64),
            "grey": np.zeros((90, 90), dtype=np.uint8),
            "four channels": np.zeros((90, 90, 4), dtype=np.uint8),
            "no rows": np.zeros((0, 90, 3), dtype=np.uint8),
            "a list": [[[0, 0, 0]]],
        }[wrong]
        with pytest.raises(TypeError, match="pixels must be"):
            engine.detect(pixels)
        with pytest.raises(TypeError, match="pixels must be"):
            engine.landmarks(pixels, Box(0, 0, 80, 80))
        with pytest.raises(TypeError, match="pixels must be"):
            engine.descriptors([(pixels, Box(0, 0, 80, 80))])

    def test_the_order_in_memory_does_not_matter(self, engine: FaceEngine, one_face: Pixels) -> None:
        """Slices and turned arrays are pictures too."""
        padded = np.zeros((one_face.shape[0], one_face.shape[1] + 7, 3), dtype=np.uint8)
        padded[:, :-7] = one_face
        slice_of = padded[:, :-7]
        assert not slice_of.flags.c_contiguous
        columns_first = np.asfortranarray(one_face)
        for view in (slice_of, columns_first):
            assert self._all_of(engine, view) == self._all_of(engine, one_face)

    def test_the_picture_is_left_alone(self, engine: FaceEngine, one_face: Pixels) -> None:
        """The frame's digest is in the event; a read-only array is enough, and no byte changes."""
        before = one_face.tobytes()
        frozen = one_face.copy()
        frozen.flags.writeable = False
        assert self._all_of(engine, frozen) == self._all_of(engine, one_face)
        assert one_face.tobytes() == before

    def test_ten_threads_at_once_get_the_answers_of_one(
        self, engine: FaceEngine, one_face: Pixels, same_person: Pixels, other_person: Pixels
    ) -> None:
        """Detectors and networks keep state inside: shared carelessly they corrupt memory."""
        pictures = (one_face, same_person, other_person)
        alone = [self._all_of(engine, pixels) for pixels in pictures]
        together = Barrier(THREADS)

        def work(number: int) -> list[tuple[object, ...]]:
            together.wait()
            return [self._all_of(engine, pictures[(number + turn) % 3]) for turn in range(3)]

        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(work, range(THREADS)))
        for number, answer in enumerate(answers):
            assert answer == [alone[(number + turn) % 3] for turn in range(3)]

    def test_the_maker_names_its_models_and_never_changes(self, engine: FaceEngine) -> None:
        """Templates are compared only with templates of the same maker."""
        maker = engine.maker
        assert maker == engine.maker
        assert re.fullmatch(r"[0-9a-f]{64}", maker.digest)
        assert re.search(r"sha256:[0-9a-f]{64}\b", maker.encoder)
        assert maker.chip
        assert maker.scheme in SCHEMES

    def test_the_landmark_model_is_named_by_its_weights(self, engine: FaceEngine) -> None:
        """An event tells by which model a smile was judged."""
        assert re.search(r"sha256:[0-9a-f]{64}\b", engine.landmark_model)

    @staticmethod
    def _views(engine: FaceEngine) -> int:
        return len(SCHEMES[engine.maker.scheme].views)

    @staticmethod
    def _face(engine: FaceEngine, pixels: Pixels) -> tuple[Pixels, Box]:
        return pixels, engine.detect(pixels).found[0].box

    @classmethod
    def _all_of(cls, engine: FaceEngine, pixels: Pixels) -> tuple[object, ...]:
        """Everything an engine says about a picture, comparable with ==."""
        look = engine.detect(pixels)
        face = (pixels, look.found[0].box)
        return look, engine.landmarks(*face).tobytes(), engine.descriptors([face]).tobytes()
