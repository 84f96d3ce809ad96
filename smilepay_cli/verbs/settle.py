"""Settling a payment: the last checks and the money, in one transaction.

Everything that was true before the capture is looked at again here, where nobody else can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from smilepay_cli.ports import Books
from smilepay_cli.rules.books import hold_state, shares_of
from smilepay_cli.rules.limits import (
    require_funds,
    require_within_daily_limit,
    require_within_payment_limit,
)
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.lookup import SUGGESTED_FROM, merchants_of, nearest_id
from smilepay_cli.verbs.post import hold_facts, key_facts, post_capture, posting_facts
from smilepay_cli.verbs.second_factor import AskPin, check_pin
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.faces import Face, Vector
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import (
    Authorization,
    Balance,
    Catalogue,
    Hold,
    KeyUse,
    Order,
    Person,
    Share,
    key_digest,
    merchant_account,
)
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Result

DAY = timedelta(hours=24)
WITHHELD = "withheld"
"""In place of an account's id where no face was looked at."""


@dataclass(frozen=True, slots=True)
class PayRequest:
    """What is to be paid. Either an order (None: the shopper's newest open one), or amount and merchant."""

    order_id: str | None = None
    amount: str | None = None
    merchant: str | None = None
    account: str | None = None
    """The name of a claimed account (1:1)."""
    pin: str | None = None
    hold: bool = False
    """Authorize only."""
    key: str | None = None
    """Idempotency key."""
    challenge: str | None = None
    """Steps with commas between them, in place of a challenge that is drawn; for virtual cameras."""
    ask_pin: AskPin | None = field(default=None, repr=False, compare=False)
    """How to ask the payer when it turns out that a PIN is needed; None where nobody can be asked."""


@dataclass(frozen=True, kw_only=True)
class PayResult(Result):
    """What happened. `repeated`: the key's first success is told again, nothing moved and nobody is named."""

    payment: Authorization | None = None
    order: Order | None = None
    name: str | None = None
    account_id: str | None = None
    balance: Balance | None = None
    amount: Money | None = None
    repeated: bool = False
    first_event: str | None = None
    receipt: str | None = None
    """The file that its receipt was written to, where one was asked for."""
    decision: Decision | None = None
    checks: tuple[CheckResult, ...] = ()
    face: Face | None = field(default=None, metadata={"private": True})
    merchants: Mapping[str, str] = field(default_factory=dict, metadata={"private": True})
    """By id, the names on the shops of who was paid, for receipts."""
    probe: Vector | None = field(default=None, metadata={"private": True})
    """The capture's template, where one was made: for harnesses, which compare it with everybody."""


@dataclass(slots=True)
class Payment:
    """One attempt to pay, on its way through the checks."""

    till: Till
    request: PayRequest
    attempt: Attempt
    amount: Money | None = None
    catalogue: Catalogue | None = None
    """As it was when the attempt began; fees are taken by it."""
    parameters: str = ""
    """What the idempotency key is bound to: never the capture, so that a retry may bring a new selfie."""

    def set_amount(self, amount: Money) -> None:
        """Known from here on, also to the event."""
        self.amount = amount
        self.attempt.facts.update(amount_minor=amount.minor, currency=amount.currency)


