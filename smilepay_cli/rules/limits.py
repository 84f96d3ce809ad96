"""What a payment may cost, and when a PIN is needed."""

from __future__ import annotations

from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.policies import Policy


def require_within_payment_limit(amount: Money, policy: Policy) -> None:
    """Raises Refused (OVER_PAYMENT_LIMIT) for an amount above the policy's limit for one payment."""
    if policy.payment_max is not None and amount.decimal > policy.payment_max:
        raise Refused(
            Reason.OVER_PAYMENT_LIMIT,
            f"{amount} is over the limit of {policy.payment_max:,.2f} for one payment (policy {policy.name})",
        )


def require_within_daily_limit(amount: Money, spent_today: Money, policy: Policy) -> None:
    """Raises Refused (OVER_DAILY_LIMIT) when this payment would take the day above the policy's limit."""
    if policy.daily_max is not None and (spent_today + amount).decimal > policy.daily_max:
        raise Refused(
            Reason.OVER_DAILY_LIMIT,
            f"{spent_today} are spent in the last 24 hours; {amount} more is over the daily limit of "
            f"{policy.daily_max:,.2f} (policy {policy.name})",
        )


def needs_pin(amount: Money, policy: Policy) -> bool:
    """Whether the face alone does not do for this amount."""
    return policy.pin_above is not None and amount.decimal > policy.pin_above


def require_funds(amount: Money, available: Money) -> None:
    """Raises Refused (INSUFFICIENT_FUNDS) when less than `amount` is available."""
    if available < amount:
        raise Refused(
            Reason.INSUFFICIENT_FUNDS,
            f"{available} available, {amount} needed",
            hint="top up with: smilepay wallet deposit NAME AMOUNT",
        )


SHORTEST_PIN, LONGEST_PIN = 4, 32


def require_pin_form(pin: str) -> None:
    """Raises UsageProblem for a PIN that is too short, too long or not digits."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise UsageProblem(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits", reason="bad_pin")
