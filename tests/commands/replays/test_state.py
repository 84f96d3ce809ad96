"""What rows know of each other, and what a run asks of its results: nothing, unless that is wanted."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.commands.replays.conftest import Replays


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))}


def test_rows_know_nothing_of_each_other(replay: Replays) -> None:
    """Every row finds the wallet as it was: its money, its strikes, its pictures; and afterwards it is as it was."""
    before = contents(replay.shell.home)
    rich = [replay.row("bona_fide", "ann", amount_minor=9000) for _ in range(3)]
    same = [replay.row("bona_fide", "ann", path=str(replay.rows[0]["path"])) for _ in range(2)]
    for _ in range(8):
        replay.row("attack", "ann", shows="eve")
    last = replay.row("bona_fide", "ann")
    run = replay()
    assert run.exit == 0, run.said
    assert all(run[name]["exit"] == 0 for name in (*rich, *same, last))
    assert run[rich[0]]["moved_minor"] == 9000
    reasons = {row["reason"] for row in run.results if row["kind"] == "attack"}
    assert reasons == {"no_match"}
    assert len({row["event"]["seq"] for row in run.results}) == 1
    assert contents(replay.shell.home) == before


def test_state_is_carried_where_that_is_wanted(replay: Replays) -> None:
    """The same picture was used before, money runs out, and after five strikes the account is locked."""
    before = contents(replay.shell.home)
    first = replay.row("bona_fide", "ann", amount_minor=4000)
    again = replay.row("bona_fide", "ann", path=str(replay.rows[0]["path"]))
    poor = replay.row("bona_fide", "bob", amount_minor=20000)
    strikes = [replay.row("attack", "bob", shows="eve", account="bob") for _ in range(6)]
    locked = replay.row("bona_fide", "bob", account="bob")
    run = replay("--carry-state")
    assert run.exit == 0, run.said
    assert (run[first]["exit"], run[again]["reason"]) == (0, "used_before")
    assert run[poor]["reason"] in ("insufficient_funds", "second_factor_needed", "over_limit")
    assert [run[name]["reason"] for name in strikes[:4]] == ["no_match"] * 4
    assert run[locked]["reason"] == run[strikes[-1]]["reason"] == "locked_out"
    assert [row["event"]["seq"] for row in run.results] == sorted({row["event"]["seq"] for row in run.results})
    assert contents(replay.shell.home) == before
    assert replay("--carry-state").results == run.results
    assert run.summary["carry_state"] is True and replay().results != run.results


@pytest.mark.parametrize("state", [(), ("--carry-state",)])
def test_a_run_can_be_had_again(replay: Replays, state: tuple[str, ...]) -> None:
    """Byte for byte by set, seed and wallet; another seed draws other ids, and changes no answer."""
    for person in ("ann", "bob", "eve"):
        replay.row("bona_fide" if person != "eve" else "zero_effort", person)
    one, two, other = replay(*state), replay(*state, "--no-cache"), replay(*state, "--seed", "7")
    assert (one.folder / "results.jsonl").read_bytes() == (two.folder / "results.jsonl").read_bytes()
    assert [row["event"]["id"] for row in one.results] != [row["event"]["id"] for row in other.results]
    assert [row["decision"] for row in one.results] == [row["decision"] for row in other.results]


def test_what_came_of_a_row_before_is_told_again(replay: Replays) -> None:
    """By its words, the bytes of its files, and everything it was run under; anything else, and it is run anew."""
    names = [replay.row("bona_fide", "ann"), replay.row("zero_effort", "eve"), replay.row("bona_fide", "bob")]
    first, second = replay(), replay()
    assert (first.summary["retold"], second.summary["retold"]) == (0, 3)
    assert second.results == first.results and second.summary["images"] == second.summary["cached"] == 3
    for option in (("--seed", "9"), ("--policy", "demo"), ("--amount", "2"), ("--carry-state",)):
        assert replay(*option).summary["retold"] == 0, option
    replay.picture("zoe", str(replay.rows[0]["path"]))
    replay.rows[1] = {**replay.rows[1], "expect": "no_match"}
    third = replay()
    assert third.summary["retold"] == 1 and third[names[0]]["reason"] == "no_match"
    assert third[names[1]]["as_expected"] is True and third[names[2]] == first[names[2]]
    replay.shell.enroll("zoe")
    assert replay()[names[0]]["decision"]["matched"] == "zoe"


def test_what_the_set_expects(replay: Replays) -> None:
    """A row that ends otherwise makes the run end with 30, and says which; a row without changes nothing."""
    replay.row("bona_fide", "ann", expect="accept")
    replay.row("zero_effort", "eve", expect="no_match")
    replay.row("zero_effort", "zoe", expect="10")
    replay.row("bona_fide", "ann", shows="eve")
    assert replay().exit == 0
    wrong = replay.row("attack", "ann", expect="refuse")
    run = replay()
    assert run.exit == 30 and "1 case not as expected" in run.answer.stdout
    assert run[wrong]["as_expected"] is False and run.summary["unexpected"] == 1 and run.summary["expected"] == 3
    told = replay("--json").answer.envelope
    assert (told["exit"], told["outcome"], told["reason"]) == (30, "refused", "expectation_failed")
    assert "run-3" in json.dumps(told["data"]["files"])


def test_gates(replay: Replays) -> None:
    """A gate that holds changes nothing; one that does not ends the run with 30, and says by how much."""
    for _ in range(3):
        replay.row("bona_fide", "ann")
        replay.row("attack", "ann")
    run = replay("--gate", "fnir <= 0.9", "--gate", "money <= 300")
    assert run.exit == 0 and [gate["holds"] for gate in run.summary["gates"]] == [True, True]
    run = replay("--gate", "iapar[print] <= 0.02", "--gate", "fnir <= 0.9")
    assert run.exit == 30 and "iapar[print] <= 0.02" in run.answer.stdout
    assert [gate["holds"] for gate in run.summary["gates"]] == [False, True]
    assert run.summary["gates"][0]["excess"] == pytest.approx(0.98)
    for gate in ("iapar[screen] <= 0.02", "nothing <= 1", "fnir", "fnir <= x"):
        refused = replay("--gate", gate)
        assert refused.exit == 2 and not refused.folder.exists() and len(refused.said.splitlines()) <= 2


@pytest.mark.parametrize(
    "options",
    [
        ("--fps", "0"), ("--fps", "nan"), ("--fps", "-3"), ("--fps", "1e9"), ("--challenge", "smile"),
        ("--challenge", "wink", "--policy", "strict"), ("--amount", "-1"), ("--amount", "x"), ("--merchant", "nobody"),
        ("--jobs", "0"), ("--seed", "x"), ("--policy", "none"), ("--pad-model", "nowhere.onnx"),
        ("--cache", "/dev/null/x"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_that_make_no_sense(replay: Replays, options: tuple[str, ...]) -> None:
    """One line before anything runs, and not a refusal of every row."""
    replay.row("bona_fide", "ann")
    run = replay(*options)
    assert run.exit == 2 and "internal error" not in run.said and not (run.folder / "scratch").exists(), run.said
    results = run.folder / "results.jsonl"
    assert not results.exists() or not results.stat().st_size


def test_a_policy_made_worse_is_found_out(replay: Replays) -> None:
    """Against the run before: the cases that changed, what of, and a gate that says no."""
    replay.row("bona_fide", "ann")
    attacks = [replay.row("attack", "ann", path=replay.picture("ann", smile=False)) for _ in range(4)]
    before = replay("--gate", "iapar[print] <= 0.6")
    assert before.exit == 0 and {before[name]["reason"] for name in attacks} == {"smile_not_shown"}
    worse = replay.shell.folder / "worse.toml"
    worse.write_text('extends = "standard"\nsmile = "off"\n')
    summary = str(before.folder / "summary.json")
    gates = ("--gate", "iapar[print] <= 0.6", "--gate", "worse <= 0")
    after = replay("--baseline", summary, "--policy", str(worse), *gates)
    assert after.exit == 30 and [gate["holds"] for gate in after.summary["gates"]] == [False, False]
    assert after.summary["gates"][1]["measured"] == len(attacks)
    changed = after.summary["baseline"]["changed"]
    assert [(case["id"], case["before"], case["after"]) for case in changed] == [
        (name, "smile_not_shown", "paid") for name in attacks
    ]
    (test,) = [test for test in after.summary["baseline"]["tests"] if test["kind"] == "attack" and test["better"] == 0][
        :1
    ]
    assert (test["n"], test["worse"], test["p"]) == (4, 4, 0.125)
    same = replay("--baseline", summary, "--gate", "worse <= 0")
    assert same.exit == 0 and same.summary["baseline"]["changed"] == []


@pytest.mark.parametrize("text", [None, b"", b"junk\n", b"{}\n", b'{"id": 1}\n', b"\0" * 5_000_000])
def test_a_baseline_that_is_none_is_told_first(replay: Replays, text: bytes | None) -> None:
    """Not after hours of work."""
    replay.row("bona_fide", "ann")
    before = replay.shell.folder / "before"
    before.mkdir()
    (before / "summary.json").write_text("{}")
    if text is not None:
        (before / "results.jsonl").write_bytes(text)
    run = replay("--baseline", str(before / "summary.json"))
    assert run.exit == 2 and not run.folder.exists() and "internal" not in run.said, run.said
