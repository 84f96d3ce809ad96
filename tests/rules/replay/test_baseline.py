"""Paired comparison: which trials changed, and whether chance explains it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from smilepay_cli.rules.replay.baseline import Paired, compare, mcnemar
from smilepay_cli.rules.replay.rows import as_row
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Outcome
from tests.rules.replay.made import LIMIT, TABLE, outcome


def rows(*outcomes: Outcome) -> list[dict[str, Any]]:
    return [as_row(told, dissimilarity_max=LIMIT) for told in outcomes]


def attack(id_: str, is_in: bool, **more: Any) -> Outcome:
    if is_in:
        more = {"matched": "lin", "pad": "bona_fide", "moved": ("lin", 100), **more}
    else:
        more = {"ended": (10, "no_match"), **more}
    return outcome(id_, "attack", shown="lin", species="print", **more)


def by_name(found: tuple[Paired, ...]) -> dict[tuple[str, str], Paired]:
    return {(pair.kind, pair.aspect): pair for pair in found}


def test_the_same_run_twice_changes_nothing() -> None:
    """No change, no direction, and a p-value of 1."""
    found = compare(rows(*TABLE), reversed(rows(*TABLE)))
    assert not (found.changes or found.only_then or found.only_now or found.other_trials)
    assert {pair.direction for pair in found.pairs} == {"same"} and {pair.p_value for pair in found.pairs} == {1.0}
    assert list(by_name(found.pairs)) == [
        (kind, aspect)
        for kind in ("bona_fide", "zero_effort", "attack", "injection")
        for aspect in ("accepted", "paid")
    ]
    assert str(found.pairs[0]) == "bona_fide, accepted: 2 of 7 then, 2 now; no trial changed"


def test_a_worse_policy_by_hand() -> None:
    """Six attacks more get in and none less: p = 2 / 2**6; the list has exactly these, in order, with reasons."""
    then = rows(*(attack(str(n), is_in=n >= 8) for n in range(10)))
    now = rows(*(attack(str(n), is_in=n >= 2) for n in range(10)))
    found = compare(then, now)
    pair = by_name(found.pairs)["attack", "paid"]
    assert (pair.then, pair.now, pair.n, pair.both, pair.only_then, pair.only_now, pair.neither) == (
        2,
        8,
        10,
        2,
        0,
        6,
        2,
    )
    assert pair.p_value == pytest.approx(2 / 2**6) and pair.direction == "worse"
    assert str(pair) == (
        "attack, paid: 2 of 10 then, 8 now (6 gained, 0 lost): worse, p = 0.0312, which is hardly chance"
    )
    assert [change.id for change in found.changes] == ["2", "3", "4", "5", "6", "7"]
    assert found.changes[0].as_json() == {
        "id": "2",
        "kind": "attack",
        "accepted": [False, True],
        "paid": [False, True],
        "reason": ["no_match", None],
        "matched": [None, "lin"],
    }
    assert found.as_json()["kinds"]["attack"]["paid"] == {
        "n": 10, "then": 2, "now": 8, "both": 2, "only_then": 0, "only_now": 6, "neither": 2,
        "direction": "worse", "p_value": 0.03125,
    }  # fmt: skip


def test_better_for_bona_fide_is_worse_for_attacks() -> None:
    """More acceptances are what one wants of the one and not of the other."""
    good = outcome("g", "bona_fide", shown="lin", matched="lin", pad="bona_fide")
    poor = outcome("g", "bona_fide", shown="lin", ended=(10, "no_match"))
    found = by_name(compare(rows(poor, attack("a", False)), rows(good, attack("a", True))).pairs)
    assert found["bona_fide", "accepted"].direction == "better" and found["attack", "accepted"].direction == "worse"
    found = by_name(compare(rows(good, attack("a", True)), rows(poor, attack("a", False))).pairs)
    assert found["bona_fide", "accepted"].direction == "worse" and found["attack", "accepted"].direction == "better"
    assert "may be chance" in str(found["attack", "accepted"])


def test_somebody_taken_for_another_is_a_change() -> None:
    """Paid both times, but by whom."""
    own = outcome("g", "bona_fide", shown="lin", matched="lin", pad="bona_fide")
    another = outcome("g", "bona_fide", shown="lin", matched="bo", pad="bona_fide")
    found = compare(rows(own), rows(another))
    assert found.changes[0].matched == ("lin", "bo")
    assert by_name(found.pairs)["bona_fide", "accepted"].direction == "worse"
    assert by_name(found.pairs)["bona_fide", "paid"].direction == "same"


def test_another_reason_is_a_change_too() -> None:
    """Refused both times; the list says why then and why now."""
    found = compare(
        rows(attack("a", False)), rows(attack("a", False, ended=(13, "border"), pad="attack", matched="lin"))
    )
    assert found.changes[0].reason == ("no_match", "border") and found.changes[0].paid == (False, False)


def test_only_the_same_trials_are_compared() -> None:
    """Ids of one run only are named, and so is an id that means another trial or another file now. More frames of the
    same capture are no other file: how many are looked at hangs on the policy.
    """
    one, two = "ab" * 32, "cd" * 32
    then = rows(attack("gone", True), attack("kind", True), attack("file", True, digests=(one,)),
                attack("same", True, digests=(one,)), attack("unread", True))  # fmt: skip
    now = rows(outcome("kind", "bona_fide", shown="lin", ended=(10, "no_match")), attack("new", True),
               attack("file", False, digests=(two,)), attack("same", False, digests=(one, two)),
               attack("unread", False, digests=(one,)))  # fmt: skip
    found = compare(then, now)
    assert (found.only_then, found.only_now, found.other_trials) == (("gone",), ("new",), ("kind", "file"))
    assert [change.id for change in found.changes] == ["same", "unread"]


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (rows(attack("a", True)), rows(attack("b", True)), "no trial in common"),
        ([], rows(attack("b", True)), "no trial in common"),
        (rows(attack("a", True)), rows(outcome("a", "bona_fide", shown="lin")), "other trials or other files"),
        (rows(attack("a", True)) * 2, rows(attack("a", True)), "row 2 of the baseline has no id of its own: 'a'"),
        (rows(attack("a", True)), rows(attack("a", True)) * 2, "row 2 of this run has no id of its own"),
        ([{"id": "a"}], rows(attack("a", True)), "row 1 of the baseline is no result of a replay"),
        ([["a"]], rows(attack("a", True)), "is no result of a replay"),
        ([rows(attack("a", True))[0] | {"kind": "?"}], rows(attack("a", True)), "is no result of a replay"),
        ([rows(attack("a", True))[0] | {"reason": ["x"]}], rows(attack("a", True)), "is no result of a replay"),
        ([rows(attack("a", True))[0] | {"id": 7}], rows(attack("a", True)), "no id of its own"),
    ],
)
def test_what_cannot_be_compared_is_refused(then: list[Any], now: list[Any], said: str) -> None:
    """In one line; a comparison of nothing would find no change."""
    with pytest.raises(UsageProblem, match=said):
        compare(then, now)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_the_p_value_is_the_binomial_tail(lost: int, gained: int) -> None:
    """Twice the smaller tail of B(lost + gained, 1/2), at most 1; the same both ways round."""
    expected = min(1.0, 2 * binom.cdf(min(lost, gained), lost + gained, 0.5)) if lost + gained else 1.0
    assert mcnemar(lost, gained) == pytest.approx(expected)
    assert mcnemar(gained, lost) == mcnemar(lost, gained)


def test_a_hundred_thousand_rows_take_little_room() -> None:
    """Rows are read one by one, and of each only what is compared is kept."""

    def many(step: int) -> Iterator[dict[str, Any]]:
        one, other = rows(attack("in", True), attack("out", False))
        for number in range(100_000):
            yield (one if number % step else other) | {"id": f"attack/print/lin/{number}"}

    tracemalloc.start()
    try:
        found = compare(many(1000), many(500))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.changes) == 100
    assert peak < 60_000_000
