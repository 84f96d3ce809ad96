"""Warm, from the bytes of a JPEG to a template."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import Result, compared
from benchmarks.setting import PEOPLE, SIZES, Report, Setting
from benchmarks.workers import Worker, in_turns

SCHEMES = ("euclidean", "quartet")
_ROUNDS = {"480p": 20, "720p": 16, "1080p": 12, "12 MP": 8}


def measure(setting: Setting) -> Report:
    """ms a picture at each size and scheme, against face_recognition."""
    rows: list[Result] = []
    with Worker("painter") as painter, Worker("ours") as ours, Worker("face_recognition") as theirs:
        ours.ask("prepare")
        for size in SIZES:
            paths = canvases(setting, painter, size)
            for path in paths:
                ours.ask("keep", path=str(path))
                theirs.ask("keep", path=str(path))
            rows += _at(size, paths, ours, theirs, setting.rounds(_ROUNDS[size]))
    return Report(
        rows,
        "Decode, find the face, cut, encode, combine; one picture a call, a different person each round, wall clock. "
        "`quartet` encodes four chips of a face, `euclidean` one, as face_recognition does. Sample faces scaled up "
        "onto the canvas, JPEG quality 90: large faces, which the first or second look of ours finds. A small face "
        "takes more looks, no face takes all of them (detector, below).",
    )


def canvases(setting: Setting, painter: Worker, size: str) -> list[Path]:
    """One picture of each person."""
    return [setting.canvas(painter, person, size) for person in PEOPLE]


def _at(size: str, paths: list[Path], ours: Worker, theirs: Worker, rounds: int) -> list[Result]:
    def path(number: int) -> str:
        return str(paths[number % len(paths)])

    taken = in_turns(
        rounds,
        {
            "euclidean": lambda n: 1000 * ours.ask("template", path=path(n), scheme="euclidean").wall,
            "face_recognition": lambda n: 1000 * theirs.ask("template", path=path(n)).wall,
            "quartet": lambda n: 1000 * ours.ask("template", path=path(n), scheme="quartet").wall,
        },
    )
    width, height = SIZES[size]
    return [
        compared(
            f"pipeline/{size.replace(' ', '')}_{scheme}",
            f"picture of {width} x {height} to template, `{scheme}`",
            taken[scheme],
            taken["face_recognition"],
            "ms",
            reference="face_recognition",
        )
        for scheme in SCHEMES
    ]
