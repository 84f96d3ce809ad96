"""Gates: on the upper bound, never on too few trials, and no gate that looks at nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smilepay_cli.rules.replay.baseline import compare
from smilepay_cli.rules.replay.gates import Verdict, check_gate, judge, parse
from smilepay_cli.rules.replay.measures import measures
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.rows import as_row
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Outcome
from tests.rules.replay.made import LIMIT, TABLE, outcome

SPECIES = ("print_bordered", "print_full", "screen", "odd [x] <= 1")


def attacks(species: str, hits: int, n: int) -> list[Outcome]:
    """So many of n accepted and paid."""
    through = [
        outcome(f"{species}{i}", "attack", shown="lin", species=species, matched="lin", pad="bona_fide",
                moved=("lin", 100)) for i in range(hits)
    ]  # fmt: skip
    refused = [
        outcome(f"{species}{i}", "attack", shown="lin", species=species, ended=(10, "no_match")) for i in range(hits, n)
    ]
    return through + refused


def judged(text: str, rows: list[Outcome]) -> list[Verdict]:
    tally = Tally()
    for row in rows:
        tally.add(row, dissimilarity_max=LIMIT)
    return judge(check_gate(text, tally.species), tally, measures(tally))


@pytest.mark.parametrize(
    ("text", "name", "group", "limit", "is_point", "is_strict"),
    [
        ("iapar[print_full] <= 0.02", "iapar", "print_full", 0.02, False, False),
        ("iapar[print*]<=2%", "iapar", "print*", 0.02, False, False),
        ("fnir < 5 %", "fnir", None, 0.05, False, True),
        (" point(iapar[screen]) <= .02 ", "iapar", "screen", 0.02, True, False),
        ("point( frr ) <= 1e-3", "frr", None, 0.001, True, False),
        ("money[print*] <= 0", "money", "print*", 0, False, False),
        ("money <= 12000", "money", None, 12000, False, False),
        ("unexpected <= 0", "unexpected", None, 0, False, False),
        ("riapar <= 1.2", "riapar", None, 1.2, False, False),
        ("apcer[odd [x] <= 1] <= 0.5", "apcer", "odd [x] <= 1", 0.5, False, False),
    ],
)
def test_what_can_be_written(
    text: str, name: str, group: str | None, limit: float, is_point: bool, is_strict: bool
) -> None:
    """Shares and percent, species and patterns, points; whatever is in a species' name."""
    gate = check_gate(text, SPECIES)
    assert (gate.name, gate.group, gate.limit, gate.is_point, gate.is_strict) == (
        name,
        group,
        limit,
        is_point,
        is_strict,
    )


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("iapar", "is no gate", "'iapar[print*] <= 0.02'"),
        ("iapar >= 0.02", "is no gate", "<="),
        ("iapar <= -1", "is no gate", "<="),
        ("iapar <= nan", "is no gate", "<="),
        ("point(iapar <= 0.02", "is no gate", "<="),
        ("iapra <= 0.02", "there is no measure 'iapra'", "did you mean 'iapar'?"),
        ("iapar[prnt_full] <= 0.02", "matches nothing in the set", "did you mean 'print_full'?"),
        ("iapar[print] <= 0.02", "matches nothing in the set", "did you mean 'print*'?"),
        ("iapar[paper*] <= 0.02", "matches nothing in the set", "print_bordered"),
        ("fta[print_full] <= 0.02", "matches nothing in the set", "bona_fide"),
        ("fnir[screen] <= 0.02", "one figure for the whole run", "without brackets"),
        ("paid <= 0.02", "needs a species or kind", "paid[zero_effort]"),
        ("iapar <= 2", "always holds", "did you mean '2 %'?"),
        ("iapar <= 1", "always holds", "did you mean '1 %'?"),
        ("iapar <= 100 %", "always holds", "percent"),
        ("iapar <= 0", "can never hold", "point(iapar) <= 0"),
        ("point(iapar) < 0", "can never hold", "write <="),
        ("money < 0", "can never hold", "write <="),
        ("money <= 0.5", "is a whole number", "money <= 0"),
        ("unexpected <= 2 %", "is a whole number", "unexpected <= 0"),
        ("point(money) <= 0", "is a whole number", "money <= 0"),
        ("worse <= 2 %", "is a whole number", "worse <= 0"),
        ("worse <= 0", "nothing to compare with", "--baseline"),
    ],
)
def test_a_gate_that_says_nothing_is_refused_before_the_run(text: str, said: str, hint: str) -> None:
    """A slip of the finger must not be a gate that always holds, and nobody waits for an hour to learn of one."""
    with pytest.raises(UsageProblem) as problem:
        check_gate(text, SPECIES)
    assert said in problem.value.message and hint in str(problem.value.hint)


