"""`smilepay shop` where somebody sits: a shop to walk through, then the verbs `shop` and `pay`, one after the other.

What is picked in the shop is what could have been typed; who the shopper is and whether they pay is decided by the two
verbs as ever, each with a capture of its own, its event and its refusals.
"""

from __future__ import annotations

import sys
from shlex import join
from typing import TYPE_CHECKING

from smilepay_cli.commands.announcing import announce
from smilepay_cli.commands.environment import is_terminal
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.rules.basket import Basket
    from smilepay_cli.verbs.shop import ShopResult
    from smilepay_cli.vocabulary.ledger import Order
    from smilepay_cli.vocabulary.money import Money
    from smilepay_cli.vocabulary.results import Result

SMALLEST = (32, 10)
"""Columns and rows from which a shop is drawn; below, numbers are asked for."""
CONFIRM = marked("Enter pays with a smile; Esc or q keeps the order open.")
CONFIRM_IN_A_LINE = marked("Press Enter to pay with a smile, or type q and Enter to keep the order open: ")


def is_somebody_there(call: Call) -> bool:
    """Whether a person wants to look around: a terminal on all sides, and nobody who listens to what is said."""
    environment, shared = call.environment, call.shared
    streams = (environment.stdin, environment.stdout, environment.stderr)
    return not (shared.json or shared.quiet or environment.overhear) and all(map(is_terminal, streams))


def go_shopping(call: Call, account: str | None) -> Result:
    """Look around, pick things, be recognised, confirm, and pay with a smile; any step may be the last one.

    Raises KeyboardInterrupt, and what the verbs raise.
    """
    from smilepay_cli.verbs.capture import check_source
    from smilepay_cli.verbs.catalogue import LeftResult
    from smilepay_cli.verbs.shop import shop

    check_source(call.again().source)  # before anything is picked; no device is opened
    plain = call.is_plain or not _can_draw(call)
    if plain:
        call.end_spinner()
    told_over_spinner = list(call.over_spinner)
    with call.paused():
        basket, shown = _picked(call, plain=plain)
    if basket is None:
        return LeftResult()
    if plain:
        call.say(tr("looking at the shopper"))
    opened = None
    try:
        opened = shop(call.till, basket.picks, call.source, account=account)
    finally:
        if opened is None or opened.order is None:
            call.say(tr("your basket: {command}", command=f"smilepay shop {join(basket.picks)} --image FILE"))
    if opened.refusal or opened.order is None:
        return opened
    with call.paused():
        if not _is_confirmed(call, opened, shown, plain=plain):
            return LeftResult(order=opened.order, events=opened.events)
    call.over_spinner[:] = told_over_spinner  # the live view had taken its place
    for reword in call.reword_spinner:
        reword(tr("Looking at the payer ..."))
    if plain:
        call.say(tr("looking at the payer"))
    return _paid(call.again(), opened.order, account)


def _picked(call: Call, *, plain: bool) -> tuple[Basket | None, Money | None]:
    """The basket, and what it was said to cost."""
    from smilepay_cli.rules.basket import total_of

    catalogue, environment = call.till.catalogue.load(), call.environment
    if plain:
        from smilepay_cli.commands.counter import shop_by_number

        basket = shop_by_number(catalogue, environment.stdin, environment.stderr)
    else:
        from smilepay_cli.render.storefront.app import visit

        basket = visit(catalogue, color=call.wants_color)
    return basket, total_of(basket, catalogue) if basket else None


def _is_confirmed(call: Call, opened: ShopResult, shown: Money | None, *, plain: bool) -> bool:
    from smilepay_cli.commands.confirming import is_confirmed, is_confirmed_in_a_line
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.render.receipt import show_opened
    from smilepay_cli.render.text import all_of
    from smilepay_cli.verbs.bill import names_of

    environment, order = call.environment, opened.order
    assert order is not None
    merchants = all_of(names_of(call.till.catalogue.load(), (line.seller for line in order.lines)))
    paper = Paper(environment.stdout, color=call.wants_color, heard=call.is_plain)
    for warning in opened.warnings:
        paper.line((tr("note: {warning}", warning=warning), "yellow"))
    show_opened(opened, paper)
    paper.line((tr("{amount} to {merchants}", amount=order.total, merchants=merchants), "bold"), wraps=True)
    if order.total != shown:
        told = tr("the catalogue was changed meanwhile: the shop showed {shown}", shown=shown)
        paper.line(("! ", "bold yellow"), told, wraps=True)
    environment.stdout.flush()
    if plain:
        print(tr(CONFIRM_IN_A_LINE), end="", file=environment.stderr, flush=True)
        return is_confirmed_in_a_line(environment.stdin)
    print(tr(CONFIRM), file=environment.stderr, flush=True)
    return is_confirmed(environment.stdin)


def _paid(call: Call, order: Order, account: str | None) -> Result:
    """The verb `pay`; whatever it ends with, an order that is open still is told of."""
    from smilepay_cli.render.receipt import pay_later
    from smilepay_cli.verbs.bill import bill_of
    from smilepay_cli.verbs.pay import PayRequest, pay

    request = PayRequest(order_id=order.id, account=account, ask_pin=call.asker(tr("PIN")))
    announce(call, request, was_said=True)
    is_paid = False
    try:
        result = pay(call.till, request, call.source)
        is_paid = result.refusal is None
        return result
    finally:
        if not is_paid and bill_of(call.till, request) is not None:
            told = tr("order {order} stays open; to pay it later:", order=order.id)
            call.say(f"{told}\n  {pay_later(order)}")


def _can_draw(call: Call) -> bool:
    """A terminal that Textual would find, with letters to draw with and room for a shop."""
    from smilepay_cli.adapters.checks.terminal import can_draw

    environment = call.environment
    if environment.stdin is not sys.__stdin__ or environment.stderr is not sys.__stderr__:
        return False
    has_letters = (environment.stderr.encoding or "").lower().startswith("utf")
    return has_letters and can_draw(environment.stderr, environment.variables, SMALLEST)
