"""The file of results: what was measured on this machine, each benchmark with its own date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.results import Result
from benchmarks.table import page

FORMAT = "smilepay-bench/1"


@dataclass(frozen=True, slots=True)
class Measured:
    """One benchmark's results."""

    name: str
    results: Sequence[Result]
    note: str
    quick: bool
    seconds: float
    """How long measuring took."""
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Names and plain values."""
        return {
            "measured_at": self.at.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 1),
            "quick": self.quick,
            "note": self.note,
            "results": [result.as_json() for result in self.results],
        }


def record(
    machine: Mapping[str, Any], measured: Iterable[Measured], order: Sequence[str], before: Mapping[str, Any]
) -> dict[str, Any]:
    """The new record. Benchmarks that were not run now keep what `before` says of them, if it is of this machine."""
    known = dict(before["benchmarks"]) if before.get("machine") == machine else {}
    known |= {one.name: one.as_json() for one in measured}
    return {
        "format": FORMAT,
        "machine": dict(machine),
        "ratio": "of medians; above 1 ours is better",
        "benchmarks": {name: known[name] for name in order if name in known},
    }


def read(path: Path) -> dict[str, Any]:
    """An earlier record; an empty one where there is none that makes sense."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """As JSON, and as Markdown beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(page(content), encoding="utf-8")
