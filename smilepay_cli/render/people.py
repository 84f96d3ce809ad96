"""Results for people: one function a kind of result, found by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from smilepay_cli.render import accounts, flow, money, policies, trail
from smilepay_cli.verbs.accounts import AccountResult, AccountsResult, ChangeResult, LookalikesResult
from smilepay_cli.verbs.audit import EventResult, EventsResult, VerifyResult
from smilepay_cli.verbs.cash import MoneyResult
from smilepay_cli.verbs.enroll import EnrollResult
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.payments import PaymentResult
from smilepay_cli.verbs.policy import FloorResult, PolicyResult
from smilepay_cli.verbs.shop import CatalogueResult, ShopResult
from smilepay_cli.verbs.wallet import BalanceResult, LimitsResult, StatementResult
from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.results import Refusal, Result

_SHOW: dict[type[Result], Callable[[Any, Console], None]] = {
    EnrollResult: flow.show_enrolled,
    CatalogueResult: flow.show_catalogue,
    ShopResult: flow.show_order,
    PayResult: flow.show_payment,
    BalanceResult: money.show_balances,
    MoneyResult: money.show_movement,
    StatementResult: money.show_statement,
    PaymentResult: money.show_payment_change,
    LimitsResult: money.show_limits,
    EventsResult: trail.show_events,
    EventResult: trail.show_event,
    VerifyResult: trail.show_verified,
    AccountsResult: accounts.show_accounts,
    AccountResult: accounts.show_account,
    LookalikesResult: accounts.show_lookalikes,
    ChangeResult: accounts.show_change,
    PolicyResult: policies.show_policies,
    FloorResult: policies.show_floor,
}

_CLASS = {
    ExitStatus.NO_MATCH: "not recognised",
    ExitStatus.AMBIGUOUS: "not sure who this is",
    ExitStatus.ATTACK_SUSPECTED: "not accepted: a live, new smile was not shown",
}
"""What the person in front is told; what exactly failed is in the event."""
_CLASS_AT_THE_TILL = {
    ExitStatus.INSUFFICIENT_FUNDS: "not enough money on the account",
    ExitStatus.OVER_LIMIT: "over a limit, or a PIN is needed",
}
"""In addition where somebody pays: whoever stands behind must not read what is on the account."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the program with status 1; what was done is done, and commands/perform.py knows."""
        raise BrokenPipeError


def console_on(stream: TextIO, *, color: bool, width: int | None = None) -> Console:
    """A console for a stream: 80 columns off a terminal. Names are names: no markup, no emoji codes in them."""
    console = _Console(file=stream, no_color=not color, markup=False, emoji=False, highlight=False, width=width)
    if width is None and not console.is_terminal:
        console.width = 80
    return console


def show(result: Result, stream: TextIO, *, color: bool) -> None:
    """Render a result on a stream."""
    console = console_on(stream, color=color)
    if not result.refusal or len(result.warnings) > 1:  # the only frame's reason is the refusal's own
        for warning in result.warnings:
            console.print(Text(f"note: {warning}", style="yellow"), soft_wrap=True)
    render = _SHOW.get(type(result))
    if result.refusal:
        show_refusal(result, result.refusal, console)
    elif render is not None:
        render(result, console)


def show_refusal(result: Result, refusal: Refusal, console: Console) -> None:
    """The reason's class for what a face was refused for, the plain reason for everything else."""
    told = _CLASS.get(refusal.exit)
    if told is None and isinstance(result, PayResult):
        told = _CLASS_AT_THE_TILL.get(refusal.exit)
    console.print(Text.assemble(("✗ refused: ", "bold red"), told or refusal.message), soft_wrap=True)
    hint = f"what was checked: smilepay audit show {result.events[-1]}" if told and result.events else refusal.hint
    if hint:
        console.print(Text(f"  {hint}", style="dim"), soft_wrap=True)
