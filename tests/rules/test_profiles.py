"""Policies: nothing of a policy can be forgotten where it is read, explained, recorded or held to a floor."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from smilepay_cli.rules import policy_files
from smilepay_cli.rules.policy_files import as_figures, extend, weaker_fields
from smilepay_cli.rules.profiles import (
    DEMO,
    DENY_CUES,
    PROFILES,
    STANDARD,
    STRICT,
    THRESHOLDS,
    profile,
    profiles,
    sources,
)
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.policies import SMILE_MODES, Policy

FIELDS = [field.name for field in fields(Policy) if field.name not in ("name", "scheme")]

BASE = replace(
    STANDARD,
    smile="transition",
    payment_max=Decimal(300),
    daily_max=Decimal(900),
    pin_above=Decimal(50),
    keep_frames=3600,
)
"""A floor under which each field can be weaker and above which it can be stricter."""

WEAKER_AND_STRICTER: dict[str, tuple[list[Any], list[Any]]] = {
    "dissimilarity_max": ([0.51, 2.0], [0.49, 0.0]),
    "margin": ([0.04, 0.0], [0.06, 2.0]),
    "smile": (["still", "off"], ["challenge"]),
    "smile_z_min": ([-0.25, -50.0], [-0.23, 50.0]),
    "smile_change_min": ([-0.9, -50.0], [-0.7, 50.0]),
    "face_width_min": ([59, 20], [61, 2000]),
    "second_face_width_ratio": ([0.51, 1.0], [0.49, 0.1]),
    "second_face_score_min": ([0.31, 10.0], [0.29, -1.0]),
    "replay_check": ([False], []),
    "deny_cues": ([()], []),
    "lockout_attempts": ([6, 0], [4, 1]),
    "lockout_seconds": ([299, 1], [301, 10**7]),
    "capture_seconds": ([15.1, 600.0], [14.9, 0.1]),
    "challenge_seconds": ([10.1, 600.0], [9.9, 0.1]),
    "payment_max": ([Decimal("300.01"), None], [Decimal("299.99"), Decimal(0)]),
    "daily_max": ([Decimal("900.01"), None], [Decimal("899.99"), Decimal(0)]),
    "pin_above": ([Decimal("50.01"), None], [Decimal("49.99"), Decimal(0)]),
    "pin_for_lookalikes": ([False], []),
    "hold_seconds": ([BASE.hold_seconds + 1], [BASE.hold_seconds - 1, 1]),
    "keep_frames": ([3599, 0], [3601, 10**9]),
}


def test_every_field_is_thought_of_everywhere() -> None:
    """A new field fails here until it has a reader, a source, a direction, and a line in this file."""
    assert list(policy_files._READERS) == ["scheme", *FIELDS]
    for scheme in THRESHOLDS:
        told = sources(scheme)
        assert set(told) == {"scheme", *FIELDS} and all(told.values())
    assert set(policy_files._WEAKER) | {"lockout_seconds"} == {"scheme", *FIELDS}
    assert set(WEAKER_AND_STRICTER) == set(FIELDS)
    assert set(as_figures(STANDARD)) == {"name", "scheme", *FIELDS}


@pytest.mark.parametrize("name", FIELDS)
def test_one_weaker_field_is_named_and_a_stricter_one_is_not(name: str) -> None:
    """Each on its own, against the same floor."""
    weaker, stricter = WEAKER_AND_STRICTER[name]
    for value in weaker:
        assert weaker_fields(replace(BASE, **{name: value}), BASE) == [name], value
        assert weaker_fields(BASE, replace(BASE, **{name: value})) == [], value
    for value in stricter:
        assert weaker_fields(replace(BASE, **{name: value}), BASE) == [], value
        assert weaker_fields(BASE, replace(BASE, **{name: value})) == [name], value


def test_a_policy_is_not_weaker_than_itself_whatever_its_name() -> None:
    """The floor is about numbers."""
    for policy in PROFILES.values():
        assert weaker_fields(replace(policy, name="other"), policy) == []


def test_without_a_lock_its_length_does_not_matter() -> None:
    """A lockout of zero attempts is named once, for what it is."""
    assert weaker_fields(replace(BASE, lockout_attempts=0, lockout_seconds=1), BASE) == ["lockout_attempts"]
    assert weaker_fields(replace(BASE, lockout_seconds=1), replace(BASE, lockout_attempts=0)) == []


def test_several_weaker_fields_are_all_named() -> None:
    """People fix them in one go."""
    assert set(weaker_fields(DEMO, STANDARD)) == {
        "dissimilarity_max",
        "smile",
        "second_face_width_ratio",
        "replay_check",
        "deny_cues",
        "lockout_attempts",
        "pin_for_lookalikes",
    }


@pytest.mark.parametrize("scheme", THRESHOLDS)
def test_demo_then_standard_then_strict(scheme: str) -> None:
    """Each profile is at least as strict as the one before, in every field, whatever the scheme."""
    demo, standard, strict = profiles(scheme)
    assert [demo.name, standard.name, strict.name] == list(PROFILES) == ["demo", "standard", "strict"]
    for weak, strong in ((demo, standard), (standard, strict), (demo, strict)):
        assert weaker_fields(strong, weak) == []
        assert weaker_fields(weak, strong)


def as_toml(value: Any) -> Any:
    """The value as TOML would hand it over."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return str(value)
    return "none" if value is None else value


