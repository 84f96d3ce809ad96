"""Commands without a face, against importing Typer and nothing more."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.children import run
from benchmarks.homes import prepared, smilepay
from benchmarks.results import compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import in_turns


def measure(setting: Setting) -> Report:
    """ms of processor time, process start to exit."""
    home = prepared(setting, ("lin/1", "otto/1", "grace/1"))
    told = {"help": ["--help"], "shop": ["shop"], "balance": ["wallet", "balance"]}
    commands: dict[str, list[str | Path]] = {name: [*smilepay(), *words] for name, words in told.items()}
    commands["typer"] = [sys.executable, "-c", "import typer"]
    taken = in_turns(
        setting.rounds(25, 5),
        {
            name: lambda _, command=command: 1000 * run(command, home.variables).cpu  # type: ignore[misc]  # bound early
            for name, command in commands.items()
        },
    )
    rows = [
        compared(
            f"startup/{name}",
            f"`smilepay {' '.join(words)}`, processor time",
            taken[name],
            taken["typer"],
            "ms",
            reference="`python -c 'import typer'`",
        )
        for name, words in told.items()
    ]
    return Report(rows, "Whole processes; a home with three people.")
