"""A set replayed through the whole path of `pay`, against face_recognition's own command line on the same files.

Whole processes from start to exit: reading and checking the set, enrolling, paying on a scratch wallet, every report.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.children import run
from benchmarks.measures.bulk import KNOWN, face_recognition_command
from benchmarks.results import MORE, Result, compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import in_turns

LIKE = 'extends = "demo"\nscheme = "euclidean"\ndissimilarity_max = 0.6\n'
"""What face_recognition does, and no more: one descriptor of a face and a threshold."""
POLICIES = {"like": "match alone, `euclidean`", "standard": "`standard`: `quartet`, smile, deny cues"}


def measure(setting: Setting) -> Report:
    """Images a second."""
    photos, what = setting.bulk_photos()
    images = _set(photos, setting.folder / "set")
    (setting.folder / "like.toml").write_text(LIKE)
    count = sum(1 for _ in images.rglob("zero_effort/*/*"))
    taken = in_turns(setting.rounds(3, 1), _contenders(setting, images, photos, count), warm_up=False)
    return Report(
        _rows(taken),
        f"{what}; one person enrolled, every photo tried once. Nothing is known before a first run; in a second one "
        "everything is, and with another seed every picture. Rates of images are those of summary.json, without "
        "start-up and reports.",
    )


def _set(photos: Path, folder: Path) -> Path:
    """The photos as strangers, the folder of the known person beside them."""
    for photo in photos.iterdir():
        place = folder / "zero_effort" / photo.stem
        place.mkdir(parents=True)
        shutil.copy(photo, place)
    (folder / "gallery" / "grace").mkdir(parents=True)
    shutil.copy(KNOWN, folder / "gallery" / "grace")
    return folder


def _contenders(setting: Setting, images: Path, photos: Path, count: int) -> dict[str, Callable[[int], float]]:
    ours = _Ours(setting, images, count)
    contenders: dict[str, Callable[[int], float]] = {}
    for policy in POLICIES:
        contenders[policy] = partial(ours.first, policy)
        contenders[f"{policy}, told"] = partial(ours.first_told, policy)
        contenders[f"{policy}, two"] = partial(ours.two, policy)
        contenders[f"{policy}, again"] = partial(ours.again, policy)
        contenders[f"{policy}, other seed"] = partial(ours.other_seed, policy)
    theirs = face_recognition_command(setting, photos, 1)
    if theirs:
        contenders["theirs"] = lambda _: count / run(theirs).wall
    return contenders


class _Ours:
    """Runs of the command, each into a folder of its own."""

    def __init__(self, setting: Setting, images: Path, count: int) -> None:
        self._folder, self._images, self._count = setting.folder, images, count
        self._told: dict[tuple[str, int], float] = {}

    def first(self, policy: str, number: int) -> float:
        """Images a second of the whole process, nothing known before."""
        wall, self._told[policy, number] = self._run(policy, number, "first")
        return self._count / wall

    def first_told(self, policy: str, number: int) -> float:
        """Images a second of the first run, as its summary tells."""
        return self._told[policy, number]

    def two(self, policy: str, number: int) -> float:
        """Images a second of a first run with two processes that look at pictures, as its summary tells."""
        return self._run(policy, number, "two", "--jobs", "2", cache="two")[1]

    def again(self, policy: str, number: int) -> float:
        """Images a second as the summary tells, everything known."""
        return self._run(policy, number, "again")[1]

    def other_seed(self, policy: str, number: int) -> float:
        """Pictures are known, and every trial is run."""
        return self._run(policy, number, "other seed", "--seed", "1")[1]

    def _run(self, policy: str, number: int, name: str, *more: str, cache: str = "one") -> tuple[float, float]:
        out = self._folder / f"{policy} {number} {name}"
        path = self._folder / "like.toml" if policy == "like" else policy
        words = (
            "--policy",
            path,
            "--out",
            out,
            "--cache",
            self._folder / f"{cache} {policy} {number}",
            "--quiet",
            *more,
        )
        command = [sys.executable, "-m", "smilepay_cli", "replay", self._images, *words]
        done = run(command, {"SMILEPAY_HOME": str(self._folder / "home"), "SMILEPAY_KEY_STORE": "file"})
        return done.wall, float(json.loads((out / "summary.json").read_text())["images_per_second"])


def _rows(taken: dict[str, list[float]]) -> list[Result]:
    rows = []

    def row(name: str, what: str, ours: str, theirs: str, reference: str) -> None:
        if theirs in taken:
            found = compared(f"replay/{name}", what, taken[ours], taken[theirs], "/s", better=MORE, reference=reference)
            rows.append(found)

    for policy, words in POLICIES.items():
        row(f"{policy}_first", f"replay, {words}", policy, "theirs", "face_recognition --cpus 1")
        told = f"{policy}, told"
        row(f"{policy}_two", f"images of a replay with `--jobs 2`, {words}", f"{policy}, two", told, "with one")
        row(f"{policy}_again", f"images of a replay made again, {words}", f"{policy}, again", told, "the first time")
        row(f"{policy}_seed", f"the same with another seed, {words}", f"{policy}, other seed", told, "the first time")
    return rows
