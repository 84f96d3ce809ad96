"""A display's lattice as a sensor samples it: aliased where it is coarse, gone where it is fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.subpixels import Subpixels, draw_subpixels, grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIPES = Subpixels((np.eye(2), np.eye(2), np.eye(2)), ((1 / 6, 0.5), (1 / 2, 0.5), (5 / 6, 0.5)), (0.28, 0.8))
SIDE = 96


def _sampled(pitch: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`pitch` display pixels for one sensor pixel, square-on."""
    x = (np.arange(SIDE, dtype=np.float32) + 0.5) * np.float32(pitch)
    across, along = np.meshgrid(x, x)
    return across, along


@pytest.mark.parametrize("pitch", [0.3, 0.8])
def test_against_the_display_drawn_out_and_added_up(pitch: float) -> None:
    """The series gives what 64 by 64 points on each sensor pixel give, with the lens' blur on top."""
    blur = 0.4
    seen = grid(STRIPES, *_sampled(pitch), blur)
    assert seen is not None
    row, column = SIDE // 2, SIDE // 2  # a red site
    offsets = np.random.default_rng(0).normal(0, blur, (400_000, 2)) + np.random.default_rng(1).uniform(
        -0.5, 0.5, (400_000, 2)
    )
    x, y = (column + 0.5 + offsets[:, 0]) * pitch, (row + 0.5 + offsets[:, 1]) * pitch
    lit = (np.abs((x - 1 / 6 + 0.5) % 1 - 0.5) < 0.14) & (np.abs((y - 0.5 + 0.5) % 1 - 0.5) < 0.4)
    assert 1 + seen[row, column] == pytest.approx(lit.mean() / (0.28 * 0.8), abs=0.02)


def test_a_coarse_lattice_aliases() -> None:
    """0.9 display pixels a sensor pixel: on red sites, two apart, 1.8 waves a step, which look like 0.2."""
    seen = grid(STRIPES, *_sampled(0.9), 0.4)
    assert seen is not None
    red = seen[::2, ::2]
    spectrum = np.abs(np.fft.rfft(red.mean(axis=0) - red.mean()))
    assert np.fft.rfftfreq(SIDE // 2)[spectrum.argmax()] == pytest.approx(0.2, abs=0.02)


def test_a_fine_lattice_is_not_seen() -> None:
    """Phones at arm's length show no pixels, and must not be given any."""
    assert grid(STRIPES, *_sampled(3.3), 0.6) is None


@pytest.mark.parametrize("seed", range(6))
def test_the_mean_stays(seed: int) -> None:
    """The lattice moves light about, it adds none."""
    seen = grid(draw_subpixels(rng_for(seed, "lattice", "")), *_sampled(0.61), 0.5)
    assert seen is not None
    assert abs(float(seen.mean())) < 0.02
