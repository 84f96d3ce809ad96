"""Where points appear and what pixels see are inverses of each other."""

from __future__ import annotations

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.surface import Surface, held

TILTED = Surface((640, 480), 560.0, (20.0, -15.0), yaw=0.2, pitch=-0.15, roll=0.1, scale=1.1)
BENT = Surface((640, 480), 560.0, (20.0, -15.0), yaw=0.2, pitch=-0.15, roll=0.1, scale=1.1, curvature=0.8 / 500)
HOLLOW = Surface((640, 480), 560.0, (20.0, -15.0), yaw=0.2, pitch=-0.15, roll=0.1, scale=1.1, curvature=-0.8 / 500)


@pytest.mark.parametrize("surface", [TILTED, BENT, HOLLOW], ids=["flat", "bent", "hollow"])
def test_a_pixel_sees_the_point_that_appears_there(surface: Surface) -> None:
    """Borders are drawn by the one, pictures by the other."""
    points = np.random.default_rng(0).uniform(-200, 200, (50, 2))
    seen = surface.project(points)
    across, along = surface.seen_by(seen[:, 0], seen[:, 1])
    assert np.allclose(np.stack((across, along), axis=1), points, atol=1e-6)


@pytest.mark.parametrize("surface", [TILTED, BENT, HOLLOW], ids=["flat", "bent", "hollow"])
@pytest.mark.parametrize("per_pixel", [1, 2])
def test_the_map_of_a_whole_sensor_is_as_good(surface: Surface, per_pixel: int) -> None:
    """Rays between the exact ones are interpolated: a tenth of a pixel does not show. Past a bent sheet's sides rays
    graze or miss it, and nobody looks there."""
    shape = (480 * per_pixel, 640 * per_pixel)
    across, along = surface.look_up(shape)
    y, x = np.meshgrid((np.arange(shape[0]) + 0.5) / per_pixel, (np.arange(shape[1]) + 0.5) / per_pixel, indexing="ij")
    exact = surface.seen_by(x, y)
    assert across.dtype == np.float32 and across.shape == shape
    sheet = np.abs(exact[0]) < 200
    assert sheet.mean() > 0.3
    assert max(np.abs(across - exact[0])[sheet].max(), np.abs(along - exact[1])[sheet].max()) < 0.1


def test_square_on_nothing_moves() -> None:
    """At scale 1 and without a turn the picture is its own map."""
    across, along = Surface((64, 48), 60.0, (0.0, 0.0)).look_up((48, 64))
    assert np.allclose(across[0], np.arange(64) + 0.5 - 32, atol=1e-4)
    assert np.allclose(along[:, 0], np.arange(48) + 0.5 - 24, atol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_what_fills_the_view_leaves_no_corner(seed: int) -> None:
    """A border that peeps in would make another species of it."""
    surface = held((640, 480), rng_for(seed, "fill", ""), 1.5).filling(320, 240)
    across, along = surface.look_up((480, 640))
    assert np.abs(across).max() <= 320.5 and np.abs(along).max() <= 240.5
    assert surface.scale < 1.8
