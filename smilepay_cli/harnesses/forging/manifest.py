"""The list of what was made: a row a trial, in the columns that a replay takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from hashlib import sha256

from smilepay_cli.vocabulary.trials import Trial

MANIFEST = "manifest.csv"
COLUMNS = (
    "id", "path", "sha256", "account", "subject", "kind", "pai_species", "device", "captured_at", "amount_minor",
    "expect", "tags",
)  # fmt: skip
BETWEEN_TAGS = ";"
LONGEST_TAG = 64
"""Characters of one tag that a set takes."""
_DIGEST = 16


def tag(name: str, value: str) -> str:
    """`name:value`. What would be two tags is percent-encoded; a long one is cut, and ends in a digest of the whole."""
    whole = f"{name}:{value.replace('%', '%25').replace(BETWEEN_TAGS, '%3B')}"
    if len(whole) <= LONGEST_TAG:
        return whole
    digest = sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: LONGEST_TAG - _DIGEST - 1]}~{digest}"


def manifest(trials: Iterable[Trial]) -> bytes:
    """The whole file: CSV (RFC 4180) in UTF-8. Cells are exactly what they say, for programs and not for spreadsheets:
    a path or a name that was changed would be another one.
    """
    paper = io.StringIO()
    rows = csv.writer(paper, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows(_cells(trial) for trial in trials)
    return paper.getvalue().encode()


def _cells(trial: Trial) -> Sequence[object]:
    values = {name: getattr(trial, name) for name in COLUMNS}
    return [*({**values, "kind": trial.kind.value, "tags": BETWEEN_TAGS.join(trial.tags)}).values()]
