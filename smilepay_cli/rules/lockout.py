"""The throttle: after too many refused attempts, nobody is compared for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.policies import Policy


def locked_until(strikes: Sequence[datetime], policy: Policy) -> datetime | None:
    """When the lock ends, or None when there is none. `strikes` are those since the last unlock or success.

    Locked once `lockout_attempts` strikes lie within `lockout_seconds` of each other, for
    `lockout_seconds` after the last of them. Zero attempts switches the throttle off.
    """
    if policy.lockout_attempts == 0 or len(strikes) < policy.lockout_attempts:
        return None
    ordered = sorted(strikes)
    window = timedelta(seconds=policy.lockout_seconds)
    for last in range(len(ordered) - 1, policy.lockout_attempts - 2, -1):
        if ordered[last] - ordered[last - policy.lockout_attempts + 1] <= window:
            return ordered[last] + window
    return None


def require_unlocked(strikes: Sequence[datetime], now: datetime, policy: Policy) -> None:
    """Raises Refused (LOCKED_OUT) while the lock lasts."""
    until = locked_until(strikes, policy)
    if until is not None and now < until:
        seconds = max(1, round((until - now).total_seconds()))
        raise Refused(
            Reason.LOCKED_OUT,
            f"too many refused attempts; locked for another {seconds} s",
            hint="wait, or unlock with: smilepay accounts unlock",
        )
