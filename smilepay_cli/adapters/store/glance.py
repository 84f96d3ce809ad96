"""A look at a wallet file that changes nothing, for suggestions: see ports/glance.py.

SQLite itself would leave files behind where it only reads: in WAL mode a reader makes `-wal` and `-shm` beside the
wallet, and one that may not write cannot take them away again. So a wallet that nobody has open is read as one that
cannot change, and one that is open is read together with the log that is there.

Only columns of the first version are asked for, so that an older wallet shows what it holds too.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smilepay_cli.adapters.store.schema import APPLICATION_ID, VERSION
from smilepay_cli.vocabulary.glimpses import MOST_TOLD, Glimpse, WalletState
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.money import Money

NEWEST = 10_000
"""Orders, payments and events that are looked at; a look at all of a million would be waited for."""
MOST_PEOPLE = 10_000
PATIENCE = 0.1
"""Seconds to wait for whoever has the wallet locked."""

_AMOUNT_OF_ORDER = "SELECT sum(quantity * unit_minor) FROM order_lines WHERE order_id = o.id"
_OPEN_ORDERS = f"""
SELECT o.id, people.name, ({_AMOUNT_OF_ORDER}), o.currency, NULL
FROM (SELECT * FROM orders ORDER BY rowid DESC LIMIT {NEWEST}) AS o
LEFT JOIN people ON people.account_id = o.account_id
WHERE substr(o.id, 1, length(?1)) = ?1 AND NOT EXISTS (
  SELECT 1 FROM holds LEFT JOIN resolutions ON resolutions.hold_id = holds.id
  WHERE holds.order_id = o.id
    AND (resolutions.kind = 'captured' OR (resolutions.hold_id IS NULL AND holds.expires_at > ?2)))
LIMIT {MOST_TOLD}
"""
_HOLDS = f"""
SELECT h.id, people.name, h.amount_minor, h.currency, NULL
FROM (SELECT * FROM holds ORDER BY rowid DESC LIMIT {NEWEST}) AS h
LEFT JOIN people ON people.account_id = h.account_id
LEFT JOIN resolutions ON resolutions.hold_id = h.id
WHERE substr(h.id, 1, length(?1)) = ?1 AND resolutions.hold_id IS NULL AND h.expires_at > ?2
LIMIT {MOST_TOLD}
"""
_REFUNDED = """SELECT coalesce(sum(postings.amount_minor), 0) FROM transactions JOIN postings
  ON postings.transaction_id = transactions.id AND postings.amount_minor > 0
  WHERE transactions.hold_id = h.id AND transactions.kind = 'refund'"""
_CAPTURED = f"""
SELECT h.id, people.name, resolutions.amount_minor - ({_REFUNDED}) AS remaining, h.currency, NULL
FROM (SELECT * FROM holds ORDER BY rowid DESC LIMIT {NEWEST}) AS h
LEFT JOIN people ON people.account_id = h.account_id
JOIN resolutions ON resolutions.hold_id = h.id AND resolutions.kind = 'captured'
WHERE substr(h.id, 1, length(?1)) = ?1 AND remaining > 0
LIMIT {MOST_TOLD}
"""
_EVENTS = f"""
SELECT e.id, people.name, json_extract(e.body, '$.amount_minor'), json_extract(e.body, '$.currency'),
  json_extract(e.body, '$.command') || ' ' || e.outcome
FROM (SELECT * FROM events ORDER BY seq DESC LIMIT {NEWEST}) AS e
LEFT JOIN people ON people.account_id = e.account
WHERE json_valid(e.body) AND substr(e.id, 1, length(?1)) = ?1
LIMIT {MOST_TOLD}
"""


_LEFT_OVER = """
SELECT
  (SELECT coalesce(sum(amount_minor), 0) FROM postings WHERE account_id = o.account_id AND currency = o.currency)
  - (SELECT coalesce(sum(holds.amount_minor), 0) FROM holds
     LEFT JOIN resolutions ON resolutions.hold_id = holds.id
     WHERE holds.account_id = o.account_id AND holds.currency = o.currency
       AND resolutions.hold_id IS NULL AND holds.expires_at > ?2)
  - (SELECT sum(quantity * unit_minor) FROM order_lines WHERE order_id = o.id)
