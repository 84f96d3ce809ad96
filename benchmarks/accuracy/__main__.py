"""`python -m benchmarks.accuracy`: measure, print the tables, and write them down as JSON."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.accuracy.report import measure, parity_table, rates_table
from benchmarks.machine import machine
from benchmarks.setting import evaluation_folder
from smilepay_cli.adapters.faces.models.cache import default_folder

OUT = Path(__file__).resolve().parents[1] / "accuracy.json"
PARITY_HEAD = ("against face_recognition", "fast engine", "its own box moved by 3 pixels")
RATES_HEAD = (
    "scheme",
    "FNIR at FPIR 5 %, tuning half",
    "reporting half",
    "with two references",
    "FMR of `standard`",
    "FNMR of `standard`",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Without an evaluation folder (SMILEPAY_EVAL) only parity on the sample faces is measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.accuracy", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.json")
    asked = parser.parse_args(arguments)
    if evaluation_folder() is None:
        print("SMILEPAY_EVAL names no folder of evaluation images: error rates of the schemes are left out")
    record = {**measure(default_folder(os.environ)), "machine": machine()}
    asked.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(rows(PARITY_HEAD, parity_table(record)))
    if record["schemes"]:
        print(f"\n{rows(RATES_HEAD, rates_table(record))}")
    print(f"\nwritten to {asked.out}")


def rows(head: Sequence[str], table: Iterable[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [head, ["---"] * len(head), *table]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
