"""What the wheel of OpenCV needs and does not bring: a library of the system, absent from slim containers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """An environment in which cv2 cannot be loaded, as it cannot without libGL."""
    (tmp_path / "cv2.py").write_text('raise ImportError("libGL.so.1: cannot open shared object file")\n')
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "SMILEPAY_HOME": str(tmp_path / "home"), "SMILEPAY_KEY_STORE": "file"}


def smilepay(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smilepay_cli", *words]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=ROOT)


def test_doctor_says_what_to_install(without: dict[str, str]) -> None:
    """A person cannot know which package has it."""
    done = smilepay(without, "doctor")
    assert "OpenCV: cannot be loaded: libGL.so.1" in done.stdout + done.stderr
    assert "apt install libgl1" in done.stdout + done.stderr
    assert done.returncode != 0


def test_a_face_command_refuses_and_names_doctor(without: dict[str, str]) -> None:
    """Any doubt denies; and it is no bug that somebody should report."""
    done = smilepay(without, "enroll", "lin", "--image", str(ROOT / "sample_faces" / "lin" / "1.jpg"))
    assert done.returncode != 0
    assert "libGL.so.1" in done.stderr and "smilepay doctor" in done.stderr and "report" not in done.stderr


def test_what_looks_at_no_face_works(without: dict[str, str]) -> None:
    """The catalogue and the wallet never load it."""
    assert smilepay(without, "shop").returncode == smilepay(without, "wallet", "balance").returncode == 0
