"""The schema of summary.json: what the reports are made for fits it, and what does not fit is refused."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.fakes import replays

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/replay-summary.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ROWS = list(replays.rows(120))


def test_the_schema_is_one() -> None:
    """Of its own dialect, and closed: a field that nobody describes is an error."""
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"]) and SCHEMA["additionalProperties"] is False


def test_a_summary_fits() -> None:
    """After JSON too; with a baseline, and with a measure that has no counts."""
    summary = replays.summary(ROWS)
    VALIDATOR.validate(json.loads(json.dumps(summary)))
    summary["baseline"] = {"path": "old.json", "changed": [], "tests": []}
    summary["measures"].append({**summary["measures"][0], "name": "riapar", "k": None, "n": None, "rate": 1.2})
    VALIDATOR.validate(summary)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("rows",), -1),
        (("schema",), "smilepay-replay/2"),
        (("made_at",), "yesterday"),
        (("limits",), []),
        (("set", "digest"), "abc"),
        (("measures", 0, "rate"), 100),
        (("measures", 0, "n"), 1.5),
        (("gates", 0, "holds"), "yes"),
        (("histograms", "mated"), [[1, 2, 3]]),
        (("species", 0, "moved"), {"euros": 1}),
        (("more",), 1),
    ],
)
def test_what_does_not_fit_is_found(place: tuple[Any, ...], value: object) -> None:
    """One thing wrong at a time."""
    summary = replays.summary(ROWS)
    at: Any = summary
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    assert len(list(VALIDATOR.iter_errors(summary))) == 1
