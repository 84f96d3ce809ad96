"""Shells that complete what is typed, and their start files."""

from __future__ import annotations

from typing import Protocol

from smilepay_cli.vocabulary.shells import Change


class Shells(Protocol):
    """The shells of whoever calls."""

    def current(self) -> str | None:
        """The shell that this was called from; None where it cannot be told, or is none that we have a script for."""

    def script(self, shell: str) -> str:
        """What makes the shell complete our commands."""

    def install(self, shell: str) -> tuple[Change, ...]:
        """Put the script where the shell finds it, and tell what became of each file. Raises UsageProblem."""
