"""Results as one Markdown table, with the machine above and the notes below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.results import Figure, Result, result_from

_HEAD = ("what", "ours", "reference", "ratio", "repeats")


def page(record: Mapping[str, Any]) -> str:
    """The whole record (record.py) as Markdown."""
    machine = record["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    given = ", ".join(f"`{name}={value}`" for name, value in machine["environment"].items())
    parts = [
        "Made by `make bench`. Medians, with the smallest value in brackets. A ratio says how many times better ours "
        "is: above 1 it is faster, or smaller, or finds more.",
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, {versions}."
        + (f" In the environment: {given}." if given else ""),
    ]
    rows: list[Result] = []
    notes: list[str] = []
    for name, measured in record["benchmarks"].items():
        results = [result_from(row) for row in measured["results"]]
        rows += results
        marks = f"{measured['measured_at'][:10]}{', few repeats' if measured['quick'] else ''}"
        told = " ".join(dict.fromkeys(text for text in (measured["note"], *_notes(results)) if text))
        notes.append(f"- **{name}** ({marks}){': ' + told if told else ''}")
    return "\n\n".join([*parts, table(rows), "\n".join(notes)]) + "\n"


def table(results: Iterable[Result]) -> str:
    """One row a result."""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    lines += [_line(_cells(result)) for result in results]
    return "\n".join(lines)


def _cells(result: Result) -> list[str]:
    theirs = "" if result.theirs is None else shown(result.theirs, result.unit)
    if result.reference:
        theirs = f"{theirs} {result.reference}".strip()
    ratio = "" if result.ratio is None else number(result.ratio)
    return [result.what, shown(result.ours, result.unit), theirs, ratio, str(result.repeats)]


def _notes(results: Iterable[Result]) -> list[str]:
    return [result.note for result in results]


def shown(figure: Figure, unit: str) -> str:
    """`7.6 ms (7.3)`; one number where both are the same."""
    text = f"{number(figure.median)} {unit}"
    return text if number(figure.min) == number(figure.median) else f"{text} ({number(figure.min)})"


def number(value: float) -> str:
    """Three digits that mean something, thousands set apart."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 1 else f"{value:.3g}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
