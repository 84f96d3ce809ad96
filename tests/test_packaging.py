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
from packaging.requirements import Requirement

import smilepay_cli
from smilepay_cli.rules.libraries import WHAT_OPENCV_NEEDS
from tools.release.building import BESIDE
from tools.release.contents import members, sdist_problems, wheel_problems
from tools.release.dockerfiles import copied, recipes
from tools.release.versions import disagreements

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (
    "requirements/lock.txt",
    "requirements/build.txt",
    "requirements/docs.txt",
    "requirements/runtime.txt",
    "requirements/release.txt",
)
INSTALLING = (
    "Makefile",
    "pyproject.toml",
    "packaging/dlib/pyproject.toml",
    "tools/setup.sh",
    "tools/release/debian.sh",
)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


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
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "packaging").glob("*Dockerfile*")}
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
    lock, build = _pins("requirements/lock.txt"), _pins("requirements/build.txt")
    assert {name: lock[name] for name in build.keys() & lock.keys()} == {
        name: build[name] for name in build.keys() & lock.keys()
    }


def test_users_get_what_is_tested() -> None:
    """Their lock is a part of ours, version by version, and has none of the tools for tests, checks and releases."""
    lock, users = _pins("requirements/lock.txt"), _pins("requirements/runtime.txt")
    assert users.keys() < lock.keys()
    assert {name: lock[name] for name in users} == users
    assert not users.keys() & {
        "pytest",
        "mypy",
        "ruff",
        "beancount",
        "hypothesis",
        "cyclonedx-bom",
        "pip-audit",
        "build",
    }


def test_what_users_get_is_on_the_licence_page() -> None:
    """Each package of their lock with its version; after a change: `make release ARGS=--licences`."""
    page = _read("docs/third-party.md")
    wanted = [Requirement(entry.partition(" --hash")[0]) for entry in _entries("requirements/runtime.txt")]
    machines = [{"sys_platform": "linux", "os_name": "posix", **_python(version)} for version in PYTHONS]
    for one in wanted:
        if one.marker is None or any(one.marker.evaluate(machine) for machine in machines):
            assert f"| {one.name} | {str(one.specifier).removeprefix('==')} |" in page, f"{one} is not on the page"
    assert "unknown" not in page


def _python(version: str) -> dict[str, str]:
    return {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
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


def test_the_changelog_has_the_version() -> None:
    """What is not released yet may stand above it."""
    assert [*disagreements(smilepay_cli.__version__, changelog=_read("CHANGELOG.md"), final=False)] == []


def test_pages_name_the_files_of_this_version() -> None:
    """Who installs copies the lines of the page."""
    page = _read("docs/installing.md")
    named = set(re.findall(r"(?:smilepay|dlib)-[\w.]+-py3-none-any\.whl", page))
    stand_in = _project("packaging/dlib/pyproject.toml")["version"]
    assert named == {
        f"smilepay-{smilepay_cli.__version__}-py3-none-any.whl",
        f"dlib-{stand_in}-py3-none-any.whl",
    }


@pytest.mark.parametrize("recipe", recipes(), ids=lambda path: path.name)
def test_a_dockerfile_copies_what_there_is(recipe: Path) -> None:
    """Files of the project, or those that `make release` leaves in dist; and what it copies is not kept from it."""
    text = recipe.read_text(encoding="utf-8")
    ignored = recipe.with_name(f"{recipe.name}.dockerignore").read_text(encoding="utf-8").splitlines()
    made = {f"dist/{Path(name).name}" for name in BESIDE} | {"dist/*.whl"}
    sources = [*copied(text)]
    assert sources
    for source in sources:
        assert source == "." or source in made or any(ROOT.glob(source))
        assert "*" not in ignored or f"!{source}" in ignored
    assert ".venv" in ignored or "*" in ignored


@pytest.mark.parametrize("recipe", recipes(), ids=lambda path: path.name)
def test_a_container_has_what_opencv_needs_and_no_rights(recipe: Path) -> None:
    """The libraries that the program itself tells people to install."""
    text = recipe.read_text(encoding="utf-8")
    libraries = WHAT_OPENCV_NEEDS.partition("apt install ")[2]
    assert libraries.split() == ["libgl1", "libglib2.0-0"] and libraries in text
    assert f"apt install {libraries}" in _read("README.md") and libraries in _read("tools/release/debian.sh")
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert users and users[-1] not in ("root", "0")


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
    assert [*wheel_problems(members(wheel), smilepay_cli.__version__)] == []
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from smilepay_cli.adapters.packaged import sample_faces;"
        " print(sample_faces())"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path / "site")], check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == str(tmp_path / "site" / "smilepay_cli" / "sample_faces")


def test_an_sdist_is_what_is_committed(tmp_path: Path) -> None:
    """Everything can be made again from it, tests and pages too."""
    build = "import sys, hatchling.build; hatchling.build.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    there = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    inside = members(sdist)
    assert len(inside) > 800
    assert [*sdist_problems(inside, there or inside)] == []  # an sdist itself is no repository
