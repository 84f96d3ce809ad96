"""`python -m benchmarks.ledger`: durable payments, many writers at once, a million events."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ChildFailed, run
from benchmarks.ledger.contention import WRITERS, contend
from benchmarks.ledger.durable import durable
from benchmarks.ledger.paying import prepared
from benchmarks.machine import machine
from benchmarks.record import Measured, read, record, write
from benchmarks.results import MORE, Result, alone, compared
from benchmarks.setting import Report
from benchmarks.table import table
from benchmarks.workers import in_turns

OUT = Path(__file__).resolve().parents[1] / "ledger.json"
EVENTS = 1_000_000
PARTS = ("durable", "contention", "trail")
_SMILEPAY = (sys.executable, "-m", "smilepay_cli")
_MB = 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; exit status 1 when one of them could not be measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.ledger", description=main.__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; the others keep what the file says")
    parser.add_argument("--quick", action="store_true", help="few repeats, a short trail")
    parser.add_argument("--on", type=Path, metavar="FOLDER", help="the disk to measure (default: the temporary folder)")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.json", help="and FILE.md (default: %(default)s)")
    asked = parser.parse_args(arguments)
    measures: dict[str, Callable[[Path, bool], Report]] = {
        "durable": _durable, "contention": _contention, "trail": _trail,
    }  # fmt: skip
    done: list[Measured] = []
    before, failed = read(asked.out), False
    for name in asked.only or PARTS:
        print(f"{name} ...", file=sys.stderr)
        at, begun, load = datetime.now(UTC), time.perf_counter(), os.getloadavg()[0]
        try:
            with TemporaryDirectory(prefix="smilepay-bench-", dir=asked.on) as folder:
                report = measures[name](Path(folder), asked.quick)
        except (ChildFailed, RuntimeError) as error:
            print(f"{name} could not be measured: {error}", file=sys.stderr)
            failed = True
            continue
        note = f"{report.note} Load of the machine by others before it began: {load:.1f}."
        done.append(Measured(name, report.results, note, asked.quick, time.perf_counter() - begun, at))
        write(asked.out, record(machine(), done, PARTS, before))
    print(table(row for one in done for row in one.results))
    return 1 if failed else 0


def _durable(folder: Path, quick: bool) -> Report:
    return Report(
        durable(folder, rounds=3 if quick else 15, payments=50 if quick else 200),
        "The whole of `pay` but the face, 100 customers in turn, synchronous=FULL. Appending and paying take turns in "
        "the same seconds on the same disk. `pay` with a face takes a slot first, which is a second commit.",
    )


def _contention(folder: Path, quick: bool) -> Report:
    prepared(folder / "home")
    found = [contend(folder / "home", 3 if quick else 20) for _ in range(1 if quick else 3)]
    every = sum(len(one.all) for one in found)
    fewest, most = min(one.fewest for one in found), max(one.most for one in found)
    rows = [
        alone("ledger/contention/worst", f"longest payment of {WRITERS} tills at once", _of(found, "worst"), "ms"),
        alone("ledger/contention/p99", "99 % of their payments within", [c.percentile(0.99) for c in found], "ms"),
        alone("ledger/contention/median", "half of them within", [c.percentile(0.5) for c in found], "ms"),
        alone("ledger/contention/rate", "payments of all together", _of(found, "per_second"), "/s", better=MORE),
    ]
    worst = max(one.worst for one in found)
    return Report(
        rows,
        f"{every:,} payments, from the call of `pay` to its answer, waiting for the others included; without a pause "
        f"between them. The longest of all took {worst:,.0f} ms. A till made {fewest:,} to {most:,} of them a run.",
    )


def _of(found: Sequence[object], name: str) -> list[float]:
    return [float(getattr(one, name)) for one in found]


def _make(home: Path, count: int) -> None:
    run([sys.executable, "-m", "benchmarks.ledger.long_trail", home, str(count)])


def _trail(folder: Path, quick: bool) -> Report:
    count = EVENTS // 50 if quick else EVENTS
    empty, long = folder / "empty", folder / "long"
    _make(long, count)
    run([*_SMILEPAY, "wallet", "balance"], {"SMILEPAY_HOME": str(empty)})

    def seconds(home: Path, *words: str) -> float:
        return 1000 * run([*_SMILEPAY, *words], {"SMILEPAY_HOME": str(home)}).wall

    taken = in_turns(
        3 if quick else 9,
        {
            "long": lambda _: seconds(long, "audit", "list"),
            "since": lambda _: seconds(long, "audit", "list", "--since", "1d"),
            "day": lambda _: seconds(long, "audit", "list", "--since", "1d", "--limit", "100000", "--json"),
            "empty": lambda _: seconds(empty, "audit", "list"),
        },
    )
    # What no index helps: every event's text is looked into.
    scanned = [seconds(long, "audit", "list", "--reason", "no_match") for _ in range(1 if quick else 3)]
    short = folder / "short"
    _make(short, count // 100)
    small = run([*_SMILEPAY, "audit", "verify"], {"SMILEPAY_HOME": str(short)})
    whole = run([*_SMILEPAY, "audit", "verify"], {"SMILEPAY_HOME": str(long)})
    rows: list[Result] = [
        compared(
            "ledger/trail/list", f"`audit list` of {count:,} events", taken["long"], taken["empty"], "ms",
            reference="of an empty wallet",
        ),
        compared(
            "ledger/trail/since", f"the newest of the last day of {count:,} events", taken["since"], taken["empty"],
            "ms", reference="of an empty wallet",
        ),
        compared(
            "ledger/trail/day", f"all of the last day of {count:,} events, as JSON", taken["day"], taken["empty"],
            "ms", reference="of an empty wallet",
        ),
        alone("ledger/trail/reason", f"`audit list --reason` that nothing of {count:,} events has", scanned, "ms"),
        alone("ledger/trail/verify", f"`audit verify` of {count:,} events", [whole.wall], "s"),
        compared(
            "ledger/trail/memory", f"peak memory of `audit verify` of {count:,} events", [whole.peak / _MB],
            [small.peak / _MB], "MB", reference=f"of {count // 100:,} events",
        ),
    ]  # fmt: skip
    size = (long / "wallet.db").stat().st_size / 1e9
    return Report(
        rows,
        f"Whole processes. The file has {size:.1f} GB; events are half a minute apart. "
        "A child's peak begins with that of the process that starts it: lower is not seen.",
    )


if __name__ == "__main__":
    sys.exit(main())
