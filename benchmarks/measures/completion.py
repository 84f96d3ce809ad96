"""Completions of a shell, against importing Typer and nothing more."""

from __future__ import annotations

import sys

from benchmarks.children import run
from benchmarks.homes import prepared, smilepay
from benchmarks.results import compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import in_turns

LINES = {
    "commands": "smilepay ",
    "options": "smilepay pay --",
    "accounts": "smilepay wallet balance ",
    "items": "smilepay shop la",
    "orders": "smilepay pay ",
    "events": "smilepay audit show ",
    "species": "smilepay forge --species morph,",
}
"""What is typed before the key is pressed."""


def measure(setting: Setting) -> Report:
    """ms of wall clock, process start to exit: what somebody waits for."""
    home = prepared(setting, ("lin/1", "otto/1", "grace/1"))
    typer = [sys.executable, "-c", "import typer"]

    def asking(line: str) -> float:
        asked = {"_SMILEPAY_COMPLETE": "zsh", "_SMILEPAY_COMPLETE_LINE": line}
        return 1000 * run(smilepay(), {**home.variables, **asked}).wall

    taken = in_turns(
        setting.rounds(30, 5),
        {
            "typer": lambda _: 1000 * run(typer, home.variables).wall,
            **{name: lambda _, line=line: asking(line) for name, line in LINES.items()},  # type: ignore[misc]  # bound
        },
    )
    rows = [
        compared(
            f"completion/{name}",
            f"completing {name}, after `{line.rstrip(' -')}`",
            taken[name],
            taken["typer"],
            "ms",
            reference="`python -c 'import typer'`",
        )
        for name, line in LINES.items()
    ]
    return Report(rows, "Whole processes, wall clock; a home with three people.")
