"""Stills: every species keeps the contract, is made the same again, and does what it claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import DEGRADATIONS, PAIR_SPECIES, SPECIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.adapters.faces.fast import FastEngine
    from smilepay_cli.vocabulary.faces import Box, Pixels

STILLS = {**SPECIES, **DEGRADATIONS}
OTHER_SIZES = {"recompressed", "small"}
SEEDS = range(8)
Sample = Callable[[str], "Pixels"]
FaceOf = Callable[[str], "Box"]


def _made(name: str, pixels: Pixels, face: Box, seed: int = 0, strength: float = 1.0) -> Pixels:
    return STILLS[name].make(pixels, face, rng_for(seed, name, "test"), strength)


@pytest.mark.parametrize("name", STILLS)
class TestContract:
    """What holds for all of them."""

    @pytest.mark.parametrize("strength", [0.0, 1.0, 2.0])
    def test_a_picture_comes_out(self, name: str, strength: float, sample: Sample, face_of: FaceOf) -> None:
        pixels = sample("otto/1")  # read-only: whoever writes into it crashes here
        made = _made(name, pixels, face_of("otto/1"), strength=strength)
        assert made.dtype == np.uint8 and made.ndim == 3 and made.shape[2] == 3
        assert made.flags.c_contiguous and made.base is not pixels
        assert made.shape == pixels.shape or name in OTHER_SIZES

    def test_the_same_seed_gives_the_same_bytes(self, name: str, sample: Sample, face_of: FaceOf) -> None:
        first, second = (_made(name, sample("otto/1"), face_of("otto/1"), seed=3) for _ in range(2))
        assert first.tobytes() == second.tobytes()

    def test_another_seed_gives_another_picture(self, name: str, sample: Sample, face_of: FaceOf) -> None:
        made = {_made(name, sample("otto/1"), face_of("otto/1"), seed).tobytes() for seed in range(3)}
        assert len(made) == (1 if name == "exact_copy" else 3)


def _lines(pixels: Pixels) -> int:
    """Straight edges at least half as long as the picture is high."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    found = cv2.HoughLinesP(cv2.Canny(grey, 40, 100), 1, np.pi / 360, 60, None, len(pixels) / 2, 8)
    return 0 if found is None else len(found)


