"""A loader over files that are held in memory, and results as a run would have them."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smilepay_cli.commands.scenario_files import DiskFiles
from smilepay_cli.commands.scenario_forms import forms
from smilepay_cli.harnesses.scenarios.loader import Loader
from smilepay_cli.harnesses.scenarios.options import Checks
from smilepay_cli.harnesses.scenarios.played import Failure, Mismatch, Played, RunResult, StepPlayed, result_of
from smilepay_cli.harnesses.scenarios.scenario import Place, Scenario
from smilepay_cli.vocabulary.errors import UsageProblem


@dataclass
class HeldFiles:
    """Scenario files by name; pictures are those of the sample faces."""

    held: Mapping[str, bytes]
    disk: DiskFiles = field(default_factory=lambda: DiskFiles("quartet"))

    @property
    def faces(self) -> str:
        return self.disk.faces

    def read(self, path: str) -> bytes:
        if path not in self.held:
            raise UsageProblem(f"{path}: no such file")
        return self.held[path]

    def beside(self, file: str, path: str) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(file), path))  # noqa: PTH118, PTH120 - no disk is asked

    def is_folder(self, path: str) -> bool:
        return path in ("", ".", self.faces)

    def checks(self) -> Checks:
        return self.disk.checks()


def loaded(**files: str | bytes) -> tuple[list[Scenario], list[str]]:
    """The scenarios of the file `a`, and what is wrong with it, a line each; other files may be included."""
    held = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    loader = Loader(HeldFiles(held), forms())
    found = list(loader.scenarios("a"))
    loader.complaints.settle()
    return found, [f"{place}: {text}" for place, text in loader.complaints.told]


def played(name: str = "one", outcome: str = "passed", **more: Any) -> Played:
    """A scenario that came to something."""
    place = Place("scenarios/a.smile.yaml", 3)
    step = StepPlayed(1, Place(place.file, 7), "pay", (0,), "done", None, ("evt_1",))
    return Played(name, place, outcome, **{"steps": (step,), "tags": ("x",), "seconds": 0.25, **more})


def failed(name: str = "two", *mismatches: Mismatch, **more: Any) -> Played:
    """A scenario that failed in its second step."""
    found = mismatches or (Mismatch("exit", "0", "10 (no_match): nobody is like that"),)
    failure = Failure(Place("scenarios/a.smile.yaml", 9), "step 2 (pay)", found, "nobody is like that", "evt_2")
    return played(name, "failed", **{"failure": failure, "why": "It matters.", **more})


def run_of(*scenarios: Played) -> RunResult:
    """A run."""
    return result_of(scenarios, left_out=0, files={}, seconds=1.5)
