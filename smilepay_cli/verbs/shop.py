"""Pick things, be recognised, and have an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from smilepay_cli.ports import FrameSource
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.face import check_input, recognise_shopper
from smilepay_cli.verbs.lookup import require_claimed
from smilepay_cli.verbs.post import order_facts
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.ledger import Catalogue, Order, OrderLine, order_total
from smilepay_cli.vocabulary.money import LARGEST_SUM
from smilepay_cli.vocabulary.results import Refusal, Result

MOST_OF_ONE = 999


@dataclass(frozen=True, kw_only=True)
class ShopResult(Result):
    """The order that was opened, and for whom."""

    order: Order | None = None
    name: str | None = None
    decision: Decision | None = None
    checks: tuple[CheckResult, ...] = ()
    face: Face | None = field(default=None, metadata={"private": True})


def shop(till: Till, picks: Sequence[str], source: FrameSource, *, account: str | None = None) -> ShopResult:
    """Recognise the shopper and open an order for the items picked (`ITEM` or `ITEM=QTY`).

    Needs a match only: no smile, and the sample is not used up. Raises UsageProblem for an unknown item.
    """
    lines = _lines(till.catalogue.load(), picks)
    attempt = Attempt(till, "shop")
    attempt.record_policy()

    def body() -> ShopResult:
        check_input(attempt, source)
        with till.store.reading() as books:
            attempt.require_floor(books)
            attempt.claimed_id = require_claimed(books, account).account_id if account else None
            check_lockout(attempt, books)
        recognise_shopper(attempt, source)
        with till.store.writing() as books:
            person = books.people.by_id(attempt.account_id or "")
            if person is None:
                raise Refused(Reason.NO_MATCH, "this account was forgotten a moment ago")
            now = till.clock.now()
            order = Order(till.ids.new("ord"), person.account_id, now, lines, order_total(lines), "open")
            books.orders.add(order)
            attempt.done.update(order=order.id, amount_minor=order.total.minor, currency=order.total.currency)
            attempt.done["picked"] = order_facts(order)
            attempt.record(books)
        return ShopResult(
            order=order,
            name=person.name,
            **attempt.findings(),
        )

    def refused(refusal: Refusal) -> ShopResult:
        return ShopResult(
            refusal=refusal,
            **attempt.findings(),
        )

    return answered(attempt, body, refused)


def _lines(catalogue: Catalogue, picks: Sequence[str]) -> tuple[OrderLine, ...]:
    quantities: dict[str, int] = {}
    for pick in picks:
        item_id, _, quantity = pick.partition("=")
        if item_id not in catalogue.items:
            close = get_close_matches(item_id, catalogue.items, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "what there is: smilepay shop"
            raise UsageProblem(f"there is no {item_id!r} in the catalogue", hint=hint, reason="no_such_item")
        if "=" in pick and not (quantity.isascii() and quantity.isdecimal() and 1 <= int(quantity) <= MOST_OF_ONE):
            raise UsageProblem(f"quantity in {pick!r} must be a whole number from 1 to {MOST_OF_ONE}")
        quantities[item_id] = quantities.get(item_id, 0) + int(quantity or 1)
        if quantities[item_id] > MOST_OF_ONE:
            raise UsageProblem(f"no more than {MOST_OF_ONE} of {item_id!r} in one order")
    items = ((catalogue.items[item_id], quantity) for item_id, quantity in quantities.items())
    lines = tuple(OrderLine(item.id, item.title, item.seller, quantity, item.price) for item, quantity in items)
    if order_total(lines).minor > LARGEST_SUM:
        raise UsageProblem(f"such an order costs more than any wallet holds: {order_total(lines)}", reason="bad_amount")
    return lines
