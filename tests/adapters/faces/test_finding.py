"""Faces are found soon, and no face is missed that the reference engine finds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces import finding as module
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.finding import CNN_SIDE, STEPS, WINDOW, cnn_faces, find, shrunk
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.vocabulary.faces import Box, Detection

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]
LARGE = np.zeros((3000, 4000, 3), dtype=np.uint8)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    shared = max(across, 0) * max(down, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


@dataclass(frozen=True)
class Rectangle:
    """Of dlib's, as much as is looked at."""

    x: int
    y: int
    side: int

    def left(self) -> int:
        return self.x

    def top(self) -> int:
        return self.y

    def width(self) -> int:
        return self.side

    def height(self) -> int:
        return self.side


@dataclass
class Look:
    """A detector that finds what it was told to, look by look, and remembers what it was shown."""

    finds: list[list[tuple[Any, float]]]
    shown: list[tuple[tuple[int, ...], int]] = field(default_factory=list)

    def __call__(self, grey: NDArray[Any], doublings: int) -> list[tuple[Any, float]]:
        assert grey.ndim == 2 and grey.dtype == np.uint8
        self.shown.append((grey.shape, doublings))
        return self.finds[len(self.shown) - 1] if len(self.shown) <= len(self.finds) else []


def nobody(batch: NDArray[Any]) -> NDArray[Any]:
    """A CNN that finds no face."""
    return np.full((1, 1, batch.shape[1] // 8, batch.shape[2] // 8), -1.0, dtype=np.float32)


def never(_: NDArray[Any]) -> NDArray[Any]:
    """A CNN that must not be asked."""
    raise AssertionError("asked")


class TestSamples:
    """Real pictures, both engines."""

    def test_whoever_the_reference_finds_is_found(
        self, fast: FastEngine, reference: ReferenceEngine, root: Path
    ) -> None:
        """On every still and every frame of every clip: the same face first, and nobody where there is nobody."""
        from PIL import Image

        def both(path: Path) -> tuple[Path, tuple[Detection, ...], tuple[Detection, ...]]:
            pixels = np.asarray(Image.open(path).convert("RGB"))
            return path, fast.detect(pixels).found, reference.detect(pixels).found

        with ThreadPoolExecutor() as pool:
            looks = list(pool.map(both, sorted((root / "sample_faces").rglob("*.jpg"))))
        assert len(looks) == PICTURES and sum(bool(theirs) for _, _, theirs in looks) == PICTURES - 1
        for path, ours, theirs in looks:
            assert bool(ours) == bool(theirs), path
            assert not theirs or overlap(ours[0].box, theirs[0].box) > 0.5, path

    def test_nobody_is_found_however_closely(self, fast: FastEngine, sample: Sample) -> None:
        """The sample without a face, at any scale, by either detector."""
        for smallest in (None, 200, 80, 40, 20):
            assert fast.detect(sample("no_face/1"), smallest=smallest).found == ()

    @pytest.mark.parametrize(("name", "turn"), [("lin/1", 60), ("otto/1", 60), ("grace/1", 45), ("eileen/1", 45)])
    def test_a_head_on_its_side(
        self, name: str, turn: int, fast: FastEngine, reference: ReferenceEngine, sample: Sample
    ) -> None:
        """face_recognition's HOG finds nothing at its defaults; the CNN finds the face where it is."""
        from PIL import Image

        image = Image.fromarray(sample(name))
        pixels = np.array(image.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=(128, 128, 128)))
        assert reference.detect(pixels).found == ()
        (found,) = fast.detect(pixels).found
        upright = reference.detect(sample(name)).found[0].box
        assert overlap(found.box, turned(upright, turn, image.size)) > 0.4

    @pytest.mark.parametrize(("name", "share"), [("lin/5", 0.5), ("grace/1", 0.6), ("eileen/1", 0.6)])
    def test_a_covered_mouth(
        self, name: str, share: float, fast: FastEngine, reference: ReferenceEngine, sample: Sample
    ) -> None:
        """The lower part of the face behind a grey bar."""
        pixels = sample(name).copy()
        box = reference.detect(pixels).found[0].box
        pixels[
            box.top + int(box.height * share) : box.top + box.height + 20, box.left - 10 : box.left + box.width + 10
        ] = 90
        assert reference.detect(pixels).found == ()
        (found,) = fast.detect(pixels).found
        assert overlap(found.box, box) > 0.5

    def test_two_heads_on_their_sides(
        self, fast: FastEngine, reference: ReferenceEngine, sample: Sample, side_by_side: Callable[..., Pixels]
    ) -> None:
        """The CNN counts people too: one detection each, where both are near."""
        from PIL import Image

        heads = []
        for name in ("lin/1", "grace/1"):
            image = Image.fromarray(sample(name)).rotate(60)
            box = fast.detect(np.array(image)).found[0].box
            room = box.width // 3
            edges = (box.left - room, box.top - room, box.left + box.width + room, box.top + box.height + room)
            heads.append(np.array(image.crop(edges).resize((400, 400))))
        pixels = side_by_side(*heads)
        assert reference.detect(pixels).found == ()
        first, second = fast.detect(pixels).found
        assert first.score >= second.score > 0
        left, right = sorted((first.box, second.box), key=lambda box: box.left)
        assert left.left + left.width / 2 < 400 < right.left + right.width / 2

    def test_boxes_are_in_pixels_of_the_picture(self, fast: FastEngine, sample: Sample) -> None:
        """However small the picture was that the detector saw."""
        small, large = (fast.detect(sample("lin/1", scale=scale)).found[0].box for scale in (1.0, 4.0))
        assert overlap(Box(*(4 * side for side in (small.left, small.top, small.width, small.height))), large) > 0.8


PICTURES = 96
"""All sample faces: stills and clips; one shows nobody."""


def turned(box: Box, degrees: float, size: tuple[int, int]) -> Box:
    """Where a box's middle is after the picture was turned about its own, anticlockwise."""
    angle = np.deg2rad(degrees)
    across, down = box.left + box.width / 2 - size[0] / 2, box.top + box.height / 2 - size[1] / 2
    x = size[0] / 2 + across * np.cos(angle) + down * np.sin(angle)
    y = size[1] / 2 - across * np.sin(angle) + down * np.cos(angle)
    return Box(round(x - box.width / 2), round(y - box.height / 2), box.width, box.height)


class TestSteps:
    """How far the search goes."""

    def test_what_is_sure_ends_it(self) -> None:
        """One look at 320 pixels, and the CNN is not asked."""
        look = Look([[(Rectangle(10, 20, 80), 0.31)]])
        detections = find(LARGE, look, never, None)
        assert look.shown == [((240, 320), 0)]
        assert detections.found[0].box == Box(125, 250, 1000, 1000)
        assert detections.sure_from == 1000

    @pytest.mark.parametrize("step", range(len(STEPS)))
    def test_what_is_not_sure_hands_on(self, step: int) -> None:
        """A score below a step's own is looked at again; the last step takes what there is."""
        scores = [other.sure - 0.01 for other in STEPS[:step]] + [STEPS[step].sure]
        look = Look([[(Rectangle(0, 0, 80), score)] for score in scores])
        found = find(LARGE, look, never, None).found
        assert len(look.shown) == step + 1 and found[0].score == STEPS[step].sure
        sides = [(shape[1], doublings) for shape, doublings in look.shown]
        assert sides == [(other.side, other.doublings) for other in STEPS[: step + 1]]

    def test_the_cnn_comes_last(self) -> None:
        """After every step found nothing, once."""
        asked: list[tuple[int, ...]] = []

        def score(batch: NDArray[Any]) -> NDArray[Any]:
            asked.append(batch.shape)
            return nobody(batch)

        look = Look([])
        detections = find(LARGE, look, score, None)
        assert len(look.shown) == len(STEPS) and asked[0] == (1, 300, 400, 3)
        assert detections.found == () and detections.sure_from == round(WINDOW * 2.5 / 2)

    def test_nothing_is_enlarged_but_by_the_detector(self) -> None:
        """A picture smaller than a step is shown as it is."""
        look = Look([])
        find(LARGE[:90, :100], look, nobody, None)
        assert {shape for shape, _ in look.shown} == {(90, 100)}
        assert [doublings for _, doublings in look.shown] == [0, 1], "steps that show the same are one"

    def test_what_the_cnn_finds_promises_no_more_than_it_saw(self) -> None:
        """A second person of half that size is looked for once more, by both detectors."""
        sides: list[int] = []

        def score(batch: NDArray[Any]) -> NDArray[Any]:
            sides.append(batch.shape[2])
            scores = nobody(batch)
            if batch.shape[2] == 400:
                scores[0, 0, 10, 10] = 1.0
            return scores

        assert find(LARGE, Look([]), score, None).sure_from == 800
        sides.clear()
        found = find(LARGE, Look([]), score, 400)
        assert sides[0] == 400 and 800 in sides
        assert [detection.box.width for detection in found.found] == [800] and found.sure_from <= 400

    def test_what_was_seen_once_is_not_forgotten(self) -> None:
        """A weak find that no later look confirms is better than nobody, where the CNN finds nobody either."""
        look = Look([[(Rectangle(10, 20, 80), 0.2)], [], [], []])
        assert [found.score for found in find(LARGE, look, nobody, None).found] == [0.2]

    def test_surest_first(self) -> None:
        """Whatever order dlib gives them in."""
        look = Look([[(Rectangle(0, 0, 80), 0.2), (Rectangle(100, 0, 80), 0.9), (Rectangle(0, 99, 80), 0.5)]])
        assert [found.score for found in find(LARGE, look, never, None).found] == [0.9, 0.5, 0.2]


class TestCloser:
    """`smallest`: for a second person further back."""

    def test_a_first_look_that_was_close_enough(self) -> None:
        """No second one."""
        look = Look([[(Rectangle(0, 0, 80), 1.0)]])
        assert find(LARGE, look, never, 1000) == find(LARGE, Look([[(Rectangle(0, 0, 80), 1.0)]]), never, None)
        assert len(look.shown) == 1

    @pytest.mark.parametrize(
        ("smallest", "shown"),
        [
            (500, ((528, 704), 0)),
            (100, ((2640, 3520), 0)),
            (88, ((3000, 4000), 0)),
            (80, ((3000, 4000), 0)),
            (79, ((3000, 4000), 1)),
            (40, ((3000, 4000), 1)),
        ],
    )
    def test_as_close_as_asked_and_no_closer(self, smallest: int, shown: tuple[tuple[int, int], int]) -> None:
        """The picture is as large as a face of that width needs to fill the window; `sure_from` keeps the promise."""
        look = Look([[(Rectangle(0, 0, 80), 1.0)], [(Rectangle(0, 0, 80), 0.5)]])
        detections = find(LARGE, look, never, smallest)
        assert look.shown[1] == shown
        assert [found.score for found in detections.found] == [0.5]
        assert detections.sure_from <= smallest

    @pytest.mark.parametrize(("smallest", "doublings"), [(39, 2), (20, 2), (19, 3), (5, 3), (0, 3)])
    def test_a_small_picture_is_doubled(self, smallest: int, doublings: int) -> None:
        """At most three times; what cannot be seen is not promised."""
        look = Look([[(Rectangle(0, 0, 80), 1.0)]])
        detections = find(LARGE[:200, :300], look, never, smallest)
        assert look.shown[1] == ((200, 300), doublings)
        assert detections.sure_from == WINDOW >> doublings

    def test_a_large_picture_is_doubled_less_often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No gigabytes for one look: `sure_from` admits it."""
        monkeypatch.setattr(module, "LARGEST_ENLARGED", 200 * 300 * 4)
        look = Look([[(Rectangle(0, 0, 80), 1.0)]])
        assert find(LARGE[:200, :300], look, never, 10).sure_from == 40
        assert look.shown[1] == ((200, 300), 1)

    def test_the_first_face_is_kept_where_the_closer_look_finds_nobody(self) -> None:
        """A face that fills the picture may be lost among its own details."""
        look = Look([[(Rectangle(0, 0, 80), 1.0)], []])
        detections = find(LARGE, look, never, 80)
        assert [found.score for found in detections.found] == [1.0] and detections.sure_from == 80


class TestWindows:
    """The CNN gives scores at places; people are counted."""

    @staticmethod
    def scored(*places: tuple[int, int, float]) -> Callable[[NDArray[Any]], NDArray[Any]]:
        """Scores at rows and columns of the first, largest look."""
        looks: list[object] = []

        def score(batch: NDArray[Any]) -> NDArray[Any]:
            scores = nobody(batch)
            for row, column, value in places if not looks else ():
                scores[0, 0, row, column] = value
            looks.append(batch)
            return scores

        return score

    def test_windows_over_one_face_are_one_detection(self) -> None:
        """With the surest score, in the middle of them by their scores."""
        pixels = np.zeros((400, 400, 3), dtype=np.uint8)
        (found,) = cnn_faces(pixels, self.scored((20, 20, 0.5), (20, 21, 1.0), (20, 22, 0.5), (21, 21, 0.5)), CNN_SIDE)
        middle_x, middle_y = found.box.left + found.box.width / 2, found.box.top + found.box.height / 2
        assert found.score == 1.0 and found.box.width == found.box.height == WINDOW
        assert middle_x == pytest.approx(8 * 21 + 14, abs=1) and middle_y == pytest.approx(8 * 20.2 + 14, abs=1)

    def test_windows_apart_are_two(self) -> None:
        """Surest first."""
        pixels = np.zeros((400, 400, 3), dtype=np.uint8)
        found = cnn_faces(pixels, self.scored((5, 5, 0.5), (5, 20, 1.0)), CNN_SIDE)
        assert [detection.score for detection in found] == [1.0, 0.5]

    def test_every_scale_is_looked_at(self) -> None:
        """From 400 pixels down, by five sixths, to where no window fits."""
        sides: list[int] = []

        def score(batch: NDArray[Any]) -> NDArray[Any]:
            sides.append(batch.shape[2])
            return nobody(batch)

        assert cnn_faces(np.zeros((500, 1000, 3), dtype=np.uint8), score, CNN_SIDE) == ()
        assert sides[:3] == [400, 333, 278] and sides[-1] >= WINDOW > sides[-1] * 5 / 6

    @pytest.mark.parametrize("shape", [(1, 1), (39, 2000), (10_000, 20), (39, 39)])
    def test_what_is_too_narrow_is_not_looked_at(self, shape: tuple[int, int]) -> None:
        """No face fits, and a network on one row of pixels is an error of onnxruntime."""
        assert cnn_faces(np.zeros((*shape, 3), dtype=np.uint8), never, CNN_SIDE) == ()


class TestShrunk:
    """Smaller pictures, never larger ones."""

    @pytest.mark.parametrize(
        ("size", "side", "wanted"),
        [
            ((600, 800), 320, (240, 320)),
            ((800, 600), 320, (320, 240)),
            ((600, 800), 800, (600, 800)),
            ((600, 800), 5000, (600, 800)),
            ((1, 1), 320, (1, 1)),
            ((1, 1), 1, (1, 1)),
            ((20, 10_000), 320, (1, 320)),
            ((10_000, 20), 320, (320, 1)),
            ((3, 641), 320, (1, 320)),
            ((7000, 9000), 1600, (1244, 1600)),
        ],
    )
    @pytest.mark.parametrize("grey", [True, False])
    def test_sizes(self, size: tuple[int, int], side: int, wanted: tuple[int, int], grey: bool) -> None:
        """The longer side as asked, the other in proportion, no side below a pixel."""
        pixels = shrunk(np.full((*size, 3), 77, dtype=np.uint8), side, grey=grey)
        assert pixels.shape == (wanted if grey else (*wanted, 3)) and pixels.dtype == np.uint8
        assert (pixels == 77).all()

    def test_what_is_in_it_stays_where_it_is(self) -> None:
        """A bright quarter is a bright quarter, though most rows were left out."""
        pixels = np.zeros((6000, 8000, 3), dtype=np.uint8)
        pixels[:3000, 4000:] = 255
        small = shrunk(pixels, 320, grey=True)
        assert small[:115, 165:].min() == 255 and small[125:].max() == 0 and small[:, :155].max() == 0

    def test_the_picture_is_left_alone(self, sample: Sample) -> None:
        """What is not shrunk is not to be written into either."""
        pixels = sample("otto/1")
        before = pixels.tobytes()
        assert shrunk(pixels, 10_000, grey=False).tobytes() == before
        shrunk(pixels, 100, grey=True)
        assert pixels.tobytes() == before

    @pytest.mark.parametrize("shape", [(20, 10_000), (10_000, 20), (1, 5000), (1, 1), (2, 3)])
    def test_odd_pictures_have_no_faces_and_do_no_harm(self, shape: tuple[int, int], fast: FastEngine) -> None:
        """Through both detectors, at every scale."""
        noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
        for smallest in (None, 40):
            assert fast.detect(noise, smallest=smallest).found == ()
