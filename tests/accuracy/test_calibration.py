"""Calibration on real people. With SMILEPAY_EVAL on 120 people of LFW; without it the figures are left out, loudly."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from tests.measured import note


@pytest.mark.parametrize("extends", ["standard", "demo"])
def test_a_thousandth_on_real_people(tmp_path: Path, extends: str) -> None:
    """A policy comes out that can be used, its bound is within the target, and the other half does not contradict."""
    folder, file = evaluation_folder(), tmp_path / "lfw.toml"
    if folder is None:
        note("calibrate: SMILEPAY_EVAL is not set: sample faces only, which are refused")
    pictures = folder / "lfw_gray" if folder else sample_faces()
    stdout = io.StringIO()
    words = ["calibrate", str(pictures), "--target-fmr", "0.001", "--extends", extends, "--out", str(file), "--json",
             "--home", str(tmp_path / "home"), "--no-cache"]  # fmt: skip
    status = run(words, Environment(stdout=stdout, variables=dict(os.environ)))
    data = json.loads(stdout.getvalue())["data"]
    if folder is None:
        assert status == 30 and not file.exists()
        return
    assert status == 0, data["message"]
    rates = {half: data[half]["chosen"] for half in ("tune", "report")}
    for half, told in rates.items():
        counts = ", ".join(f"{name.upper()} {told[name]['k']:,} of {told[name]['n']:,}" for name in ("fmr", "fnmr"))
        note(f"calibrate, 0.1 % over {extends}: {data['dissimilarity_max']}; {half} half {counts}")
    assert rates["tune"]["fmr"]["upper_one_sided"] <= 0.001
    assert rates["report"]["fmr"]["lower"] <= 0.001
    assert 0.2 < data["dissimilarity_max"] <= data["extended"]["dissimilarity_max"]
    assert run(["policy", "--policy", str(file), "--home", str(tmp_path / "home")], Environment(stdout=stdout)) == 0
