"""Durable payments a second, against appending the same bytes to a file and waiting for the disk, in turns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ledger.paying import Payments, prepared, till_of
from benchmarks.results import MORE, Result, alone, compared

IN_A_BATCH = 500
"""Payments that one commit makes durable."""
_WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of one payment."""

    told: int
    """Its event's text: what is to be known again."""
    written: int
    """What the write-ahead log grows by."""


class Appending:
    """A file that everything is appended to, each piece on the disk before the next."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._piece = os.urandom(size)

    def one(self) -> None:
        """Append and wait for the disk."""
        os.write(self._file, self._piece)
        os.fdatasync(self._file)

    def close(self) -> None:
        """Done."""
        os.close(self._file)


def durable(folder: Path, *, rounds: int, payments: int) -> list[Result]:
    """One writer with a commit a payment, and with a commit for many, in the same rounds as the appending."""
    home = folder / "home"
    prepared(home)
    paying = Payments(till_of(home))
    taken: dict[str, list[float]] = {name: [] for name in ("pay", "batch", "told", "written", "work")}
    with paying.recognised():
        _times(_WARM_UP, paying.one)
        sizes = _sizes(paying)
        told = Appending(folder / "told", sizes.told)
        written = Appending(folder / "written", sizes.written)
        for _ in range(rounds):
            for name, one in (("told", told.one), ("written", written.one), ("pay", paying.one)):
                begun = time.process_time()
                taken[name].append(payments / _times(payments, one))
                if name == "pay":
                    taken["work"].append(1e6 * (time.process_time() - begun) / payments)
            begun = time.perf_counter()
            with paying.till.store.batch():
                _times(IN_A_BATCH, paying.one)
            taken["batch"].append(IN_A_BATCH / (time.perf_counter() - begun))
        told.close()
        written.close()
    paying.till.store.close()
    text = f"append and fdatasync of {sizes.told:,} bytes, the event's text"
    pages = f"append and fdatasync of {sizes.written:,} bytes, what the log grows by"
    return [
        _row("durable/pay/written", "payments, a commit each", taken["pay"], taken["written"], pages),
        _row("durable/pay/told", "payments, a commit each", taken["pay"], taken["told"], text),
        _row("durable/batch/written", f"payments, a commit for {IN_A_BATCH}", taken["batch"], taken["written"], pages),
        _row("durable/batch/told", f"payments, a commit for {IN_A_BATCH}", taken["batch"], taken["told"], text),
        alone("durable/work", "processor time of a payment with its commit", taken["work"], "µs"),
    ]


def _row(name: str, what: str, ours: list[float], theirs: list[float], reference: str) -> Result:
    return compared(f"ledger/{name}", what, ours, theirs, "/s", better=MORE, reference=reference)


def _times(count: int, one: Callable[[], None]) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        one()
    return time.perf_counter() - begun


def _sizes(paying: Payments) -> Sizes:
    """Measured on payments that no checkpoint of the log comes between."""
    count = 10
    paying.till.store.scrub()
    _times(count, paying.one)
    log = paying.till.store.path.with_name("wallet.db-wal").stat().st_size  # type: ignore[attr-defined]  # a real store
    with paying.till.store.reading() as books:
        newest = next(iter(books.trail.latest(1)))
    import rfc8785

    return Sizes(len(rfc8785.dumps(dict(newest.body))), log // count)
