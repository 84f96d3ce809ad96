"""A wallet with a long trail: attempts that were refused, one every half minute, each a link of the chain.

`python -m benchmarks.ledger.long_trail HOME COUNT`, as a process of its own: its memory is nobody else's.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path

import rfc8785

from benchmarks.ledger.paying import POLICY, till_of
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.vocabulary.events import GENESIS
from smilepay_cli.vocabulary.instants import iso

_EVERY = timedelta(seconds=31)
_MARK, _NUMBER = "@@", 123_456_789
"""In the places of what differs from one event to the next: in the order of the names, at, id, previous, seq."""
_AT_ONCE = 10_000
_CHECKS = ("input", "policy_floor", "payment_limit", "lockout", "capture", "replay", "gallery", "slot", "one_person")


def make_trail(home: Path, count: int) -> None:
    """`count` events; the newest is of now. Written in batches, since it is the reading that is measured.

    The text is that of rfc8785 with time, id and hash put in, so that a million take a minute; `audit verify` proves
    that it is canonical.
    """
    till = till_of(home)
    pieces = _template()
    first = datetime.now(UTC) - count * _EVERY
    previous, seq = GENESIS, 0
    while seq < count:
        with till.store.writing() as books:
            connection = books.trail._db  # type: ignore[attr-defined]  # a million by `append` take a quarter of an hour
            rows = []
            last = min(seq + _AT_ONCE, count)
            for number in range(seq + 1, last + 1):
                link = (iso(first + number * _EVERY), f"evt_{number:012d}", previous, str(number))
                text = "".join(chain.from_iterable(zip(pieces, link, strict=False))) + pieces[-1]
                previous = sha256(text.encode()).hexdigest()
                rows.append((number, previous, text))
            seq = last
            connection.executemany("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", rows)
    till.store.close()


def _template() -> list[str]:
    """The text of one event in five pieces: time, id, hash before and number come in between."""
    body = {
        "v": 1, "command": "pay", "terminal": "local", "outcome": "refused", "reason": "smile_not_shown", "exit": 13,
        "account": None, "claimed": None, "counts_against": None, "throttle": "strike",
        "checks": [{"name": name, "passed": True, "figures": {"attempts": 5, "score": 0.25}} for name in _CHECKS],
        "order": None, "merchants": ["kiosk"], "amount_minor": 300, "currency": "EUR", "policy": as_figures(POLICY),
        "at": _MARK, "id": _MARK, "previous": _MARK, "seq": _NUMBER,
    }  # fmt: skip
    text = rfc8785.dumps(json.loads(json.dumps(body))).decode()
    return text.replace(str(_NUMBER), _MARK).split(_MARK)


if __name__ == "__main__":
    make_trail(Path(sys.argv[1]), int(sys.argv[2]))
