"""What the program says of itself in README and docs, made from the program.

    .venv/bin/python tools/docs.py            write it
    .venv/bin/python tools/docs.py --check    write nothing; show what is out of date and end with 1

Four things are made: the parts between `[[[cog` and `[[[end]]]` (cogapp, see docs_parts.py), the output in console
fences (docs_console.py), the pictures in docs/img (docs_pictures.py, docs_flow.py), the JSON Schema of scenario files.
"""

from __future__ import annotations

import os
import sys
import time
from difflib import unified_diff
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
_PROLOGUE = (
    "from tools import docs_examples as examples, docs_gallery as gallery, docs_liveness as liveness, docs_nav as nav"
    ", docs_parts as parts, docs_replay as replay, docs_scenarios as scenarios, docs_sets as sets"
)


def pages() -> list[Path]:
    """Every page that may hold made parts."""
    return [*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").glob("*.md"))]


def fixed_surroundings() -> None:
    """The same terminal everywhere: 80 columns, English, UTC, no colour unless a picture is drawn."""
    os.environ.update(TZ="UTC", COLUMNS="80", LINES="50", TERMINAL_WIDTH="80", TERM="xterm-256color")
    os.environ.update(LC_ALL="C.UTF-8", SMILEPAY_LANG="en")
    os.environ["COLORTERM"] = "truecolor"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # keys go into files, whoever runs this
    for name in ("FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "SMILEPAY_DEBUG", "SMILEPAY_KEY_STORE"):
        os.environ.pop(name, None)
    time.tzset()


def made(path: Path, ran: list[str] | None = None) -> str:
    """A page as it should be now. `ran` collects the command lines that were run for it."""
    from cogapp import Cog

    from tools.docs_console import run_sessions

    cog = Cog()
    cog.options.prologue = _PROLOGUE
    return run_sessions(cog.process_string(path.read_text(encoding="utf-8"), str(path)), ran)


def everything() -> dict[Path, str]:
    """Every made file, by path, as it should be now."""
    from smilepay_cli.commands.scenario_forms import forms
    from smilepay_cli.harnesses.scenarios.schema import text as scenario_schema
    from tools.docs_flow import PICTURES
    from tools.docs_pictures import pictures

    files = {path: made(path) for path in pages()}
    files.update({ROOT / "docs" / "img" / name: picture for name, picture in pictures().items()})
    files.update({ROOT / "docs" / "img" / name: draw() for name, draw in PICTURES.items()})
    files[ROOT / "smilepay_cli" / "schemas" / "scenario.json"] = scenario_schema(forms())
    return files


def difference(path: Path, wanted: str) -> str:
    """What would change in a file, as a diff; of a picture only that it would."""
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if present == wanted:
        return ""
    name = str(path.relative_to(ROOT))
    if path.suffix != ".md":
        return f"{name}: the picture is out of date\n"
    lines = unified_diff(present.splitlines(), wanted.splitlines(), f"{name} as it is", f"{name} as made now", "", "")
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write everything, or with --check say what is out of date."""
    if arguments not in ([], ["--check"]):
        print("usage: docs.py [--check]", file=sys.stderr)
        return 2
    fixed_surroundings()
    changes = {path: (wanted, difference(path, wanted)) for path, wanted in everything().items()}
    stale = {path: wanted for path, (wanted, diff) in changes.items() if diff}
    if arguments:
        for _, diff in changes.values():
            print(diff, end="", file=sys.stderr)
        if stale:
            print(f"docs: {len(stale)} of {len(changes)} files are out of date; run: make docs", file=sys.stderr)
        return 1 if stale else 0
    for path, wanted in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
        print(f"docs: wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # tools and tests are no installed packages
    sys.exit(main(sys.argv[1:]))
