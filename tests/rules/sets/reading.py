"""Reads manifests that stand in a test, as text or bytes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from smilepay_cli.rules.sets.lines import LONGEST_LINE
from smilepay_cli.rules.sets.manifest import read_csv, read_jsonl
from smilepay_cli.rules.sets.rows import Reading


def pieces(content: str | bytes) -> Iterator[bytes]:
    """As an adapter cuts a file."""
    file = BytesIO(content if isinstance(content, bytes) else content.encode())
    while piece := file.readline(LONGEST_LINE + 1):
        yield piece


def csv(content: str | bytes) -> Reading:
    return read_csv(pieces(content), "set.csv", "set.csv")


def jsonl(content: str | bytes) -> Reading:
    return read_jsonl(pieces(content), "set.jsonl", "set.jsonl")
