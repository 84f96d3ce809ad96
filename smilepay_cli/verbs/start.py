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


def start(glance: Glance, now: datetime) -> StartResult:
    """Look at the wallet without opening it. A home is not made, and no key is unlocked."""
    enrolled, orders = glance.enrolled, glance.open_orders(now)
    return StartResult(
        wallet=glance.state, enrolled=enrolled, open_orders=len(orders), next=_next(glance, bool(enrolled), orders)
    )


def _next(glance: Glance, somebody: bool, orders: Sequence[Glimpse]) -> tuple[Step, ...]:
    if glance.state is WalletState.UNUSABLE:
        return (Step("smilepay doctor", tr("the wallet cannot be used: see what is wrong, and what to do")),)
    if not somebody:
        return (
            Step("smilepay demo", tr("see the whole story on sample faces, in a minute")),
            Step("smilepay enroll NAME --image FILE --deposit 100", tr("enrol a face, with money on the account")),
        )
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


def _pay(orders: Sequence[Glimpse]) -> Step:
    order, count = orders[0], len(orders)
    why = (
        tr("pay the open order, {amount}", amount=order.amount)
        if count == 1
        else tr("pay the newest open order, {amount}", amount=order.amount)
    )
    return Step(f"smilepay pay {order.id} --image FILE", why)
