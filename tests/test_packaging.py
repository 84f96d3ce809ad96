"""What is committed for installing: pinned, without an address of any one index, and in step with itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import smilepay_cli

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements/lock.txt", "requirements/build.txt", "requirements/docs.txt")
INSTALLING = ("Makefile", "pyproject.toml", "packaging/dlib/pyproject.toml", "tools/setup.sh")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _project(name: str = "pyproject.toml") -> dict[str, Any]:
    return dict(tomllib.loads(_read(name))["project"])


def _entries(lock: str) -> list[str]:
    """One requirement with its hashes each, comments gone."""
    lines = [line for line in _read(lock).splitlines() if not line.lstrip().startswith("#")]
    return re.sub(r"\\\n\s*", "", "\n".join(lines)).strip().splitlines()


def _pins(lock: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for entry in _entries(lock):
        name, version = re.split(r"==|\s", entry)[:2]
        pins.setdefault(name, set()).add(version)
    return pins


def test_no_file_names_an_index() -> None:
    """Which index serves the packages is the business of the machine that installs."""
    texts = {name: _read(name) for name in INSTALLING}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").iterdir()}
    found = [name for name, text in texts.items() if re.search(r"://|--(extra-)?index-url|--find-links", text)]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    """A package that changes under its version is refused."""
    loose = [
        entry
        for entry in _entries(lock)
        if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [^\\]+?)?( ?--hash=sha256:[0-9a-f]{64})+", entry.strip())
    ]
    assert _entries(lock) and loose == []


def test_both_locks_agree() -> None:
    """Installing the second must not replace what the first brought in the midst of its own work."""
    lock, build, _ = (_pins(name) for name in LOCKS)
    assert {name: lock[name] for name in build.keys() & lock.keys()} == {
        name: build[name] for name in build.keys() & lock.keys()
    }


def test_dlib_is_its_prebuilt_self() -> None:
    """The stand-in has dlib-bin's version and asks for just that; dlib's sources never enter the lock."""
    pins = _pins("requirements/lock.txt")
    stand_in = _project("packaging/dlib/pyproject.toml")
    assert pins["dlib-bin"] == {stand_in["version"]}
    assert stand_in["dependencies"] == [f"dlib-bin=={stand_in['version']}"]
    assert "dlib" not in pins


def test_every_requirement_is_locked() -> None:
    """A new dependency without `make lock` would be missing from .venv."""
    groups = tomllib.loads(_read("pyproject.toml"))["dependency-groups"]
    wanted = [*_project()["dependencies"], *groups["test"], *groups["check"]]
    names = {re.split(r"[<>=!~ ;\[]", text)[0] for text in wanted}
    assert names - _pins("requirements/lock.txt").keys() == {"dlib"}


def test_the_project_names_what_it_needs() -> None:
    """`pip install .` alone brings all of it where dlib can be built."""
    text = " ".join(_project()["dependencies"])
    for name in ("typer", "rich", "opencv-python", "face-recognition", "dlib", "sqlite-utils", "setuptools<81"):
        assert name in text
    assert _project()["scripts"] == {"smilepay": "smilepay_cli.__main__:main"}


def test_the_version_is_written_once() -> None:
    """In smilepay_cli/__init__.py; all else reads it there."""
    assert _project()["dynamic"] == ["version"] and "version" not in _project()
    text = f'"{smilepay_cli.__version__}"'
    assert [path.name for path in (ROOT / "smilepay_cli").rglob("*.py") if text in path.read_text("utf-8")] == [
        "__init__.py"
    ]


@pytest.mark.parametrize("line", [".venv/", "eval/", "*.db", "*.key"])
def test_what_is_never_committed(line: str) -> None:
    """Environments, evaluation pictures, wallets and keys."""
    assert line in _read(".gitignore").splitlines()


def test_a_wheel_has_the_sample_faces_and_no_template(tmp_path: Path) -> None:
    """An installed program shows its demo without a checkout: faces, notices and data files come along."""
    build = "import sys, hatchling.build; hatchling.build.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")  # our own archive
    assert {name.partition("/")[0] for name in names} == {
        "smilepay_cli",
        f"smilepay-{smilepay_cli.__version__}.dist-info",
    }
    assert {"smilepay_cli/py.typed", "smilepay_cli/sample_faces/LICENSES.md"} <= names
    faces = {name for name in names if name.startswith("smilepay_cli/sample_faces/")}
    assert {Path(name).suffix for name in faces} == {".jpg", ".md"}
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from smilepay_cli.adapters.packaged import sample_faces;"
        " print(sample_faces())"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path / "site")], check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == str(tmp_path / "site" / "smilepay_cli" / "sample_faces")
