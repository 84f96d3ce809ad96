"""What a seller's statement says of each payment: the whole, and the fee on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.rules.books import fee_on, kept
from smilepay_cli.vocabulary.ledger import Share, merchant_account
from smilepay_cli.vocabulary.money import Money

if TYPE_CHECKING:
    from smilepay_cli.ports import Books
    from smilepay_cli.vocabulary.ledger import Hold, Transaction

Part = tuple[Money, Money] | tuple[()]
"""Gross and fee; nothing where no seller is paid."""


class Fees:
    """The payments of one account, each looked up once. Postings say the net; this says what it is made of."""

    def __init__(self, books: Books, account_id: str) -> None:
        self._books = books
        self._account_id = account_id
        self._parts: dict[str, dict[str, Part]] = {}

    def part_of(self, transaction: Transaction) -> Part:
        """Of a capture what the seller got, of a refund what the seller gave back, which is below zero."""
        hold_id = transaction.hold_id
        if hold_id is None:
            return ()
        if hold_id not in self._parts:
            hold = self._books.ledger.hold(hold_id)
            self._parts[hold_id] = self._of(hold) if hold else {}
        return self._parts[hold_id].get(transaction.id, ())

    def _of(self, hold: Hold) -> dict[str, Part]:
        """By transaction. Other sellers' refunds count too: whoever was paid first gives back first."""
        parts: dict[str, Part] = {}
        before, refunded = (Money(0, hold.amount.currency),) * 2, Money(0, hold.amount.currency)
        for transaction in self._books.ledger.transactions_of(hold.id):
            if transaction.kind == "refund":
                refunded += _given_back(transaction)
            share = self._share(hold, refunded)
            if share is None:
                return {}
            after = (share.amount, fee_on(share))
            parts[transaction.id] = (after[0] - before[0], after[1] - before[1])
            before = after
        return parts

    def _share(self, hold: Hold, refunded: Money) -> Share | None:
        shares = kept(hold, refunded)
        return next((share for share in shares if merchant_account(share.seller) == self._account_id), None)


def _given_back(refund: Transaction) -> Money:
    return max(leg.amount for leg in refund.postings)
