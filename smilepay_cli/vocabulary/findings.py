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
