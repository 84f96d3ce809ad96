"""summary.json of the table that is worked out by hand (tests/rules/replay/made.py)."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from smilepay_cli.harnesses.replay.summing import Facts, summed
from smilepay_cli.rules.replay.definitions import SENTENCE
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.tally import Tally
from tests.rules.replay.made import LIMIT, TABLE

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/replay-summary.json").read_text(encoding="utf-8"))
FACTS = Facts(
    made_at="2015-03-15T18:00:00.000Z",
    program={"version": "0", "python": "3", "engine": "e", "maker": "m", "landmarks": "l", "pad_model": None},
    set={"path": "set.csv", "digest": "0" * 64, "rows": len(TABLE), "kinds": {}},
    gallery={"from": "wallet", "accounts": 3, "digest": "1" * 64},
    policy={"name": "standard", "dissimilarity_max": LIMIT},
    seed=0,
    carry_state=False,
    seconds=1.0,
    images=17,
    images_per_second=17.0,
    cached=0,
    retold=0,
    jobs=1,
)


def told() -> dict[str, Any]:
    tally = Tally()
    for row in TABLE:
        tally.add(row, dissimilarity_max=LIMIT)
    return summed(FACTS, tally, enrolments=Rate(1, 3))


def test_it_fits_its_schema() -> None:
    """What programs read is what was promised."""
    Draft202012Validator(SCHEMA).validate(told())


def test_a_measure_is_told_by_its_whole_name() -> None:
    """The report says the abbreviation beside it; and how few trials a sum rests on."""
    found = {(measure["name"], measure["species"]): measure for measure in told()["measures"]}
    assert all(measure["title"].upper() != name.upper() for (name, _), measure in found.items())
    assert found["fte", None]["title"] == "failure-to-enrol rate"
    assert found["riapar", "print"]["fewest"] == 4 and "fewest" not in found["iapar", "print"]


def test_reasons_and_species_by_hand() -> None:
    """Why honest people were rejected, how far each species came, and what was not counted."""
    summary = told()
    assert summary["rows"] == 17 and summary["limits"] == [SENTENCE]
    assert summary["reasons"]["bona_fide"] == {
        "no_face": 1,
        "no_match": 1,
        "smile_not_shown": 1,
        "taken_for_another": 1,
    }
    assert summary["reasons"]["attack"] == {"border": 1, "no_match": 1, "insufficient_funds": 1}
    strangers, print_, screen = summary["species"]
    assert (strangers["name"], strangers["n"], strangers["accepted"]) == ("zero_effort", 3, 1)
    assert (print_["n"], print_["no_match"], print_["pad_denied"], print_["accepted"]) == (4, 1, 1, 2)
    assert (screen["n"], screen["not_acquired"], screen["accepted"]) == (3, 2, 1)
    assert summary["rates"]["frr"]["k"] == 4 and summary["rates"]["apcer"] == summary["rates"]["apcer[screen]"]


def test_money_by_hand() -> None:
    """Minor units by currency: of a species, and of whose money it was."""
    summary = told()
    assert [one["moved"] for one in summary["species"]] == [{"EUR": 100}, {"EUR": 200}, {}]
    moved = [(one["name"], one["attempts"], one["accepted"], one["moved"]) for one in summary["targets"]]
    assert moved == [("lin", 4, 2, {"EUR": 200}), ("bo", 3, 1, {"EUR": 100})]
