"""Plots of dissimilarities as inline SVG, by matplotlib: the same bytes for the same figures, no words of others.

Letters stay text, in whatever sans-serif the reader has: that is small, can be searched and is sharp on paper. Line
styles differ as well as colours, for paper that has none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.replay.curves import Tradeoff, at_threshold, bar_width, in_bars, tradeoff

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE = "#1c2128", "#5b6570", "#d8dee4"
_LOOKS = {
    "mated": ("mated", "#1a7f5a", "-"),
    "non_mated": ("non-mated", "#3a5f9e", "--"),
    "attacks": ("attacks against their target", "#b3261e", ":"),
}
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)
_LOWEST, _HIGHEST = 1e-6, 0.95
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "smilepay",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "legend.frameon": False,
    "path.simplify": True,
}


def det_plot(histograms: Mapping[str, Any], threshold: float | None) -> str | None:
    """The DET curve (ISO/IEC 19795-1) on normal-deviate axes: false match rate across, false non-match rate up.

    Strangers' faces are one line and attacks another; dots stand where the policy's threshold is. Grey is what so few
    comparisons cannot show: no error in n is compatible with a rate of 3/n. None where there is nothing to compare.
    """
    curves = {name: curve for name in ("non_mated", "attacks") if (curve := tradeoff(histograms, name))}
    if not curves:
        return None
    with _Canvas((5.6, 4.6)) as canvas:
        axes = canvas.axes
        others, mated = max(c.others for c in curves.values()), next(iter(curves.values())).mated
        across, up = _lowest(others), _lowest(mated)
        _scale(axes, across, up)
        for name, curve in curves.items():
            _draw_curve(axes, name, curve, threshold, (across, up))
        axes.axvspan(_deviate(across), _deviate(_blind(others)), color="#eaedf0", lw=0, zorder=0)
        axes.axhspan(_deviate(up), _deviate(_blind(mated)), color="#eaedf0", lw=0, zorder=0)
        axes.set_xlabel("false match rate of one comparison")
        axes.set_ylabel("false non-match rate")
        _legend(axes)
        return canvas.svg("det")


def score_plot(histograms: Mapping[str, Any], threshold: float | None) -> str | None:
    """How dissimilar mated, non-mated and attacking faces were, each as shares of its own; the threshold as a line."""
    width = bar_width(histograms)
    bars = {name: found for name in _LOOKS if (found := in_bars(histograms[name], width))}
    if not bars:
        return None
    with _Canvas((5.6, 4.6)) as canvas:
        axes = canvas.axes
        step = width * histograms["bin"]
        for name, found in bars.items():
            label, color, style = _LOOKS[name]
            total = sum(count for _, count in found)
            edges = [index * histograms["bin"] for index, _ in found]
            heights = [100 * count / total for _, count in found]
            axes.stairs(
                heights, [*edges, edges[-1] + step], label=f"{label} ({total:,})", color=color, ls=style, lw=1.6
            )
            axes.stairs(heights, [*edges, edges[-1] + step], fill=True, color=color, alpha=0.12, lw=0)
        if threshold is not None:
            axes.axvline(threshold, color=INK, lw=1)
            axes.annotate(
                f"accepted up to {threshold:g}",
                (threshold, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(-4, -2),
                textcoords="offset points",
                rotation=90,
                ha="right",
                va="top",
                color=INK,
            )
        axes.set_ylim(bottom=0)
        axes.set_xlabel("dissimilarity (lower is closer)")
        axes.set_ylabel(f"share in each {step:g}, %")
        _legend(axes)
        return canvas.svg("scores")


def _legend(axes: Axes) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, fontsize=8)


class _Canvas:
    """One figure with one pair of axes, under settings of our own: a matplotlibrc of the machine changes nothing."""

    def __init__(self, inches: tuple[float, float]) -> None:
        self._inches = inches

    def __enter__(self) -> _Canvas:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self._context = mpl.rc_context()
        self._context.__enter__()
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        self._figure: Figure = Figure(figsize=self._inches, layout="constrained")
        self.axes: Axes = self._figure.add_subplot()
        return self

    def __exit__(self, *problem: object) -> None:
        self._context.__exit__(None, None, None)

    def svg(self, prefix: str) -> str:
        """The element, and nothing around it; its ids begin with `prefix`."""
        paper = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self._figure.savefig(paper, format="svg", metadata=nothing)
        return _inline(paper.getvalue(), prefix)


def _inline(document: str, prefix: str) -> str:
    """An SVG document as an element of a page: no prologue, no metadata, no namespaces, ids that no other plot has."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(xlink:)?href="#', f'href="#{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-").replace("'DejaVu Sans'", "system-ui")
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true">', svg, count=1)
    return re.sub(r">\s+<", ">\n<", svg).strip()


def _deviate(rate: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(rate))


def _lowest(n: int) -> float:
    """Where an axis begins: the power of ten below one error in `n`, so that the curve's end is on it."""
    return max(_LOWEST, min(0.01, 10.0 ** floor(log10(1 / n))))


def _blind(n: int) -> float:
    """The rate that no error in `n` is still compatible with, at 95 %: the rule of three."""
    return min(3 / n, _HIGHEST)


def _scale(axes: Axes, across: float, up: float) -> None:
    """Normal deviates on both axes, labelled in percent. No error at all has no place on such an axis: its edge."""
    for lowest, limit, ticks in (
        (across, axes.set_xlim, axes.set_xticks),
        (up, axes.set_ylim, axes.set_yticks),
    ):
        shown: Sequence[float] = [tick for tick in _TICKS if tick >= lowest]
        ticks([_deviate(tick) for tick in shown], ["0", *(f"{100 * tick:g} %" for tick in shown[1:])])
        limit(_deviate(lowest), _deviate(_HIGHEST))


def _draw_curve(axes: Axes, name: str, curve: Tradeoff, threshold: float | None, lowest: tuple[float, float]) -> None:
    label, color, style = _LOOKS[name]

    def placed(rates: Sequence[float], least: float) -> list[float]:
        return [_deviate(min(max(rate, least), 1 - least)) for rate in rates]

    axes.plot(
        placed(curve.false_match, lowest[0]),
        placed(curve.false_non_match, lowest[1]),
        color=color,
        ls=style,
        lw=1.8,
        label=f"{label} ({curve.others:,})",
    )
    if threshold is not None:
        match, non_match = (min(rate, _HIGHEST) for rate in at_threshold(curve, threshold))
        dot = placed([match], lowest[0]), placed([non_match], lowest[1])
        axes.plot(*dot, "o", color=color, ms=7, clip_on=False, zorder=5)
