"""A wallet as one file: what is said of such a copy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of one moment."""

    sha256: str
    """Of the whole file, in hex."""
    size: int
    """Bytes."""
    count: int
    """Events in it."""
    head: str | None
    """Hash of its last event; None where there is none."""
