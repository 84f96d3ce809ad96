"""The fast engine decides as face_recognition does. With SMILEPAY_EVAL on 677 photos, else on the sample faces.

The table that is printed is the one of `python -m benchmarks.accuracy`.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from benchmarks.accuracy.parity import THRESHOLDS, Parity, compare
from benchmarks.accuracy.photos import SETS, evaluation, samples
from benchmarks.accuracy.report import false_finds, scheme_rates, told
from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.adapters.faces.reference import ReferenceEngine


@pytest.fixture(scope="module")
def fast() -> FastEngine:
    return FastEngine("euclidean", default_folder(os.environ))


@pytest.fixture(scope="module")
def parity(fast: FastEngine) -> Parity:
    photos = [*samples(), *(photo for name in SETS for photo in evaluation(name))]
    return compare(photos, fast, ReferenceEngine())


def test_the_same_chip_is_the_same_descriptor(parity: Parity) -> None:
    """To within 1e-5, and no pair of photos is decided otherwise, at any threshold people use."""
    assert parity.same_chip_l2 <= 1e-5
    assert {threshold: flips.k for threshold, flips in parity.same_chip_flips.items()} == dict.fromkeys(THRESHOLDS, 0)


def test_the_pipeline_is_as_steady_as_face_recognition_is(parity: Parity) -> None:
    """It changes no more decisions than face_recognition changes of its own when its box moves by 3 pixels.

    Counts of the two are random: ours may not be above the upper end of theirs.
    """
    for threshold in THRESHOLDS:
        assert parity.pipeline_flips[threshold].value <= parity.moved_flips[threshold].interval[1], threshold
    assert parity.pipeline_l2[0] <= 1.1 * parity.moved_l2[0]


def test_no_face_is_lost(parity: Parity, fast: FastEngine) -> None:
    """Wherever face_recognition finds one; and no face is seen where there is none."""
    assert parity.photos >= 95
    assert (parity.found_by_reference_only, parity.fewer_faces) == (0, 0)
    assert false_finds(fast).k == 0


def test_the_figures_are_told(parity: Parity, capsys: pytest.CaptureFixture[str]) -> None:
    """In the log of every run, with what was left out."""
    lines = [f"\nparity on {parity.photos} photos: same chip within {parity.same_chip_l2:.1e}"]
    for threshold in THRESHOLDS:
        ours, theirs = parity.pipeline_flips[threshold], parity.moved_flips[threshold]
        lines.append(f"  flips at {threshold}: pipeline {ours}; face_recognition, box moved by 3 pixels: {theirs}")
    if evaluation_folder() is None:
        lines.append("  SMILEPAY_EVAL is not set: sample faces only, error rates of the schemes were not looked at")
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")


def test_the_default_scheme_errs_at_most_half_as_often() -> None:
    """FNIR at FPIR 5 % on the reporting half of the hard set, one reference each, against face_recognition's scheme.

    Without the evaluation folder there is nothing to count on; the log says so (the test above).
    """
    if not evaluation("lfw_gray"):
        return
    rates: dict[str, Any] = {name: scheme_rates(name, default_folder(os.environ)) for name in ("euclidean", "quartet")}
    ours, theirs = (rates[name]["reporting"]["one_reference"]["0.05"] for name in ("quartet", "euclidean"))
    assert ours["rate"] <= theirs["rate"] / 2, f"{told(ours)} against {told(theirs)}"
    for policy in ("demo", "standard", "strict"):  # thresholds were chosen so on the tuning half
        mine, other = (rates[name]["tuning"]["pairs"][policy]["fmr"] for name in ("quartet", "euclidean"))
        assert mine["k"] <= other["k"], policy
    studio = rates["quartet"]["studio"]["pairs"]["standard"]
    assert studio["fnmr"]["k"] == 0 and studio["fmr"]["rate"] < 0.01
