"""The throttle: when strikes lock, for how long, who waits, and which ends are strikes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.lockout import (
    IN_A_ROW,
    LONGEST_LOCK,
    UNDER_WAY,
    is_strike,
    lock_length,
    locked_until,
    look_back,
    require_unlocked,
    room,
    strikes_of,
    under_way,
)
from smilepay_cli.rules.profiles import DEMO, STANDARD, STRICT
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused
from smilepay_cli.vocabulary.events import Slot

START = datetime(2015, 3, 15, 17, tzinfo=UTC)
POLICY = replace(STANDARD, lockout_attempts=3, lockout_seconds=100)
DAY = 86_400


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
        ((0, 1, 2, 500, 501, 502), 702),  # the second in a row: twice as long
        ((0, 1, 2, 500, 501), 102),  # two are no lock
        ((0, 1, 2, 3, 4, 5), 205),  # enough for two at once
        ((0, 1, 2, 90, 91), 191),  # five are enough for one
        ((0, 1, 2, 90, 150, 151, 152), 352),  # a straggler takes nothing from the second lock
        ((0, 1, 2, 500, 501, 502, 1000, 1001, 1002), 1402),
        ((0, 60, 120, 180, 181), 281),  # slow ones are no lock of their own
        ((2, 0, 1), 102),  # in whatever order they come
        ((5, 5, 5), 105),
        ((0, 1, 2, 7 * DAY, 7 * DAY, 7 * DAY), 7 * DAY + 200),  # a week is in a row
        ((0, 1, 2, 7 * DAY + 101, 7 * DAY + 101, 7 * DAY + 101), 7 * DAY + 201),
    ],
)
def test_when_a_lock_ends(seconds: tuple[float, ...], end: float | None) -> None:
    """Three strikes within 100 s lock for 100 s after the last of them, the next three for 200 s."""
    assert lock_end(*seconds) == end


def test_zero_attempts_is_no_lock() -> None:
    """`demo` has none."""
    assert DEMO.lockout_attempts == 0
    assert locked_until(strikes(*range(1000)), DEMO) is None


def test_one_attempt_locks_at_once() -> None:
    """The smallest number there is."""
    assert locked_until(strikes(0), replace(POLICY, lockout_attempts=1)) == START + timedelta(seconds=100)


def test_a_window_longer_than_a_week() -> None:
    """The strikes of one lock are all looked at, however far apart a policy lets them be."""
    policy = replace(POLICY, lockout_seconds=10 * DAY)
    spread = strikes(0, 5 * DAY, 10 * DAY)
    assert locked_until(spread, policy) == START + timedelta(days=20)
    assert look_back(START + timedelta(days=20), policy) <= START


def test_locks_double_up_to_a_day() -> None:
    """100, 200, 400 ... s; and a policy whose first lock is longer than a day keeps it."""
    lengths = [lock_length(number, POLICY).total_seconds() for number in range(1, 13)]
    assert lengths == [100 * 2**k for k in range(10)] + [DAY, DAY]
    assert lock_length(10**6, POLICY) == lock_length(10**6, replace(POLICY, lockout_seconds=1)) == LONGEST_LOCK
    long = replace(POLICY, lockout_seconds=10**7)
    assert lock_length(1, long) == lock_length(50, long) == timedelta(seconds=10**7)


@pytest.mark.parametrize("policy", [STANDARD, STRICT], ids=lambda policy: policy.name)
def test_whoever_comes_back_at_every_end_needs_days_for_a_hundred(policy: object) -> None:
    """The number that NIST SP 800-63B, section 5.2.2, names, and the days that the docstring does."""
    assert policy in (STANDARD, STRICT)
    named = STANDARD if policy is STANDARD else STRICT
    now, made = START, list[datetime]()
    while len(made) < 100:
        made += [now] * named.lockout_attempts
        now = locked_until([strike for strike in made if strike >= look_back(now, named)], named) or now
    assert (made[-1] - START).days == {"standard": 10, "strict": 27}[named.name]


@pytest.mark.parametrize(
    ("left", "words"),
    [(0.1, "1 s"), (1, "1 s"), (99, "99 s"), (99.1, "2 min"), (300, "5 min"), (540.5, "10 min"), (3600, "60 min"),
     (99 * 60, "99 min"), (99 * 60 + 1, "1 h 40 min"), (2 * 3600, "2 h"), (DAY, "24 h")],
)  # fmt: skip
def test_the_time_left_in_words(left: float, words: str) -> None:
    """Rounded up: who waits that long has waited enough."""
    policy = replace(POLICY, lockout_seconds=DAY)
    now = START + timedelta(seconds=DAY - left)
    with pytest.raises(Refused) as refused:
        require_unlocked(strikes(0, 0, 0), now, policy, unlock="smilepay accounts unlock")
    assert refused.value.message == f"too many refused attempts; locked for another {words}"
    assert refused.value.hint == "wait, or unlock with: smilepay accounts unlock"


def test_the_lock_lasts_until_its_end_and_no_longer() -> None:
    """Refused at that moment still, since a strike counts for just as long, and let through after it."""
    three = strikes(0, 1, 2)
    with pytest.raises(Refused, match="another 1 s") as refused:
        require_unlocked(three, START + timedelta(seconds=101.9), POLICY, unlock="")
    assert refused.value.kind is Reason.LOCKED_OUT
    with pytest.raises(Refused):
        require_unlocked(three, START + timedelta(seconds=102), POLICY, unlock="")
    require_unlocked(three, START + timedelta(seconds=102.001), POLICY, unlock="")


def test_no_strikes_no_lock() -> None:
    """The usual case."""
    require_unlocked([], START, POLICY, unlock="")


SECONDS = st.lists(st.integers(0, 1000), max_size=14)
ATTEMPTS, WINDOWS = st.integers(1, 5), st.integers(1, 300)


@given(SECONDS, ATTEMPTS, WINDOWS, st.integers(0, 20_000))
def test_locked_exactly_while_a_dense_run_is_fresh(seconds: list[int], attempts: int, window: int, now: int) -> None:
    """Against the definition, written the slow way: some strike ended a run of `attempts` within the window, and less
    has passed since than the window, doubled for each further group of `attempts` that locks by itself."""
    policy = replace(POLICY, lockout_attempts=attempts, lockout_seconds=window)
    past = sorted(second for second in seconds if second <= now)

    def most_groups(points: list[int]) -> int:
        best = 0
        for end in range(attempts, len(points) + 1):
            if points[end - 1] - points[end - attempts] <= window:
                best = max(best, 1 + most_groups(points[end:]))
        return best

    locked = False
    for place, last in enumerate(past):
        if sum(1 for other in past[: place + 1] if last - window <= other) >= attempts:
            locked = locked or now < last + window * 2 ** (most_groups(past[: place + 1]) - 1)
    until = locked_until(strikes(*past), policy)
    assert (until is not None and START + timedelta(seconds=now) < until) == locked


@given(SECONDS, st.lists(st.integers(0, 1000), min_size=1, max_size=4), ATTEMPTS, WINDOWS)
def test_more_strikes_never_end_a_lock_earlier(seconds: list[int], more: list[int], attempts: int, window: int) -> None:
    """Wherever they come: before, in between, after."""
    policy = replace(POLICY, lockout_attempts=attempts, lockout_seconds=window)
    before, after = locked_until(strikes(*seconds), policy), locked_until(strikes(*seconds, *more), policy)
    assert before is None or (after is not None and after >= before)


@given(st.lists(st.integers(0, 30 * DAY), max_size=40), ATTEMPTS, st.integers(1, 12 * DAY), st.integers(0, 30 * DAY))
def test_what_is_not_looked_back_at_changes_nothing(seconds: list[int], attempts: int, window: int, now: int) -> None:
    """With every strike ever made, or with those since `look_back`: locked or not, and until the same moment."""
    policy = replace(POLICY, lockout_attempts=attempts, lockout_seconds=window)
    at = START + timedelta(seconds=now)
    past = [strike for strike in strikes(*seconds) if strike <= at]
    whole = locked_until(past, policy)
    seen = locked_until([strike for strike in past if strike >= look_back(at, policy)], policy)
    if whole is not None and at < whole:
        assert seen == whole
    else:
        assert seen is None or seen <= at


@given(SECONDS, ATTEMPTS, WINDOWS, st.integers(0, 3), st.integers(0, 1300))
def test_filling_the_room_locks_and_no_less_does(
    seconds: list[int], attempts: int, window: int, slots: int, now: int
) -> None:
    """Where nothing is locked: should everybody under way be refused, it takes exactly `room` more strikes to lock."""
    policy = replace(POLICY, lockout_attempts=attempts, lockout_seconds=window)
    at = START + timedelta(seconds=now)
    past = [strike for strike in strikes(*seconds) if strike <= at]

    def locked(made: list[datetime]) -> bool:
        until = locked_until(made, policy)
        return until is not None and at <= until

    left = room(past, slots, at, policy)
    if locked(past):
        return
    assert left + slots > 0, "with nobody under way there is room, so nobody waits in vain"
    assert not any(locked([*past, *[at] * (slots + more)]) for more in range(1 - slots, left))
    if left >= 0:
        assert locked([*past, *[at] * (slots + left)])


def slot(second: float, *, cleared: bool = False) -> Slot:
    return Slot(f"evt_{second}", START + timedelta(seconds=second), cleared)


def test_a_slot_is_under_way_or_left_behind() -> None:
    """Never both, never neither, except for one that a success cleared after it was left behind."""
    now, age = START, UNDER_WAY.total_seconds()
    slots = [slot(-age - 1), slot(-age - 2, cleared=True), slot(-age), slot(-1, cleared=True), slot(1), slot(age + 1)]
    assert strikes_of(slots, now) == strikes(-age - 1, age + 1)
    assert under_way(slots, now) == 3


def test_times_are_in_proportion() -> None:
    """Locks of two days in a row are still in a row with the first, and a slot is older than a comparison takes."""
    to_the_longest = sum((lock_length(number, STANDARD) for number in range(1, 10)), start=timedelta())
    assert lock_length(9, STANDARD) < LONGEST_LOCK == lock_length(10, STANDARD)
    assert to_the_longest < IN_A_ROW / 3
    assert timedelta(seconds=10) < UNDER_WAY < timedelta(seconds=STANDARD.lockout_seconds)


@pytest.mark.parametrize("reason", Reason)
def test_which_refusals_are_strikes(reason: Reason) -> None:
    """Before a comparison: 10, 11, 13 and a wrong PIN. After it everything but what comes once a face was accepted."""
    always = reason is Reason.PIN_WRONG or reason.exit in (10, 11, 13)
    assert is_strike(reason.value, reason.exit, compared=False) is always is reason.is_strike
    spared = reason.exit in (14, 20, 21, 22, 23) and reason not in (Reason.ALREADY_ENROLLED, Reason.NAME_TAKEN)
    assert is_strike(reason.value, reason.exit, compared=True) is (always or not spared)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("interrupted", ExitStatus.INTERRUPTED),
        ("internal_error", ExitStatus.INTERNAL),
        ("store_unusable", ExitStatus.STORE_UNUSABLE),
        ("unusable_image", ExitStatus.USAGE),
    ],
)
def test_what_breaks_off_is_a_strike_once_a_face_was_compared(reason: str, status: ExitStatus) -> None:
    """A crash, or somebody who pulls the plug, must not be a way to compare without end."""
    assert is_strike(reason, status, compared=True)
    assert not is_strike(reason, status, compared=False)
