"""The columns of a manifest: what may stand in each, and what is made of it.

A reader takes a value as JSON has it (text, whole number, list of texts) and raises Wrong. An empty cell of a CSV, `""`
and `null` are no value and are read by none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import Any

from smilepay_cli.rules.sets.problems import Wrong, shown
from smilepay_cli.vocabulary.errors import ExitStatus, Reason
from smilepay_cli.vocabulary.ledger import LONGEST_NAME
from smilepay_cli.vocabulary.money import MOST_MINOR
from smilepay_cli.vocabulary.trials import Kind

NEEDED = ("path", "kind")
LONGEST_PATH, LONGEST_ID, LONGEST_TEXT = 4096, 400, 200
MOST_TAGS = 50
BETWEEN_TAGS = ";"
KINDS = tuple(kind.value for kind in Kind)
EXPECTED = ("accept", "refuse", *(reason.value for reason in Reason), *(str(int(status)) for status in ExitStatus))
"""What `expect` may say."""
_SHA256 = re.compile("[0-9a-f]{64}")
_DIGITS = re.compile("-?[0-9]+")
LONGEST_NUMBER = 100
"""Digits of a whole number that are read; with more it is too large anyway."""


def read_path(value: Any) -> str:
    """Its words alone: whether it is there, and what a link in it leads to, is asked where files are looked at."""
    text = _text(value)
    if "\0" in text:
        raise Wrong("holds a NUL, which no file's name has", "write the name as it is")
    if len(text) > LONGEST_PATH:
        raise Wrong(f"has {len(text):,} characters", f"{LONGEST_PATH:,} are the most")
    if text.startswith("/"):
        raise Wrong(f"{shown(text)} is absolute", "write it from the set's own folder on")
    if ".." in text.split("/"):
        raise Wrong(f"{shown(text)} leads out of the set's folder", "put the file into the set, and write no ..")
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise Wrong(f"{shown(text)} holds half a character", "write whole characters in UTF-8") from None
    return text


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(f"is {shown(value)}", "write a text")
    return value


def _line(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        if len(text) > longest or not text.isprintable():
            raise Wrong(f"{shown(text)} cannot be shown", f"one line of at most {longest} printable characters")
        return text

    return read


def read_name(value: Any) -> str:
    """As names of accounts are: see verbs.lookup.clean_name. Many rows share one; it is kept once."""
    name = " ".join(_text(value).split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.startswith("-"):
        wanted = f"1 to {LONGEST_NAME} printable characters, no dash in front"
        raise Wrong(f"{shown(value)} is no name", wanted)
    return intern(name)


def _sha256(value: Any) -> str:
    text = _text(value).lower()
    if not _SHA256.fullmatch(text):
        raise Wrong(f"{shown(value)} is no SHA-256", "write 64 hexadecimal digits, as sha256sum prints them")
    return text


def _kind(value: Any) -> Kind:
    text = _text(value)
    if text not in KINDS:
        raise Wrong(f"{shown(text)} is unknown", f"kinds: {', '.join(KINDS)}", word=text, known=KINDS)
    return Kind(text)


def _moment(value: Any) -> str:
    text = _text(value)
    try:
        datetime.fromisoformat(text if len(text) <= LONGEST_TEXT and text.isprintable() else "")
    except ValueError:
        raise Wrong(f"{shown(text)} is no moment of ISO 8601", "write it like 2025-06-30T14:05:00Z") from None
    return text


def _amount(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        is_quoted = isinstance(value, str) and _DIGITS.fullmatch(value)
        todo = "write it without quotes" if is_quoted else "write it in the smallest unit, 350 for 3.50"
        raise Wrong(f"{shown(value)} is no whole number", todo)
    if value < 1:
        raise Wrong(f"{shown(value)} is not above zero", "leave it out for the default amount")
    if value > MOST_MINOR:
        raise Wrong(f"{shown(value)} is too large", f"{MOST_MINOR:,} is the most")
    return value


def _expect(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if text not in EXPECTED:
        todo = "write accept, refuse, a reason such as no_match, or an exit status such as 12"
        raise Wrong(f"{shown(value)} is unknown", todo, word=text, known=EXPECTED)
    return intern(text)


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise Wrong(f"is {shown(value)}", 'write a list of texts, such as ["dim", "glasses"]')
    if len(value) > MOST_TAGS:
        raise Wrong(f"has {len(value):,} tags", f"{MOST_TAGS} are the most")
    return tuple(_tag(tag) for tag in value)


def _tag(tag: str) -> str:
    if not tag or tag != tag.strip() or BETWEEN_TAGS in tag or len(tag) > LONGEST_NAME or not tag.isprintable():
        wanted = f"1 to {LONGEST_NAME} printable characters, no {BETWEEN_TAGS} and no blanks around"
        raise Wrong(f"{shown(tag)} is no tag", wanted)
    return intern(tag)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": _line(LONGEST_ID),
    "path": read_path,
    "sha256": _sha256,
    "account": read_name,
    "subject": read_name,
    "kind": _kind,
    "pai_species": read_name,
    "device": _line(LONGEST_TEXT),
    "captured_at": _moment,
    "amount_minor": _amount,
    "expect": _expect,
    "tags": _tags,
}
"""Every column, in the order in which manifests are written."""
COLUMNS = tuple(READERS)


def from_cell(column: str, cell: str) -> Any:
    """A cell of a CSV as JSON would have it: digits are a number, tags are taken apart."""
    if column == "amount_minor" and _DIGITS.fullmatch(cell.strip()):
        return int(cell.strip()[:LONGEST_NUMBER])
    if column == "tags":
        return [tag.strip() for tag in cell.split(BETWEEN_TAGS) if tag.strip()]
    if column in ("kind", "expect", "sha256", "captured_at"):
        return cell.strip()
    return cell


def to_cell(value: str | int | Sequence[str] | None) -> str:
    """The reverse."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int) else BETWEEN_TAGS.join(value)
