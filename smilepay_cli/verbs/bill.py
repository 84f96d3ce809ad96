"""What is to be paid, as far as it is known before anybody was looked at: what a till's display shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smilepay_cli.ports import Books
from smilepay_cli.verbs.lookup import is_seller
from smilepay_cli.verbs.settle import PayRequest
from smilepay_cli.verbs.throttle import is_terminal_locked
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.ledger import Catalogue, key_digest
from smilepay_cli.vocabulary.money import Money, parse_amount


@dataclass(frozen=True, slots=True)
class Bill:
    """An amount, and who gets it, by the names on their shops. It names no shopper."""

    amount: Money
    merchants: tuple[str, ...]


def bill_of(till: Till, request: PayRequest) -> Bill | None:
    """The bill that a request names: an open order's, or its amount and merchant.

    None where only a face can tell which order it is, and where `pay` would refuse the request or move nothing: it says
    so itself. Writes nothing, and decides nothing: whatever goes wrong here is for `pay` to meet again.
    """
    try:
        catalogue = till.catalogue.load()
        with till.store.reading() as books:
            if request.key is not None and books.ledger.key(key_digest(request.key)) is not None:
                return None
            if request.order_id:
                return _of_order(till, books, catalogue, request.order_id)
            return _of_amount(books, catalogue, request)
    except Exception:  # the payment's checks say what is wrong, in their order and with an event
        return None


def has_open_order(till: Till) -> bool:
    """Whether there is an open order of anybody, at a terminal that is not locked. Decides nothing, like `bill_of`."""
    try:
        with till.store.reading() as books:
            return not is_terminal_locked(till, books) and books.orders.is_any_open(till.clock.now())
    except Exception:  # as above
        return False


def _of_order(till: Till, books: Books, catalogue: Catalogue, order_id: str) -> Bill | None:
    order = books.orders.by_id(order_id, till.clock.now())
    if order is None or order.state != "open":
        return None
    return Bill(order.total, names_of(catalogue, (line.seller for line in order.lines)))


def _of_amount(books: Books, catalogue: Catalogue, request: PayRequest) -> Bill | None:
    if not (request.amount and request.merchant) or not is_seller(books, catalogue, request.merchant):
        return None
    return Bill(parse_amount(request.amount, catalogue.currency), names_of(catalogue, [request.merchant]))


def names_of(catalogue: Catalogue, sellers: Iterable[str]) -> tuple[str, ...]:
    """The names on the shops of sellers, each once."""
    return tuple(dict.fromkeys(catalogue.title_of(seller) for seller in sellers))