def test_a_set_without_attacks_has_no_gate_on_them() -> None:
    """The maximum over nothing would hold."""
    with pytest.raises(UsageProblem, match="the set has no attacks"):
        check_gate("iapar <= 0.02", ())


def test_gates_look_at_the_upper_bound() -> None:
    """149 of 149 refused show 2 %, 148 do not; the point is another question."""
    assert judged("iapar[print] <= 0.02", attacks("print", 0, 149))[0].holds
    (verdict,) = judged("iapar[print] <= 0.02", attacks("print", 0, 24))
    assert not verdict.holds and verdict.figure == Rate(0, 24).upper_one_sided
    assert verdict.excess == pytest.approx(0.0973457, abs=1e-6)
    assert verdict.words == (
        "0 of 24 (0 %, 0-14.2 %), upper bound 11.7 %, over the limit by 9.73 points; "
        "n=24 without an error shows 11.7 % at best, 149 would show 2 %"
    )
    assert judged("point(iapar[print]) <= 0.02", attacks("print", 0, 24))[0].holds
    (verdict,) = judged("point(iapar[print]) <= 0.02", attacks("print", 3, 24))
    assert verdict.words == "3 of 24 (12.5 %, 2.66-32.4 %), rate 12.5 %, over the limit by 10.5 points"


def test_enough_trials_with_errors_fail_without_asking_for_more() -> None:
    """More trials of the kind would not help."""
    (verdict,) = judged("iapar[print] <= 0.02", attacks("print", 20, 200))
    assert not verdict.holds and "at best" not in verdict.words


def test_every_match_must_hold() -> None:
    """By pattern, and for the maximum, where the species with few trials is not hidden by the worst rate."""
    rows = attacks("print_a", 0, 149) + attacks("print_b", 1, 149) + attacks("screen", 0, 2)
    by_key = {verdict.key: verdict.holds for verdict in judged("iapar[print*] <= 0.02", rows)}
    assert by_key == {"iapar[print_a]": True, "iapar[print_b]": False}
    by_key = {verdict.key: verdict.holds for verdict in judged("iapar <= 0.04", rows)}
    assert by_key == {"iapar[print_a]": True, "iapar[print_b]": True, "iapar[screen]": False}


def test_a_name_goes_before_a_pattern() -> None:
    """Brackets in a species' name are no pattern."""
    rows = attacks("a[b]", 0, 149) + attacks("ab", 1, 149)
    assert [verdict.key for verdict in judged("iapar[a[b]] <= 0.02", rows)] == ["iapar[a[b]]"]


def test_money_and_expectations() -> None:
    """By species, by kind, and in all; bona fide money that left the wrong account is lost too."""
    (verdict,) = judged("money[screen] <= 0", TABLE)
    assert verdict.holds and verdict.words == "nothing moved"
    (verdict,) = judged("money[print] <= 0", TABLE)
    assert not verdict.holds and verdict.excess == 200 and verdict.words == "2.00 EUR (200 minor units) moved"
    assert judged("money[zero_effort] <= 100", TABLE)[0].holds
    assert not judged("money[zero_effort] < 100", TABLE)[0].holds
    (verdict,) = judged("money <= 399", TABLE)
    assert not verdict.holds and verdict.figure == 400
    (verdict,) = judged("unexpected <= 0", TABLE)
    assert not verdict.holds and verdict.words == "1 of 2 rows that expect something ended otherwise"
    assert judged("unexpected <= 1", TABLE)[0].holds


