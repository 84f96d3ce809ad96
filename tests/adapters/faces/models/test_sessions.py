"""onnxruntime does the work and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.models.sessions import Session, Slot, save_optimised
from tests.adapters.pad.networks import means

QUIET = """
import os, sys
from pathlib import Path
from smilepay_cli.adapters.faces.fast import FastEngine
FastEngine("quartet", Path(sys.argv[1])).prepare()
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
"""


def test_it_does_not_report_to_its_maker(tmp_path: Path, root: Path) -> None:
    """From 1.29 on its Linux wheels send what is run to Microsoft, under a device number kept in the user's cache."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SMILEPAY_CACHE": os.environ["SMILEPAY_CACHE"]}
    command = [sys.executable, "-c", QUIET, kept["SMILEPAY_CACHE"]]
    done = subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []


def test_only_one_place_imports_it(root: Path) -> None:
    """An import elsewhere, first, would start the reporting."""
    importing = [
        path.name for path in (root / "smilepay_cli").rglob("*.py") if "import onnxruntime" in path.read_text("utf-8")
    ]
    assert importing == ["sessions.py"]


def test_a_network_says_what_it_takes_and_gives() -> None:
    """As its file declares it: names where any size will do."""
    session = Session(means(shape=("count", 3, None, 8)))
    assert session.input.kind == session.output.kind == "tensor(float)"
    assert session.input.shape[0] == "count" and session.input.shape[3] == 8
    assert not isinstance(session.input.shape[2], int)
    assert Session(means()).input == Slot("tensor(float)", (1, 3, 16, 16))


def test_time_that_is_enough_changes_nothing() -> None:
    """A limit is for what does not end (tests/adapters/pad)."""
    session, batch = Session(means()), np.ones((1, 3, 16, 16), dtype=np.float32)
    assert np.array_equal(session.run(batch, seconds=60), session.run(batch))


def test_only_onnx_is_loaded(tmp_path: Path) -> None:
    """onnxruntime would take its own format for a network too, and nothing else can look into that."""
    (tmp_path / "plain.onnx").write_bytes(means())
    save_optimised(tmp_path / "plain.onnx", tmp_path / "made.ort")
    with pytest.raises(ModelsUnavailable, match="cannot load a network"):
        Session((tmp_path / "made.ort").read_bytes())
