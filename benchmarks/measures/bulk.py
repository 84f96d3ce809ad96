"""Many photos in one go, start-up included, against face_recognition's own command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.children import ChildFailed, run, run_together
from benchmarks.results import MORE, Result, compared
from benchmarks.setting import SAMPLES, Report, Setting, beside_python
from benchmarks.workers import in_turns

KNOWN = SAMPLES / "grace" / "1.jpg"
"""Whom the photos are compared with."""
SCHEMES = ("euclidean", "quartet")
OFTEN = 5
"""How often each photo is given: in bulk, starting must not count, and it takes as long as some dozen photos."""
Command = list[str | Path]


def measure(setting: Setting) -> Report:
    """Photos a second."""
    few, what = setting.bulk_photos()
    photos = _several_times(few, setting.folder / "often")
    paths = sorted(photos.iterdir())
    run(command_line("euclidean", KNOWN, paths[:1]))  # builds the models where they are not there yet
    contenders: dict[str, Callable[[int], float]] = {}
    for scheme in SCHEMES:
        contenders[scheme] = _rate([command_line(scheme, KNOWN, paths)], len(paths))
        two = [command_line(scheme, KNOWN, paths[start::2]) for start in (0, 1)]
        contenders[f"{scheme}, two"] = _rate(two, len(paths))
    for cpus in (1, -1):
        theirs = face_recognition_command(setting, photos, cpus)
        if theirs:
            contenders[f"theirs {cpus}"] = _rate([theirs], len(paths))
    taken = in_turns(setting.rounds(3, 1), contenders, warm_up=False)
    return Report(
        _rows(taken),
        f"{what}, each given {OFTEN} times; whole processes from start to exit, wall clock, one known person to "
        "compare with. Two processes: each takes every other photo.",
    )


def _several_times(few: Path, folder: Path) -> Path:
    """A folder with each photo several times over, under other names."""
    folder.mkdir()
    for photo in few.iterdir():
        for time in range(OFTEN):
            shutil.copy(photo, folder / f"{time}-{photo.name}")
    return folder


def command_line(scheme: str, known: Path, paths: Sequence[Path]) -> Command:
    """Ours over those photos."""
    return [sys.executable, "-m", "benchmarks.over_photos", scheme, known, *paths]


def face_recognition_command(setting: Setting, photos: Path, cpus: int) -> Command | None:
    """face_recognition's own CLI over that folder; None where it is not installed."""
    script = beside_python("face_recognition")
    known = setting.folder / "known"
    if not known.exists():
        known.mkdir()
        shutil.copy(KNOWN, known / "grace.jpg")
    return [sys.executable, "-W", "ignore", script, known, photos, "--cpus", str(cpus)] if script else None


def _rate(commands: list[Command], photos: int) -> Callable[[int], float]:
    """Photos a second, measured each time it is called. There must be a line for every photo."""

    def measured(_: int) -> float:
        wall, done = run_together(commands)
        told = sum(len(one.output.splitlines()) for one in done)
        if told < photos:
            raise ChildFailed(f"{told} lines for {photos} photos from {commands[0][:6]}")
        return photos / wall

    return measured


def _rows(taken: dict[str, list[float]]) -> list[Result]:
    rows = []
    for scheme in SCHEMES:
        for name, words, cpus in (("", "one process", 1), (", two", "two processes", -1)):
            if f"theirs {cpus}" in taken:
                rows.append(
                    compared(
                        f"bulk/{scheme}{name.replace(', ', '_')}",
                        f"photos in {words}, `{scheme}`",
                        taken[scheme + name],
                        taken[f"theirs {cpus}"],
                        "photos/s",
                        better=MORE,
                        reference=f"face_recognition --cpus {cpus}",
                    )
                )
        rows.append(
            compared(
                f"bulk/{scheme}_speed_up",
                f"two processes instead of one, `{scheme}`",
                taken[f"{scheme}, two"],
                taken[scheme],
                "photos/s",
                better=MORE,
                reference="ours in one process",
            )
        )
    return rows
