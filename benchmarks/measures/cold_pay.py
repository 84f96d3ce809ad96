"""Cold: a whole payment by `smilepay pay`, against a process that compares two pictures with face_recognition."""

from __future__ import annotations

from benchmarks.children import Run, run
from benchmarks.homes import POLICY, prepared
from benchmarks.results import compared
from benchmarks.setting import Report, Setting


def measure(setting: Setting) -> Report:
    """Seconds of processor time and of wall clock, process start to exit."""
    home = prepared(setting)
    commands = {
        "demo": home.paying("demo"),
        "face_recognition": home.comparing(),
        "standard": home.paying(home.policy),
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(-1, setting.rounds(15)):
        for name, command in commands.items():
            done = run(command, home.variables)
            if number >= 0:
                runs[name].append(done)
    rows = [
        compared(
            f"cold_pay/{policy}_{clock}",
            f"cold `smilepay pay`, policy {policy}, {label}",
            [1000 * getattr(done, clock) for done in runs[policy]],
            [1000 * getattr(done, clock) for done in runs["face_recognition"]],
            "ms",
            reference="import face_recognition and compare two pictures",
        )
        for policy in ("demo", "standard")
        for clock, label in (("cpu", "processor time"), ("wall", "wall clock"))
    ]
    return Report(
        rows,
        "One enrolled person; pictures of 1920 x 1080; every run ended with 0. Ours decodes one picture, matches, "
        "judges the smile (`standard`) and writes ledger and audit trail; face_recognition encodes two pictures and "
        f"writes nothing. Policy standard is a file: `{'; '.join(POLICY.split(chr(10))[:-1])}`.",
    )
