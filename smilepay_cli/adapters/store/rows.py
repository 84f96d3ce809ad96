"""What lies in a row, as values. A text that nobody of ours wrote there is damage, and no fault of the program."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from smilepay_cli.vocabulary.instants import from_iso


class Unreadable(sqlite3.DatabaseError, ValueError):
    """A row holds what cannot be. For the store it is a damaged file like any other (opening.py), for who proves the
    file row by row (verbs/verify.py) a value that makes no sense.
    """


def moment(text: object) -> datetime:
    """A point in time as `iso` writes it. Raises Unreadable."""
    try:
        found = from_iso(text)  # type: ignore[arg-type]  # whatever is there
    except (ValueError, TypeError):
        found = None
    if found is None or found.tzinfo is None:
        raise Unreadable(f"a time in it is {str(text)[:40]!a}")
    return found


def only(cursor: sqlite3.Cursor, what: str) -> Any:
    """The one value that a table always has. Raises Unreadable where it is gone."""
    row = cursor.fetchone()
    if row is None:
        raise Unreadable(f"{what} is missing")
    return row[0]
