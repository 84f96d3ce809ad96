"""What proofs measured, said at the end of the run: `note` takes a line, conftest.py writes them."""

from __future__ import annotations

LINES: list[str] = []


def note(line: str) -> None:
    """One line, with the number in it."""
    LINES.append(line)