FROM orders AS o WHERE o.id = ?1
"""
"""What an account would have left if an order were paid, in minor units."""


class SqliteGlance:
    """Looks at `HOME/wallet.db`, when it is asked for the first time."""

    def __init__(self, home: Path) -> None:
        self._path = home / "wallet.db"
        self._home = home

    @property
    def state(self) -> WalletState:
        """Missing, ready or unusable, as far as it can be seen from outside."""
        return self._opened[0]

    @property
    def enrolled(self) -> int:
        """How many people are."""
        return sum(count for (count,) in self._rows("SELECT count(*) FROM people"))

    def is_key_usable(self) -> bool:
        """Not where the master key is a file that is missing, or that others can read; a keyring is not asked."""
        from smilepay_cli.adapters.key_stores import OTHERS
        from smilepay_cli.adapters.keys import PLACE, key_file
        from smilepay_cli.vocabulary.errors import StoreUnusable

        places = [str(value) for (value,) in self._rows("SELECT value FROM settings WHERE name = ?", PLACE)]
        try:
            path = key_file(self._home, next(iter(places), None))
            mode = path.lstat().st_mode if path else None
        except (OSError, StoreUnusable):
            return False
        return mode is None or (stat.S_ISREG(mode) and not stat.S_IMODE(mode) & OTHERS)

    def strikes(self, terminal: str, since: datetime, now: datetime) -> Sequence[datetime]:
        """What counts against a terminal since then: refused attempts, and those that were left behind."""
        from smilepay_cli.adapters.store.slots import SqliteSlots
        from smilepay_cli.adapters.store.trail import SqliteTrail
        from smilepay_cli.rules.lockout import strikes_of

        connection = self._opened[1]
        if connection is None:
            return []
        try:
            strikes = SqliteTrail(connection).strikes_at(terminal, since)
            with suppress(sqlite3.Error):  # an older wallet has no slots
                strikes += strikes_of(SqliteSlots(connection).at(terminal), now)
        except (sqlite3.Error, ValueError, TypeError):
            return []
        return strikes

    def is_affordable(self, order_id: str, now: datetime) -> bool:
        """Whether the account of an order has what it costs; so it is where nobody knows."""
        return all(left is None or left >= 0 for (left,) in self._rows(_LEFT_OVER, order_id, iso(now)))

    def people(self) -> Sequence[str]:
        """Names of who is enrolled, in order."""
        rows = self._rows(f"SELECT name FROM people ORDER BY name_key LIMIT {MOST_PEOPLE}")
        return [name for (name,) in rows]

    def sellers(self) -> Sequence[str]:
        """Sellers who were paid."""
        rows = self._rows("SELECT id FROM accounts WHERE kind = 'merchant' ORDER BY id")
        return [str(account_id).partition(":")[2] for (account_id,) in rows]

    def open_orders(self, now: datetime, prefix: str = "") -> Sequence[Glimpse]:
        """Neither paid nor held, newest first."""
        return self._glimpses(_OPEN_ORDERS, prefix, iso(now))

    def open_holds(self, now: datetime, prefix: str = "") -> Sequence[Glimpse]:
        """Authorized, and not captured, voided or expired; newest first."""
        return self._glimpses(_HOLDS, prefix, iso(now))

    def captured(self, prefix: str = "") -> Sequence[Glimpse]:
        """Payments of which something is left to give back, newest first."""
        return self._glimpses(_CAPTURED, prefix)

    def events(self, prefix: str = "") -> Sequence[Glimpse]:
        """Newest first."""
        return self._glimpses(_EVENTS, prefix)

    def _glimpses(self, sql: str, *values: str) -> list[Glimpse]:
        found = []
        for row_id, name, minor, currency, what in self._rows(sql, *values):
            with suppress(ValueError, TypeError):  # a row that nobody of ours wrote
                amount = None if minor is None or currency is None else Money(minor, currency)
                found.append(Glimpse(row_id, name, amount, what))
        return found

    def _rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        connection = self._opened[1]
        if connection is None:
            return []
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.Error:
            return []

    @cached_property
    def _opened(self) -> tuple[WalletState, sqlite3.Connection | None]:
        """Open until the process ends."""
        try:
            if not os.path.lexists(self._path):
                home = self._path.parent
                is_free = not os.path.lexists(home) or (home.is_dir() and os.access(home, os.R_OK | os.X_OK))
                return (WalletState.MISSING if is_free else WalletState.UNUSABLE), None
            if not all(_is_own_file(self._path.with_name(f"wallet.db{end}")) for end in ("", "-wal", "-shm")):
                return WalletState.UNUSABLE, None
            log, index = (self._path.with_name(f"wallet.db{end}") for end in ("-wal", "-shm"))
            # a log without an index would get one, which stays: then the wallet is told as of before the log
            how = "mode=ro" if log.exists() and index.exists() else "mode=ro&immutable=1"
            connection = sqlite3.connect(f"file:{quote(bytes(self._path))}?{how}", uri=True, timeout=PATIENCE)
            state = _state(connection)
            return state, connection if state is WalletState.READY else None
        except (OSError, ValueError, sqlite3.Error):
            return WalletState.UNUSABLE, None


def _is_own_file(path: Path) -> bool:
    """As when the wallet is opened (home.py): no link, no pipe to wait for, nobody else's; or not there."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
    return True


def _state(connection: sqlite3.Connection) -> WalletState:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION_ID and 1 <= version <= VERSION:
        connection.execute("SELECT 1 FROM people LIMIT 1").fetchone()  # a damaged file may have a whole head
        return WalletState.READY
    is_empty = not application and not version and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    return WalletState.MISSING if is_empty else WalletState.UNUSABLE
