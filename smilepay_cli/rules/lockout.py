"""The throttle: after too many refused attempts, nobody is compared for a while, and each time for longer.

Strikes are refused attempts since the last success or unlock. Slots are attempts under way: each may become a strike,
so each is counted as one before a face is compared. A slot that nobody gave back belongs to a process that died; what
it learned is not known, so it is a strike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused
from smilepay_cli.vocabulary.events import Slot
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import Policy

LONGEST_LOCK = timedelta(hours=24)
"""Locks in a row double up to this, unless the policy's first one is longer. NIST SP 800-63B, section 5.2.2, asks for
no more than 100 failures in a row on an account, and names waits that grow as one way there. Who comes back at the end
of every lock needs ten days for 100 strikes under `standard`, 27 under `strict`; without growing it would be 95 minutes
and eight hours."""
IN_A_ROW = timedelta(days=7)
"""How far back earlier locks count. Longer than what a locked account spends on getting to the longest lock (under
`standard` two days), so that waiting is never cheaper; short enough that a till which only looks, and so never clears
its strikes, is not locked for a day by the mishaps of a year."""
UNDER_WAY = timedelta(seconds=30)
"""A slot older than this was left behind: a comparison takes seconds, and a writer gives up after ten. One that is
kept open by somebody who is asked for a PIN counts as a strike from then on, until it is given back."""
KEPT = timedelta(days=366)
"""How long a slot that was left behind is kept. No policy looks back that far (`look_back`; a policy's first lock lasts
116 days at most), and a policy that looks back less must not take away what another one counts."""

_AFTER_THE_FACE = frozenset(
    {
        ExitStatus.LOCKED_OUT,
        ExitStatus.INSUFFICIENT_FUNDS,
        ExitStatus.KEY_REUSED,
        ExitStatus.WRONG_STATE,
        ExitStatus.OVER_LIMIT,
    }
)
_OF_ENROLLING = frozenset({Reason.ALREADY_ENROLLED.value, Reason.NAME_TAKEN.value})


def is_strike(reason: str, status: ExitStatus, *, compared: bool) -> bool:
    """Whether an attempt that did not succeed counts.

    Where no face was compared: what the reason itself says. After a comparison everything does, a crash and Ctrl-C
    too, but for refusals that come after the face was accepted. Enrolling accepts nobody: there 22 is about the face.
    """
    if any(reason == kind.value and kind.is_strike for kind in Reason):
        return True
    return compared and (status not in _AFTER_THE_FACE or reason in _OF_ENROLLING)


def look_back(now: datetime, policy: Policy) -> datetime:
    """Nothing before this changes an answer: a lock as long as can be, the locks before it, and their strikes."""
    window = timedelta(seconds=policy.lockout_seconds)
    return now - max(LONGEST_LOCK, window) - IN_A_ROW - window


def strikes_of(slots: Sequence[Slot], now: datetime) -> list[datetime]:
    """Slots that were left behind, as strikes of their time."""
    return [slot.taken_at for slot in slots if not _is_under_way(slot, now) and not slot.cleared]


def under_way(slots: Sequence[Slot], now: datetime) -> int:
    """How many may still be comparing."""
    return sum(_is_under_way(slot, now) for slot in slots)


def locked_until(strikes: Sequence[datetime], policy: Policy) -> datetime | None:
    """When the lock ends, or None when there is none. `strikes` are those since the last unlock or success.

    A strike locks that is the last of `lockout_attempts` within `lockout_seconds`. The lock lasts for
    `lockout_seconds` after it; as the second one in a row for twice that, then four times, up to LONGEST_LOCK. How
    many are in a row: into as many separate groups that lock by themselves the strikes of the last IN_A_ROW can be
    divided. One strike more never takes a group away, so it never ends a lock earlier. Zero attempts switch it off.
    """
    if policy.lockout_attempts == 0:
        return None
    ordered = sorted(strikes)
    window = timedelta(seconds=policy.lockout_seconds)
    until: datetime | None = None
    for last in range(len(ordered) - 1, policy.lockout_attempts - 2, -1):
        if until is not None and ordered[last] + max(LONGEST_LOCK, window) <= until:
            break  # nor can any before it
        if ordered[last] - ordered[last - policy.lockout_attempts + 1] > window:
            continue
        in_a_row = [strike for strike in ordered[: last + 1] if ordered[last] - strike <= IN_A_ROW + window]
        end = ordered[last] + lock_length(_groups(in_a_row, policy), policy)
        until = end if until is None else max(until, end)
    return until


def lock_length(number: int, policy: Policy) -> timedelta:
    """How long the lock lasts that is the `number`-th in a row, from one on."""
    first = timedelta(seconds=policy.lockout_seconds)
    longest = max(LONGEST_LOCK, first)
    doublings = min(number - 1, longest // first, 32)  # with more it would be no span of time any more
    return min(longest, (1 << doublings) * first)


def require_unlocked(strikes: Sequence[datetime], now: datetime, policy: Policy, *, unlock: str) -> None:
    """Raises Refused (LOCKED_OUT) while the lock lasts. `unlock` is the command that lifts it."""
    until = locked_until(strikes, policy)
    if until is not None and now <= until:
        raise Refused(
            Reason.LOCKED_OUT,
            tr("too many refused attempts; locked for another {period}", period=in_words(until - now)),
            hint=tr("wait, or unlock with: {unlock}", unlock=unlock),
        )


def room(strikes: Sequence[datetime], slots: int, now: datetime, policy: Policy) -> int:
    """How many more may be compared before strikes lock, should everybody who is under way be refused.

    For a throttle that is not locked. Zero or less: wait until one of the `slots` under way has ended.
    """
    window = timedelta(seconds=policy.lockout_seconds)
    return policy.lockout_attempts - slots - sum(now - strike <= window for strike in strikes)


def _is_under_way(slot: Slot, now: datetime) -> bool:
    return abs(now - slot.taken_at) <= UNDER_WAY  # from the future: a clock that was set back, nobody to wait for


def _groups(ordered: Sequence[datetime], policy: Policy) -> int:
    """The most groups of `lockout_attempts` within `lockout_seconds` that share no strike: the earliest end first."""
    window = timedelta(seconds=policy.lockout_seconds)
    groups, start = 0, 0
    for last, strike in enumerate(ordered):
        if (
            last - policy.lockout_attempts + 1 >= start
            and strike - ordered[last - policy.lockout_attempts + 1] <= window
        ):
            groups, start = groups + 1, last + 1
    return groups


def in_words(span: timedelta) -> str:
    """A time to wait: `40 s`, `9 min`, `3 h 20 min`. Rounded up, so that who waits that long has waited enough."""
    seconds = max(1, -(-span // timedelta(seconds=1)))
    if seconds < 100:
        return tr("{seconds} s", seconds=seconds)
    minutes = -(-seconds // 60)
    if minutes < 100:
        return tr("{minutes} min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    return tr("{hours} h {rest} min", hours=hours, rest=rest) if rest else tr("{hours} h", hours=hours)
