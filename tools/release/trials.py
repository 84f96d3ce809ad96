"""Installing a release as users do, each time in surroundings of its own, and running it there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.release.building import CONSTRAINTS, sdist, stand_in, wheel
from tools.release.shell import DIST, WORK, Problem, run, say
from tools.release.surroundings import Surroundings, surroundings

OLDEST, NEWEST = (3, 11), (3, 14)
"""The Pythons that the lock is for."""
_LISTING = ("--only-installed", "--no-config", "--output-format", "json")
_WHO = "import platform, sys; print(platform.python_version()); print(getattr(sys, '_base_executable', sys.executable))"
"""A path may be that of a script that picks a Python, which needs programs that a trial has not."""
_SHOULD_SAY = {"demo": "smilepay", "doctor": "parity with dlib"}


@dataclass(frozen=True, slots=True)
class Python:
    """A Python of this machine."""

    version: str
    path: Path

    @property
    def minor(self) -> tuple[int, int]:
        """(3, 13)"""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)


@dataclass(frozen=True, slots=True)
class Trial:
    """A way of installing that worked, with a Python."""

    way: str
    python: str
    seconds: float
    interpreter: Path
    """That of what was installed."""


Way = Callable[[Surroundings, Python, Path, str], Path]
"""Installs a version with a Python and the release tools' programs; gives the `smilepay` that people call then."""


def pip_wheel(where: Surroundings, python: Python, programs: Path, version: str) -> Path:
    """Wheel, lock with hashes, stand-in for dlib."""
    return _pip(where, python, [stand_in(), wheel(version)], programs)


def pip_sdist(where: Surroundings, python: Python, programs: Path, version: str) -> Path:
    """The same from the sdist."""
    return _pip(where, python, [stand_in(), sdist(version)], programs)


def pip_found(where: Surroundings, python: Python, programs: Path, version: str) -> Path:  # noqa: ARG001 (a Way)
    """One call of pip with the versions of the lock; the stand-in is named, so no index is asked for dlib."""
    pip = _venv(where, python)
    run([*pip, "--constraint", DIST / CONSTRAINTS, stand_in(), wheel(version)], env=where.environment)
    return _checked(where, pip)


def uv_override(where: Surroundings, python: Python, programs: Path, version: str) -> Path:
    """uv in an environment, dlib overridden away and dlib-bin in its place."""
    folder = where.folder / "venv"
    run([programs / "uv", "venv", "--quiet", "--python", python.path, folder], env=where.environment)
    wanted = ["--override", DIST / "overrides.txt", "--constraint", DIST / "runtime.txt", "dlib-bin", wheel(version)]
    run([programs / "uv", "pip", "install", "--quiet", "--python", folder, *wanted], env=where.environment)
    return folder / "bin" / "smilepay"


def uv_tool(where: Surroundings, python: Python, programs: Path, version: str) -> Path:
    """uv tool install, with the stand-in."""
    wanted = ["--constraints", DIST / "runtime.txt", "--with", stand_in()]
    command = [programs / "uv", "tool", "install", "--quiet", "--python", python.path, *wanted, wheel(version)]
    run(command, env=where.environment)
    return where.home / ".local" / "bin" / "smilepay"


def pipx(where: Surroundings, python: Python, programs: Path, version: str) -> Path:
    """pipx, which hands pip what it needs to find the stand-in."""
    arguments = f"--find-links {DIST} --only-binary dlib --constraint {DIST / CONSTRAINTS}"
    command = [programs / "pipx", "install", "--backend", "pip", "--python", python.path, "--pip-args", arguments]
    run([*command, wheel(version)], env=where.environment)
    return where.home / ".local" / "bin" / "smilepay"


WAYS: dict[str, Way] = {
    "pip, one call": pip_found,
    "pip, lock, wheel": pip_wheel,
    "pip, lock, sdist": pip_sdist,
    "uv pip": uv_override,
    "uv tool": uv_tool,
    "pipx": pipx,
}


def pythons(programs: Path, more: Sequence[str]) -> list[Python]:
    """One of each minor version that there is, oldest first: those that uv finds, and those that were named."""
    listed = json.loads(run([programs / "uv", "python", "list", *_LISTING]).stdout)
    paths = [*(one["path"] for one in reversed(listed) if one["implementation"] == "cpython"), *more]
    suiting: dict[tuple[int, int], Python] = {}  # of several of one minor version the one that was named last counts
    for path in paths:
        version, real = run([path, "-c", _WHO]).stdout.split("\n")[:2]
        if OLDEST <= (one := Python(version, Path(real))).minor <= NEWEST:
            suiting[one.minor] = one
    return [suiting[minor] for minor in sorted(suiting)]


def covers_the_lock(found: Sequence[Python]) -> bool:
    """Whether all of the lock is installed with one of them: some of it is for Python 3.11 only, or not for it."""
    return {one.minor > OLDEST for one in found} == {True, False}


def missing(found: Sequence[Python]) -> list[str]:
    """The Pythons that the lock is for and that are not here."""
    here = {one.minor for one in found}
    return [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1) if (3, minor) not in here]


def attempt(way: str, python: Python, programs: Path, version: str) -> Trial:
    """Install and run. Raises Problem."""
    say(f"trying: {way}, Python {python.version}")
    began = time.monotonic()
    name = f"{way} {python.version}".replace(",", "").replace(" ", "-")
    where = surroundings(WORK / name)
    try:
        smilepay = WAYS[way](where, python, programs, version)
        _require_runs(where, smilepay, version)
    except Problem as problem:
        raise Problem(f"{way} with Python {python.version}: {problem}") from problem
    interpreter = smilepay.resolve().parent / "python"
    return Trial(way, python.version, time.monotonic() - began, interpreter)


def clear() -> None:
    """Remove what trials left."""
    shutil.rmtree(WORK, ignore_errors=True)


def _pip(where: Surroundings, python: Python, distributions: Sequence[Path], programs: Path) -> Path:  # noqa: ARG001
    pip = _venv(where, python)
    for lock in ("build.txt", "runtime.txt"):
        run([*pip, "--no-deps", "--require-hashes", "--no-build-isolation", "-r", DIST / lock], env=where.environment)
    run([*pip, "--no-deps", "--no-build-isolation", *distributions], env=where.environment)
    return _checked(where, pip)


def _venv(where: Surroundings, python: Python) -> list[object]:
    """`pip install` of a new environment."""
    folder = where.folder / "venv"
    run([python.path, "-m", "venv", folder], env=where.environment)
    return [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]


def _checked(where: Surroundings, pip: Sequence[object]) -> Path:
    run([pip[0], "-m", "pip", "check"], env=where.environment)
    return Path(str(pip[0])).parent / "smilepay"


def _require_runs(where: Surroundings, smilepay: Path, version: str) -> None:
    """It says its version, shows its demo, and finds everything it needs."""
    said = run([smilepay, "--version"], env=where.environment, cwd=where.home).stdout.strip()
    if said != f"smilepay {version}":
        raise Problem(f"--version says {said!r}, and not 'smilepay {version}'")
    for command, words in _SHOULD_SAY.items():
        told = run([smilepay, command], env=where.environment, cwd=where.home).stdout
        if words not in told:
            raise Problem(f"smilepay {command} said nothing of {words!r}")
