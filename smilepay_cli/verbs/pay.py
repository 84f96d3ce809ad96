"""Pay with a face: one attempt, one answer, one event, and the money in the same transaction.

The order of the checks is the contract's: input and policy, idempotency key, state of a named order,
limit per payment, lockout, capture and quality, replay, match, smile and liveness; then the shopper's
newest order, account limits, PIN and funds. The first refusal is the answer.
"""

from __future__ import annotations

from dataclasses import replace

import rfc8785

from smilepay_cli.ports import Books, FrameSource
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.challenge import fixed_challenge
from smilepay_cli.verbs.face import check_input, recognise_payer
from smilepay_cli.verbs.keeping import make_pictures
from smilepay_cli.verbs.lookup import is_seller, require_claimed, require_seller
from smilepay_cli.verbs.second_factor import pin_of_payer
from smilepay_cli.verbs.settle import (
    Payment,
    PayRequest,
    PayResult,
    check_payment_limit,
    first_success,
    named_order,
    repeat,
    settle,
)
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Refused, UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Catalogue
from smilepay_cli.vocabulary.money import Money, parse_amount
from smilepay_cli.vocabulary.results import Refusal

__all__ = ["PayRequest", "PayResult", "pay"]


def pay(till: Till, request: PayRequest, source: FrameSource) -> PayResult:
    """Authorize and capture a payment with a face, or say why not.

    Raises UsageProblem for a request that makes no sense; everything else is a result with an event.
    """
    attempt = Attempt(till, "pay")
    attempt.record_policy()
    attempt.facts.update(order=None, merchants=[])
    payment = Payment(till, request, attempt)
    return answered(attempt, lambda: _paid(payment, source), lambda refusal: _refused(payment, refusal))


def _paid(payment: Payment, source: FrameSource) -> PayResult:
    till, request, attempt = payment.till, payment.request, payment.attempt
    payment.catalogue = till.catalogue.load()
    if amount := _requested_amount(payment.catalogue, request):
        payment.set_amount(amount)
    check_input(attempt, source)
    attempt.pays_with_files = not source.is_camera
    if request.challenge is not None:
        attempt.challenge = fixed_challenge(request.challenge, source, till.policy)
    with till.store.reading() as books:
        _record_merchant(payment, books)
        attempt.require_floor(books)
        attempt.claimed_id = require_claimed(books, request.account).account_id if request.account else None
        payment.parameters = _parameters(payment)
        first = first_success(payment, books)
        if first is None:
            seller = require_seller(books, payment.catalogue, request.merchant) if request.merchant else None
            named = named_order(payment, books) if request.order_id else None
            if named:
                payment.set_amount(named.total)
            if payment.amount:
                check_payment_limit(attempt, payment.amount)
            check_lockout(attempt, books)
    if first is not None:
        with till.store.writing() as books:
            return repeat(payment, books, first)
    recognise_payer(attempt, source, attempt.challenge)
    if attempt.keeps:
        with attempt.check("kept_frames") as figures:
            figures["frames"] = make_pictures(attempt)
    payment.request = replace(request, pin=pin_of_payer(attempt, request.pin, request.ask_pin, payment.amount))
    with till.store.writing() as books:
        try:
            return settle(payment, books, seller)
        except Refused as error:
            if attempt.done:  # something was written: all of it is taken back before the refusal is told
                raise
            refusal = Refusal.of(error)
            attempt.record(books, refusal=refusal)  # in here, so that nobody else can try before it is told
            return _refused(payment, refusal)


def _requested_amount(catalogue: Catalogue, request: PayRequest) -> Money | None:
    """Check that the request makes sense; the amount where it names one. Raises UsageProblem."""
    if request.order_id and (request.amount or request.merchant):
        raise UsageProblem(
            tr("an order has its own amount and merchants"), hint=tr("give ORDER, or --amount with --merchant")
        )
    if bool(request.amount) != bool(request.merchant):
        raise UsageProblem(
            tr("--amount and --merchant go together"), hint=tr("for example: --amount 3 --merchant kiosk")
        )
    if request.key is not None and not 1 <= len(request.key) <= 200:
        raise UsageProblem(tr("an idempotency key has 1 to 200 characters"))
    return parse_amount(request.amount, catalogue.currency) if request.amount else None


def _record_merchant(payment: Payment, books: Books) -> None:
    """The merchant that the request names, if there is one; of the order `named_order` tells. Nothing else that was
    typed: it may be somebody's name, and what is in an event stays there for ever.
    """
    merchant = payment.request.merchant
    assert payment.catalogue is not None
    if merchant and is_seller(books, payment.catalogue, merchant):
        payment.attempt.facts["merchants"] = [merchant]


def _parameters(payment: Payment) -> str:
    request, amount = payment.request, payment.amount
    return rfc8785.dumps(
        {
            "order": request.order_id,
            "amount_minor": amount.minor if amount else None,
            "currency": amount.currency if amount else None,
            "merchant": request.merchant,
            "claimed": payment.attempt.claimed_id,
        }
    ).decode()


def _refused(payment: Payment, refusal: Refusal) -> PayResult:
    attempt = payment.attempt
    return PayResult(refusal=refusal, amount=payment.amount, probe=attempt.probe, **attempt.findings())
