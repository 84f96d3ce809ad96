"""What doctor says of Python, of packages and of OpenCV."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

from smilepay_cli.adapters.checks.machine import LOADED, Interpreter, look_at_opencv, look_at_packages, look_at_python
from smilepay_cli.vocabulary.findings import Finding

ROOT = Path(__file__).parents[3]
TESTED = Interpreter("3.12.4", "CPython", "Linux", "x86_64", "glibc 2.36", "main")


def python(**facts: str) -> Finding:
    (found,) = look_at_python(replace(TESTED, **facts))
    return found


def test_the_python_that_runs_is_supported() -> None:
    """Else the tests would not run."""
    (found,) = look_at_python()
    assert found.state == "ok" and found.figures["version"] in found.told and found.figures["executable"]


@pytest.mark.parametrize(
    ("facts", "state", "hint"),
    [
        ({}, "ok", None),
        ({"version": "3.10.2"}, "problem", "install Python 3.11 or newer"),
        ({"version": "3.15.0"}, "note", "tested with Python 3.11, 3.12"),
        ({"version": "4.0.0"}, "note", "tested with Python 3.11, 3.12"),
        ({"implementation": "PyPy"}, "note", "CPython and Linux only"),
        ({"system": "Darwin"}, "note", "CPython and Linux only"),
    ],
)
def test_what_is_supported(facts: dict[str, str], state: str, hint: str | None) -> None:
    """Too old is a problem, untested a note."""
    found = python(**facts)
    assert found.state == state and (hint is None or hint in str(found.hint))


def packages(versions: dict[str, str], *requirements: str) -> list[Finding]:
    def version_of(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    return list(look_at_packages(list(requirements), version_of))


def test_the_packages_of_this_machine_fit() -> None:
    """As many as pyproject.toml asks for, extras left out."""
    (found,) = look_at_packages()
    needed = [line for line in requires("smilepay") or [] if "extra ==" not in line]
    assert found.state == "ok" and len(found.figures) == len(needed) > 20
    assert "distributed" not in found.figures and "numpy" in found.figures


def test_versions_are_held_against_what_is_asked_for() -> None:
    """Too old, too new, missing: each is told, with what to type."""
    found = packages({"numpy": "1.20.0", "setuptools": "82.0"}, "numpy>=1.26", "setuptools<81", "dlib>=19.24")
    assert [one.state for one in found] == ["problem"] * 3
    assert "numpy is 1.20.0, and >=1.26 is needed" in found[0].told and "'numpy>=1.26'" in str(found[0].hint)
    assert "setuptools is 82.0" in found[1].told and "dlib is not installed" in found[2].told


def test_a_wheel_that_stands_for_another_is_taken() -> None:
    """After an installation by uv there is dlib-bin, and nothing that is called dlib."""

    def version_of(package: str) -> str:
        if package == "dlib":
            raise PackageNotFoundError(package)
        return "20.0.1"

    (found,) = look_at_packages(["dlib>=19.24"], version_of)
    assert found.state == "ok" and found.figures == {"dlib": "20.0.1"}


def test_extras_and_other_machines_are_left_out() -> None:
    """Nobody needs dask to pay; a pre-release that fits is one that was chosen."""
    extra, elsewhere = 'distributed>=2024; extra == "dask"', 'winrt; sys_platform == "win32"'
    (found,) = packages({"rich": "15.0rc1"}, "rich>=14", extra, elsewhere)
    assert found.state == "ok" and found.figures == {"rich": "15.0rc1"}


def test_no_package_is_imported_for_it() -> None:
    """The records of the installer tell."""
    program = (
        "import sys; from smilepay_cli.adapters.checks.machine import look_at_packages; list(look_at_packages());"
        "print({'numpy', 'cv2', 'dlib', 'onnxruntime', 'scipy', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "set()\n", done.stderr


def test_opencv_is_tried_and_its_backends_told() -> None:
    """V4L2 is what cameras of Linux are opened by."""
    (found,) = look_at_opencv()
    assert found.state == "ok" and "V4L2" in found.figures["camera_backends"]


def test_opencv_without_a_package_is_installed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it needs of the system is another matter (tests/adapters/faces/test_opencv_missing.py)."""
    monkeypatch.setitem(sys.modules, "cv2", None)
    (found,) = look_at_opencv()
    assert found.state == "problem" and "make setup" in str(found.hint)


@pytest.mark.parametrize("package", LOADED)
def test_what_every_payment_needs_is_tried(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """It is there by the installer's records, and does not load."""
    monkeypatch.setitem(sys.modules, LOADED[package], None)
    (found,) = look_at_packages()
    assert found.state == "problem" and found.told.startswith(f"{package} cannot be loaded")
