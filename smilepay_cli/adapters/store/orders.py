"""What shoppers picked. Orders are facts; their state follows from the holds on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from datetime import datetime

from smilepay_cli.adapters.store.ledger import SqliteLedger
from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.rules.books import order_state
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.ledger import Order, OrderLine, order_total
from smilepay_cli.vocabulary.money import Money

_ORDER = "SELECT id, account_id, currency, opened_at FROM orders "
NEWEST = 10_000
"""Orders that are looked at for one that is open; a look at all of a million would be waited for."""
_ANY_OPEN = f"""
SELECT 1 FROM (SELECT * FROM orders ORDER BY rowid DESC LIMIT {NEWEST}) AS o
JOIN people ON people.account_id = o.account_id
WHERE NOT EXISTS (
  SELECT 1 FROM holds LEFT JOIN resolutions ON resolutions.hold_id = holds.id
  WHERE holds.order_id = o.id
    AND (resolutions.kind = 'captured' OR (resolutions.hold_id IS NULL AND holds.expires_at > ?)))
LIMIT 1
"""


class SqliteOrders:
    """The order book."""

    def __init__(self, connection: sqlite3.Connection, ledger: SqliteLedger) -> None:
        self._db = connection
        self._ledger = ledger

    def add(self, order: Order) -> None:
        """Keep an order with its lines, at the prices it was made at."""
        self._db.execute(
            "INSERT INTO orders (id, account_id, currency, opened_at) VALUES (?, ?, ?, ?)",
            (order.id, order.account_id, order.total.currency, iso(order.opened_at)),
        )
        self._db.executemany(
            "INSERT INTO order_lines (order_id, line, item, title, seller, quantity, unit_minor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (order.id, number, line.item, line.title, line.seller, line.quantity, line.unit.minor)
                for number, line in enumerate(order.lines, start=1)
            ],
        )

    def newest_ids(self, limit: int) -> list[str]:
        """Of everybody's orders, paid or not."""
        rows = self._db.execute("SELECT id FROM orders ORDER BY rowid DESC LIMIT ?", (limit,))
        return [order_id for (order_id,) in rows]

    def by_id(self, order_id: str, now: datetime) -> Order | None:
        """The order with its state at `now`."""
        row = self._db.execute(_ORDER + "WHERE id = ?", (order_id,)).fetchone()
        return self._order(row, order_state(self._ledger.holds_on(order_id), now)) if row else None

    def all(self) -> Generator[Order]:
        """Every order, oldest first, with its state left out; streams."""
        for row in self._db.execute(_ORDER + "ORDER BY rowid"):
            yield self._order(row, "")

    def newest_open(self, account_id: str, now: datetime) -> Order | None:
        """The shopper's newest order that is neither paid nor held: the one made last, whatever the clock said then."""
        rows = self._db.execute("SELECT id FROM orders WHERE account_id = ? ORDER BY rowid DESC", (account_id,))
        for (order_id,) in rows.fetchall():
            order = self.by_id(order_id, now)
            if order and order.state == "open":
                return order
        return None

    def is_any_open(self, now: datetime) -> bool:
        """Whether anybody who is enrolled has an order that is neither paid nor held; the newest are looked at."""
        return self._db.execute(_ANY_OPEN, (iso(now),)).fetchone() is not None

    def _order(self, row: tuple[str, str, str, str], state: str) -> Order:
        order_id, account_id, currency, opened_at = row
        lines = tuple(
            OrderLine(item, title, seller, quantity, Money(unit_minor, currency))
            for item, title, seller, quantity, unit_minor in self._db.execute(
                "SELECT item, title, seller, quantity, unit_minor FROM order_lines WHERE order_id = ? ORDER BY line",
                (order_id,),
            )
        )
        total = order_total(lines) if lines else Money(0, currency)
        return Order(order_id, account_id, moment(opened_at), lines, total, state)
