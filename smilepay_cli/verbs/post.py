"""Posting money together with the event that tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.vocabulary.ledger import Posting, Transaction


def post_money(
    attempt: Attempt, books: Books, kind: str, postings: Sequence[Posting], hold_id: str | None = None
) -> Transaction:
    """One ledger transaction, tied to the attempt's event."""
    till = attempt.till
    transaction = Transaction(till.ids.new("txn"), kind, till.clock.now(), tuple(postings), hold_id)
    books.ledger.post(transaction, attempt.event_id)
    return transaction


def posting_facts(transaction: Transaction) -> Mapping[str, Any]:
    """What an event says of a transaction; `audit verify` holds it against the postings."""
    return {
        "transaction": transaction.id,
        "kind": transaction.kind,
        "payment": transaction.hold_id,
        "postings": [
            {"account": leg.account_id, "minor": leg.amount.minor, "currency": leg.amount.currency}
            for leg in transaction.postings
        ],
    }
