"""Inks and dots keep the mean, as far as inks can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from smilepay_cli.harnesses.forging.inks import NEWS, OFFICE, PHOTO, InkSet, printed, screened, separated, sprayed
from smilepay_cli.harnesses.forging.seeds import rng_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

SKIN = (0.55, 0.33, 0.24)


def _even(*values: float) -> NDArray[np.float32]:
    return np.full((120, 120, len(values)), values, dtype=np.float32)


@pytest.mark.parametrize("removal", [0.0, 0.5, 0.9])
def test_skin_is_printed_as_skin(removal: float) -> None:
    """A print with orange or green faces would be found by its colour alone."""
    light = printed(separated(_even(*SKIN), PHOTO, removal), PHOTO)[0, 0] / PHOTO.paper
    assert np.allclose(light, SKIN, atol=0.06)


@pytest.mark.parametrize(("inks", "darkest"), [(PHOTO, 0.04), (OFFICE, 0.08), (NEWS, 0.14)])
def test_black_is_as_black_as_the_ink(inks: InkSet, darkest: float) -> None:
    """The loss of gamut: newspapers are greyer than photo paper."""
    light = printed(separated(_even(0, 0, 0), inks, 0.7), inks)
    assert 0.0 < light.max() < darkest


@pytest.mark.parametrize("coverage", [0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
def test_dots_cover_what_was_asked(coverage: float) -> None:
    """The hill's level is a quantile of its heights: area in, area out."""
    dots = screened(_even(*[coverage] * 4), 6.0, 1.0, rng_for(0, "dots", ""))
    assert np.allclose(dots.mean(axis=(0, 1)), coverage, atol=0.03)
    assert dots.min() >= 0 and dots.max() <= 1


def test_dots_repeat_at_their_period() -> None:
    """A screen of 6 pixels is a peak at 1/6 cycle a pixel, in a direction of its own for each ink."""
    dots = screened(_even(*[0.5] * 4), 6.0, 1.0, rng_for(0, "dots", ""))
    peaks = []
    for ink in range(4):
        spectrum = np.abs(np.fft.fft2(dots[..., ink] - dots[..., ink].mean()))
        y, x = np.unravel_index(spectrum.argmax(), spectrum.shape)
        frequency = np.array([np.fft.fftfreq(120)[x], np.fft.fftfreq(120)[y]])
        assert np.hypot(*frequency) == pytest.approx(1 / 6, abs=0.01)
        peaks.append(np.degrees(np.arctan2(frequency[1], frequency[0])) % 90)
    apart = [abs(a - b) for i, a in enumerate(peaks) for b in peaks[:i]]
    assert min(min(each, 90 - each) for each in apart) > 8


def test_sprayed_ink_keeps_the_mean_and_is_grainy() -> None:
    """Error diffusion: the same tone, in dots, with little slow noise."""
    grainy = sprayed(_even(*[0.5] * 4), 6.0, rng_for(0, "spray", ""), 1.0)
    assert grainy.mean() == pytest.approx(0.5, abs=0.01)
    assert grainy.std() > 0.1
    coarse = grainy[..., 0].reshape(15, 8, 15, 8).mean(axis=(1, 3))
    assert coarse.std() < grainy[..., 0].std() / 8 / 2
