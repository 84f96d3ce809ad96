"""Pick things, be recognised, and have an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from smilepay_cli.ports import FrameSource
from smilepay_cli.rules.basket import basket_of, lines_of
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.face import check_input, recognise_shopper
from smilepay_cli.verbs.lookup import require_claimed
from smilepay_cli.verbs.post import order_facts
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Order, order_total
from smilepay_cli.vocabulary.results import Refusal, Result


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
    catalogue = till.catalogue.load()
    lines = lines_of(basket_of(catalogue, picks), catalogue)
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
                raise Refused(Reason.NO_MATCH, tr("this account was forgotten a moment ago"))
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
