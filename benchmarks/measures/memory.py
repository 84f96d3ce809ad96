"""Peak memory of whole processes (ru_maxrss)."""

from __future__ import annotations

import resource
from pathlib import Path

from benchmarks.children import run
from benchmarks.homes import prepared, smilepay
from benchmarks.measures.bulk import command_line, face_recognition_command
from benchmarks.results import Result, alone, compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import in_turns

_MB = 1e6


def measure(setting: Setting) -> Report:
    """MB at the highest point, ours beside theirs for the same work."""
    home = prepared(setting)
    photos, what = setting.bulk_photos()
    theirs = face_recognition_command(setting, photos, 1)
    commands: dict[str, list[str | Path]] = {
        "pay": home.paying("demo"),
        "compare": home.comparing(),
        "bulk": command_line("quartet", home.enrolled_by, sorted(photos.iterdir())),
        **({"cli": theirs} if theirs else {}),
        "balance": [*smilepay(), "wallet", "balance"],
    }
    taken = in_turns(
        setting.rounds(3, 1),
        {
            name: lambda _, command=command: run(command, home.variables).peak / _MB  # type: ignore[misc]  # bound early
            for name, command in commands.items()
        },
        warm_up=False,
    )
    rows: list[Result] = [
        compared(
            "memory/pay", "peak memory of a cold `smilepay pay`, 1080p", taken["pay"], taken["compare"], "MB",
            reference="face_recognition, comparing two pictures",
        ),
        compared(
            "memory/bulk", f"peak memory over {what}, `quartet`", taken["bulk"], taken["cli"], "MB",
            reference="face_recognition's CLI",
        ) if theirs else alone("memory/bulk", f"peak memory over {what}, `quartet`", taken["bulk"], "MB"),
        alone("memory/balance", "peak memory of `smilepay wallet balance`", taken["balance"], "MB"),
    ]  # fmt: skip
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB
    return Report(
        rows, f"A child's peak begins with that of the process that starts it, here {own:.0f} MB: lower is not seen."
    )
