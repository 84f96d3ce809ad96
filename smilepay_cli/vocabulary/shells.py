"""Shells, and what is done to files of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Shell = Literal["bash", "zsh", "fish"]
SHELLS: tuple[Shell, ...] = get_args(Shell)
"""Shells that there is a script for."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file: `written`, `replaced`, `extended` by a line, or `unchanged`."""

    path: str
    what: str
    line: str | None = None
    """The line that a start file has for it."""