def _wave(pixels: Pixels) -> float:
    """Amplitude, in code values, of the strongest wave of an even picture: of less than 12 pixels, and without JPEG's
    blocks, which are waves of 8 pixels along rows or columns and their harmonics."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)[40:-40, 40:-40]
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    spectrum = np.abs(np.fft.rfft2((grey - grey.mean()) * window)) * 2 / window.sum()
    y, x = np.fft.fftfreq(grey.shape[0])[:, None], np.fft.rfftfreq(grey.shape[1])[None]
    blocks = (np.abs(8 * x - np.round(8 * x)) < 0.1) & (np.abs(8 * y - np.round(8 * y)) < 0.1)
    return float(spectrum[~blocks & (np.hypot(x, y) > 1 / 12)].max())


def _moire(pixels: Pixels) -> float:
    """Deviation of red against green on an even picture, in code values: bands of some 5 to 40 pixels."""
    red = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)[40:-40, 40:-40, 1].astype(float)
    return float((cv2.GaussianBlur(red, (0, 0), 1.5) - cv2.GaussianBlur(red, (0, 0), 10)).std())


class TestClaims:
    """Each species changes what it says, and no more."""

    def test_an_exact_copy_is_one(self, sample: Sample, face_of: FaceOf) -> None:
        assert np.array_equal(_made("exact_copy", sample("lin/1"), face_of("lin/1")), sample("lin/1"))

    @pytest.mark.parametrize("name", ["screen_bezel", "print_bordered"])
    def test_borders_are_straight_edges(self, name: str, sample: Sample, face_of: FaceOf) -> None:
        """On a picture with hardly any of its own."""
        plain = np.median([_lines(_made("recaptured_bona_fide", *_otto(sample, face_of), seed)) for seed in SEEDS])
        bordered = np.median([_lines(_made(name, *_otto(sample, face_of), seed)) for seed in SEEDS])
        assert bordered >= plain + 2

    @pytest.mark.parametrize("name", ["screen_full_frame", "print_full_frame", "print_halftone"])
    @pytest.mark.parametrize("seed", SEEDS)
    def test_without_borders_the_picture_fills_the_view(self, name: str, seed: int, flat: tuple[Pixels, Box]) -> None:
        made = np.asarray(cv2.GaussianBlur(_made(name, *flat, seed, 0.5), (0, 0), 4), dtype=np.uint8)
        assert made.min() > 0.5 * np.median(made)
        assert _lines(made) == 0

    def test_newspapers_have_dots(self, flat: tuple[Pixels, Box]) -> None:
        """Coarse screens: in half of the draws at least, far above any wave of the control group."""
        control = max(_wave(_made("recaptured_bona_fide", *flat, seed)) for seed in SEEDS)
        dotted = [_wave(_made("print_halftone", *flat, seed)) for seed in SEEDS]
        assert np.median(dotted) > 3 * control

    def test_some_screens_show_their_lattice(self, flat: tuple[Pixels, Box]) -> None:
        """Not all: most displays are too fine for the camera, as in life."""
        control = max(_moire(_made("recaptured_bona_fide", *flat, seed)) for seed in range(20))
        seen = sum(_moire(_made("screen_full_frame", *flat, seed)) > 2 * control for seed in range(20))
        assert 2 <= seen <= 15

    def test_recompressed_is_nearly_the_same(self, sample: Sample, face_of: FaceOf) -> None:
        original = sample("lin/1")
        made = _made("recompressed", original, face_of("lin/1"))
        assert all(abs(a / b - 1) < 0.13 for a, b in zip(made.shape[:2], original.shape[:2], strict=True))
        assert made.shape != original.shape

    def test_degradations_degrade(self, sample: Sample, face_of: FaceOf) -> None:
        pixels, face = sample("grace/1"), face_of("grace/1")
        assert _sharpness(_made("blur", pixels, face)) < 0.4 * _sharpness(pixels)
        assert _made("low_light", pixels, face).mean() < 0.8 * pixels.mean()
        assert _made("overexposed", pixels, face).mean() > 1.15 * pixels.mean()
        assert _made("small", pixels, face).shape[0] < 0.7 * pixels.shape[0]

    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_covered_mouth_leaves_the_eyes(self, seed: int, sample: Sample, face_of: FaceOf) -> None:
        pixels, face = sample("grace/1"), face_of("grace/1")
        changed = np.abs(_made("occluded_mouth", pixels, face, seed).astype(int) - pixels).max(axis=2) > 20
        middle = slice(face.left + face.width // 4, face.left + 3 * face.width // 4)
        assert changed[face.top + int(0.7 * face.height) : face.top + int(0.9 * face.height), middle].mean() > 0.7
        assert changed[face.top : face.top + face.height // 4, middle].mean() < 0.1


def _otto(sample: Sample, face_of: FaceOf) -> tuple[Pixels, Box]:
    return sample("otto/1"), face_of("otto/1")


def _sharpness(pixels: Pixels) -> float:
    grey: NDArray[np.float64] = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.float64)
    return float(np.abs(np.diff(grey, axis=1)).mean())


def test_every_species_says_what_it_is() -> None:
    """For a list of them."""
    told = [(name, each.what, each.family) for name, each in STILLS.items()]
    told += [(name, each.what, each.family) for name, each in PAIR_SPECIES.items()]
    for name, what, family in told:
        assert what and not what.endswith(".")
        assert (family == "bona fide") == (name in DEGRADATIONS)


def test_attacks_are_worth_trying(engine: FastEngine, sample: Sample) -> None:
    """The real engine finds the face on nine of ten, and takes nine of ten of those for the person."""
    from smilepay_cli.rules.profiles import profile
    from smilepay_cli.rules.schemes import QUARTET

    found: list[bool] = []
    matched: list[bool] = []
    for person in ("lin/1", "otto/1", "eileen/2", "grace/1"):
        pixels = sample(person)
        face = engine.detect(pixels).found[0].box
        reference = QUARTET.template(engine.descriptors([(pixels, face)])[0])
        for name, species in SPECIES.items():
            made = species.make(pixels, face, rng_for(11, name, person), 1.0)
            faces = engine.detect(made).found
            found.append(bool(faces))
            if faces:
                probe = QUARTET.template(engine.descriptors([(made, faces[0].box)])[0])
                apart = QUARTET.dissimilarities(reference[None], probe)[0]
                matched.append(bool(apart <= profile("standard", "quartet").dissimilarity_max))
    assert np.mean(found) >= 0.9
    assert np.mean(matched) >= 0.9
