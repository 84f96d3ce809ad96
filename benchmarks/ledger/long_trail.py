"""A wallet with a long trail: attempts that were refused, one every half minute, each a link of the chain."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import rfc8785

from benchmarks.ledger.paying import POLICY, till_of
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.vocabulary.events import GENESIS
from smilepay_cli.vocabulary.instants import iso

_EVERY = timedelta(seconds=31)
_MARK = "@@{}@@"
_AT_ONCE = 10_000
_CHECKS = ("input", "policy_floor", "payment_limit", "lockout", "capture", "replay", "gallery", "slot", "one_person")


def make_trail(home: Path, count: int) -> None:
    """`count` events; the newest is of now. Written in batches, since it is the reading that is measured.

    The text is that of rfc8785 with numbers put in, so that a million take a minute: `audit verify` proves it canonical.
    """
    till = till_of(home)
    begin, end = _template()
    first = datetime.now(UTC) - count * _EVERY
    previous, seq = GENESIS, 0
    while seq < count:
        with till.store.writing() as books:
            connection = books.trail._db  # type: ignore[attr-defined]  # a million by `append` take a quarter of an hour
            rows = []
            for seq in range(seq + 1, min(seq + _AT_ONCE, count) + 1):
                text = f'{begin[0]}{iso(first + seq * _EVERY)}{begin[1]}evt_{seq:012d}{begin[2]}{previous}{end}{seq}{begin[3]}'
                previous = sha256(text.encode()).hexdigest()
                rows.append((seq, previous, text))
            connection.executemany("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", rows)
    till.store.close()


def _template() -> tuple[list[str], str]:
    """The text of one event in pieces: before time, id, previous hash, and number; and what follows."""
    body = {
        "v": 1, "command": "pay", "terminal": "local", "outcome": "refused", "reason": "smile_not_shown", "exit": 13,
        "account": None, "claimed": None, "counts_against": None, "throttle": "strike",
        "checks": [{"name": name, "passed": True, "figures": {"attempts": 5, "score": 0.25}} for name in _CHECKS],
        "order": None, "merchants": ["kiosk"], "amount_minor": 300, "currency": "EUR", "policy": as_figures(POLICY),
        "at": _MARK.format("at"), "id": _MARK.format("id"), "previous": _MARK.format("previous"), "seq": 123456789,
    }  # fmt: skip
    text = rfc8785.dumps(json.loads(json.dumps(body))).decode()
    before_at, rest = text.split(_MARK.format("at"))
    before_id, rest = rest.split(_MARK.format("id"))
    before_previous, rest = rest.split(_MARK.format("previous"))
    before_seq, after = rest.split("123456789")
    return [before_at, before_id, before_previous, after], before_seq
