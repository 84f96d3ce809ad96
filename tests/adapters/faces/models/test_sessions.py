"""onnxruntime does the work and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
