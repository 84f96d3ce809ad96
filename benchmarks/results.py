"""What a measurement says: figures of ours and of the reference, and their ratio. Plain values, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

LESS, MORE = "less", "more"
"""Which direction is better."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Repeats of one measurement, in the result's unit."""

    median: float
    min: float


@dataclass(frozen=True, slots=True)
class Result:
    """One row. `ratio` says how many times better ours is than the reference: above 1 ours is better."""

    name: str
    """benchmark/row, for machines."""
    what: str
    """For people."""
    ours: Figure
    theirs: Figure | None
    ratio: float | None
    unit: str
    better: str
    repeats: int
    reference: str = ""
    """What ours is held against."""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Names and plain values."""
        return asdict(self)


def figure(values: Sequence[float]) -> Figure:
    """Median and smallest value. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    return Figure(float(median(values)), float(min(values)))


def ratio(ours: Figure, theirs: Figure, better: str) -> float | None:
    """Of the medians; None where it is not defined."""
    above, below = (theirs.median, ours.median) if better == LESS else (ours.median, theirs.median)
    return above / below if below else None


def compared(
    name: str,
    what: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    unit: str,
    *,
    better: str = LESS,
    reference: str = "",
    note: str = "",
) -> Result:
    """A row with both sides measured."""
    mine, other = figure(ours), figure(theirs)
    return Result(
        name, what, mine, other, ratio(mine, other, better), unit, better, min(len(ours), len(theirs)), reference, note
    )


def alone(name: str, what: str, ours: Sequence[float], unit: str, *, better: str = LESS, note: str = "") -> Result:
    """A row that is held against nothing."""
    return Result(name, what, figure(ours), None, None, unit, better, len(ours), note=note)


def result_from(table: dict[str, Any]) -> Result:
    """The reverse of `as_json`. Raises TypeError or KeyError for what is no result."""
    theirs = table["theirs"]
    return Result(**{**table, "ours": Figure(**table["ours"]), "theirs": Figure(**theirs) if theirs else None})
