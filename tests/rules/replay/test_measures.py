"""Measures of a table that is worked out by hand, and of random rows against scikit-learn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import confusion_matrix

from smilepay_cli.rules.replay.definitions import SENTENCE
from smilepay_cli.rules.replay.measures import Measure, measures
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.vocabulary.trials import Kind, Outcome
from tests.rules.replay.made import LIMIT, TABLE, outcome, outcomes

BY_HAND = {
    "fte": (1, 3),
    "fta": (3, 17),  # rows 4, 15, 16
    "fta[bona_fide]": (1, 7),
    "fta[zero_effort]": (0, 3),
    "fta[attack]": (0, 5),
    "fta[injection]": (2, 2),
    "fmr": (3, 10),  # 0.45 of row 5, 0.4 of 6, 0.48 of 9
    "fnmr": (2, 6),  # rows 3 and 6
    "fpir": (1, 2),  # rows 7 and 8
    "fnir": (2, 4),  # rows 1, 2, 3, 6; not found: 3, and 6, who is taken for bo
    "far": (1, 2),  # rows 9 and 10
    "frr": (4, 6),  # all but 1 and 5
    "bpcer": (1, 4),  # row 2, of 1, 2, 5, 6
    "apcer": (1, 1),  # screen
    "apcer[print]": (2, 3),  # 11 and 12; 14 never came to PAD
    "apcer[screen]": (1, 1),  # 17
    "iapar": (2, 4),  # print
    "iapar[print]": (2, 4),
    "iapar[screen]": (1, 3),  # 17 is accepted, though it cannot pay
    "iapar_target": (1, 3),  # screen
    "iapar_target[print]": (1, 4),  # 12 is accepted as lin, and was meant for bo
    "iapar_target[screen]": (1, 3),
    "paid[bona_fide]": (3, 7),
    "paid[zero_effort]": (1, 3),
    "paid[attack]": (2, 5),
    "paid[injection]": (0, 2),
    "paid[print]": (2, 4),
    "paid[screen]": (0, 3),
    "unexpected": (1, 2),  # row 9
}


def tallied(rows: list[Outcome]) -> Tally:
    tally = Tally()
    for row in rows:
        tally.add(row, dissimilarity_max=LIMIT)
    return tally


def of(rows: list[Outcome], enrolments: Rate | None = None) -> dict[str, Measure]:
    return {measure.key: measure for measure in measures(tallied(rows), enrolments=enrolments)}


def test_every_measure_of_the_table_by_hand() -> None:
    """k and n of each, and nothing beside them but RIAPAR, which has none."""
    found = of(TABLE, Rate(1, 3))
    counts = {key: (measure.rate.k, measure.rate.n) for key, measure in found.items() if measure.rate is not None}
    assert counts == BY_HAND
    assert set(found) - set(counts) == {"riapar", "riapar[print]", "riapar[screen]"}


def test_the_maximum_names_its_species() -> None:
    """And says so when another species could be worse still, for all that its few trials show."""
    found = of(TABLE)
    assert {key: found[key].worst for key in ("apcer", "iapar", "iapar_target", "riapar")} == {
        "apcer": "screen",
        "iapar": "print",
        "iapar_target": "screen",
        "riapar": "print",
    }
    few = [outcome("a", "attack", species="few", shown="lin", ended=(10, "no_match"))]
    many = [
        outcome(str(n), "attack", species="many", shown="lin", matched="lin" if n < 4 else None,
                pad="bona_fide" if n < 4 else None, ended=0 if n < 4 else (10, "no_match"))
        for n in range(40)
    ]  # fmt: skip
    note = of(few + many)["iapar"].note
    assert "that of many." in note and "The upper bound of few is higher, 95 %" in note


def test_riapar_is_the_sum_with_bounds_that_hold_together() -> None:
    """1 + (IAPAR - (1 - FRR)); each half of the union bound from quantiles of the beta distribution."""
    riapar = of(TABLE)["riapar[print]"]
    assert riapar.value == pytest.approx(2 / 4 + 4 / 6)
    upper = beta.ppf(1 - 0.0125, 3, 2) + beta.ppf(1 - 0.0125, 5, 2)
    lower = beta.ppf(0.0125, 2, 3) + beta.ppf(0.0125, 4, 3)
    assert (riapar.lower, riapar.upper) == pytest.approx((lower, upper))
    assert riapar.upper_one_sided == pytest.approx(beta.ppf(0.975, 3, 2) + beta.ppf(0.975, 5, 2))
    told = riapar.as_json()
    assert list(told) == ["k", "n", "rate", "lower", "upper", "upper_one_sided"] and told["k"] is told["n"] is None
    assert riapar.fewest == 4, "attacks; there were six bona fide rows"


def test_notes_say_what_the_numbers_cannot() -> None:
    """Dependence, those that PAD never saw, files that were no presentation, and nobody enrolled."""
    found = of(TABLE)
    assert "not independent" in found["fmr"].note and "too narrow" in found["fnmr"].note
    assert found["apcer[print]"].note.startswith("1 of 4 ended before PAD was asked (1 not recognised)")
    assert "1 of these were files that could not be used" in found["iapar[screen]"].note
    assert "Nobody was enrolled" in found["fte"].note
    assert SENTENCE.startswith("Files are simulated presentations or injections, not presentations to a camera")


def test_rows_that_contradict_themselves_count_for_no_error_and_are_told() -> None:
    """What a set says twice, or not at all, must not make a rate look better or worse."""
    odd = [
        outcome("a", "bona_fide", ended=(10, "no_match")),
        outcome("b", "bona_fide", shown="lin", claim="bo", ended=(10, "no_match")),
        outcome("c", "zero_effort", shown="lin", claim="lin", matched="lin", pad="bona_fide"),
        outcome("d", "zero_effort", shown="lin", matched="lin", pad="bona_fide"),
    ]
    found = of(odd)
    for name in ("fpir", "fnir", "far", "frr"):
        assert found[name].value is None and found[name].note.count("Not counted: 1 (") == 4
    assert len(tallied(odd).told("left_out")) == 4


def test_a_bona_fide_claim_without_a_subject_shows_the_holder() -> None:
    """Verification sets often name the account only."""
    rows = [
        outcome("a", "bona_fide", claim="lin", matched="lin", pad="bona_fide"),
        outcome("b", "bona_fide", claim="lin", ended=(10, "no_match")),
        outcome("c", "bona_fide", claim="eve", ended=(10, "no_match")),
    ]
    assert of(rows)["frr"].rate == Rate(1, 2)


def test_no_rows_give_no_rates() -> None:
    """Nothing counted is null with all bounds open, never 0."""
    for measure in of([]).values():
        assert measure.value is None and (measure.lower, measure.upper, measure.upper_one_sided) == (0, 1, 1)
        assert measure.as_json()["rate"] is None


@settings(max_examples=60, deadline=None)
@given(st.lists(outcomes(), min_size=1, max_size=40))
def test_rates_are_those_of_confusion_matrices(rows: list[Outcome]) -> None:
    """Labels and answers laid out flat, and counted by scikit-learn."""
    found = of(rows)
    pairs = [
        (is_mated, apart <= LIMIT)
        for row in rows
        if not row.trial.kind.is_attack and row.compared
        for is_mated, apart in [
            *([] if row.comparisons.mated is None else [(True, row.comparisons.mated)]),
            *((False, apart) for apart in row.comparisons.others),
        ]
    ]
    if pairs:
        (rejected, matched), (missed, accepted) = confusion_matrix(*zip(*pairs, strict=True), labels=[False, True])
        assert found["fmr"].rate == Rate(int(matched), int(rejected + matched))
        assert found["fnmr"].rate == Rate(int(missed), int(missed + accepted))
    asked = [row for row in rows if row.pad is not None]
    for species in {str(row.trial.pai_species) for row in rows if row.trial.kind.is_attack}:
        chosen = [row for row in asked if row.trial.kind is Kind.BONA_FIDE or row.trial.pai_species == species]
        if chosen:
            labels = [row.trial.kind.is_attack for row in chosen]
            answers = [row.pad == "attack" for row in chosen]
            (right, wrong), (through, caught) = confusion_matrix(labels, answers, labels=[False, True])
            assert found["bpcer"].rate == Rate(int(wrong), int(right + wrong))
            assert found[f"apcer[{species}]"].rate == Rate(int(through), int(through + caught))


@settings(max_examples=60, deadline=None)
@given(st.lists(outcomes(), max_size=30))
def test_bounds_enclose_every_measure(rows: list[Outcome]) -> None:
    """Also sums and maxima; a maximum is at least each of its species."""
    found = of(rows)
    for key, measure in found.items():
        assert measure.lower <= measure.upper and measure.upper_one_sided <= measure.upper
        if measure.value is not None:
            assert measure.lower <= measure.value <= measure.upper_one_sided
            whole = found.get(key.partition("[")[0])
            if measure.definition.by == ("species",) and whole is not None:
                assert whole.value is not None and whole.value >= measure.value
