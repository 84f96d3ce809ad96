"""The throttle: when strikes lock, for how long, and when they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.lockout import locked_until, require_unlocked
from smilepay_cli.rules.profiles import DEMO, STANDARD
from smilepay_cli.vocabulary.errors import Reason, Refused

START = datetime(2015, 3, 15, 17, tzinfo=UTC)
POLICY = replace(STANDARD, lockout_attempts=3, lockout_seconds=100)


def strikes(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=second) for second in seconds]


def lock_end(*seconds: float) -> float | None:
    until = locked_until(strikes(*seconds), POLICY)
    return None if until is None else (until - START).total_seconds()


@pytest.mark.parametrize(
    ("seconds", "end"),
    [
        ((), None),
        ((0,), None),
        ((0, 1), None),
        ((0, 1, 2), 102),
        ((0, 50, 100), 200),  # exactly one window wide: locked
        ((0, 50, 100.001), None),
        ((0, 60, 120, 180, 240), None),  # never three within a window
        ((0, 1, 2, 150), 102),  # a late one alone prolongs nothing
        ((0, 1, 2, 90), 190),
        ((0, 1, 2, 500, 501, 502), 602),  # the last lock counts
        ((2, 0, 1), 102),  # in whatever order they come
        ((5, 5, 5), 105),
    ],
)
def test_when_a_lock_ends(seconds: tuple[float, ...], end: float | None) -> None:
    """Three strikes within 100 s lock for 100 s after the last of them."""
    assert lock_end(*seconds) == end


def test_zero_attempts_is_no_lock() -> None:
    """`demo` has none."""
    assert DEMO.lockout_attempts == 0
    assert locked_until(strikes(*range(1000)), DEMO) is None


def test_one_attempt_locks_at_once() -> None:
    """The smallest number there is."""
    assert locked_until(strikes(0), replace(POLICY, lockout_attempts=1)) == START + timedelta(seconds=100)


def test_the_lock_lasts_until_its_end_and_no_longer() -> None:
    """Refused a moment before, and let through at that moment."""
    three = strikes(0, 1, 2)
    with pytest.raises(Refused, match="another 1 s") as refused:
        require_unlocked(three, START + timedelta(seconds=101.9), POLICY)
    assert refused.value.kind is Reason.LOCKED_OUT
    require_unlocked(three, START + timedelta(seconds=102), POLICY)


def test_no_strikes_no_lock() -> None:
    """The usual case."""
    require_unlocked([], START, POLICY)


@given(st.lists(st.integers(0, 1000), max_size=14), st.integers(1, 5), st.integers(1, 300), st.integers(0, 1500))
def test_locked_exactly_while_a_dense_run_is_fresh(seconds: list[int], attempts: int, window: int, now: int) -> None:
    """Against the definition, written the slow way: some strike ended a run of `attempts` within the window,
    and less than a window has passed since."""
    policy = replace(POLICY, lockout_attempts=attempts, lockout_seconds=window)
    past = [second for second in seconds if second <= now]
    locked = any(
        sum(1 for other in past if last - window <= other <= last) >= attempts and now < last + window for last in past
    )
    until = locked_until(strikes(*past), policy)
    assert (until is not None and START + timedelta(seconds=now) < until) == locked
