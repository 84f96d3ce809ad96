"""The JSON Schema of a manifest's rows, held against what the reader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import smilepay_cli
from smilepay_cli.rules.sets.columns import COLUMNS, EXPECTED, KINDS, LONGEST_ID, LONGEST_PATH, LONGEST_TEXT, MOST_TAGS
from smilepay_cli.rules.sets.writing import jsonl_lines
from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.ledger import LONGEST_NAME
from smilepay_cli.vocabulary.money import MOST_MINOR
from smilepay_cli.vocabulary.trials import Trial
from tests.rules.sets.reading import jsonl
from tests.rules.sets.strategies import PATHS, trials

SCHEMA = json.loads((Path(smilepay_cli.__file__).parent / "schemas" / "manifest.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ROW: dict[str, Any] = {"path": "1.jpg", "kind": "attack"}


def test_the_schema_is_one() -> None:
    """By the standard's own schema."""
    Draft202012Validator.check_schema(SCHEMA)


def test_schema_and_reader_know_the_same_columns_and_words() -> None:
    """Nothing is said twice that could come to differ."""
    columns = SCHEMA["properties"]
    assert tuple(columns) == COLUMNS and all(rule["description"] for rule in columns.values())
    assert columns["kind"]["enum"] == list(KINDS)
    assert set(columns["expect"]["enum"]) == {None, *EXPECTED, *(int(status) for status in ExitStatus)}
    assert columns["amount_minor"]["maximum"] == MOST_MINOR
    assert (columns["path"]["maxLength"], columns["id"]["maxLength"]) == (LONGEST_PATH, LONGEST_ID)
    assert (columns["device"]["maxLength"], columns["tags"]["maxItems"]) == (LONGEST_TEXT, MOST_TAGS)
    assert SCHEMA["$defs"]["name"]["maxLength"] == columns["tags"]["items"]["maxLength"] == LONGEST_NAME


@given(trials(PATHS))
def test_what_is_written_is_what_the_schema_says(trial: Trial) -> None:
    """Whatever a set can hold."""
    (line,) = jsonl_lines([trial])
    VALIDATOR.validate(json.loads(line))


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        {"path": "a/*.jpg", "kind": "bona_fide", "subject": "anna", "expect": 0, "tags": []},
        {"path": "..a/b..", "kind": "injection", "pai_species": "morph", "expect": "12", "sha256": "AB" * 32},
        dict.fromkeys(COLUMNS) | ROW,
    ],
)
def test_both_take_it(row: dict[str, Any]) -> None:
    """Rows as people write them."""
    VALIDATOR.validate(row)
    assert jsonl(json.dumps(row)).problems.lines() == ()


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"path": "1.jpg"},
        {"kind": "attack"},
        ROW | {"note": "x"},
        ROW | {"kind": "real"},
        ROW | {"kind": None},
        ROW | {"path": ""},
        ROW | {"path": "/1.jpg"},
        ROW | {"path": "a/../1.jpg"},
        ROW | {"path": ".."},
        ROW | {"path": "x" * 4097},
        ROW | {"id": 7},
        ROW | {"sha256": "abc"},
        ROW | {"account": "-x"},
        ROW | {"subject": "x" * 65},
        ROW | {"subject": ["anna"]},
        ROW | {"kind": "bona_fide", "pai_species": "print"},
        ROW | {"captured_at": "now"},
        ROW | {"amount_minor": 0},
        ROW | {"amount_minor": 1.5},
        ROW | {"amount_minor": "350"},
        ROW | {"amount_minor": 10**12 + 1},
        ROW | {"expect": "accepted"},
        ROW | {"expect": 99},
        ROW | {"tags": "dim"},
        ROW | {"tags": ["a;b"]},
        ROW | {"tags": [1]},
        ["path", "kind"],
    ],
    ids=repr,
)
def test_both_refuse_it(row: Any) -> None:
    """An editor that knows the schema marks what the program would refuse."""
    assert not VALIDATOR.is_valid(row)
    assert jsonl(json.dumps(row)).problems.count > 0
