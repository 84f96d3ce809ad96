"""Whole captures: as many frames as were given, and on them what the attack is about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.captures import spliced
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import CAPTURE_CONTROLS, CAPTURES
from smilepay_cli.rules.smile import mouth_shape

if TYPE_CHECKING:
    from smilepay_cli.adapters.faces.fast import FastEngine
    from smilepay_cli.vocabulary.faces import Box, Pixels

ALL = {**CAPTURES, **CAPTURE_CONTROLS}
Sample = Callable[[str], "Pixels"]
FaceOf = Callable[[str], "Box"]


@pytest.fixture(scope="module")
def clip(sample: Sample) -> list[Pixels]:
    """Neutral, then smiling."""
    return [sample(f"lin/clip/{number:03d}") for number in (0, 2, 4, 14, 16, 18)]


@pytest.fixture(scope="module")
def face(face_of: FaceOf) -> Box:
    return face_of("lin/clip/000")


def _made(name: str, clip: list[Pixels], face: Box, seed: int = 0) -> list[Pixels]:
    return ALL[name].make(clip, face, rng_for(seed, name, "lin"), 1.0)


def _apart(first: Pixels, second: Pixels) -> float:
    return float(np.abs(first.astype(int) - second).mean())


@pytest.mark.parametrize("name", ALL)
def test_frames_of_the_same_kind_come_out_the_same_again(name: str, clip: list[Pixels], face: Box) -> None:
    """Same number, same size, same seed and same bytes."""
    made, again = (_made(name, clip, face) for _ in range(2))
    assert [frame.shape for frame in made] == [frame.shape for frame in clip]
    assert all(frame.dtype == np.uint8 for frame in made)
    assert [frame.tobytes() for frame in made] == [frame.tobytes() for frame in again]
    assert _made(name, clip, face, seed=1)[0].tobytes() != made[0].tobytes() or name == "frozen"


def test_frozen_is_frozen(clip: list[Pixels], face: Box) -> None:
    """Bit by bit."""
    assert {frame.tobytes() for frame in _made("frozen", clip, face)} == {clip[0].tobytes()}


@pytest.mark.parametrize("name", [name for name in ALL if name != "frozen"])
def test_all_others_never_repeat_a_frame(name: str, clip: list[Pixels], face: Box) -> None:
    """Or a check for repeated frames would be enough."""
    assert len({frame.tobytes() for frame in _made(name, clip, face)}) == len(clip)


def test_static_noise_is_the_still_and_noise(clip: list[Pixels], face: Box) -> None:
    """The mean of many frames is the still."""
    made = _made("static_noise", [clip[0]] * 30, face)
    mean = np.mean(made, axis=0, dtype=np.float64)
    kept = (clip[0] > 30) & (clip[0] < 225)  # where nothing is cut off
    assert np.abs(mean - clip[0])[kept].mean() < np.abs(made[0].astype(float) - clip[0])[kept].mean() / 3


@pytest.mark.parametrize("name", ["print_in_motion", "screen_in_motion"])
def test_motion_is_smooth(name: str, clip: list[Pixels], face: Box) -> None:
    """What comes after each other is more alike than what lies apart: waved, not shuffled."""
    made = _made(name, [clip[0]] * 12, face)
    steps = [_apart(a, b) for a, b in pairwise(made)]
    assert min(steps) > 1
    assert np.median(steps) < max(_apart(made[0], frame) for frame in made)


@pytest.mark.parametrize("seed", range(4))
def test_a_replayed_smile_is_still_one(seed: int, clip: list[Pixels], face: Box, engine: FastEngine) -> None:
    """The attack that a smile alone does not stop."""
    made = _made("replayed_video", clip, face, seed)
    widths = []
    for frame in made:
        found = engine.detect(frame).found[0].box
        widths.append(mouth_shape(engine.landmarks(frame, found)).width)
    assert np.mean(widths[3:]) > 1.15 * np.mean(widths[:3])


def test_spliced_begins_as_one_and_ends_as_the_other(clip: list[Pixels], sample: Sample) -> None:
    """Nothing is changed but who is there."""
    other = [sample("otto/1")] * 6
    made = spliced(clip, other, rng_for(0, "spliced", "lin otto"))
    assert np.array_equal(made[0], clip[0]) and np.array_equal(made[-1], other[-1])
    assert len(made) == 6
