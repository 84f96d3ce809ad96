"""What a payment may cost, when a PIN is needed, and what a PIN looks like."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from smilepay_cli.rules.limits import (
    needs_pin,
    require_funds,
    require_pin_form,
    require_within_daily_limit,
    require_within_payment_limit,
)
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.vocabulary.errors import Reason, Refused, UsageProblem
from smilepay_cli.vocabulary.money import Money

POLICY = replace(STANDARD, payment_max=Decimal(200), daily_max=Decimal(500), pin_above=Decimal(50))
NO_LIMITS = replace(STANDARD, payment_max=None, daily_max=None, pin_above=None)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def test_a_payment_up_to_the_limit() -> None:
    """The limit itself is allowed, a cent more is not."""
    require_within_payment_limit(eur(20_000), POLICY)
    with pytest.raises(Refused) as refused:
        require_within_payment_limit(eur(20_001), POLICY)
    assert refused.value.kind is Reason.OVER_PAYMENT_LIMIT


def test_a_day_up_to_the_limit() -> None:
    """What was spent and this payment together."""
    require_within_daily_limit(eur(10_000), eur(40_000), POLICY)
    with pytest.raises(Refused) as refused:
        require_within_daily_limit(eur(10_001), eur(40_000), POLICY)
    assert refused.value.kind is Reason.OVER_DAILY_LIMIT


def test_limits_are_in_major_units_of_the_currency() -> None:
    """200 yen are 200 minor units, 200 Kuwaiti dinars 200,000."""
    require_within_payment_limit(Money(200, "JPY"), POLICY)
    require_within_payment_limit(Money(200_000, "KWD"), POLICY)
    for amount in (Money(201, "JPY"), Money(200_001, "KWD")):
        with pytest.raises(Refused):
            require_within_payment_limit(amount, POLICY)


def test_a_limit_is_exact_in_decimals() -> None:
    """0.1 + 0.2 is 0.3 here."""
    policy = replace(POLICY, daily_max=Decimal("0.30"))
    require_within_daily_limit(eur(10), eur(20), policy)


def test_a_pin_above_the_limit_only() -> None:
    """At 50.00 the face does, at 50.01 it does not."""
    assert not needs_pin(eur(5_000), POLICY)
    assert needs_pin(eur(5_001), POLICY)
    assert needs_pin(eur(1), replace(POLICY, pin_above=Decimal(0)))


def test_no_limit_is_no_limit() -> None:
    """None in each of them."""
    fortune = eur(10**12)
    require_within_payment_limit(fortune, NO_LIMITS)
    require_within_daily_limit(fortune, fortune, NO_LIMITS)
    assert not needs_pin(fortune, NO_LIMITS)


def test_funds_to_the_last_cent() -> None:
    """All that is available may be spent."""
    require_funds(eur(100), eur(100))
    with pytest.raises(Refused) as refused:
        require_funds(eur(101), eur(100))
    assert refused.value.kind is Reason.INSUFFICIENT_FUNDS


@pytest.mark.parametrize("pin", ["0000", "1234", "9" * 32])
def test_pins(pin: str) -> None:
    """4 to 32 digits."""
    require_pin_form(pin)


@pytest.mark.parametrize("pin", ["", "123", "9" * 33, "12a4", "-123", "12 4", "１２３４", "١٢٣٤", "1234\n"])
def test_no_pins(pin: str) -> None:
    """Digits of other scripts cannot be typed back at a till."""
    with pytest.raises(UsageProblem, match="PIN"):
        require_pin_form(pin)
