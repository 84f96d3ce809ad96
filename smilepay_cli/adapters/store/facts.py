"""Everything as it lies in the file, for whoever recomputes it, and what the file itself shows to be wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator

from smilepay_cli.adapters.store.ledger import SqliteLedger
from smilepay_cli.adapters.store.orders import SqliteOrders
from smilepay_cli.adapters.store.people import SqlitePeople
from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.adapters.store.schema import changed_definitions
from smilepay_cli.vocabulary.ledger import Hold, KeyUse, Order, Person, Resolution
from smilepay_cli.vocabulary.money import Money

_REFUNDED = """SELECT coalesce(sum(postings.amount_minor), 0) FROM transactions JOIN postings
  ON postings.transaction_id = transactions.id AND postings.amount_minor > 0
  WHERE transactions.hold_id = holds.id AND transactions.kind = 'refund'"""

_RULES = {
    "transaction {} does not sum to zero": """
        SELECT transaction_id FROM postings GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0""",
    "a posting of transaction {} is in another currency than its account": """
        SELECT transaction_id FROM postings JOIN accounts ON accounts.id = postings.account_id
        WHERE postings.currency <> accounts.currency""",
    "account {} is of another kind than its name says": """
        SELECT id FROM accounts WHERE (kind = 'customer') = (instr(id, ':') > 0)
          OR (kind <> 'customer' AND substr(id, 1, length(kind) + 1) <> kind || ':')""",
    "account {} belongs to no event": """
        SELECT id FROM accounts WHERE kind = 'customer'
          AND NOT EXISTS (SELECT 1 FROM events WHERE events.account = accounts.id)""",
    "account {} was opened by no payment and has none": """
        SELECT id FROM accounts WHERE kind <> 'customer'
          AND NOT EXISTS (SELECT 1 FROM postings WHERE postings.account_id = accounts.id)
          AND id || ' ' || currency NOT IN (SELECT 'merchant:' || seller || ' ' || holds.currency FROM hold_shares
            JOIN holds ON holds.id = hold_shares.hold_id JOIN resolutions ON resolutions.hold_id = holds.id
            WHERE resolutions.kind = 'captured')
          AND id || ' ' || currency NOT IN (SELECT 'fees:' || holds.currency || ' ' || holds.currency FROM hold_shares
            JOIN holds ON holds.id = hold_shares.hold_id JOIN resolutions ON resolutions.hold_id = holds.id
            WHERE resolutions.kind = 'captured' AND hold_shares.fee_bp > 0)""",
    "payment {} was captured for more than was held": """
        SELECT hold_id FROM resolutions JOIN holds ON holds.id = resolutions.hold_id
        WHERE resolutions.amount_minor > holds.amount_minor""",
    "payment {} took no money, but has an amount": """
        SELECT hold_id FROM resolutions WHERE kind <> 'captured' AND amount_minor <> 0""",
    "the capture of payment {} moved another amount than it says": """
        SELECT resolutions.hold_id FROM resolutions JOIN holds ON holds.id = resolutions.hold_id
        LEFT JOIN transactions ON transactions.id = resolutions.transaction_id
        WHERE resolutions.kind = 'captured' AND (transactions.kind IS NOT 'capture'
          OR transactions.hold_id IS NOT resolutions.hold_id
          OR resolutions.amount_minor <> (SELECT -coalesce(sum(amount_minor), 0) FROM postings
            WHERE transaction_id = transactions.id AND account_id = holds.account_id))""",
    "transaction {} captures a payment that was not captured": """
        SELECT transactions.id FROM transactions LEFT JOIN resolutions ON resolutions.hold_id = transactions.hold_id
        WHERE transactions.kind = 'capture' AND resolutions.transaction_id IS NOT transactions.id""",
    "more of payment {} was given back than captured": f"""
        SELECT holds.id FROM holds LEFT JOIN resolutions ON resolutions.hold_id = holds.id
        WHERE ({_REFUNDED}) > CASE resolutions.kind WHEN 'captured' THEN resolutions.amount_minor ELSE 0 END""",
    "the shares of payment {} are not its amount": """
        SELECT id FROM holds WHERE amount_minor <>
          (SELECT coalesce(sum(hold_shares.amount_minor), 0) FROM hold_shares WHERE hold_id = holds.id)""",
    "payment {} is not what its order costs": """
        SELECT id FROM holds WHERE order_id IS NOT NULL AND amount_minor <>
          (SELECT sum(quantity * unit_minor) FROM order_lines WHERE order_lines.order_id = holds.order_id)""",
    "order {} was paid twice": """
        SELECT holds.order_id FROM holds JOIN resolutions ON resolutions.hold_id = holds.id
        WHERE resolutions.kind = 'captured' AND holds.order_id IS NOT NULL
        GROUP BY holds.order_id HAVING count(*) > 1""",
    "the gallery has {} versions": "SELECT count(*) FROM gallery_version HAVING count(*) <> 1",
    "two events have the id {}": "SELECT id FROM events GROUP BY id HAVING count(*) > 1",
}
"""What must not be found, as SQL that finds it. `{}` is what was found."""


class SqliteFacts:
    """The facts. Reads only."""

    def __init__(
        self, connection: sqlite3.Connection, ledger: SqliteLedger, orders: SqliteOrders, people: SqlitePeople
    ) -> None:
        self._db = connection
        self._people = people
        self._ledger = ledger
        self._orders = orders

    def flaws(self) -> Generator[str]:
        """What the file itself shows to be wrong, no event asked: definitions, indexes, keys, sums."""
        yield from self.changed_rules()
        for table, rowid, parent, _ in self._db.execute("PRAGMA foreign_key_check"):
            yield f"row {rowid} of {table} points to something in {parent} that is not there"
        for flaw, sql in _RULES.items():
            row = self._db.execute(sql).fetchone()
            if row:
                yield flaw.format(row[0])
        for (said,) in self._db.execute("PRAGMA integrity_check (1)"):
            if said != "ok":
                yield f"the file contradicts itself: {said}"

    def changed_rules(self) -> Generator[str]:
        """Which table, index, trigger or view is missing, was changed, or does not belong."""
        yield from changed_definitions(self._db)

    def accounts(self) -> Generator[tuple[str, str, str]]:
        """(id, kind, currency), by kind and id."""
        yield from self._db.execute("SELECT id, kind, currency FROM accounts ORDER BY kind, id")

    def people(self) -> Generator[tuple[Person, str]]:
        """Everybody who is enrolled, with what their name is compared by."""
        return self._people.stream()

    def sums(self) -> Generator[tuple[str, str, int]]:
        """(account, currency, minor units posted)."""
        yield from self._db.execute(
            "SELECT account_id, currency, sum(amount_minor) FROM postings GROUP BY account_id, currency"
        )

    def period(self) -> tuple[str, str] | None:
        """Time of the first and of the last transaction or payment, by their clocks; None when there is none."""
        first, last = self._db.execute(
            "SELECT min(at), max(at) FROM (SELECT at FROM transactions UNION ALL SELECT authorized_at FROM holds)"
        ).fetchone()
        return (first, last) if first else None

    def transaction_count(self) -> int:
        """How many transactions there are."""
        return int(self._db.execute("SELECT count(*) FROM transactions").fetchone()[0])

    def orders(self) -> Generator[Order]:
        """Every order, oldest first; its state is not looked at."""
        return self._orders.all()

    def holds(self) -> Generator[Hold]:
        """Every payment, oldest first."""
        return self._ledger.holds()

    def resolutions(self) -> Generator[tuple[str, Resolution, str | None]]:
        """(hold, how it ended, its transaction), oldest first."""
        for hold_id, kind, minor, currency, at, transaction_id in self._db.execute(
            "SELECT hold_id, resolutions.kind, resolutions.amount_minor, currency, at, transaction_id"
            " FROM resolutions CROSS JOIN holds ON holds.id = hold_id ORDER BY resolutions.rowid"
        ):
            yield hold_id, Resolution(kind, Money(minor, currency), moment(at)), transaction_id

    def key_uses(self) -> Generator[KeyUse]:
        """Every idempotency key that stands for something, oldest first."""
        for row in self._db.execute("SELECT key, parameters, hold_id, event_id FROM key_uses ORDER BY rowid"):
            yield KeyUse(*row)

    def presentations(self) -> Generator[tuple[str, str]]:
        """(digest, id of the event that presented it), oldest first."""
        yield from self._db.execute("SELECT digest, event_id FROM presentations ORDER BY rowid")

    def is_presented(self, digest: str) -> bool:
        """Whether a picture of that digest counts as presented."""
        return self._db.execute("SELECT 1 FROM presentations WHERE digest = ?", (digest,)).fetchone() is not None
