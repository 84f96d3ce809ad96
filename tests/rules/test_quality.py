"""Which faces are worth judging, and what people are told about the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from smilepay_cli.harnesses.forging.degradations import blur, low_light, occluded_mouth, overexposed
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.rules.quality import (
    DYNAMIC_RANGE_MIN,
    LUMINANCE_MAX,
    LUMINANCE_MIN,
    MOUTH_CONTRAST_MIN,
    OVER_EXPOSURE_MAX,
    SHARPNESS_MIN,
    UNDER_EXPOSURE_MAX,
    Quality,
    quality_of,
    require_quality,
)
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Face, Pixels

Sample = Callable[[str], Face]
GOOD = Quality(0.5, 0.0, 0.0, 7.0, 0.5, 90.0, 0.2)
NAMES = ("lin/1", "lin/5", "otto/1", "otto/5", "otto/6", "otto/7", "eileen/1", "eileen/2", "grace/1")


def _quality(face: Face, pixels: Pixels | None = None) -> Quality:
    return quality_of(face.frame.pixels if pixels is None else pixels, face.box, face.landmarks)


def _refused(quality: Quality) -> Reason | None:
    try:
        require_quality(quality)
    except Refused as refused:
        return refused.kind
    return None


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_faces_are_good_enough(sample: Sample, name: str) -> None:
    """They are what people try first."""
    require_quality(_quality(sample(name)))


def test_a_hand_before_the_chin_is_no_covered_mouth(sample: Sample) -> None:
    """otto/4 rests his chin on his hand."""
    require_quality(_quality(sample("otto/4")))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"luminance_mean": LUMINANCE_MIN}, None),
        ({"luminance_mean": LUMINANCE_MIN - 0.001}, Reason.TOO_DARK),
        ({"under_exposure": UNDER_EXPOSURE_MAX}, None),
        ({"under_exposure": UNDER_EXPOSURE_MAX + 0.001}, Reason.TOO_DARK),
        ({"dynamic_range": DYNAMIC_RANGE_MIN}, None),
        ({"dynamic_range": DYNAMIC_RANGE_MIN - 0.001}, Reason.TOO_DARK),
        ({"dynamic_range": DYNAMIC_RANGE_MIN - 0.001, "luminance_mean": 0.8}, Reason.TOO_BRIGHT),
        ({"luminance_mean": LUMINANCE_MAX}, None),
        ({"luminance_mean": LUMINANCE_MAX + 0.001}, Reason.TOO_BRIGHT),
        ({"over_exposure": OVER_EXPOSURE_MAX}, None),
        ({"over_exposure": OVER_EXPOSURE_MAX + 0.001}, Reason.TOO_BRIGHT),
        ({"sharpness": SHARPNESS_MIN}, None),
        ({"sharpness": SHARPNESS_MIN - 0.001}, Reason.BLURRED),
        ({"mouth_contrast": MOUTH_CONTRAST_MIN}, None),
        ({"mouth_contrast": MOUTH_CONTRAST_MIN - 0.001}, Reason.MOUTH_COVERED),
        ({"mouth_contrast": None}, None),
    ],
)
def test_each_limit_on_both_sides(change: dict[str, float | None], reason: Reason | None) -> None:
    """What is on a limit passes."""
    assert _refused(replace(GOOD, **change)) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["luminance_mean", "under_exposure", "over_exposure", "dynamic_range", "sharpness", "mouth_contrast"]
)
def test_what_is_no_number_is_refused(name: str) -> None:
    """A comparison with NaN is false, and must not be so in somebody's favour."""
    assert _refused(replace(GOOD, **{name: float("nan")})) is not None


def test_refusals_are_failures_to_acquire_and_say_what_to_do() -> None:
    """Nobody is locked out, or suspected, for a dark room."""
    for poor in (replace(GOOD, luminance_mean=0.0), replace(GOOD, sharpness=0.0), replace(GOOD, mouth_contrast=0.0)):
        with pytest.raises(Refused) as caught:
            require_quality(poor)
        assert caught.value.exit is ExitStatus.NOT_ACQUIRED and not caught.value.kind.is_strike
        assert caught.value.hint and "attack" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", ["lin/1", "otto/5", "eileen/1"])
def test_blurrier_is_less_sharp(sample: Sample, name: str) -> None:
    """Step by step, down to a refusal."""
    face = sample(name)
    blurred = [
        cv2.GaussianBlur(face.frame.pixels, (0, 0), share * face.box.width) for share in (0.004, 0.01, 0.02, 0.035)
    ]
    sharpness = [_quality(face, np.asarray(pixels, dtype=np.uint8)).sharpness for pixels in blurred]
    assert sharpness == sorted(sharpness, reverse=True) and sharpness[-1] < SHARPNESS_MIN