def against(text: str, then: list[Outcome], now: list[Outcome]) -> list[Verdict]:
    tally = Tally()
    rows = [[as_row(one, dissimilarity_max=LIMIT) for one in run] for run in (then, now)]
    return judge(check_gate(text, SPECIES, has_baseline=True), tally, measures(tally), compare(*rows))


def test_worse_than_the_baseline() -> None:
    """An attack that gets in now, or a customer who does not any more; what got better makes up for nothing."""
    customer = outcome("c", "bona_fide", shown="lin", matched="lin", pad="bona_fide", moved=("lin", 100))
    turned_away = outcome("c", "bona_fide", shown="lin", ended=(13, "smile_not_shown"))
    then, now = [*attacks("print", 1, 4), customer], [*attacks("print", 3, 4), turned_away]
    (verdict,) = against("worse <= 0", then, now)
    assert not verdict.holds and verdict.figure == verdict.excess == 3
    assert verdict.words == "3 of 5 trials in both runs ended worse than in the baseline"
    assert against("worse <= 3", then, now)[0].holds
    assert against("worse <= 0", then, then)[0].holds
    (verdict,) = against("worse[attack] <= 0", now, then)
    assert verdict.holds and verdict.key == "worse[attack]" and verdict.words.startswith("0 of 4 ")
    assert not against("worse[bona_fide] <= 0", then, now)[0].holds
    (verdict,) = against("worse[injection] <= 0", then, now)
    assert not verdict.holds and verdict.figure is None, "nothing of that kind was compared"


def test_a_species_named_like_a_kind_hides_nothing() -> None:
    """money[attack] then asks for both."""
    rows = attacks("attack", 0, 3) + attacks("print", 1, 3)
    assert [(verdict.key, verdict.holds) for verdict in judged("money[attack] <= 0", rows)] == [
        ("money[attack]", True),
        ("money[attack]", False),
    ]


@pytest.mark.parametrize("text", ["fpir <= 0.5", "fte <= 0.5", "apcer[print] <= 0.5", "unexpected <= 0"])
def test_nothing_counted_is_no_pass(text: str) -> None:
    """Any doubt denies."""
    (verdict,) = judged(text, attacks("print", 0, 5))
    assert not verdict.holds and verdict.figure is None and verdict.excess is None
    assert verdict.as_json()["figure"] is None and ("nothing" in verdict.words or "no row" in verdict.words)


def test_a_gate_that_matches_nothing_in_the_run_is_no_pass_either() -> None:
    """Where the set was not known before, as with species that a file names."""
    tally = Tally()
    for row in attacks("print", 0, 5):
        tally.add(row, dissimilarity_max=LIMIT)
    for text in ("iapar[paper] <= 0.5", "money[paper] <= 0", "fta[injection] <= 0.5"):
        with pytest.raises(UsageProblem, match="matches nothing"):
            judge(parse(text), tally, measures(tally))


@settings(deadline=None)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(1, 99))
def test_a_gate_holds_exactly_when_the_bound_is_within(counts: tuple[int, int], percent: int) -> None:
    """And a strict one only below; as_json says the same."""
    k, n = counts
    for sign in ("<=", "<"):
        (verdict,) = judged(f"iapar[print] {sign} {percent} %", attacks("print", k, n))
        bound = Rate(k, n).upper_one_sided
        assert verdict.holds is (bound <= percent / 100 if sign == "<=" else bound < percent / 100)
        assert verdict.as_json()["holds"] is verdict.holds
        assert verdict.excess == pytest.approx(max(0.0, bound - percent / 100))


def test_exactly_at_the_limit() -> None:
    """One trial without an error shows 95 %, to the last bit: enough for <=, and not for <."""
    (verdict,) = judged("iapar[print] < 95 %", attacks("print", 0, 1))
    assert judged("iapar[print] <= 95 %", attacks("print", 0, 1))[0].holds and not verdict.holds
    assert "which is not below the limit" in verdict.words
