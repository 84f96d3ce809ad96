"""Where and how often to measure, and the pictures for it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import Result
from benchmarks.workers import ROOT, Worker

SAMPLES = ROOT / "sample_faces"
PEOPLE = ("grace/1", "lin/5", "otto/5", "eileen/1")
"""One picture of each person."""
SIZES = {"480p": (640, 480), "720p": (1280, 720), "1080p": (1920, 1080), "12 MP": (4000, 3000)}
"""Width and height of the canvases, pixels."""


@dataclass(frozen=True, slots=True)
class Report:
    """Rows, and what holds for all of them."""

    results: Sequence[Result]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One run. `folder` is thrown away afterwards."""

    folder: Path
    quick: bool
    evaluation: Path | None
    """The folder that SMILEPAY_EVAL names, where it does."""

    def rounds(self, full: int, quick: int = 3) -> int:
        """How often to repeat."""
        return quick if self.quick else full

    def canvas(self, painter: Worker, person: str, size: str) -> Path:
        """A sample face on a canvas, as a JPEG; made once."""
        to = self.folder / size.replace(" ", "") / f"{person.replace('/', '-')}.jpg"
        if not to.exists():
            width, height = SIZES[size]
            source = SAMPLES / f"{person}.jpg"
            painter.ask("canvas", source=str(source), to=str(to), width=width, height=height)
        return to

    def stills(self) -> list[Path]:
        """The sample faces that are no clips and show a face."""
        return sorted(path for path in SAMPLES.glob("*/*.jpg") if path.parent.name != "no_face")

    def bulk_photos(self) -> tuple[Path, str]:
        """A flat folder of photos, and what they are."""
        folder = self.folder / "photos"
        london = self.evaluation / "london" if self.evaluation else None
        found = sorted(london.rglob("*.jpg")) if london else []
        what = f"{len(found)} studio photos of 640 x 640 pixels (London set)"
        if not found:
            found = self.stills()
            what = f"{len(found)} sample faces of 320 to 960 pixels"
        if not folder.exists():
            folder.mkdir()
            for path in found:
                shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
        return folder, what


def evaluation_folder() -> Path | None:
    """What SMILEPAY_EVAL names, if it is a folder."""
    named = os.environ.get("SMILEPAY_EVAL")
    folder = Path(named).absolute() if named else None
    return folder if folder and folder.is_dir() else None


def beside_python(name: str) -> Path | None:
    """A console script of this environment."""
    script = Path(sys.executable).parent / name
    return script if script.exists() else None