def settle(payment: Payment, books: Books, seller: str | None) -> PayResult:
    """Authorize and capture, inside `writing`. Raises Refused, and then nothing of it stays."""
    till, request, attempt = payment.till, payment.request, payment.attempt
    first = first_success(payment, books)
    if first is not None:  # somebody with the same key was faster
        return repeat(payment, books, first)
    attempt.require_floor(books)
    check_lockout(attempt, books)
    person = books.people.by_id(attempt.account_id or "")
    if person is None:
        raise Refused(Reason.NO_MATCH, tr("this account was forgotten a moment ago"))
    _check_not_presented_meanwhile(payment, books)
    order = None if seller else _order_to_pay(payment, books, person)
    amount = order.total if order else payment.amount
    assert amount is not None
    assert payment.catalogue is not None
    payment.set_amount(amount)
    if request.order_id is None and order:
        check_payment_limit(attempt, amount)
    alone = (Share(seller, amount, payment.catalogue.fee_of(seller)),) if seller else ()
    shares = shares_of(order.lines, payment.catalogue) if order else alone
    _check_account(payment, books, person, shares, amount)
    hold = _authorize(payment, books, person, order, shares, amount)
    if not request.hold:
        _capture_hold(payment, books, hold)
    if request.key:
        use = KeyUse(key_digest(request.key), payment.parameters, hold.id, attempt.event_id)
        books.ledger.consume_key(use)
        attempt.done["key_use"] = key_facts(use)
    attempt.record(books, throttle="clear")
    return PayResult(
        payment=authorization(books, hold.id, till.clock.now()),
        order=books.orders.by_id(order.id, till.clock.now()) if order else None,
        name=person.name,
        account_id=person.account_id,
        balance=books.ledger.balance(person.account_id, person.currency, till.clock.now()),
        amount=amount,
        merchants=merchants_of(payment.catalogue, shares),
        probe=attempt.probe,
        **attempt.findings(),
    )


def _check_not_presented_meanwhile(payment: Payment, books: Books) -> None:
    with payment.attempt.check("replay_again"):
        if payment.till.policy.replay_check and books.trail.seen(payment.attempt.presented):
            raise Refused(Reason.USED_BEFORE, tr("this picture was presented a moment ago"), hint=tr("take a new one"))


def _order_to_pay(payment: Payment, books: Books, person: Person) -> Order:
    now = payment.till.clock.now()
    if payment.request.order_id:
        order = named_order(payment, books)
        with payment.attempt.check("order_owner"):
            if order.account_id != person.account_id:
                raise Refused(Reason.NOT_YOUR_ORDER, tr("order {order} is somebody else's", order=order.id))
        return order
    with payment.attempt.check("newest_order") as figures:
        newest = books.orders.newest_open(person.account_id, now)
        figures["order"] = newest.id if newest else None
        if newest is None:
            raise Refused(
                Reason.NO_OPEN_ORDER, tr("there is no open order to pay"), hint=tr("shop first: smilepay shop ITEM")
            )
        return newest


def _check_account(payment: Payment, books: Books, person: Person, shares: tuple[Share, ...], amount: Money) -> None:
    till, attempt = payment.till, payment.attempt
    now = till.clock.now()
    with attempt.check("currency"):
        if amount.currency != person.currency:
            raise Refused(
                Reason.WRONG_CURRENCY,
                tr(
                    "the account is in {currency}, the payment in {amount_currency}",
                    currency=person.currency,
                    amount_currency=amount.currency,
                ),
            )
        for share in shares:
            require_sellers_currency(books, share)
    with attempt.check("daily_limit") as figures:
        spent = Money(books.ledger.spent_since(person.account_id, person.currency, now - DAY, now), person.currency)
        figures["spent_minor"] = spent.minor
        require_within_daily_limit(amount, spent, till.policy)
    check_pin(attempt, person, amount, payment.request.pin)
    with attempt.check("funds") as figures:
        available = books.ledger.balance(person.account_id, person.currency, now).available
        figures["available_minor"] = available.minor
        require_funds(amount, available)


def _authorize(
    payment: Payment, books: Books, person: Person, order: Order | None, shares: tuple[Share, ...], amount: Money
) -> Hold:
    now = payment.till.clock.now()
    hold = Hold(
        id=payment.till.ids.new("pay"),
        account_id=person.account_id,
        order_id=order.id if order else None,
        amount=amount,
        shares=shares,
        authorized_at=now,
        expires_at=now + timedelta(seconds=payment.till.policy.hold_seconds),
    )
    books.ledger.add_hold(hold)
    payment.attempt.done.update(
        payment=hold.id,
        order=hold.order_id,
        merchants=[share.seller for share in shares],
        state="authorized",
        hold=hold_facts(hold),
    )
    return hold


