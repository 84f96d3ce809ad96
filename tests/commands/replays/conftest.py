"""Sets of pictures that the fake engine can read, and runs of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Answer, Shell
from tests.commands.replays.real import RealSet, made
from tests.fakes.fake_engine import picture, save

COLUMNS = ("id", "path", "kind", "subject", "account", "pai_species", "sha256", "amount_minor", "expect", "tags")


@dataclass
class Replays:
    """A set that grows, in a folder of its own, and runs of it with the wallet of a shell."""

    shell: Shell
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    runs: int = 0

    @property
    def set(self) -> Path:
        return self.shell.folder / "set"

    def picture(self, person: str, name: str = "", **facts: Any) -> str:
        """A new picture that smiles unless told otherwise; its path in the set."""
        pixels = picture(person, **{"smile": True, "noise": 1000 + len(list(self.set.rglob("*.png"))), **facts})
        path = name or f"{person}-{len(list(self.set.rglob('*.png')))}.png"
        save(pixels, self.set / path)
        return path

    def row(self, kind: str, person: str, **columns: Any) -> str:
        """A row of the manifest; of a new picture unless `path` says otherwise. Its id."""
        name = str(columns.pop("id", f"{kind} {len(self.rows)}"))
        path = columns.pop("path", None) or self.picture(columns.pop("shows", person))
        species = {"pai_species": "print"} if kind in ("attack", "injection") else {}
        self.rows.append({"id": name, "path": path, "kind": kind, "subject": person, **species, **columns})
        return name

    def manifest(self) -> Path:
        """Written now."""
        path = self.set / "manifest.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return path

    def __call__(self, *options: str, out: str | Path | None = None, images: str | Path | None = None) -> Run:
        """Run it; without `images`, the manifest of the rows so far."""
        self.runs += 1
        folder = Path(out) if out is not None else self.shell.folder / f"run-{self.runs}"
        given = str(images) if images is not None else str(self.manifest())
        cache = () if "--no-cache" in options or "--cache" in options else ("--cache", str(self.shell.folder / "cache"))
        return Run(folder, self.shell("replay", given, "--out", str(folder), *cache, *options))


@dataclass(frozen=True)
class Run:
    """What a run wrote."""

    folder: Path
    answer: Answer

    @property
    def exit(self) -> int:
        return self.answer.exit

    @property
    def said(self) -> str:
        return self.answer.stderr

    @property
    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "results.jsonl").read_text().splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text())
        return found

    def __getitem__(self, name: str) -> dict[str, Any]:
        """The row of an id."""
        (row,) = [row for row in self.results if row["id"] == name]
        return row


@pytest.fixture
def replay(shell: Shell) -> Replays:
    """Ann and bob are enrolled; nothing is in the set."""
    for person in ("ann", "bob"):
        shell.enroll(person)
    return Replays(shell)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealSet:
    """The set of sample faces, and a run of it with one process, called `one`; what it measured is in `cache`."""
    found = made(tmp_path_factory.mktemp("real"))
    found.run("one", "--cache", found.folder / "cache")
    return found
