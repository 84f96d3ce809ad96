"""Start-up stays light: what commands without a face must not load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("cv2", "dlib", "onnxruntime", "face_recognition", "face_recognition_models", "numpy", "PIL", "matplotlib",
         "scipy", "cryptography", "argon2", "sqlite_utils")  # fmt: skip
SNIPPET = """
import json, sys
from smilepay_cli.commands.app import run
status = run(json.loads(sys.argv[1]))
print("\\n" + json.dumps([status, sorted(sys.modules)]))
"""


def loaded_by(home: Path, *arguments: str) -> tuple[int, set[str]]:
    """Exit status and loaded modules of one command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SNIPPET, json.dumps(arguments)],
        env={**os.environ, "SMILEPAY_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    return status, set(modules)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A wallet that exists, as it does on every call but the first."""
    assert loaded_by(tmp_path, "wallet", "deposit", "kiosk", "5")[0] == 0
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("--version",),
        ("pay", "--help"),
        ("shop",),
        ("shop", "--json"),
        ("wallet", "balance"),
        ("wallet", "balance", "kiosk"),
        ("wallet", "statement", "kiosk"),
        ("wallet", "deposit", "kiosk", "1"),
        ("accounts", "list"),
        ("audit",),
        ("audit", "verify"),
        ("policy",),
    ],
    ids=" ".join,
)
def test_commands_without_a_face_load_nothing_heavy(home: Path, arguments: tuple[str, ...]) -> None:
    """No array, no model, no cipher, no migration library for a look at the balance."""
    status, modules = loaded_by(home, *arguments)
    assert status == 0
    assert not modules & set(HEAVY)


def test_json_needs_no_rich(home: Path) -> None:
    """Machines do not pay for tables."""
    assert not any(name.startswith("rich.") for name in loaded_by(home, "wallet", "balance", "--json")[1])


def test_paying_by_image_loads_no_opencv(home: Path) -> None:
    """Still images are read by Pillow; OpenCV is for cameras."""
    picture = Path(__file__).parent.parent / "sample_faces" / "no_face" / "1.jpg"
    status, modules = loaded_by(home, "pay", "--amount", "1", "--merchant", "kiosk", "--image", str(picture))
    assert status == 12
    assert "cv2" not in modules and "dlib" in modules
