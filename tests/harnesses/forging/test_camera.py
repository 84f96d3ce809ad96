"""The one camera: right colours in the mean, noise that is new each time."""

from __future__ import annotations

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.camera import Camera, Scene, draw_camera, shoot
from smilepay_cli.harnesses.forging.light import linear
from smilepay_cli.harnesses.forging.seeds import rng_for

PLAIN = Camera(
    size=(160, 120), sensor=(240, 320), blur=0.5, full_well=6000, read_noise=5, exposure=1.0, balance=1.0,
    smoothing=0.0, sharpening=0.0, contrast=0.0, quality=95,
)  # fmt: skip
WHOLE = (slice(0, 240), slice(0, 320))


def _scene(*colour: float) -> Scene:
    return Scene(np.full((240, 320, 3), colour, dtype=np.float32), WHOLE, np.array([0.4, 0.25, 0.18]))


def test_the_subject_comes_out_as_wanted() -> None:
    """Whatever the light: an attack is not told from bona fide by its brightness."""
    for colour in ((0.04, 0.025, 0.018), (0.8, 0.5, 0.36), (0.1, 0.1, 0.1)):
        picture = shoot(_scene(*colour), PLAIN, rng_for(0, "camera", ""))
        assert picture.shape == (120, 160, 3) and picture.dtype == np.uint8
        assert np.allclose(linear(picture).mean(axis=(0, 1)), [0.4, 0.25, 0.18], atol=0.02)


def test_each_exposure_has_its_own_noise() -> None:
    """A live sensor never gives the same picture twice."""
    rng = rng_for(0, "camera", "")
    first, second = (shoot(_scene(0.4, 0.25, 0.18), PLAIN, rng).astype(float) for _ in range(2))
    assert 0.3 < (first - second).std() < 6


@pytest.mark.parametrize("size", [(640, 480), (333, 251), (1600, 1200)])
def test_sensors_have_whole_cells(size: tuple[int, int]) -> None:
    """A Bayer cell is two by two."""
    for seed in range(5):
        rows, columns = draw_camera(size, rng_for(seed, "camera", ""), 1.0).sensor
        assert rows % 2 == 0 and columns % 2 == 0
        assert rows * columns <= max(1_400_000, 1.1 * size[0] * size[1])
