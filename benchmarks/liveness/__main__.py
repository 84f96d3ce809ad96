"""`python -m benchmarks.liveness`: measure, print the tables, and write them down as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.liveness import captures, smiles, stills
from benchmarks.liveness.tables import tables
from benchmarks.machine import machine
from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder

OUT = Path(__file__).resolve().parents[1] / "liveness.json"
FORMAT = "smilepay-liveness/1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Needs an evaluation folder (SMILEPAY_EVAL); without one there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="benchmarks.liveness", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.json")
    asked = parser.parse_args(arguments)
    if evaluation_folder() is None:
        print("SMILEPAY_EVAL names no folder of evaluation images", file=sys.stderr)
        return 2
    engine = FastEngine(DEFAULT_SCHEMES["fast"], default_folder(os.environ))
    record: dict[str, Any] = {"format": FORMAT, "machine": machine()}
    with TemporaryDirectory() as folder:
        record["smiles"] = _said("smiles", smiles.measure(engine))
        record["stills"] = _said("stills", stills.measure(engine, Path(folder)))
        record["captures"] = _said("captures", captures.measure(engine, Path(folder)))
    asked.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(tables(record))
    print(f"written to {asked.out}", file=sys.stderr)
    return 0


def _said(what: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    print(f"{what}: measured", file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
