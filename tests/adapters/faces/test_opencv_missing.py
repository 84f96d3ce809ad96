"""What the wheel of OpenCV needs and does not bring: a library of the system, absent from slim containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """An environment in which cv2 cannot be loaded, as it cannot without libGL."""
    (tmp_path / "cv2.py").write_text('raise ImportError("libGL.so.1: cannot open shared object file", name="cv2")\n')
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


LIN = str(ROOT / "sample_faces" / "lin" / "1.jpg")


@pytest.mark.parametrize(
    "words",
    [
        ("enroll", "lin", "--image", LIN),
        ("enroll", "lin", "--image", LIN, "--engine", "reference"),
        ("pay", "--amount", "2", "--merchant", "kiosk", "--image", LIN),
        ("shop", "stamp", "--camera", "0"),
        ("forge", str(ROOT / "sample_faces" / "lin"), "--species", "blur", "--out", "forged"),
        ("calibrate", str(ROOT / "sample_faces"), "--target-fmr", "0.1", "--no-cache"),
        ("demo",),
    ],
    ids=lambda words: words[0],
)
def test_a_face_command_says_what_to_install(without: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    """Input that cannot be used here (2), and no bug that somebody should report; nothing is left half done."""
    command = [sys.executable, "-m", "smilepay_cli", *words]
    done = subprocess.run(command, env=without, capture_output=True, text=True, check=False, cwd=tmp_path)
    told = done.stderr.splitlines()
    assert done.returncode == 2
    assert told == [
        "smilepay: a library cannot be loaded: libGL.so.1: cannot open shared object file",
        "  Debian and Ubuntu: apt install libgl1 libglib2.0-0",
    ]
    assert not (tmp_path / "forged").exists()


def test_the_reason_tells_it_from_a_bad_picture(without: dict[str, str]) -> None:
    """A script need not read the message: nothing is wrong with the picture."""
    answer = json.loads(smilepay(without, "enroll", "lin", "--image", LIN, "--json").stdout)
    assert (answer["exit"], answer["reason"]) == (2, "library_missing")


def test_what_looks_at_no_face_works(without: dict[str, str]) -> None:
    """The catalogue and the wallet never load it."""
    assert smilepay(without, "shop").returncode == smilepay(without, "wallet", "balance").returncode == 0
