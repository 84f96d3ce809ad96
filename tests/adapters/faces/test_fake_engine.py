"""The fake engine keeps the contract of the real ones, so that tests of the verbs mean something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.rules.one_face import the_one_face
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.schemes import EUCLIDEAN
from smilepay_cli.rules.smile import mouth_shape, smile_change, smile_z
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import pixel_digest
from tests.contracts.face_engine import FaceEngineContract
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture, save

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels


class TestContract(FaceEngineContract):
    """With made-up people."""

    @pytest.fixture
    def engine(self) -> FakeEngine:
        return FakeEngine()

    @pytest.fixture
    def one_face(self) -> Pixels:
        return picture("ann")

    @pytest.fixture
    def same_person(self) -> Pixels:
        return picture("ann", noise=1)

    @pytest.fixture
    def other_person(self) -> Pixels:
        return picture("bob")

    @pytest.fixture
    def two_faces(self) -> Pixels:
        return picture("ann", faces=2)

    @pytest.fixture
    def small_face(self) -> tuple[Pixels, int]:
        return picture("ann", width=25), 25

    @pytest.fixture
    def no_face(self) -> Pixels:
        return empty_picture()


def template(pixels: Pixels, place: int = 0) -> Any:
    """The descriptor of one face of a picture."""
    engine = FakeEngine()
    return engine.descriptors([(pixels, engine.detect(pixels).found[place].box)])[0, 0]


def distance(one: Pixels, other: Pixels) -> float:
    """Dissimilarity of the first faces of two pictures."""
    return float(EUCLIDEAN.dissimilarities(template(one), template(other))[0])


def mouth_of(pixels: Pixels) -> Any:
    """Mouth measures of the first face."""
    engine = FakeEngine()
    return mouth_shape(engine.landmarks(pixels, engine.detect(pixels).found[0].box))


def test_samples_of_one_person_differ_a_little() -> None:
    """As those of a real one do: 0.1 to 0.3; the same sample is the same template."""
    samples = [picture("ann", noise=noise, smile=smile) for noise in range(6) for smile in (False, True)]
    apart = [distance(one, other) for place, one in enumerate(samples) for other in samples[:place]]
    assert 0.1 < min(apart) <= max(apart) < 0.3
    assert distance(samples[0], picture("ann")) == 0


def test_people_differ_a_lot() -> None:
    """Beyond 0.7, so that no policy takes one for another."""
    people = [picture(name, noise=noise) for noise, name in enumerate(["ann", "bob", "cyd", "dee", "Ann", "ann2"])]
    assert min(distance(one, other) for place, one in enumerate(people) for other in people[:place]) > 0.7


@pytest.mark.parametrize("apart", [0.1, 0.3, 0.6])
def test_lookalikes_are_as_far_apart_as_told(apart: float) -> None:
    """For ambiguous matches: two people near each other, give or take the noise."""
    assert distance(picture("bob"), picture("eve", like="bob", apart=apart)) == pytest.approx(
        np.hypot(apart, 0.2), abs=0.05
    )


def test_a_smile_is_a_smile_to_the_rules() -> None:
    """And so is the change from the neutral face, by more than any policy asks for."""
    neutral, smiling = mouth_of(picture("ann")), mouth_of(picture("ann", smile=True))
    assert smile_z(smiling) >= STANDARD.smile_z_min + 1
    assert smile_z(neutral) <= STANDARD.smile_z_min - 1
    assert smile_change(smiling, neutral) > STANDARD.smile_change_min + 1


def test_several_faces_are_several_people() -> None:
    """Widths and scores as told, each face a person of its own."""
    engine, pixels = FakeEngine(), picture("ann", width=[100, 60], score=1.2)
    first, second = engine.detect(pixels).found
    assert (first.box.width, second.box.width, first.score) == (100, 60, 1.2)
    assert np.linalg.norm(template(pixels, 0) - template(pixels, 1)) > 0.7
    assert np.linalg.norm(template(pixels, 0) - template(picture("ann"))) < 0.3
    with pytest.raises(Refused) as caught:
        the_one_face((first, second), STANDARD)
    assert caught.value.kind is Reason.SEVERAL_FACES


def test_a_side_detection_is_one_that_the_rules_ignore() -> None:
    """As wide as the face, with the score it is given."""
    found = FakeEngine().detect(picture("ann", side_score=0.18)).found
    assert [detection.score for detection in found] == [1.5, 0.18]
    assert the_one_face(found, STANDARD) is found[0]


def test_pictures_survive_a_png_file(tmp_path: Path) -> None:
    """Tests of the verbs go through real files."""
    from PIL import Image

    pixels = picture("Zoë", smile=True, noise=3)
    with Image.open(save(pixels, tmp_path / "deep" / "zoe.png")) as image:
        read = np.asarray(image.convert("RGB"))
    assert np.array_equal(read, pixels)
    assert distance(read, pixels) == 0
    assert smile_z(mouth_of(read)) > 0


def test_every_picture_has_its_own_digest() -> None:
    """The replay check sees each as a new sample."""
    pictures = [picture(name, noise=noise, smile=smile) for name in "ab" for noise in (0, 1) for smile in (False, True)]
    assert len({pixel_digest(pixels) for pixels in pictures}) == 8


def test_an_ordinary_picture_shows_nobody() -> None:
    """Only pictures in the fake's language speak to it."""
    noise = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    assert FakeEngine().detect(noise).found == ()


def test_faults_are_raised_or_returned_on_demand() -> None:
    """For tests that a broken check refuses."""
    pixels = picture("ann")
    box = FakeEngine().detect(pixels).found[0].box
    nan = np.full((1, 128), np.nan)
    engine = FakeEngine({"detect": OSError("no"), "descriptors": nan, "maker": RuntimeError("gone")})
    with pytest.raises(OSError, match="no"):
        engine.detect(pixels)
    with pytest.raises(RuntimeError, match="gone"):
        _ = engine.maker
    assert engine.descriptors([(pixels, box)]) is nan
    assert engine.landmarks(pixels, box).shape == (68, 2)
    assert engine.calls == ["detect", "maker", "descriptors", "landmarks"]
