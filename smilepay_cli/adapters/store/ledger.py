"""Money as it lies in the file: holds, resolutions, transactions and postings."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from datetime import datetime

from smilepay_cli.adapters.store.rows import moment
from smilepay_cli.rules.books import require_balanced
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Balance, Hold, KeyUse, Posting, Resolution, Share, Transaction
from smilepay_cli.vocabulary.money import LARGEST_SUM, Money

_HOLD = """
SELECT holds.id, holds.account_id, holds.order_id, holds.amount_minor, holds.currency, holds.authorized_at,
       holds.expires_at, resolutions.kind, resolutions.amount_minor, resolutions.at,
       (SELECT coalesce(sum(postings.amount_minor), 0) FROM transactions JOIN postings
          ON postings.transaction_id = transactions.id AND postings.amount_minor > 0
        WHERE transactions.hold_id = holds.id AND transactions.kind = 'refund')
FROM holds LEFT JOIN resolutions ON resolutions.hold_id = holds.id
"""
_OPEN = "resolutions.hold_id IS NULL AND holds.expires_at > ?"
_EXPIRED = "resolutions.hold_id IS NULL AND holds.expires_at <= ?"


class SqliteLedger:
    """The ledger. Adds facts, never changes one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def open_account(self, account_id: str, kind: str, currency: str) -> None:
        """No effect when it is open already."""
        if self.account_kind(account_id) is None:
            self._db.execute("INSERT INTO accounts VALUES (?, ?, ?)", (account_id, kind, currency))

    def account_kind(self, account_id: str) -> tuple[str, str] | None:
        """(kind, currency), or None when there is no such account."""
        row = self._db.execute("SELECT kind, currency FROM accounts WHERE id = ?", (account_id,)).fetchone()
        return (row[0], row[1]) if row else None

    def accounts(self, kind: str) -> list[tuple[str, str]]:
        """(account id, currency) of one kind, by id."""
        return list(self._db.execute("SELECT id, currency FROM accounts WHERE kind = ? ORDER BY id", (kind,)))

    def balance(self, account_id: str, currency: str, now: datetime) -> Balance:
        """Sum of the postings, and what open holds set aside."""
        (posted,) = self._db.execute(
            "SELECT coalesce(sum(amount_minor), 0) FROM postings WHERE account_id = ? AND currency = ?",
            (account_id, currency),
        ).fetchone()
        (held,) = self._db.execute(
            "SELECT coalesce(sum(holds.amount_minor), 0) FROM holds"
            " LEFT JOIN resolutions ON resolutions.hold_id = holds.id"
            f" WHERE holds.account_id = ? AND holds.currency = ? AND {_OPEN}",
            (account_id, currency, iso(now)),
        ).fetchone()
        return Balance(account_id, Money(posted, currency), Money(held, currency))

    def spent_since(self, account_id: str, currency: str, since: datetime, now: datetime) -> int:
        """Minor units in captures and open holds authorized since then; refunds do not count back."""
        (spent,) = self._db.execute(
            "SELECT coalesce(sum(coalesce(resolutions.amount_minor, holds.amount_minor)), 0) FROM holds"
            " LEFT JOIN resolutions ON resolutions.hold_id = holds.id"
            " WHERE holds.account_id = ? AND holds.currency = ? AND holds.authorized_at > ?"
            f" AND (resolutions.kind = 'captured' OR ({_OPEN}))",
            (account_id, currency, iso(since), iso(now)),
        ).fetchone()
        return int(spent)

    def add_hold(self, hold: Hold) -> None:
        """Set money aside."""
        self._db.execute(
            "INSERT INTO holds (id, account_id, order_id, amount_minor, currency, authorized_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                hold.id,
                hold.account_id,
                hold.order_id,
                hold.amount.minor,
                hold.amount.currency,
                iso(hold.authorized_at),
                iso(hold.expires_at),
            ),
        )
        self._db.executemany(
            "INSERT INTO hold_shares (hold_id, position, seller, amount_minor, fee_bp) VALUES (?, ?, ?, ?, ?)",
            [(hold.id, place, s.seller, s.amount.minor, s.fee_bp) for place, s in enumerate(hold.shares)],
        )

    def resolve(self, hold_id: str, resolution: Resolution, transaction_id: str | None) -> None:
        """End a hold; the database refuses a second time."""
        self._db.execute(
            "INSERT INTO resolutions (hold_id, kind, amount_minor, transaction_id, at) VALUES (?, ?, ?, ?, ?)",
            (hold_id, resolution.kind, resolution.amount.minor, transaction_id, iso(resolution.at)),
        )

    def post(self, transaction: Transaction, event_id: str) -> None:
        """Postings first, then the transaction that closes over them (schema.py says why)."""
        require_balanced(transaction.postings)
        self._db.executemany(
            "INSERT INTO postings (transaction_id, account_id, amount_minor, currency) VALUES (?, ?, ?, ?)",
            [(transaction.id, leg.account_id, leg.amount.minor, leg.amount.currency) for leg in transaction.postings],
        )
        if transaction.kind == "deposit":
            self._require_countable(transaction.postings)
        self._db.execute(
            "INSERT INTO transactions (id, kind, at, hold_id, event_id) VALUES (?, ?, ?, ?, ?)",
            (transaction.id, transaction.kind, iso(transaction.at), transaction.hold_id, event_id),
        )

    def _require_countable(self, postings: tuple[Posting, ...]) -> None:
        """All money came in by deposits, so no balance is ever larger than what the world outside has put in."""
        for leg in postings:
            (posted,) = self._db.execute(
                "SELECT sum(amount_minor) FROM postings WHERE account_id = ? AND currency = ?",
                (leg.account_id, leg.amount.currency),
            ).fetchone()
            if abs(posted) > LARGEST_SUM:
                raise UsageProblem(
                    tr("no more than {money} fit into one wallet", money=Money(LARGEST_SUM, leg.amount.currency)),
                    reason="bad_amount",
                )

    def hold(self, hold_id: str) -> Hold | None:
        """One payment."""
        found = self._holds("WHERE holds.id = ?", hold_id)
        return found[0] if found else None

    def newest_holds(self, limit: int) -> list[str]:
        """Ids of payments, whatever became of them."""
        return [row[0] for row in self._db.execute("SELECT id FROM holds ORDER BY rowid DESC LIMIT ?", (limit,))]

    def holds_on(self, order_id: str) -> list[Hold]:
        """All authorizations of an order, oldest first."""
        return self._holds("WHERE holds.order_id = ? ORDER BY holds.rowid", order_id)

    def open_holds(self, account_id: str, now: datetime) -> list[Hold]:
        """What is set aside of an account, oldest first."""
        return self._holds(f"WHERE holds.account_id = ? AND {_OPEN} ORDER BY holds.rowid", account_id, iso(now))

    def expired_holds(self, account_id: str, now: datetime) -> list[Hold]:
        """What was set aside and neither captured nor voided in its time, oldest first."""
        return self._holds(f"WHERE holds.account_id = ? AND {_EXPIRED} ORDER BY holds.rowid", account_id, iso(now))

    def statement(self, account_id: str) -> list[Transaction]:
        """Every transaction that touches the account, oldest first."""
        rows = self._db.execute(
            "SELECT id, kind, at, hold_id FROM transactions WHERE id IN"
            " (SELECT transaction_id FROM postings WHERE account_id = ?) ORDER BY seq",
            (account_id,),
        ).fetchall()
        return [self._transaction(*row) for row in rows]

    def transactions_of(self, hold_id: str) -> list[Transaction]:
        """The capture of a hold, then what was given back of it, oldest first."""
        rows = self._db.execute(
            "SELECT id, kind, at, hold_id FROM transactions WHERE hold_id = ? ORDER BY seq", (hold_id,)
        ).fetchall()
        return [self._transaction(*row) for row in rows]

    def transaction_of(self, hold_id: str) -> Transaction | None:
        """The capture of a hold."""
        row = self._db.execute(
            "SELECT id, kind, at, hold_id FROM transactions WHERE hold_id = ? AND kind = 'capture'", (hold_id,)
        ).fetchone()
        return self._transaction(*row) if row else None

    def key(self, digest: str) -> KeyUse | None:
        """What an idempotency key stands for, by its digest."""
        row = self._db.execute(
            "SELECT key, parameters, hold_id, event_id FROM key_uses WHERE key = ?", (digest,)
        ).fetchone()
        return KeyUse(*row) if row else None

    def consume_key(self, use: KeyUse) -> None:
        """Bind a key to its one success; the database refuses a second time."""
        self._db.execute(
            "INSERT INTO key_uses VALUES (?, ?, ?, ?)", (use.key, use.parameters, use.hold_id, use.event_id)
        )

    def transactions(self) -> Generator[tuple[Transaction, str]]:
        """Every transaction with the id of its event, oldest first."""
        for transaction_id, kind, at, hold_id, event_id in self._db.execute(
            "SELECT id, kind, at, hold_id, event_id FROM transactions ORDER BY seq"
        ):
            yield self._transaction(transaction_id, kind, at, hold_id), event_id

    def holds(self) -> Generator[Hold]:
        """Every payment, oldest first; streams."""
        for row in self._db.execute(_HOLD + "ORDER BY holds.rowid"):
            yield self._hold(row)

    def _holds(self, where: str, *values: str) -> list[Hold]:
        return [self._hold(row) for row in self._db.execute(_HOLD + where, values).fetchall()]

    def _hold(self, row: tuple[str, str, str | None, int, str, str, str, str | None, int, str, int]) -> Hold:
        hold_id, account_id, order_id, minor, currency, authorized_at, expires_at, kind, resolved, at, refunded = row
        shares = self._db.execute(
            "SELECT seller, amount_minor, fee_bp FROM hold_shares WHERE hold_id = ? ORDER BY position", (hold_id,)
        )
        return Hold(
            id=hold_id,
            account_id=account_id,
            order_id=order_id,
            amount=Money(minor, currency),
            shares=tuple(Share(seller, Money(part, currency), fee_bp) for seller, part, fee_bp in shares),
            authorized_at=moment(authorized_at),
            expires_at=moment(expires_at),
            resolution=Resolution(kind, Money(resolved, currency), moment(at)) if kind else None,
            refunded=Money(refunded, currency),
        )

    def _transaction(self, transaction_id: str, kind: str, at: str, hold_id: str | None) -> Transaction:
        postings = self._db.execute(
            "SELECT account_id, amount_minor, currency FROM postings WHERE transaction_id = ? ORDER BY id",
            (transaction_id,),
        )
        legs = tuple(Posting(account_id, Money(minor, currency)) for account_id, minor, currency in postings)
        return Transaction(transaction_id, kind, moment(at), legs, hold_id)
