"""What a payment may cost, and when a PIN is needed."""

from __future__ import annotations

from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.money import Money, in_words
from smilepay_cli.vocabulary.policies import Policy


def require_within_payment_limit(amount: Money, policy: Policy) -> None:
    """Raises Refused (OVER_PAYMENT_LIMIT) for an amount above the policy's limit for one payment."""
    if policy.payment_max is not None and amount.decimal > policy.payment_max:
        raise Refused(
            Reason.OVER_PAYMENT_LIMIT,
            tr(
                "{amount} is over the limit of {payment_max} for one payment (policy {policy})",
                amount=amount,
                payment_max=in_words(policy.payment_max, amount.currency),
                policy=policy.name,
            ),
        )


def require_within_daily_limit(amount: Money, spent_today: Money, policy: Policy) -> None:
    """Raises Refused (OVER_DAILY_LIMIT) when this payment would take the day above the policy's limit."""
    if policy.daily_max is not None and (spent_today + amount).decimal > policy.daily_max:
        raise Refused(
            Reason.OVER_DAILY_LIMIT,
            tr(
                "{spent_today} are spent in the last 24 hours; {amount} more is over the daily limit "
                "of {daily_max} (policy {policy})",
                spent_today=spent_today,
                amount=amount,
                daily_max=in_words(policy.daily_max, amount.currency),
                policy=policy.name,
            ),
        )


def needs_pin(amount: Money, policy: Policy) -> bool:
    """Whether the face alone does not do for this amount."""
    return policy.pin_above is not None and amount.decimal > policy.pin_above


def require_funds(amount: Money, available: Money, *, whose: str | None = None) -> None:
    """Raises Refused (INSUFFICIENT_FUNDS) when less than `amount` is available; `whose` where it is not the payer."""
    if available < amount:
        raise Refused(
            Reason.INSUFFICIENT_FUNDS,
            (f"{whose}: " if whose else "")
            + tr("{available} available, {amount} needed", available=available, amount=amount),
            hint=tr("top up with: smilepay wallet deposit {whose} AMOUNT", whose=whose or "NAME"),
        )


SHORTEST_PIN, LONGEST_PIN = 4, 32


def require_pin_form(pin: str) -> None:
    """Raises UsageProblem for a PIN that is too short, too long or not digits."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise UsageProblem(
            tr("a PIN has {shortest_pin} to {longest_pin} digits", shortest_pin=SHORTEST_PIN, longest_pin=LONGEST_PIN),
            reason="bad_pin",
        )
