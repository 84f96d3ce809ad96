"""The throttle on every path that compares a face, by terminal and by account.

Strikes alone come too late: attempts made at the same moment would all be compared before the first is written. So an
attempt takes a slot before its comparison, in a short transaction that counts strikes and slots together, and gives it
back in the transaction that writes its event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.rules.lockout import KEPT, locked_until, look_back, require_unlocked, room, strikes_of, under_way
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.events import Slot
from smilepay_cli.vocabulary.language import tr

MOST_WAITING = 10.0
"""Seconds that an attempt waits for a slot: as long as a writer waits for the wallet. Honest people at one till are
through in less, and one slot that somebody left behind must not keep the others for longer."""
BETWEEN_LOOKS = 0.05
"""Seconds from one look for a slot to the next; a comparison takes about that long."""


def check_lockout(attempt: Attempt, books: Books) -> None:
    """Raises Refused (LOCKED_OUT) while strikes lock the terminal, or the account claimed or recognised.

    Slots left behind are strikes; those under way are none here, and the attempt's own is neither.
    """
    with attempt.check("lockout") as figures:
        _throttles(attempt, books, attempt.till.clock.now(), figures)


def is_terminal_locked(till: Till, books: Books) -> bool:
    """Whether strikes lock the till's terminal now, as a look that decides nothing."""
    now = till.clock.now()
    strikes = books.trail.strikes_at(till.terminal, look_back(now, till.policy))
    until = locked_until([*strikes, *strikes_of(books.slots.at(till.terminal), now)], till.policy)
    return until is not None and now <= until


def take_slot(attempt: Attempt) -> None:
    """Take a slot, so that a face may be compared; from here on nearly every end is a strike.

    Waits while strikes and attempts under way together reach the policy's number. Raises Refused (LOCKED_OUT) when
    strikes alone do, or when nothing became free in time. With the throttle off there is nothing to take.
    """
    till = attempt.till
    if till.policy.lockout_attempts == 0:
        attempt.compared = True
        return
    with attempt.check("slot") as figures:
        began = till.clock.monotonic()
        while not _taken(attempt, figures):
            if figures.get("waited_seconds", 0.0) >= MOST_WAITING:
                raise Refused(
                    Reason.LOCKED_OUT,
                    tr("too many attempts are going on at this moment"),
                    hint=tr("try again when the others are through"),
                )
            till.clock.pause(BETWEEN_LOOKS)
            figures["waited_seconds"] = round(till.clock.monotonic() - began, 3)


def _taken(attempt: Attempt, figures: dict[str, Any]) -> bool:
    """One look: whether there was room, and a slot was taken."""
    till = attempt.till
    with till.store.writing() as books:
        now = till.clock.now()  # after the wait for the wallet: moments of different attempts are in order
        throttles = _throttles(attempt, books, now, figures)
        figures["under_way"] = max(slots for _, slots in throttles)
        if any(not room(strikes, slots, now, till.policy) >= 1 for strikes, slots in throttles):
            return False
        books.slots.sweep(now - KEPT)
        books.slots.take(attempt.event_id, till.terminal, attempt.claimed_id, now)
        attempt.compared = True
    return True


def _throttles(
    attempt: Attempt, books: Books, now: datetime, figures: dict[str, Any]
) -> tuple[tuple[list[datetime], int], ...]:
    """Strikes, and how many others are under way: at the terminal, and against the account claimed or recognised.

    Raises Refused (LOCKED_OUT) while the strikes of either lock.
    """
    till = attempt.till
    since = look_back(now, till.policy)

    def counted(strikes: Sequence[datetime], slots: Sequence[Slot]) -> tuple[list[datetime], int]:
        others = [slot for slot in slots if slot.event_id != attempt.event_id]
        return [*strikes, *strikes_of(others, now)], under_way(others, now)

    account_id = attempt.claimed_id or attempt.account_id
    here = counted(books.trail.strikes_at(till.terminal, since), books.slots.at(till.terminal))
    against: tuple[list[datetime], int] = ([], 0)
    if account_id:
        against = counted(books.trail.strikes_against(account_id, since), books.slots.against(account_id))
    figures.update(at_terminal=len(here[0]), against=len(against[0]), attempts=till.policy.lockout_attempts)
    # Each by itself: quick strikes here never hide behind slow ones there.
    require_unlocked(here[0], now, till.policy, unlock="smilepay accounts unlock")
    require_unlocked(against[0], now, till.policy, unlock="smilepay accounts unlock NAME")
    return here, against
