"""What `doctor` finds: one line a thing looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is, and what to do about it where it is not as it should be."""

    what: str
    state: Literal["ok", "note", "problem"]
    """`note`: paying works, something could be better. `problem`: paying does not work."""
    told: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """How the database is, by its own word."""

    problems: tuple[str, ...]
    """What is wrong with its pages, indexes and references; empty where all is well."""
    thorough: bool
    """Whether every entry of every index was looked at, which takes long in a large wallet."""
    journal_mode: str
    synchronous: int
    """2 is FULL: what was acknowledged is on the disk."""
