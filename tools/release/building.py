"""Building: sdist, wheel, and the stand-in for dlib, alike on every machine; beside them what is needed to install."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools.release import contents, versions
from tools.release.shell import DIST, ROOT, Problem, run, say

BESIDE = ("requirements/build.txt", "requirements/runtime.txt", "requirements/overrides.txt")
"""Copied into dist: who has no checkout installs with them."""
CONSTRAINTS = "constraints.txt"
_HASH = re.compile(r"\s*\\\n\s*--hash=\S+")


def build(programs: Path, version: str, *, final: bool) -> None:
    """Fill dist anew. Raises Problem for what is not as it should be in there, or not committed."""
    if final and (changed := run(["git", "status", "--porcelain"]).stdout.strip()):
        raise Problem(f"not everything is committed:\n  {changed}")
    shutil.rmtree(DIST, ignore_errors=True)
    say("building")
    committed = run(["git", "log", "-1", "--format=%ct"]).stdout.strip()
    env = {**os.environ, "SOURCE_DATE_EPOCH": committed}
    maker = [programs / "python", "-m", "build", "--no-isolation", "--outdir", DIST]
    run([*maker, ROOT], env=env)  # the wheel is built from the sdist
    run([*maker, "--wheel", ROOT / "packaging" / "dlib"], env=env)
    for name in BESIDE:
        shutil.copy(ROOT / name, DIST)
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    (DIST / CONSTRAINTS).write_text(without_hashes(lock), encoding="utf-8")
    _look_into(version, final=final)


def wheel(version: str) -> Path:
    """The wheel in dist."""
    return DIST / f"smilepay-{version}-py3-none-any.whl"


def sdist(version: str) -> Path:
    """The source distribution in dist."""
    return DIST / f"smilepay-{version}.tar.gz"


def stand_in() -> Path:
    """The wheel in dist that stands for dlib. Raises Problem."""
    found = list(DIST.glob("dlib-*.whl"))
    if len(found) != 1:
        raise Problem(f"{len(found)} wheels of dlib in dist, not one")
    return found[0]


def without_hashes(lock: str) -> str:
    """A lock as constraints, for installers that take either hashes for everything or for nothing."""
    return _HASH.sub("", lock)


def _look_into(version: str, *, final: bool) -> None:
    inside, source = contents.members(wheel(version)), contents.members(sdist(version))
    tracked = run(["git", "ls-files"]).stdout.splitlines()
    problems = [
        *contents.wheel_problems(inside, version),
        *(contents.sdist_problems(source, tracked) if final else contents.out_of_place(source)),
        *versions.disagreements(
            version,
            changelog=(ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
            metadata=inside[f"smilepay-{version}.dist-info/METADATA"].decode(),
            final=final,
        ),
    ]
    if problems:
        raise Problem("what was built is not as it should be:\n  " + "\n  ".join(problems))
