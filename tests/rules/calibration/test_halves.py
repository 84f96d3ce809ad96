"""Tune half and report half."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.calibration.halves import halves

PEOPLE = st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 9), max_size=40)


@given(PEOPLE, st.integers(0, 99), st.floats(0.1, 0.9))
def test_everybody_is_in_one_half_and_nobody_in_both(people: dict[str, int], seed: int, share: float) -> None:
    """Else the figures of the report half would be of people that the numbers were chosen on."""
    tune, report = halves(people, seed, share)
    assert sorted([*tune, *report]) == sorted(people)
    assert not set(tune) & set(report)


@given(PEOPLE, st.integers(0, 99), st.randoms())
def test_the_split_follows_from_seed_and_names(people: dict[str, int], seed: int, random: object) -> None:
    """In whichever order folders are read."""
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert halves({name: people[name] for name in shuffled}, seed, 0.5) == halves(people, seed, 0.5)


def test_another_seed_is_another_split() -> None:
    people = {f"person {number}": 2 for number in range(40)}
    assert halves(people, 1, 0.5) != halves(people, 2, 0.5)


def test_both_halves_have_mated_comparisons_where_there_can_be() -> None:
    """Two people with several pictures among many with one."""
    people = {"ann": 4, "bob": 2, **{f"single {number}": 1 for number in range(20)}}
    for seed in range(20):
        tune, report = halves(people, seed, 0.5)
        assert len({"ann", "bob"} & set(tune)) == len({"ann", "bob"} & set(report)) == 1


def test_the_share_is_the_report_halfs() -> None:
    tune, report = halves({f"person {number}": 2 for number in range(100)}, 0, 0.2)
    assert (len(tune), len(report)) == (80, 20)
    with pytest.raises(ValueError, match="no share"):
        halves({}, 0, 1.0)
