"""The recipes for containers: linted, and held against the files that they copy. No engine is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tools.release.shell import ROOT, Problem, run

ALLOWED = ("DL3008",)
"""Versions of Debian's packages are not pinned: the base image is what decides them, and old ones leave the archive."""
_MINDED = ("error", "warning")
_COPY = re.compile(r"^COPY\s+(?!--from)(?:--\S+\s+)*(.+)$", re.MULTILINE)


def recipes(root: Path = ROOT) -> list[Path]:
    """Every Dockerfile."""
    return sorted(path for path in (root / "packaging").iterdir() if path.name.endswith("Dockerfile"))


def copied(text: str) -> Iterator[str]:
    """What a Dockerfile copies from its context, as written there."""
    for sources in _COPY.findall(text):
        yield from sources.split()[:-1]


def lint(programs: Path) -> None:
    """Raises Problem for what hadolint minds, and for files that are copied and not there."""
    problems = []
    for recipe in recipes():
        options = [word for rule in ALLOWED for word in ("--ignore", rule)]
        done = run([programs / "hadolint", "--no-color", "--format", "json", *options, recipe], allowed=(0, 1))
        problems += [
            f"{recipe.name}:{one['line']}: {one['code']} {one['message']}"
            for one in json.loads(done.stdout)
            if one["level"] in _MINDED
        ]
        for pattern in copied(recipe.read_text(encoding="utf-8")):
            if pattern != "." and not any(ROOT.glob(pattern.removeprefix("./"))):
                problems.append(f"{recipe.name}: {pattern} is copied and not there")
    if problems:
        raise Problem("Dockerfiles:\n  " + "\n  ".join(problems))
