"""Many photos in one go, start-up included, against face_recognition's own command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.children import ChildFailed, run, run_together
from benchmarks.results import MORE, Result, compared
from benchmarks.setting import SAMPLES, Report, Setting, beside_python
from benchmarks.workers import in_turns

KNOWN = SAMPLES / "grace" / "1.jpg"
"""Whom the photos are compared with."""
Command = list[str | Path]


def measure(setting: Setting) -> Report:
    """Photos a second."""
    photos, what = setting.bulk_photos()
    paths = sorted(photos.iterdir())
    run(command_line("euclidean", KNOWN, paths[:1]))  # builds the models where they are not there yet
    contenders: dict[str, list[Command]] = {
        "euclidean": [command_line("euclidean", KNOWN, paths)],
        "quartet": [command_line("quartet", KNOWN, paths)],
        "euclidean, two processes": _two("euclidean", paths),
        "quartet, two processes": _two("quartet", paths),
    }
    for cpus in (1, -1):
        theirs = face_recognition_command(setting, photos, cpus)
        if theirs:
            contenders[f"theirs {cpus}"] = [theirs]
    taken = in_turns(
        setting.rounds(5, 1),
        {
            name: lambda _, commands=commands: _rate(commands, len(paths))  # type: ignore[misc]  # bound early
            for name, commands in contenders.items()
        },
        warm_up=False,
    )
    return Report(
        _rows(taken),
        f"{what}; whole processes from start to exit, wall clock, one known person to compare with. Two processes: "
        "each takes every other photo.",
    )


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


def _two(scheme: str, paths: Sequence[Path]) -> list[Command]:
    return [command_line(scheme, KNOWN, paths[start::2]) for start in (0, 1)]


def _rate(commands: list[Command], count: int) -> float:
    wall, done = run_together(commands)
    told = sum(len(one.output.splitlines()) for one in done)
    if told < count:
        raise ChildFailed(f"{told} lines for {count} photos from {commands[0][:6]}")
    return count / wall


def _rows(taken: dict[str, list[float]]) -> list[Result]:
    rows = []
    for scheme in ("euclidean", "quartet"):
        both, one = f"{scheme}, two processes", taken[scheme]
        if "theirs 1" in taken:
            rows += [
                compared(
                    f"bulk/{scheme}", f"photos in one process, `{scheme}`", one, taken["theirs 1"], "photos/s",
                    better=MORE, reference="face_recognition --cpus 1",
                ),
                compared(
                    f"bulk/{scheme}_all", f"photos in two processes, `{scheme}`", taken[both], taken["theirs -1"],
                    "photos/s", better=MORE, reference="face_recognition --cpus -1",
                ),
            ]  # fmt: skip
        rows.append(
            compared(
                f"bulk/{scheme}_speed_up", f"two processes instead of one, `{scheme}`", taken[both], one, "photos/s",
                better=MORE, reference="ours in one process",
            )
        )  # fmt: skip
    return rows
