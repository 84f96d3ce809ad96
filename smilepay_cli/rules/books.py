"""Double entry: what each step posts, and the states that follow from the facts.

An authorization sets money aside (a hold) and posts nothing. A capture posts; a void and an expiry do
not. A hold resolves once.

What a seller has of a payment, and what the fee on it is, follow from what the seller keeps of it, and from nothing
else: a refund posts the difference between before and after, so that no order of refunds rounds otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import (
    Catalogue,
    Hold,
    OrderLine,
    Posting,
    Share,
    fees_account,
    funding_account,
    merchant_account,
)
from smilepay_cli.vocabulary.money import Money

WHOLE_BP = 10_000
"""Basis points of the whole."""


def require_balanced(postings: Sequence[Posting]) -> None:
    """Raises ValueError unless the postings sum to zero in each currency. A bug, never a user's error."""
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.minor
    if not postings or any(sums.values()):
        raise ValueError(f"postings do not sum to zero: {sums}")


def deposit_postings(account_id: str, amount: Money) -> tuple[Posting, ...]:
    """From outside into the account."""
    return (Posting(funding_account(amount.currency), -amount), Posting(account_id, amount))


def withdrawal_postings(account_id: str, amount: Money) -> tuple[Posting, ...]:
    """From the account to the outside."""
    return (Posting(account_id, -amount), Posting(funding_account(amount.currency), amount))


def capture_postings(hold: Hold, amount: Money) -> tuple[Posting, ...]:
    """From the payer to the sellers of the hold, `amount` in all, and from what they gain the fees."""
    parts = share_out(amount, hold.shares)
    gains = [Posting(merchant_account(part.seller), part.amount - fee_on(part)) for part in parts]
    fees = Posting(fees_account(amount.currency), fees_on(parts, amount.currency))
    return (Posting(hold.account_id, -amount), *_moved(*gains, fees))


def refund_postings(hold: Hold, amount: Money, *, forgotten: bool = False) -> tuple[Posting, ...]:
    """Back from the sellers to the payer, and from the fees to the sellers; who was paid first gives back first.

    A payer who was forgotten has no account that anybody could use: the money leaves the wallet.
    """
    refunded = refunded_amount(hold)
    before, after = kept(hold, refunded), kept(hold, refunded + amount)
    losses = [
        Posting(merchant_account(less.seller), (less.amount - fee_on(less)) - (more.amount - fee_on(more)))
        for more, less in zip(before, after, strict=True)
    ]
    fees = Posting(fees_account(amount.currency), fees_on(after, amount.currency) - fees_on(before, amount.currency))
    payer = funding_account(amount.currency) if forgotten else hold.account_id
    return (*_moved(*losses, fees), Posting(payer, amount))


def fee_on(share: Share) -> Money:
    """The fee on a share, rounded down to whole minor units: a seller never pays more than the rate."""
    return Money(share.amount.minor * share.fee_bp // WHOLE_BP, share.amount.currency)


def fees_on(shares: Sequence[Share], currency: str) -> Money:
    """The fees on some shares, each rounded by itself."""
    return Money(sum(fee_on(share).minor for share in shares), currency)


def fees_of(hold: Hold) -> Money:
    """What the sellers pay for a payment as it stands: nothing before the capture, nothing after it was given back."""
    return fees_on(kept(hold, refunded_amount(hold)), hold.amount.currency)


def kept(hold: Hold, refunded: Money) -> tuple[Share, ...]:
    """What each seller keeps of a capture of which so much was given back; zero where nothing is left."""
    paid = share_out(captured_amount(hold), hold.shares)
    back = {share.seller: share.amount for share in share_out(refunded, paid)}
    return tuple(replace(share, amount=share.amount - back.get(share.seller, share.amount * 0)) for share in paid)


def _moved(*postings: Posting) -> tuple[Posting, ...]:
    """Without those that move nothing."""
    return tuple(posting for posting in postings if posting.amount.minor)


def share_out(amount: Money, shares: Sequence[Share]) -> tuple[Share, ...]:
    """`amount` over the shares, first share first, none above its own. Parts of zero are left out.

    In order rather than in proportion: no rounding, and a larger amount never takes from a share.
    """
    left, parts = amount, []
    for share in shares:
        part = min(share.amount, left)
        if part.minor:
            parts.append(replace(share, amount=part))
        left -= part
    if left.minor:
        raise ValueError(f"{amount} is more than the shares hold")
    return tuple(parts)


def shares_of(lines: Sequence[OrderLine], catalogue: Catalogue) -> tuple[Share, ...]:
    """What each seller gets for an order, in the order of the lines, and what it costs them by today's catalogue."""
    sums: dict[str, Money] = {}
    for line in lines:
        sums[line.seller] = sums[line.seller] + line.total if line.seller in sums else line.total
    return tuple(Share(seller, amount, catalogue.fee_of(seller)) for seller, amount in sums.items())


def hold_state(hold: Hold, now: datetime) -> str:
    """open, captured, voided or expired."""
    if hold.resolution is not None:
        return hold.resolution.kind
    return "expired" if hold.expires_at <= now else "open"


def order_state(holds: Sequence[Hold], now: datetime) -> str:
    """paid once captured, held while an authorization is open, else open."""
    states = {hold_state(hold, now) for hold in holds}
    if "captured" in states:
        return "paid"
    return "held" if "open" in states else "open"


def captured_amount(hold: Hold) -> Money:
    """What was captured of a hold; zero when nothing was."""
    resolution = hold.resolution
    return resolution.amount if resolution and resolution.kind == "captured" else Money(0, hold.amount.currency)


def refunded_amount(hold: Hold) -> Money:
    """What was given back of a capture so far."""
    return hold.refunded or Money(0, hold.amount.currency)


def require_open(hold: Hold, now: datetime) -> None:
    """Raises Refused (HOLD_NOT_OPEN) when the hold was captured, voided or has expired."""
    state = hold_state(hold, now)
    if state != "open":
        raise Refused(Reason.HOLD_NOT_OPEN, tr("payment {hold} is {state} already", hold=hold.id, state=state))


def require_capturable(hold: Hold, amount: Money, now: datetime) -> None:
    """Raises Refused when the hold is not open (HOLD_NOT_OPEN) or too small (OVER_CAPTURE)."""
    require_open(hold, now)
    if hold.amount < amount:
        raise Refused(
            Reason.OVER_CAPTURE,
            tr("{amount} is more than the {hold_amount} authorized", amount=amount, hold_amount=hold.amount),
        )


def require_refundable(hold: Hold, amount: Money | None, now: datetime) -> Money:
    """The amount to give back: all that is left when none is named.

    Raises Refused: NOT_CAPTURED when there is nothing to give back, OVER_CAPTURE when less is left.
    """
    left = captured_amount(hold) - refunded_amount(hold)
    if hold_state(hold, now) != "captured":
        raise Refused(
            Reason.NOT_CAPTURED,
            tr("payment {hold} is {state}, not captured", hold=hold.id, state=hold_state(hold, now)),
        )
    if not left.minor:
        raise Refused(Reason.NOT_CAPTURED, tr("payment {hold} is given back in full already", hold=hold.id))
    if amount is not None and left < amount:
        raise Refused(
            Reason.OVER_CAPTURE,
            tr("{amount} is more than the {left} that can still be given back", amount=amount, left=left),
        )
    return amount or left