@pytest.mark.parametrize("name", FIELDS)
def test_every_key_can_be_set_in_a_file(name: str) -> None:
    """What is written comes out, on each base, and nothing else changes."""
    weaker, stricter = WEAKER_AND_STRICTER[name]
    for base in PROFILES.values():
        for value in (*weaker, *stricter):
            policy = extend({"extends": base.name, name: as_toml(value)}, "mine")
            assert policy == replace(base, name="mine", **{name: value})


@pytest.mark.parametrize("policy", PROFILES.values(), ids=list(PROFILES))
def test_a_whole_policy_written_out_reads_back(policy: Policy) -> None:
    """All keys at once, from a base that differs."""
    table = {name: as_toml(getattr(policy, name)) for name in FIELDS}
    for base in PROFILES:
        assert extend({"extends": base, **table}, policy.name) == policy


def test_a_file_names_its_scheme_and_gets_its_numbers() -> None:
    """Numbers of one scheme mean nothing in another, so the base's come in the scheme asked for."""
    assert extend({"scheme": "quartet"}, "mine", "euclidean") == replace(profile("standard", "quartet"), name="mine")
    assert extend({}, "mine", "quartet").scheme == "quartet"
    with pytest.raises(UsageProblem, match="scheme"):
        extend({"scheme": "cosine"}, "mine")


@pytest.mark.parametrize("table", [{"dissimilarity_max": 0.5}, {"extends": "demo", "dissimilarity_max": 0.38}])
def test_a_threshold_of_another_scheme_is_not_taken_for_ones_own(table: dict[str, Any]) -> None:
    """0.5 was the standard when there was one scheme; in `quartet` it takes every fourth stranger."""
    with pytest.raises(UsageProblem, match="without a scheme") as problem:
        extend(table, "old.toml", "quartet")
    assert 'scheme = "euclidean"' in str(problem.value.hint)
    assert extend(table, "old.toml", "euclidean").dissimilarity_max == table["dissimilarity_max"]
    meant = extend({**table, "scheme": "quartet"}, "new.toml", "quartet")
    assert meant.dissimilarity_max == table["dissimilarity_max"]
    assert extend({"dissimilarity_max": 0.3}, "tight.toml", "quartet").dissimilarity_max == 0.3


def test_a_number_with_four_hundred_digits_is_no_crash() -> None:
    """TOML has no limit; exit 2 and the key's name."""
    with pytest.raises(UsageProblem, match="margin"):
        extend({"margin": 10**400}, "mine")


def test_another_scheme_is_weaker_whichever_way_round() -> None:
    """What cannot be compared does not pass a floor."""
    for one, other in (("euclidean", "quartet"), ("quartet", "euclidean")):
        assert "scheme" in weaker_fields(profile("strict", one), profile("demo", other))


def test_an_empty_file_is_the_standard() -> None:
    """`extends` has a default."""
    assert extend({}, "mine") == replace(STANDARD, name="mine")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("junk", [{}, [1], "x", object(), float("nan"), float("inf"), -(10**20), 10**20])
def test_junk_is_refused_by_every_key(name: str, junk: Any) -> None:
    """Exit 2 and the key's name; never a policy with something unreadable in it."""
    with pytest.raises(UsageProblem, match=name):
        extend({name: junk}, "mine")


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("replay_check", "pin_for_lookalikes")])
def test_true_is_no_number_and_no_text(name: str) -> None:
    """TOML has a type of its own for it."""
    with pytest.raises(UsageProblem, match=name):
        extend({name: True}, "mine")


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"disimilarity_max": 0.5}, "dissimilarity_max"),
        ({"name": "x"}, "keys:"),
        ({"extends": "standrad"}, "standard"),
        ({"extends": "other.toml"}, "known: demo"),
    ],
)
def test_an_unknown_name_is_answered_with_a_near_one(table: dict[str, Any], hint: str) -> None:
    """Exit 2 with a suggestion."""
    with pytest.raises(UsageProblem) as problem:
        extend(table, "mine")
    assert hint in (problem.value.hint or "")


def test_profiles_are_found_by_name() -> None:
    """And by no other."""
    assert profile("strict") == STRICT
    with pytest.raises(UsageProblem, match="no policy named"):
        profile("Strict")


def test_figures_are_json_values_and_exact() -> None:
    """What an event says of a limit is the limit, also in currencies with three decimals."""
    figures = as_figures(replace(STRICT, payment_max=Decimal("0.125"), daily_max=None, pin_above=Decimal("1E+2")))
    assert (figures["payment_max"], figures["daily_max"], figures["pin_above"]) == ("0.125", None, "100.00")
    assert figures["deny_cues"] == list(DENY_CUES) and "frozen_feed" in DENY_CUES
    allowed = (str, int, float, bool, list, type(None))
    assert all(isinstance(value, allowed) for value in figures.values())


def test_smile_modes_are_in_order_of_strictness() -> None:
    """`weaker_fields` counts on it."""
    for place, mode in enumerate(SMILE_MODES):
        for floor in SMILE_MODES[: place + 1]:
            assert weaker_fields(replace(BASE, smile=mode), replace(BASE, smile=floor)) == []