@pytest.mark.parametrize("name", ["lin/1", "otto/5"])
def test_sharpness_is_that_of_the_face_and_not_of_the_file(sample: Sample, name: str) -> None:
    """The same photograph at two sizes is as sharp, or large pictures would be the better ones."""
    face = sample(name)
    assert face.landmarks is not None
    small = cv2.resize(face.frame.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    box = Box(face.box.left * 2, face.box.top * 2, face.box.width * 2, face.box.height * 2)
    twice = quality_of(np.asarray(small, dtype=np.uint8), box, face.landmarks * 2 + 0.5)
    assert twice.sharpness == pytest.approx(_quality(face).sharpness, abs=0.03)
    assert twice.inter_eye_distance == pytest.approx(2 * (_quality(face).inter_eye_distance or 0))


def test_less_light_is_darker_and_more_is_brighter(sample: Sample) -> None:
    """Down to black and up to white, both refused with the right reason."""
    face = sample("lin/1")
    levels = [_quality(face, (face.frame.pixels * (share / 8)).astype(np.uint8)) for share in range(9)]
    assert [q.luminance_mean for q in levels] == sorted(q.luminance_mean for q in levels)
    assert _refused(levels[0]) is _refused(levels[1]) is Reason.TOO_DARK
    white = _quality(face, np.full_like(face.frame.pixels, 255))
    assert (
        white.over_exposure == 1.0 and _refused(replace(white, sharpness=0.5, mouth_contrast=0.2)) is Reason.TOO_BRIGHT
    )


@pytest.mark.parametrize("name", ["lin/1", "otto/5", "grace/1"])
def test_a_window_behind_the_till_is_too_bright_and_no_covered_mouth(sample: Sample, name: str) -> None:
    """Light that takes all else with it is told first."""
    face = sample(name)
    for seed in range(3):
        bright = overexposed(face.frame.pixels, face.box, rng_for(seed, "x", name), 3.0)
        assert _refused(_quality(face, bright)) is Reason.TOO_BRIGHT


def test_most_pictures_out_of_focus_are_blurred(sample: Sample) -> None:
    """At twice what people take; the others are as sharp as a poor camera's."""
    found = [
        _refused(_quality(face, blur(face.frame.pixels, face.box, rng_for(seed, "x", name), 2.0)))
        for name in NAMES
        for face in [sample(name)]
        for seed in range(3)
    ]
    assert found.count(Reason.BLURRED) >= 0.75 * len(found)


def test_an_evening_without_a_lamp_is_too_dark(sample: Sample) -> None:
    """A 32nd of the light, not made up for, with the noise that is left."""
    face = sample("lin/1")
    dark = low_light(face.frame.pixels // 6, face.box, rng_for(0, "x", "dark"), 0.5)
    assert _refused(_quality(face, dark)) is Reason.TOO_DARK


def test_covered_mouths_are_mostly_seen(sample: Sample) -> None:
    """Hands and masks alike: nine in ten, as measured."""
    seen = [
        _refused(_quality(face, occluded_mouth(face.frame.pixels, face.box, rng_for(seed, "x", name), 1.0)))
        for name in NAMES
        for face in [sample(name)]
        for seed in range(3)
    ]
    assert seen.count(Reason.MOUTH_COVERED) >= 0.8 * len(seen)


def test_a_grey_picture_measures_like_its_colours(sample: Sample) -> None:
    """No measure needs colour."""
    face = sample("lin/1")
    grey = cv2.cvtColor(cv2.cvtColor(face.frame.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    ours, theirs = _quality(face, np.asarray(grey, dtype=np.uint8)), _quality(face)
    assert ours.sharpness == pytest.approx(theirs.sharpness, abs=0.01)
    assert ours.mouth_contrast == pytest.approx(theirs.mouth_contrast, abs=0.01)


@pytest.mark.parametrize("box", [Box(-40, -30, 90, 90), Box(60, 50, 90, 90), Box(0, 0, 3, 3), Box(500, 500, 90, 90)])
@pytest.mark.parametrize("size", [(1, 1), (80, 100)])
def test_faces_partly_or_wholly_outside_are_measured_without_landmarks(box: Box, size: tuple[int, int]) -> None:
    """Detectors put boxes past the edge; no crash, and numbers."""
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    quality = quality_of(pixels, box, None)
    assert quality.mouth_contrast is None and quality.inter_eye_distance is None
    assert np.isfinite([quality.luminance_mean, quality.sharpness, quality.dynamic_range]).all()


def test_a_face_without_a_size_is_an_error(sample: Sample) -> None:
    """Not a quality."""
    face = sample("lin/1")
    with pytest.raises(ValueError, match="degenerate"):
        quality_of(face.frame.pixels, Box(5, 5, 0, 0), None)
    with pytest.raises(ValueError, match="degenerate"):
        quality_of(face.frame.pixels, face.box, np.full((68, 2), 7.0))
    with pytest.raises(ValueError, match="degenerate"):
        quality_of(face.frame.pixels, face.box, np.full((68, 2), np.nan))
