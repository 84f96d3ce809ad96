"""The words of a replay's figures: nothing hidden in names, no digits that counts do not carry."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.render.replay import words
from tests.fakes import replays

ANY_TEXT = st.text(st.characters(), max_size=60)
"""Lone surrogates and everything else included."""


@given(ANY_TEXT)
def test_what_is_shown_hides_nothing(text: str) -> None:
    """No control, no letter that turns others round, no line break; and it can be written as XML 1.0 in UTF-8."""
    shown = words.visible(text)
    assert not [
        x for x in shown if unicodedata.category(x) in {"Cc", "Cs", "Zl", "Zp"} or x in "\u202e\u2066\ufeff\ufffe"
    ]
    assert "\n" not in shown
    shown.encode()
    assert words.visible(shown) == shown


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=60))
def test_what_can_be_read_stays_as_it_is(text: str) -> None:
    """Names of people, in any script."""
    assert words.visible(text) == text


def test_a_long_text_is_cut_with_a_mark() -> None:
    """So that one name cannot fill a page."""
    assert words.visible("x" * 100, most=10) == "x" * 9 + "…"
    assert words.visible("a\x1bb\u202ec\ud800#", also="#") == r"a\x1bb\u202ec\ud800\x23"
    assert words.visible("می‌خواهم") == "می‌خواهم"


@pytest.mark.parametrize(
    ("k", "n", "rate", "interval", "at_most"),
    [
        (0, 0, "none tried", "-", "-"),
        (0, 3, "too few", "0 to 71 %", "63 %"),
        (3, 59, "5 %", "1 to 14 %", "13 %"),
        (15, 300, "5.0 %", "2.8 to 8.1 %", "7.6 %"),
        (2, 26100, "0.008 %", "0.001 to 0.028 %", "0.024 %"),
        (0, 1_000_000, "0 %", "0 to 0.00037 %", "0.00030 %"),
        (300, 300, "100.0 %", "98.8 to 100.0 %", "100.0 %"),
    ],
)
def test_a_rate_has_the_digits_that_its_counts_carry(k: int, n: int, rate: str, interval: str, at_most: str) -> None:
    """And is told in words where there are too few to speak of one."""
    measure = replays.measure("iapar", None, k, n)
    assert (words.rate(measure), words.interval(measure), words.at_most(measure)) == (rate, interval, at_most)


def test_a_sum_of_two_rates_has_no_counts() -> None:
    """RIAPAR may pass 100 %, and is shown all the same."""
    measure = {**replays.measure("iapar", "print", 1, 10), "k": None, "n": None, "rate": 1.2, "upper": 1.5}
    assert words.counts(measure) == "-" and words.rate(measure) == "120.0 %"


def test_a_sum_of_few_trials_is_told_as_other_rates_are() -> None:
    """A decimal of a percentage from three trials would look like knowledge."""
    measure = {**replays.measure("iapar", "print", 1, 3), "k": None, "n": None, "fewest": 3, "lower": 0.004}
    assert words.rate(measure) == "too few" and words.interval(measure).startswith("0 to ")
    assert words.rate({**measure, "fewest": 10}) == "33 %" and words.rate({**measure, "fewest": 0}) == "too few"


def summary(**changes: Any) -> dict[str, Any]:
    return {**replays.summary(list(replays.rows(60))), **changes}


def test_the_verdict_is_what_the_exit_status_says() -> None:
    """Gates and expectations; where nothing was asked there is neither good nor bad."""
    good, bad = ({"text": f"gate {holds}", "holds": holds} for holds in (True, False))
    other = {**good, "text": "another"}
    told = [
        words.verdict(summary(gates=gates, unexpected=unexpected, expected=expected))
        for gates, unexpected, expected in [
            ([good], 0, 9), ([good, bad], 0, 9), ([], 2, 9), ([], 0, 9), ([], 0, 0), ([good, other], 1, 0),
        ]
    ]  # fmt: skip
    assert [(verdict.mark, verdict.good) for verdict in told] == [
        ("✓", True), ("✗", False), ("✗", False), ("✓", True), ("•", None), ("✗", False),
    ]  # fmt: skip
    assert told[0].text == "1 gate holds, 9 cases as expected"
    assert told[1].text == "1 of 2 gates failed, 9 cases as expected"
    assert told[5].text == "2 gates hold, 1 case not as expected"


def test_one_gate_with_a_pattern_is_one_gate() -> None:
    """However many figures it looks at."""

    def told(*found: tuple[str, bool]) -> str:
        return words.gates_in_words([{"text": text, "holds": holds} for text, holds in found])

    assert told(*[("iapar[p*] <= 2 %", False)] * 4) == "1 gate failed (4 of 4 figures)"
    assert told(("a", True), ("a", False), ("b", True)) == "1 of 2 gates failed (1 of 3 figures)"
    assert told(("a", True), ("a", True), ("b", True)) == "2 gates hold (3 figures)"
    assert told(("a", False)) == "1 gate failed" and told(("a", True)) == "1 gate holds"


def test_the_worst_species_is_the_one_that_got_in_most_often() -> None:
    """Of those that never got in, the one about which least is known."""
    measures = [replays.measure("iapar", name, k, n) for name, k, n in (("a", 1, 100), ("b", 3, 100), ("c", 0, 4))]
    assert (
        words.worst_in_words(summary(measures=measures))
        == "worst species, b: 3 of 100 got in (3 %), at most 8 % (95 % sure)"
    )
    none = [replays.measure("iapar", name, 0, n) for name, n in (("a", 100), ("b", 20), ("c", 0))]
    assert (
        words.worst_in_words(summary(measures=none))
        == "no attack got in; of b: 0 of 20 got in, at most 14 % (95 % sure)"
    )
    assert words.worst_in_words(summary(measures=[])) is None


def test_money_is_added_by_currency() -> None:
    """Cents and yen are not one sum."""
    species = [
        {"name": "bona_fide", "moved": {"EUR": 900}},
        {"name": "print", "moved": {"EUR": 150, "JPY": 20}},
        {"name": "zero_effort", "moved": {"EUR": 50}},
    ]
    told = words.money_in_words(summary(species=species))
    assert told == "money moved by attacks and strangers: 2.00 EUR, 20 JPY"
    assert words.money({}) == words.money({"EUR": 0}) == "nothing"


def test_accepted_is_not_yet_paid() -> None:
    """The Decision is one thing, the Authorization another."""
    row = {
        "outcome": "accepted",
        "exit": 20,
        "reason": "insufficient_funds",
        "decision": {"matched": "ann"},
        "expect": "refuse",
    }
    assert words.came_to(row) == "accepted as ann, not paid: insufficient_funds (20)"
    paid = {**row, "exit": 0, "reason": None, "moved_minor": 100, "currency": "EUR"}
    assert words.against_expectation(paid) == "expected refuse, was accepted as ann, 1.00 EUR moved"
    broken = {"outcome": "unusable", "exit": 2, "reason": None, "message": "no picture\n", "decision": None}
    assert words.came_to(broken) == r"unusable: no picture\x0a (2)"


def test_a_gate_that_looks_at_many_says_at_which() -> None:
    """Or three lines of a report would be the same."""
    assert words.gate({"text": "iapar <= 2 %", "measure": "iapar[print]"}) == "iapar <= 2 % (iapar[print])"
    assert (
        words.gate({"text": "fnir <= 2 %", "measure": "fnir"}) == words.gate({"text": "fnir <= 2 %"}) == "fnir <= 2 %"
    )


def test_what_a_baseline_could_not_be_compared_with_is_counted() -> None:
    """A set that lost its hard cases is no better."""
    found = {"only_then": ["a", "b"], "only_now": [], "other_trials": ["c"]}
    assert words.left_out(found) == "not compared: 2 only in the baseline, 1 are other trials now"
    assert words.left_out({}) == ""
    assert words.changed_pair({"kind": "bona_fide", "aspect": "paid"}) == "bona fide, paid"
