"""Plots: the same bytes in another process, nothing of the machine's settings in them, and something to see."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smilepay_cli.render.replay.plots import det_plot, score_plot
from tests.fakes import replays

HISTOGRAMS = replays.summary(list(replays.rows()))["histograms"]
_DIGEST = """
import hashlib
from smilepay_cli.render.replay.plots import det_plot, score_plot
from tests.fakes import replays
histograms = replays.summary(list(replays.rows()))["histograms"]
print(hashlib.sha256((det_plot(histograms, 0.46) + score_plot(histograms, 0.46)).encode()).hexdigest())
"""


def test_another_process_draws_the_same(tmp_path: Path) -> None:
    """With other hashes of texts, and somebody's own matplotlibrc."""
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\nsvg.fonttype: path\n")
    there = {**os.environ, "PYTHONHASHSEED": "42", "MPLCONFIGDIR": str(tmp_path), "TZ": "Asia/Tokyo"}
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", _DIGEST], env=there, cwd=root, capture_output=True, text=True, check=True
    )
    here = f"{det_plot(HISTOGRAMS, 0.46)}{score_plot(HISTOGRAMS, 0.46)}"
    assert ran.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def test_plots_are_small_elements_with_ids_of_their_own() -> None:
    """They share a page: no prologue, no address, no id twice, letters as text."""
    plots = [det_plot(HISTOGRAMS, 0.46), score_plot(HISTOGRAMS, 0.46)]
    ids = []
    for plot in plots:
        assert plot is not None and plot.startswith("<svg viewBox=") and plot.endswith("</svg>")
        assert len(plot) < 60_000 and "http" not in plot and "<?xml" not in plot and "<metadata" not in plot
        assert "false non-match rate" in plot or "dissimilarity" in plot
        ids += re.findall(r'\bid="([^"]+)"', plot)
        assert {*re.findall(r"url\(#([^)]+)\)", plot), *re.findall(r'href="#([^"]+)"', plot)} <= set(ids)
    assert len(ids) == len(set(ids))


def test_lines_differ_without_colour() -> None:
    """For paper, and for who sees no difference between red and green."""
    plot = str(score_plot(HISTOGRAMS, 0.46))
    assert len(set(re.findall(r"stroke-dasharray: [\d., ]+", plot))) >= 2 and "accepted up to 0.46" in plot


@pytest.mark.parametrize(
    "histograms",
    [
        {"bin": 0.002, "mated": [[100, 1]], "non_mated": [[400, 1]], "attacks": []},
        {"bin": 0.002, "mated": [[100, 5]], "non_mated": [[100, 5]], "attacks": [[100, 1]]},
        {"bin": 0.002, "mated": [[1000, 2]], "non_mated": [[0, 2]], "attacks": [[1000, 9]]},
        {"bin": 0.002, "mated": [[3, 10**6]], "non_mated": [[900, 10**9]], "attacks": []},
    ],
)
def test_extremes_are_drawn(histograms: dict[str, object]) -> None:
    """One comparison, all alike, all wrong, a thousand million."""
    assert "NaN" not in str(det_plot(histograms, 0.46)) and "nan" not in str(score_plot(histograms, None))


def test_nothing_to_show_is_no_plot() -> None:
    """Rather than empty axes."""
    empty = {"bin": 0.002, "mated": [], "non_mated": [], "attacks": []}
    assert det_plot(empty, 0.46) is None and score_plot(empty, 0.46) is None


def test_no_dot_leaves_the_axes() -> None:
    """A threshold that takes every attack is at the edge, not beside the plot."""
    all_in = {"bin": 0.002, "mated": [[50, 9]], "non_mated": [[300, 15]], "attacks": [[60, 3]]}
    plot = str(det_plot(all_in, 0.46))
    width = float(str(re.search(r'viewBox="0 0 ([\d.]+)', plot)[1]))  # type: ignore[index]
    dots = [float(x) for x in re.findall(r'<use href="#[^"]+" x="([\d.]+)"[^>]*(?:#b3261e|#3a5f9e)', plot)]
    assert len(dots) == 2 and max(dots) < width
