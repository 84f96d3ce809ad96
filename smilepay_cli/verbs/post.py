"""Posting money together with the event that tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.rules.books import capture_postings
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.vocabulary.ledger import Hold, Posting, Resolution, Transaction, fees_account, merchant_account
from smilepay_cli.vocabulary.money import Money


def post_money(
    attempt: Attempt, books: Books, kind: str, postings: Sequence[Posting], hold_id: str | None = None
) -> Transaction:
    """One ledger transaction, tied to the attempt's event."""
    till = attempt.till
    transaction = Transaction(till.ids.new("txn"), kind, till.clock.now(), tuple(postings), hold_id)
    books.ledger.post(transaction, attempt.event_id)
    return transaction


def post_capture(attempt: Attempt, books: Books, hold: Hold, amount: Money) -> Transaction:
    """Take an amount of a hold, which ends by it."""
    currency = hold.amount.currency
    for share in hold.shares:
        books.ledger.open_account(merchant_account(share.seller), "merchant", currency)
    if any(share.fee_bp for share in hold.shares):
        books.ledger.open_account(fees_account(currency), "fees", currency)
    transaction = post_money(attempt, books, "capture", capture_postings(hold, amount), hold.id)
    books.ledger.resolve(hold.id, Resolution("captured", amount, transaction.at), transaction.id)
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
