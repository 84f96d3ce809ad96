"""Finding faces: what our cascade finds, and how soon, against face_recognition.face_locations with its defaults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.results import LESS, MORE, Result, compared
from benchmarks.setting import SAMPLES, Report, Setting
from benchmarks.workers import Worker

_QUICK = 12
"""Pictures of a set when there is little time."""


def measure(setting: Setting) -> Report:
    """Pictures with a face found, and ms a picture, for each set there is."""
    rows: list[Result] = []
    notes = []
    with Worker("ours") as ours, Worker("face_recognition") as theirs:
        ours.ask("prepare")
        for name, paths in _sets(setting).items():
            counts, seconds = _over(paths, ours, theirs)
            rows += _rows(name, counts, seconds)
            notes.append(_told(name, counts))
    return Report(rows, "Every picture once, detection only, without decoding. Per set: " + "; ".join(notes) + ".")


def _sets(setting: Setting) -> dict[str, list[Path]]:
    sets = {"sample faces": setting.stills()}
    empty = sorted((SAMPLES / "no_face").glob("*.jpg"))
    if setting.evaluation:
        for name, title in (("london", "London photos"), ("lfw_gray", "grey LFW crops")):
            sets[title] = sorted((setting.evaluation / name).rglob("*.jpg"))
        empty += sorted((setting.evaluation / "no_face").rglob("*.jpg"))
    sets = {**sets, "pictures without a face": empty}
    return {
        name: paths[:: max(1, len(paths) // _QUICK)] if setting.quick else paths
        for name, paths in sets.items()
        if paths
    }


def _over(paths: list[Path], ours: Worker, theirs: Worker) -> tuple[list[tuple[int, int]], list[tuple[float, float]]]:
    """Faces found and seconds taken, ours and theirs, for each picture."""
    counts, seconds = [], []
    for place, path in enumerate([paths[0], *paths]):
        for worker in (ours, theirs):
            worker.ask("show", path=str(path))
        mine, other = ours.ask("detect"), theirs.ask("detect")
        if place:  # the first look warms up
            counts.append((int(mine.value), int(other.value)))
            seconds.append((mine.wall, other.wall))
    return counts, seconds


def _rows(name: str, counts: list[tuple[int, int]], seconds: list[tuple[float, float]]) -> list[Result]:
    key = name.replace(" ", "_").lower()
    empty = "without" in name
    ours, theirs = ([float(sum(pair[side] > 0 for pair in counts))] for side in (0, 1))
    mean = [[1000 * sum(pair[side] for pair in seconds) / len(seconds)] for side in (0, 1)]
    return [
        compared(
            f"detector/{key}_found",
            f"{'false finds in' if empty else 'a face found in'} {len(counts)} {name}",
            ours,
            theirs,
            "pictures",
            better=LESS if empty else MORE,
            reference="face_locations",
        ),
        replace(
            compared(
                f"detector/{key}_time", f"finding, mean, {name}", mean[0], mean[1], "ms", reference="face_locations"
            ),
            repeats=len(seconds),
        ),
    ]


def _told(name: str, counts: list[tuple[int, int]]) -> str:
    ours, theirs = (sum(pair[side] for pair in counts) for side in (0, 1))
    fewer = sum(mine < other for mine, other in counts)
    return f"{name}: {ours} faces found by ours, {theirs} by face_recognition, ours finds fewer in {fewer}"
