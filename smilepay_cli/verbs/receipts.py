"""The receipt of a payment that was made before. Whoever has its id may have it: it names sellers and no payer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.verbs.lookup import merchants_of, require_hold
from smilepay_cli.verbs.settle import authorization
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.ledger import Authorization, Order


@dataclass(frozen=True, kw_only=True)
class ReceiptResult(Result):
    """A payment as it stands, what it was for, and the names on the shops of who was paid."""

    payment: Authorization
    order: Order | None
    merchants: Mapping[str, str]
    file: str | None = None
    """Where the receipt was written to."""


def receipt_of(till: Till, payment_id: str) -> ReceiptResult:
    """Everything that its receipt tells. Writes nothing. Raises UsageProblem for a payment that is not there."""
    catalogue, now = till.catalogue.load(), till.clock.now()
    with till.store.reading() as books:
        hold = require_hold(books, payment_id)
        order = books.orders.by_id(hold.order_id, now) if hold.order_id else None
        return ReceiptResult(
            payment=authorization(books, hold.id, now), order=order, merchants=merchants_of(catalogue, hold.shares)
        )
