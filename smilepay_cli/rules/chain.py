"""The audit chain: SHA-256 over RFC 8785 canonical JSON, each event holding the hash of the one before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

import rfc8785

from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.events import GENESIS, Event, StoredEvent
from smilepay_cli.vocabulary.language import tr

_EXACT_MAX = 2**53 - 1
"""Whole numbers up to here are exact in JSON (RFC 8785, appendix D)."""


def seal(draft: Mapping[str, Any], *, seq: int, previous: str) -> tuple[Event, str]:
    """The next link and its canonical text. `draft` may hold any JSON value; a float that is no number becomes null,
    and whatever else JSON cannot say becomes text: an event is never lost for what is in it.
    """
    body = {**_sayable(dict(draft)), "seq": seq, "previous": previous}
    text = _canonical(body)
    return Event(seq=seq, hash=digest(text), body=body), text


def digest(text: str) -> str:
    """SHA-256 (hex) of the text's bytes; of a text that is no UTF-8 any more, of the bytes as they lay there."""
    return sha256(text.encode(errors="surrogateescape")).hexdigest()


def opened(rows: Iterable[StoredEvent]) -> Iterator[Event]:
    """The events of stored rows, each one checked against the one before; streams.

    Raises ChainBroken at the first row that is not what was written, and names it.
    """
    previous, expected = GENESIS, 1
    for row in rows:
        event = _opened(row, previous, expected)
        yield event
        previous, expected = row.hash, expected + 1


def _opened(row: StoredEvent, previous: str, expected: int) -> Event:
    if row.seq != expected:
        raise ChainBroken(
            tr("event {expected} is missing (the next one found is {seq})", expected=expected, seq=row.seq)
        )
    if digest(row.body) != row.hash:
        raise ChainBroken(tr("event {seq} was changed: its text does not give its hash", seq=row.seq))
    try:
        body = json.loads(row.body, parse_int=_number)
        is_canonical = isinstance(body, dict) and _is_canonical(body, row.body)
    except (ValueError, OverflowError, RecursionError):
        raise ChainBroken(tr("event {seq} is not JSON", seq=row.seq)) from None
    if not is_canonical:
        raise ChainBroken(tr("event {seq} is not canonical JSON", seq=row.seq))
    if body.get("seq") != row.seq:
        raise ChainBroken(tr("event {seq} says that it is event {seq2}", seq=row.seq, seq2=body.get("seq")))
    if body.get("previous") != previous:
        raise ChainBroken(tr("event {seq} does not follow from event {number}", seq=row.seq, number=row.seq - 1))
    return Event(seq=row.seq, hash=row.hash, body=body)


def _canonical(body: dict[str, Any]) -> str:
    """As RFC 8785 writes it: by Python's own encoder where both write the same (see below), else by the library."""
    text = _encode(body)
    if text.isascii() and not _ODD_FLOAT.search(text) and not _LARGE.search(text):
        return text
    return rfc8785.dumps(body).decode()


def _is_canonical(body: dict[str, Any], text: str) -> bool:
    """Whether RFC 8785 writes the body so. Python's own encoder is six times as fast, and where it writes this text,
    RFC 8785 does too: ASCII has one order only, and a float without exponent or `.0` is written alike by both.
    """
    if text.isascii() and not _ODD_FLOAT.search(text) and _encode(body) == text:
        return True
    return rfc8785.dumps(body).decode() == text


_ODD_FLOAT = re.compile(r"[:,\[]-?[0-9]+(?:\.0+|\.?[0-9]*[eE][-+]?[0-9]+)[,\]}]")
"""May be found inside a string too, which costs time and nothing else."""
_LARGE = re.compile(r"[:,\[]-?[0-9]{16}")
"""Perhaps no exact number in JSON, which the library refuses."""
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _number(digits: str) -> int | float:
    """RFC 8785 writes a float such as 1e20 without point or exponent; beyond 2**53 such digits are a float."""
    whole = int(digits)
    return whole if abs(whole) <= _EXACT_MAX else float(whole)


def _sayable(value: Any) -> Any:
    kind = type(value)
    if kind is int or kind is bool or value is None or (kind is str and value.isascii()):
        return value  # nearly everything, and sealing takes a good part of a payment's time
    if isinstance(value, float):
        if value.is_integer() and abs(value) <= _EXACT_MAX:
            return int(value)  # as RFC 8785 writes it, and Python's own encoder would not
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _sayable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(entry) for entry in value]
    if value is None or isinstance(value, int):  # one too large for JSON is refused: money is told exactly
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()
