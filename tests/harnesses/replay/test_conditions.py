"""Chance and time of a run come from its seed."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.replay.conditions import BETWEEN, CEBIT, Conditions
from smilepay_cli.vocabulary.trials import Kind, Trial

ROWS = st.integers(-1000, 10**6)
SEEDS = st.integers(-(2**70), 2**70)


def conditions(seed: int = 0, *, carry_state: bool = False) -> Conditions:
    return Conditions(seed=seed, amount_minor=100, merchant="kiosk", carry_state=carry_state)


def trial(number: int) -> Trial:
    return Trial(id=f"row {number}", path="1.jpg", kind=Kind.BONA_FIDE)


@given(SEEDS, ROWS, st.sampled_from(["evt", "txn", "nonce"]))
def test_ids_can_be_had_again(seed: int, row: int, kind: str) -> None:
    """In the form of all ids; the same ones for the same trial, and no two alike within it."""
    ids, again = conditions(seed).ids(trial(row)), conditions(seed).ids(trial(row))
    drawn = [ids.new(kind) for _ in range(5)]
    assert drawn == [again.new(kind) for _ in range(5)] and len(set(drawn)) == 5
    assert all(re.fullmatch(rf"{kind}_[0-9a-hjkmnp-tv-z]{{12}}", name) for name in drawn)


@given(st.tuples(SEEDS, ROWS), st.tuples(SEEDS, ROWS))
def test_every_trial_has_its_own(one: tuple[int, int], other: tuple[int, int]) -> None:
    """Another seed or another trial draws others: they become durable side by side where state is carried."""
    drawn = [conditions(seed).ids(trial(row)).new("evt") for seed, row in (one, other)]
    assert (drawn[0] == drawn[1]) is (one == other)


def test_clocks_stand_still() -> None:
    """At the same moment for every trial, or a minute later each where they carry on; a pause costs no time."""
    for row in (0, 7):
        assert conditions().clock(CEBIT, row).now() == CEBIT
        clock = conditions(carry_state=True).clock(CEBIT, row)
        assert clock.now() == CEBIT + row * BETWEEN and clock.monotonic() == 0.0
        clock.pause(2.5)
        assert (clock.monotonic(), clock.now()) == (2.5, CEBIT + row * BETWEEN + timedelta(seconds=2.5))
