"""`python -m benchmarks.presentations`: forge, judge, print the tables, and write them down as JSON."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.__main__ import rows
from benchmarks.machine import machine
from benchmarks.presentations.judging import ANY_CUE, NO_FACE, PICTURE, POOR, QUALITY, measure, table
from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.rules.cues.registry import CUES

OUT = Path(__file__).resolve().parents[1] / "presentations.json"
TABLES = (
    ("stills", "denied by cues", (NO_FACE, *PICTURE, ANY_CUE)),
    ("stills", "refused for quality", (QUALITY, *POOR)),
    ("captures", "denied by cues", (*CUES, ANY_CUE)),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Without an evaluation folder (SMILEPAY_EVAL) only the sample faces are forged."""
    parser = argparse.ArgumentParser(prog="benchmarks.presentations", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.json")
    asked = parser.parse_args(arguments)
    if evaluation_folder() is None:
        print("SMILEPAY_EVAL names no folder of evaluation images: only the sample faces are forged")
    record = {**measure(FastEngine("euclidean", default_folder(os.environ))), "machine": machine()}
    asked.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for part, title, columns in TABLES:
        print(f"\n{part}, {title}\n\n{rows(('presentation', 'half', *columns), table(record[part], columns))}")
    print(f"\nwritten to {asked.out}")


if __name__ == "__main__":
    main()
