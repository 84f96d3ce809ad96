"""What becomes of a payment once it is authorized: captured, voided, given back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from smilepay_cli.ports import Books
from smilepay_cli.rules.books import (
    fees_of,
    hold_state,
    refund_postings,
    require_capturable,
    require_open,
    require_refundable,
)
from smilepay_cli.rules.limits import require_funds, require_within_daily_limit
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.lookup import known_as, require_hold
from smilepay_cli.verbs.post import post_capture, post_money, posting_facts
from smilepay_cli.verbs.settle import DAY, require_sellers_currency
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Authorization, Hold, Posting, Resolution
from smilepay_cli.vocabulary.money import Money, parse_amount
from smilepay_cli.vocabulary.results import Refusal, Result


@dataclass(frozen=True, kw_only=True)
class PaymentResult(Result):
    """What became of a payment. `amount` is what was captured or given back, `fee` what sellers paid or got of it."""

    verb: str
    payment_id: str
    payment: Authorization | None = None
    amount: Money | None = None
    fee: Money | None = None


def capture(till: Till, payment_id: str, amount: str | None = None) -> PaymentResult:
    """Take the money that was authorized, whole or in part; the rest is set free."""

    def step(books: Books, attempt: Attempt, hold: Hold) -> Money:
        wanted = parse_amount(amount, hold.amount.currency) if amount else hold.amount
        require_capturable(hold, wanted, till.clock.now())
        _require_unpaid_and_covered(till, books, hold, wanted)
        for share in hold.shares:
            require_sellers_currency(books, share)
        transaction = post_capture(attempt, books, hold, wanted)
        attempt.facts.update(state="captured", ledger=posting_facts(transaction))
        return wanted

    return _on_payment(till, "capture", payment_id, step)


def void(till: Till, payment_id: str) -> PaymentResult:
    """Set free what was authorized."""

    def step(books: Books, attempt: Attempt, hold: Hold) -> Money:
        require_open(hold, till.clock.now())
        resolution = Resolution("voided", Money(0, hold.amount.currency), till.clock.now())
        books.ledger.resolve(hold.id, resolution, None)
        attempt.facts.update(state="voided", resolved_at=iso(resolution.at))
        return hold.amount

    return _on_payment(till, "void", payment_id, step)


def refund(till: Till, payment_id: str, amount: str | None = None) -> PaymentResult:
    """Give back what was captured, all of it or a part; never more than was captured.

    Refused (INSUFFICIENT_FUNDS) when a seller has not got it any more.
    """

    def step(books: Books, attempt: Attempt, hold: Hold) -> Money:
        wanted = parse_amount(amount, hold.amount.currency) if amount else None
        back = require_refundable(hold, wanted, till.clock.now())
        forgotten = books.people.by_id(hold.account_id) is None
        postings = refund_postings(hold, back, forgotten=forgotten)
        _require_sellers_funds(till, books, postings)
        transaction = post_money(attempt, books, "refund", postings, hold.id)
        attempt.facts.update(state="refunded", ledger=posting_facts(transaction))
        return back

    return _on_payment(till, "refund", payment_id, step)


def _require_unpaid_and_covered(till: Till, books: Books, hold: Hold, amount: Money) -> None:
    """Should the clock have gone back, an expired hold looks open again: its order may be paid, its money spent, and
    the limit of its day used up.
    """
    now = till.clock.now()
    order = books.orders.by_id(hold.order_id, now) if hold.order_id else None
    if order is not None and order.state == "paid":
        raise Refused(Reason.ORDER_NOT_OPEN, tr("order {order} is paid already, by another payment", order=order.id))
    available = books.ledger.balance(hold.account_id, amount.currency, now).available
    require_funds(amount, available + hold.amount)
    _require_within_its_day(till, books, hold, amount)


def _require_within_its_day(till: Till, books: Books, hold: Hold, amount: Money) -> None:
    """What was authorized when this hold had expired did not count it. Where there is nothing of that kind, the limit
    was looked at when the hold was authorized, by the policy of then.
    """
    now, currency = till.clock.now(), hold.amount.currency
    since = now - DAY
    just_before = hold.expires_at - timedelta(milliseconds=1)
    if not books.ledger.spent_since(hold.account_id, currency, just_before, now):
        return
    spent = Money(books.ledger.spent_since(hold.account_id, currency, since, now), currency)
    if hold.authorized_at > since:
        spent -= hold.amount  # counted as open
    require_within_daily_limit(amount, spent, till.policy)


def _require_sellers_funds(till: Till, books: Books, postings: Sequence[Posting]) -> None:
    """Each seller's part is less by the fee given back on it, and the fees have to have that."""
    for leg in postings:
        if leg.amount.minor < 0:
            balance = books.ledger.balance(leg.account_id, leg.amount.currency, till.clock.now())
            require_funds(-leg.amount, balance.available, whose=known_as(books, leg.account_id))


def _on_payment(till: Till, verb: str, payment_id: str, step: Callable[[Books, Attempt, Hold], Money]) -> PaymentResult:
    attempt = Attempt(till, f"wallet.{verb}")

    def body() -> PaymentResult:
        with till.store.writing() as books:
            hold = require_hold(books, payment_id)
            attempt.account_id = hold.account_id
            attempt.facts["payment"] = hold.id
            with attempt.check("state") as figures:
                figures["state"] = hold_state(hold, till.clock.now())
                amount = step(books, attempt, hold)
            attempt.facts.update(amount_minor=amount.minor, currency=amount.currency, order=hold.order_id)
            attempt.record(books)
            now_held = require_hold(books, payment_id)
            state = hold_state(now_held, till.clock.now())
            before, after = fees_of(hold), fees_of(now_held)
            return PaymentResult(
                verb=verb,
                payment_id=payment_id,
                payment=Authorization(now_held, state, books.ledger.transaction_of(payment_id)),
                amount=amount,
                fee=after - before if before < after else before - after,
                events=(attempt.event_id,),
            )

    def refused(refusal: Refusal) -> PaymentResult:
        return PaymentResult(verb=verb, payment_id=payment_id, refusal=refusal, events=(attempt.event_id,))

    return answered(attempt, body, refused)
