"""From trials to a manifest that reads back as the same trials, and the digests that name sets and files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from smilepay_cli.rules.sets.columns import COLUMNS, to_cell
from smilepay_cli.rules.sets.problems import shown
from smilepay_cli.rules.sets.rows import Rows
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Trial


def csv_lines(trials: Iterable[Trial]) -> Iterator[bytes]:
    """A header and a row each, RFC 4180 in UTF-8. Cells stay as they are, also those that look like formulas: a program
    reads them, and an apostrophe before a path would name another file.

    Raises UsageProblem for a trial that would not read back as itself.
    """
    yield _csv_line(COLUMNS).encode()
    for trial in _readable(trials):
        line = _csv_line([to_cell(getattr(trial, column)) for column in COLUMNS])
        try:
            yield line.encode()
        except UnicodeEncodeError:
            what = f"the path {shown(trial.path)} is not UTF-8, which no CSV can hold"
            raise UsageProblem(what, hint="write a .jsonl file", reason="bad_set") from None


def _csv_line(cells: Iterable[str]) -> str:
    paper = io.StringIO()
    csv.writer(paper, lineterminator="\r\n").writerow(cells)
    return paper.getvalue()


def jsonl_lines(trials: Iterable[Trial]) -> Iterator[bytes]:
    """One object a line, what there is of it. Raises as csv_lines does."""
    for trial in _readable(trials):
        words = dict(_words(trial))
        try:
            yield json.dumps(words, ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:  # a byte that is no UTF-8 in a file's name, which JSON can escape
            yield json.dumps(words).encode() + b"\n"


def _words(trial: Trial) -> list[tuple[str, Any]]:
    """As a reader is given them."""
    words = ((column, getattr(trial, column)) for column in COLUMNS)
    given = ((column, value) for column, value in words if value not in (None, ()))
    return [(column, list(value) if isinstance(value, tuple) else value) for column, value in given]


def _readable(trials: Iterable[Trial]) -> Iterator[Trial]:
    """The trials, each once it was read back from its own words."""
    rows = Rows("trial", "trial")
    for number, trial in enumerate(trials, start=1):
        rows.add(number, _words(trial))
        if rows.problems.count:
            raise UsageProblem(f"the manifest cannot be written: {rows.problems.lines()[0]}", reason="bad_set")
        if rows.take() != replace(trial, where=f"trial:{number}"):
            raise UsageProblem(f"trial:{number}, {shown(trial.id)}, would not read back as itself", reason="bad_set")
        yield trial


def set_digest(trials: Iterable[Trial]) -> str:
    """SHA-256 (hex) over all words of all trials in their order; where they stand is no part of it.

    It names what is asked for, not the pictures: a file that changed has another digest of its own.
    """
    digest = sha256()
    for trial in trials:
        digest.update(json.dumps([getattr(trial, column) for column in COLUMNS]).encode() + b"\n")
    return digest.hexdigest()
