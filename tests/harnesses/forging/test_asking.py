"""Names and strengths as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.forging.asking import WAYS, chosen, species, strengths
from smilepay_cli.harnesses.forging.species import (
    CAPTURE_CONTROLS,
    CAPTURES,
    DEGRADATIONS,
    JOINED,
    PAIR_SPECIES,
    SPECIES,
)
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Kind


def names(*words: str) -> list[str]:
    return [way.name for way in chosen(words)]


def test_every_species_can_be_asked_for() -> None:
    """One that is in a table and not here would be forgotten; no name stands for two."""
    tables = (SPECIES, PAIR_SPECIES, CAPTURES, JOINED, DEGRADATIONS, CAPTURE_CONTROLS)
    assert len(WAYS) == sum(len(table) for table in tables)
    assert names("*") == list(WAYS)
    assert [way.name for way in species().species] == list(WAYS)


def test_kinds_say_what_a_file_can_be() -> None:
    """Copies never saw a camera; honest pictures are no attacks."""
    kinds = {name: way.kind for name, way in WAYS.items()}
    assert kinds["print_bordered"] is kinds["paper_mask"] is kinds["replayed_video"] is Kind.ATTACK
    assert kinds["exact_copy"] is kinds["morph"] is kinds["spliced"] is kinds["frozen"] is Kind.INJECTION
    assert kinds["blur"] is kinds["recaptured_clip"] is Kind.BONA_FIDE


def test_all_is_every_attack_of_one_picture() -> None:
    """What somebody gets who asks for nothing in particular: no captures, no honest pictures."""
    assert names("all") == [*SPECIES, *PAIR_SPECIES]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["blur"], ["blur"]),
        (["blur, morph"], ["morph", "blur"]),
        (["morph", "morph,blur"], ["morph", "blur"]),
        (["print_*_*"], ["print_full_frame", "print_in_motion"]),
        (["s?all"], ["small"]),
    ],
    ids=str,
)
def test_names_are_taken_in_the_tables_order(words: list[str], wanted: list[str]) -> None:
    """Each once, whatever the order they are typed in: the set is the same then."""
    assert names(*words) == wanted


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("blurr", "did you mean 'blur'?"),
        ("print", "did you mean 'print*'?"),
        ("", "forge --list"),
        ("blur,", "forge --list"),
        ("x*", "all of them"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(word: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        chosen([word])
    assert hint in str(caught.value.hint)


def test_the_nearest_word_on_strength_holds() -> None:
    """A number for all of them, others by name or pattern, whichever is typed first."""
    ways = chosen(["print*", "blur"])
    made = strengths(["print_b*=0.25", "0.5", "blur=1"], ways)
    assert made == {
        "print_bordered": 0.25,
        "print_full_frame": 0.5,
        "print_halftone": 0.5,
        "print_in_motion": 0.5,
        "blur": 1.0,
    }
    assert set(strengths([], ways).values()) == {1.0}


@pytest.mark.parametrize(
    "word", ["2", "-0.1", "nan", "inf", "", "much", "blur=", "blur=1.01", "=0.5", "morph=0.5", "blurr=0.5", "1e309"]
)
def test_a_strength_that_cannot_be_is_refused(word: str) -> None:
    """Out of range, no number, or of a species that is not made."""
    with pytest.raises(UsageProblem):
        strengths([word], chosen(["blur"]))


@given(st.floats(0, 1))
def test_every_strength_from_0_to_1_is_taken(strength: float) -> None:
    assert strengths([repr(strength)], chosen(["blur"])) == {"blur": strength}