def _capture_hold(payment: Payment, books: Books, hold: Hold) -> None:
    transaction = post_capture(payment.attempt, books, hold, hold.amount)
    payment.attempt.done.update(state="captured", ledger=posting_facts(transaction))


def authorization(books: Books, hold_id: str, now: datetime) -> Authorization:
    """The payment of that id as it stands: authorized, captured, voided or expired. It must be there."""
    hold = books.ledger.hold(hold_id)
    assert hold is not None
    state = hold_state(hold, now)
    return Authorization(hold, "authorized" if state == "open" else state, books.ledger.transaction_of(hold_id))


def repeat(payment: Payment, books: Books, use: KeyUse) -> PayResult:
    """Tell the first success again: which payment, how much, how it stands. Nobody is named, nothing moves."""
    attempt = payment.attempt
    attempt.account_id = None
    attempt.pictures, _ = {}, attempt.facts.pop("kept", None)
    attempt.facts["repeats"] = use.event_id
    attempt.facts["order"] = payment.request.order_id  # of the first success, so there is one
    told = authorization(books, use.hold_id, payment.till.clock.now())
    attempt.record(books)
    return PayResult(
        payment=Authorization(replace(told.hold, account_id=WITHHELD, order_id=None), told.state, None),
        amount=told.hold.amount,
        repeated=True,
        first_event=use.event_id,
        checks=tuple(attempt.checks),
        events=(attempt.event_id,),
    )


def first_success(payment: Payment, books: Books) -> KeyUse | None:
    """The success that the key stands for. Raises Refused (KEY_REUSED) for other parameters."""
    key = payment.request.key
    if key is None:
        return None
    with payment.attempt.check("idempotency_key") as figures:
        use = books.ledger.key(key_digest(key))
        figures["used"] = use is not None
        if use is not None and use.parameters != payment.parameters:
            raise Refused(
                Reason.KEY_REUSED,
                tr("this idempotency key belongs to a payment with other parameters"),
                hint=tr("use a new key for a new payment"),
            )
        return use


def named_order(payment: Payment, books: Books) -> Order:
    """The order that the request names, still open. Raises UsageProblem, or Refused (ORDER_NOT_OPEN)."""
    with payment.attempt.check("order_state") as figures:
        order = books.orders.by_id(payment.request.order_id or "", payment.till.clock.now())
        if order is None:
            typed = payment.request.order_id or ""  # an id names nobody, and only one who knew it comes near it
            near = nearest_id(typed, books.orders.newest_ids(SUGGESTED_FROM))
            raise UsageProblem(
                tr("no order {order!r}", order=typed),
                hint=near or tr("leave it out to pay your newest open order"),
                reason="no_such_order",
            )
        figures.update(order=order.id, state=order.state)
        payment.attempt.facts["order"] = order.id
        if order.state != "open":
            raise Refused(
                Reason.ORDER_NOT_OPEN, tr("order {order} is {state} already", order=order.id, state=order.state)
            )
    return order


def require_sellers_currency(books: Books, share: Share) -> None:
    """An account has one currency. Raises Refused (WRONG_CURRENCY) for a seller who was paid in another one before."""
    opened = books.ledger.account_kind(merchant_account(share.seller))
    if opened is not None and opened[1] != share.amount.currency:
        raise Refused(
            Reason.WRONG_CURRENCY,
            tr(
                "the account of {seller} is in {opened}, the payment in {currency}",
                seller=share.seller,
                opened=opened[1],
                currency=share.amount.currency,
            ),
        )


def check_payment_limit(attempt: Attempt, amount: Money) -> None:
    """Raises Refused (OVER_PAYMENT_LIMIT)."""
    with attempt.check("payment_limit") as figures:
        figures["amount_minor"] = amount.minor
        require_within_payment_limit(amount, attempt.till.policy)
