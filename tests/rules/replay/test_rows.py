"""Lines of results.jsonl: all of the evidence, always the same bytes, whatever is in a name."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smilepay_cli
from smilepay_cli.rules.replay.rows import as_row, from_row, line_of
from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.trials import Comparisons, Kind, Outcome, Trial
from tests.rules.replay.made import LIMIT, TABLE, outcomes

SCHEMA = json.loads((Path(smilepay_cli.__file__).parent / "schemas" / "replay-result.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)
FULL = Outcome(
    trial=Trial(
        id="print/lin/1",
        path="attack/print/lin/1.jpg",
        kind=Kind.ATTACK,
        sha256="ab" * 32,
        account="lin",
        subject="lin",
        pai_species="print",
        device="phone",
        captured_at="2024-05-01T10:00:00Z",
        amount_minor=500,
        expect="refuse",
        tags=("dark", "near"),
        where="set.csv:12",
    ),
    exit=13,
    reason="border",
    message="there is a border round the face",
    frames=2,
    subject_enrolled=True,
    target_enrolled=True,
    compared=True,
    matched="lin",
    nearest="lin",
    dissimilarity=0.1234567,
    runner_up="bo",
    margin=0.4,
    pad="attack",
    amount_minor=500,
    currency="EUR",
    comparisons=Comparisons(mated=0.1234567, others=(0.71, 0.5000000001, 0.5)),
    checks=(
        {"name": "match", "passed": True, "figures": {"b": 1.00000049, "a": nan}},
        {"name": "border", "passed": False},
    ),
    digests=("cd" * 32, "ef" * 32),
    event={"seq": 7, "id": "evt_1", "hash": "01" * 32},
)


def row_of(outcome: Outcome) -> dict[str, Any]:
    return as_row(outcome, dissimilarity_max=LIMIT)


def test_a_line_holds_all_that_is_known() -> None:
    """The whole of a trial and its outcome; of comparisons how many, how many within the threshold, and the nearest."""
    row = row_of(FULL)
    VALID.validate(row)
    assert list(row) == SCHEMA["required"] == list(SCHEMA["properties"])
    told = {name: row[name] for name in ("outcome", "as_expected", "tags", "asked_minor", "digests", "where")}
    assert told == {
        "outcome": "refused",
        "as_expected": True,
        "tags": ["dark", "near"],
        "asked_minor": 500,
        "digests": ["cd" * 32, "ef" * 32],
        "where": "set.csv:12",
    }
    assert row["decision"] == {
        "compared": True,
        "matched": "lin",
        "nearest": "lin",
        "dissimilarity": 0.123457,
        "runner_up": "bo",
        "margin": 0.4,
    }
    assert row["comparisons"] == {"mated": 0.123457, "others": 3, "others_within": 1, "nearest_other": 0.5}
    assert row["checks"][0] == {"figures": {"a": None, "b": 1.0}, "name": "match", "passed": True}
    assert row["event"] == {"hash": "01" * 32, "id": "evt_1", "seq": 7}


def test_the_order_of_figures_does_not_matter() -> None:
    """The same bytes from the program that made a check and from an event that was read."""
    turned = replace(FULL, event=dict(reversed(list((FULL.event or {}).items()))))
    assert line_of(row_of(turned)) == line_of(row_of(FULL))


@settings(max_examples=100, deadline=None)
@given(outcomes())
def test_every_line_fits_the_schema_and_can_be_read_back(outcome: Outcome) -> None:
    """And makes the same line again, all of the trial unchanged."""
    line = line_of(row_of(outcome))
    row = json.loads(line)
    VALID.validate(row)
    back = from_row(row)
    assert back.trial == outcome.trial
    assert (back.accepted, back.paid, back.acquired, back.as_expected) == (
        outcome.accepted,
        outcome.paid,
        outcome.acquired,
        outcome.as_expected,
    )
    assert line_of(as_row(back, dissimilarity_max=LIMIT)) == line


@settings(deadline=None)
@given(st.text(st.characters(categories=None), min_size=1))
def test_any_name_stays_one_harmless_line(name: str) -> None:
    """Line breaks of every kind, escapes for terminals and bytes that are no UTF-8 are written out, and come back."""
    hostile = replace(FULL, trial=replace(FULL.trial, id=name, path=name, subject=name), message=name)
    line = line_of(row_of(hostile))
    assert line.isascii() and line.splitlines() == [line[:-1]]
    assert all(character.isprintable() for character in line[:-1])
    assert from_row(json.loads(line)).trial.path == name


def test_what_is_no_number_is_null() -> None:
    """JSON has no word for it; numpy's floats are floats."""
    odd = replace(
        FULL, dissimilarity=float(np.float64(0.25)), margin=-0.0, comparisons=Comparisons(mated=inf, others=(nan, inf))
    )
    row = json.loads(line_of(row_of(odd)))
    assert row["comparisons"] == {"mated": None, "others": 2, "others_within": 0, "nearest_other": None}
    assert str(row["decision"]["margin"]) == "0.0"
    told = {"a": np.float64(0.1234567)}
    assert row_of(replace(FULL, checks=(told,)))["checks"] == [{"a": 0.123457}]


@pytest.mark.parametrize(("number", "said"), [(1, "accepted"), (4, "refused"), (16, "unusable"), (17, "accepted")])
def test_the_three_answers(number: int, said: str) -> None:
    """Row 17 is accepted and cannot pay: a biometric answer is not a payment."""
    assert row_of(TABLE[number - 1])["outcome"] == said


def test_the_schema_knows_every_way_to_end() -> None:
    """All exit statuses that an attempt to pay can have, and what cannot be true together is refused."""
    never = {ExitStatus.EXPECTATION_FAILED, ExitStatus.INTERRUPTED}
    assert set(SCHEMA["properties"]["exit"]["enum"]) == {int(status) for status in ExitStatus} - {int(s) for s in never}
    paid = row_of(TABLE[0])
    for spoilt in (
        {"outcome": "refused"},
        {"reason": "no_match"},
        {"pad": "attack"},
        {"exit": 10, "reason": "no_match", "outcome": "refused"},
        {"kind": "attack"},
        {"exit": 30},
        {"surprise": 1},
        {"digests": ["no digest"]},
    ):
        assert not VALID.is_valid(paid | spoilt), spoilt
    assert VALID.is_valid(paid)
