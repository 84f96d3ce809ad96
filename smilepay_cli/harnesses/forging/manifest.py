"""The list of what was made: a row a trial, in the columns that a replay takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from smilepay_cli.vocabulary.trials import Trial

MANIFEST = "manifest.csv"
COLUMNS = (
    "id", "path", "sha256", "account", "subject", "kind", "pai_species", "device", "captured_at", "amount_minor",
    "expect", "tags",
)  # fmt: skip
BETWEEN_TAGS = " "
_BESIDES_LETTERS = "/.:_-+@()'!"
"""What of a tag is left as it is; letters and digits of all languages are."""


def tag(name: str, value: str) -> str:
    """`name:value`; what could be taken for the end of a tag is percent-encoded."""
    return f"{name}:" + "".join(c if c.isalnum() or c in _BESIDES_LETTERS else quote(c, safe="") for c in value)


def manifest(trials: Iterable[Trial]) -> bytes:
    """The whole file: CSV (RFC 4180) in UTF-8. Cells are exactly what they say, for programs and not for spreadsheets:
    a path or a name that was changed would be another one.
    """
    paper = io.StringIO()
    rows = csv.writer(paper, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_cells(trial) for trial in trials)
    return paper.getvalue().encode()


def _cells(trial: Trial) -> Sequence[object]:
    values = {name: getattr(trial, name) for name in COLUMNS}
    return [*({**values, "kind": trial.kind.value, "tags": BETWEEN_TAGS.join(trial.tags)}).values()]
