"""The PIN: asked for where it will be needed, checked where the money moves or a picture is added."""

from __future__ import annotations

from collections.abc import Callable

from smilepay_cli.ports import Books
from smilepay_cli.rules.second_factor import ADDING, WHY, needed_for
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Person
from smilepay_cli.vocabulary.money import Money

AskPin = Callable[[], str | None]
"""Asks the payer for the PIN; no answer is None."""


def pin_of_payer(attempt: Attempt, pin: str | None, ask: AskPin | None, amount: Money | None) -> str | None:
    """The PIN as given, or as the payer says it: asked where it will be needed and there is one.

    A look ahead, so that the payer is asked while the selfie is still good; `check_pin` decides by itself. `amount`
    None is that of the payer's newest open order. Nothing is locked meanwhile: people take their time.
    """
    if pin is not None or ask is None:
        return pin
    with attempt.check("pin_asked") as figures:
        with attempt.till.store.reading() as books:
            figures["needed"] = _will_be_needed(attempt, books, amount)
        if not figures["needed"]:
            return None
        answer = ask() or None
        figures["answered"] = answer is not None
    return answer


def check_pin(attempt: Attempt, person: Person, amount: Money, pin: str | None) -> None:
    """The last check of who pays. A PIN that was given is looked at also where none is needed.

    Raises Refused (PIN_NEEDED, PIN_WRONG).
    """
    with attempt.check("pin") as figures:
        reasons = needed_for(amount, attempt.till.policy, attempt.doubts)
        figures["needed"] = bool(reasons)
        if reasons:
            figures["needed_for"] = list(reasons)
        if pin is None and not reasons:
            return
        if pin is None and person.pin_hash is not None:
            raise Refused(Reason.PIN_NEEDED, tr(WHY[reasons[0]]), hint=tr("add --pin -"))
        if pin is None or person.pin_hash is None:
            raise Refused(
                Reason.PIN_NEEDED, tr("no PIN is set for this account"), hint=tr("set one: smilepay accounts pin NAME")
            )
        _require_right(attempt, person.account_id, person.pin_hash, pin)


def pin_to_add(attempt: Attempt, name: str, pin: str | None, ask: AskPin | None) -> str | None:
    """The PIN as given, or asked for where an account of this name has one. A look ahead, as `pin_of_payer` is."""
    if pin is not None or ask is None:
        return pin
    with attempt.check("pin_asked") as figures:
        with attempt.till.store.reading() as books:
            known = books.people.by_name(name)
        figures["needed"] = known is not None and known.pin_hash is not None
        if not figures["needed"]:
            return None
        answer = ask() or None
        figures["answered"] = answer is not None
    return answer


def check_pin_to_add(attempt: Attempt, person: Person, pin: str | None) -> None:
    """Whoever adds pictures to an account with a PIN has to know it: they pay from it from then on.

    Raises Refused (PIN_NEEDED, PIN_WRONG).
    """
    with attempt.check("pin") as figures:
        figures["needed"] = person.pin_hash is not None
        if person.pin_hash is None:
            return
        figures["needed_for"] = [ADDING]
        if pin is None:
            raise Refused(Reason.PIN_NEEDED, tr(WHY[ADDING]), hint=tr("add --pin -"))
        _require_right(attempt, person.account_id, person.pin_hash, pin)


def _require_right(attempt: Attempt, account_id: str, pin_hash: str, pin: str) -> None:
    attempt.pin_tried_on = account_id
    if attempt.till.pins.verify(pin_hash, pin) is not True:
        raise Refused(Reason.PIN_WRONG, tr("the PIN is wrong"))


def _will_be_needed(attempt: Attempt, books: Books, amount: Money | None) -> bool:
    person = books.people.by_id(attempt.account_id or "")
    if person is None or person.pin_hash is None:
        return False
    if amount is None:
        newest = books.orders.newest_open(person.account_id, attempt.till.clock.now())
        amount = newest.total if newest else None
    return amount is not None and bool(needed_for(amount, attempt.till.policy, attempt.doubts))
