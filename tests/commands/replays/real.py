"""The sample faces and attacks that are forged of them, and `smilepay replay` as a process of its own."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "sample_faces"
SPECIES = "print_bordered,screen_full_frame,recompressed,exact_copy,low_light"
PEOPLE = ("eileen", "lin", "otto")
REPEATED = 3
COLUMNS = ("id", "path", "kind", "subject", "account", "pai_species", "sha256", "tags")


@dataclass(frozen=True)
class RealSet:
    """Where everything is."""

    folder: Path

    @property
    def manifest(self) -> Path:
        return self.folder / "set" / "manifest.csv"

    @property
    def people(self) -> Path:
        """A gallery folder."""
        return self.folder / "people"

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "smilepay_cli", *map(str, arguments), "--home", str(self.folder / "home")]

    def replay(self, out: str, *options: str | Path, gallery: str | Path = "manifest") -> list[str]:
        """The command line; what is measured is kept for nobody else unless a cache is named."""
        cache = () if "--cache" in options else ("--no-cache",)
        return self.command("replay", self.manifest, "--out", self.out(out), "--gallery", gallery, *cache, *options)

    def run(self, out: str, *options: str | Path, gallery: str | Path = "manifest") -> subprocess.CompletedProcess[str]:
        """Done, and with 0."""
        done = subprocess.run(self.replay(out, *options, gallery=gallery), cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done

    def begun(self, out: str, *options: str | Path) -> subprocess.Popen[bytes]:
        """In the background."""
        with (self.folder / f"{out}.log").open("wb") as log:
            return subprocess.Popen(self.replay(out, *options), cwd=ROOT, stdout=log, stderr=log)

    def out(self, name: str) -> Path:
        return self.folder / name

    def results(self, out: str) -> bytes:
        return (self.out(out) / "results.jsonl").read_bytes()

    def rows(self, out: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.results(out).splitlines()]

    def summary(self, out: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out(out) / "summary.json").read_text())
        return found


def made(folder: Path) -> RealSet:
    """Forged from one picture each; every still is in it some times, and three captures at the end."""
    found = RealSet(folder)
    for person in PEOPLE:
        for place, name in (("people", "1.jpg"), ("originals", "2.jpg")):
            (folder / place / person).mkdir(parents=True)
            shutil.copy(SAMPLES / person / name, folder / place / person / name)
    command = found.command("forge", folder / "originals", "--species", SPECIES, "--with-bona-fide")
    subprocess.run([*command, "--seed", "1", "--out", str(folder / "set")], cwd=ROOT, check=True, capture_output=True)
    with found.manifest.open(newline="") as file:
        forged = [{name: row.get(name, "") for name in COLUMNS} for row in csv.DictReader(file)]
    more = [
        *(_still(folder, person, number) for person in ("lin", "otto") for number in (3, 4, 5, 6)),
        {**_still(folder, "grace", 1), "kind": "zero_effort"},
        {**_still(folder, "no_face", 1), "kind": "zero_effort", "subject": ""},
    ]
    enrol = [{**_still(folder, person, 1), "id": f"enrol {person}", "tags": "enrol"} for person in PEOPLE]
    again = [{**row, "id": f"{row['id']} again {time}"} for time in range(1, REPEATED) for row in [*forged, *more]]
    clips = [_clip(folder, *names) for names in (("lin", "clip"), ("otto", "clip_still"), ("otto", "clip_talking"))]
    with found.manifest.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows([*enrol, *forged, *more, *clips, *again])
    return found


def _still(folder: Path, person: str, number: int) -> dict[str, str]:
    path = f"{person}-{number}.jpg"
    shutil.copy(SAMPLES / person / f"{number}.jpg", folder / "set" / path)
    return {"id": path, "path": path, "kind": "bona_fide", "subject": person}


def _clip(folder: Path, person: str, name: str) -> dict[str, str]:
    shutil.copytree(SAMPLES / person / name, folder / "set" / name)
    return {"id": f"{person} {name}", "path": f"{name}/*.jpg", "kind": "bona_fide", "subject": person}
