"""Where somebody stands who types `smilepay` alone, and what they could do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.glimpses import WalletState
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from smilepay_cli.ports import Glance
    from smilepay_cli.vocabulary.glimpses import Glimpse

PAID = "pay done"
"""What an event of a payment that went through tells."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command line that makes sense now, and why."""

    command: str
    why: str


@dataclass(frozen=True, kw_only=True)
class StartResult(Result):
    """How the wallet looks from outside, and what comes next. Names nobody: it is seen by whoever stands there.

    Of open orders, MOST_TOLD (vocabulary/glimpses.py) stands for so many or more.
    """

    wallet: WalletState
    enrolled: int
    open_orders: int
    next: tuple[Step, ...]


def start(glance: Glance, now: datetime, terminal: str) -> StartResult:
    """Look at the wallet without opening it. A home is not made, and no key is unlocked.

    Whether the terminal is locked is told by the policy that is in force where none is named.
    """
    enrolled, orders = glance.enrolled, glance.open_orders(now)
    return StartResult(
        wallet=glance.state,
        enrolled=enrolled,
        open_orders=len(orders),
        next=_next(glance, now, terminal, bool(enrolled), orders),
    )


def _next(glance: Glance, now: datetime, terminal: str, somebody: bool, orders: Sequence[Glimpse]) -> tuple[Step, ...]:
    if glance.state is WalletState.UNUSABLE:
        return (Step("smilepay doctor", tr("the wallet cannot be used: see what is wrong, and what to do")),)
    if not somebody:
        return (
            Step("smilepay demo", tr("see the whole story on sample faces, in a minute")),
            Step("smilepay enroll NAME --image FILE --deposit 100", tr("enrol a face, with money on the account")),
        )
    if not glance.is_key_usable():
        return (Step("smilepay doctor", tr("the wallet's key is missing, or others can read it: see what to do")),)
    locked = _locked(glance, now, terminal)
    if locked is not None:
        why = tr("this terminal is locked for another {period}: wait, or unlock it", period=locked)
        return (Step("smilepay accounts unlock", why),)
    if orders and not glance.is_affordable(orders[0].id, now):
        why = tr("the newest open order, {amount}, costs more than is on its account", amount=orders[0].amount)
        return (Step("smilepay wallet deposit NAME AMOUNT", why), _pay(orders))
    if orders:
        return (_pay(orders),)
    look = Step("smilepay shop", tr("see what is on sale"))
    last = next(iter(glance.events()), None)
    if last is not None and last.what == PAID:
        return (
            Step(
                f"smilepay audit show {last.id}", tr("see what the payment of {amount} rested on", amount=last.amount)
            ),
            look,
        )
    return (look, Step("smilepay shop ITEM --image FILE", tr("be recognised, and have an order")))


def _locked(glance: Glance, now: datetime, terminal: str) -> str | None:
    """For how long the terminal is, in words."""
    from smilepay_cli.rules.lockout import in_words, locked_until, look_back
    from smilepay_cli.rules.profiles import STANDARD

    until = locked_until(glance.strikes(terminal, look_back(now, STANDARD), now), STANDARD)
    return in_words(until - now) if until is not None and now <= until else None


def _pay(orders: Sequence[Glimpse]) -> Step:
    order, count = orders[0], len(orders)
    why = (
        tr("pay the open order, {amount}", amount=order.amount)
        if count == 1
        else tr("pay the newest open order, {amount}", amount=order.amount)
    )
    return Step(f"smilepay pay {order.id} --image FILE", why)
