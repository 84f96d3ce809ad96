"""Posting money together with the event that tells of it, and what events say of facts.

Whatever a fact holds is in the event that it came with, in the same words, so that `audit verify` can tell one from the
other (verbs/verify.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.rules.books import capture_postings
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.ledger import (
    Hold,
    KeyUse,
    Order,
    Person,
    Posting,
    Resolution,
    Transaction,
    fees_account,
    merchant_account,
)
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
    """What an event says of a transaction."""
    return {
        "transaction": transaction.id,
        "at": iso(transaction.at),
        "kind": transaction.kind,
        "payment": transaction.hold_id,
        "postings": [
            {"account": leg.account_id, "minor": leg.amount.minor, "currency": leg.amount.currency}
            for leg in transaction.postings
        ],
    }


def hold_facts(hold: Hold) -> Mapping[str, Any]:
    """What an event says of an authorization, besides its id, account, order and amount."""
    return {
        "authorized_at": iso(hold.authorized_at),
        "expires_at": iso(hold.expires_at),
        "shares": [{"seller": s.seller, "minor": s.amount.minor, "fee_bp": s.fee_bp} for s in hold.shares],
    }


def order_facts(order: Order) -> Mapping[str, Any]:
    """What an event says of an order, besides its id, account and total."""
    return {
        "opened_at": iso(order.opened_at),
        "lines": [
            {
                "item": line.item,
                "title": line.title,
                "seller": line.seller,
                "quantity": line.quantity,
                "unit_minor": line.unit.minor,
            }
            for line in order.lines
        ],
    }


def key_facts(use: KeyUse) -> Mapping[str, Any]:
    """What an event says of the idempotency key that it used: digests only."""
    return {
        "key": use.key,
        "parameters": sha256(use.parameters.encode()).hexdigest(),
    }


def person_facts(person: Person) -> Mapping[str, Any]:
    """What an event says of somebody who is enrolled. The name as a digest with the person's salt: once that is
    destroyed, nobody can tell any more whose name it was of.
    """
    assert person.salt is not None
    return {
        "at": iso(person.enrolled_at),
        "currency": person.currency,
        "name": hmac.new(person.salt, f"{person.account_id}:{person.name}".encode(), sha256).hexdigest(),
    }


def pin_facts(pin_hash: str | None) -> str | None:
    """What an event says of a PIN: a digest of its salted hash, with which nobody can try PINs; None where there is
    none.
    """
    return sha256(pin_hash.encode()).hexdigest() if pin_hash is not None else None


def bound(attempt: Attempt, books: Books, person: Person) -> Person:
    """Somebody enrolled before events told names: with a salt from now on."""
    salt = attempt.till.vault.new_salt()
    books.people.set_salt(person.account_id, salt)
    return replace(person, salt=salt)
