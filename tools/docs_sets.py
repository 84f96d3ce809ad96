"""The made parts of docs/replay-sets.md: the columns from the JSON Schema, problems from the reader itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from tools.docs_parts import PACKAGE, table

if TYPE_CHECKING:
    from smilepay_cli.rules.sets.rows import Reading

BAD = """id,path,kind,subject,pai_species,amount_minor,expct
a1,bona_fide/anna/1.jpg,bona_fide,anna,,3.50,accept
a2,../old/2.jpg,bonafide,anna,,350,
a4,attack/print/anna/1.jpg,attack,anna,,,
a2,attack/print/anna/2.jpg,attack,anna,print,,
a3,attack/print/anna/3.jpg,attack,anna
"""
"""A manifest with most of what goes wrong."""
ODD = """id,path,kind,subject,pai_species
a1,bona_fide/anna/1.jpg,bona_fide,anna,
a2,attack/print/anna/1.jpg,attack,anna,
"""
"""A manifest that runs, with what should be known of it."""


def columns() -> str:
    """Name, whether every row needs it, and what it says."""
    schema = json.loads((PACKAGE / "schemas" / "manifest.json").read_text(encoding="utf-8"))
    needed = schema["required"]
    rows = ((f"`{name}`", "yes" if name in needed else "", rule["description"]) for name, rule in _rules(schema))
    return table(("column", "needed", "what it says"), rows)


def _rules(schema: dict[str, dict[str, dict[str, str]]]) -> Iterable[tuple[str, dict[str, str]]]:
    return schema["properties"].items()


def problems() -> str:
    """BAD, and what the reader says of it."""
    from smilepay_cli.rules.sets.problems import unusable

    error = unusable("set.csv", reading(BAD).problems)
    return f"```csv\n{BAD}```\n\n```text\nsmilepay: {error.message}\n  {error.hint}\n```\n"


def warnings() -> str:
    """ODD, and what the reader warns of."""
    lines = reading(ODD).warnings.lines()
    if not lines:
        raise SystemExit("docs: nothing is warned of in ODD of tools/docs_sets.py")
    return f"```csv\n{ODD}```\n\n```text\n" + "".join(f"note: {line}\n" for line in lines) + "```\n"


def reading(text: str) -> Reading:
    """A manifest of a page, read by its words alone."""
    from smilepay_cli.rules.sets.manifest import read_csv

    return read_csv(BytesIO(text.encode()), "set.csv", "set.csv")


def conventions() -> str:
    """The folders, kind by kind."""
    from smilepay_cli.rules.sets.folders import LEVELS, convention

    return "```text\n" + "".join(f"{convention(kind)}*\n" for kind in LEVELS) + "```\n"


def limits() -> str:
    """What is too much."""
    from smilepay_cli.adapters.capture.files import LARGEST_FILE
    from smilepay_cli.adapters.capture.images import MOST_FRAMES
    from smilepay_cli.adapters.sets import LARGEST_MANIFEST
    from smilepay_cli.rules.sets.lines import LONGEST_LINE

    rows = (
        ("images of one trial", f"{MOST_FRAMES}"),
        ("one image", f"{LARGEST_FILE // 1024**2} MiB"),
        ("a manifest", f"{LARGEST_MANIFEST // 1024**2:,} MiB"),
        ("one line of it", f"{LONGEST_LINE // 1024} KiB"),
    )
    return table(("of", "at most"), rows)
