"""What doctor says of a wallet, and how it ends."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from smilepay_cli.verbs.doctor import DATABASE, FLOOR, KEY, PEOPLE, WALLET, DoctorResult, doctor
from smilepay_cli.verbs.policy import set_floor
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.findings import Finding
from tests.fakes.fake_engine import FAKE_MAKER, FakeEngine
from tests.verbs.conftest import Scene

FINE = Finding("engine", "ok", "fine")


def states(result: DoctorResult) -> dict[str, str]:
    return {found.what: found.state for found in result.findings}


def test_an_empty_wallet_is_usable(scene: Scene) -> None:
    """The first thing that somebody new asks; the floor is a note, since anybody may choose any policy."""
    result = doctor(scene.till(), [FINE])
    assert states(result) == {"engine": "ok", WALLET: "ok", KEY: "ok", DATABASE: "ok", PEOPLE: "ok", FLOOR: "note"}
    assert (result.exit, result.outcome) == (ExitStatus.DONE, "done")


def test_a_floor_and_people_are_told(scene: Scene) -> None:
    """How many, and what is refused."""
    scene.enroll("ann")
    set_floor(scene.till(), "standard")
    told = {found.what: found.told for found in doctor(scene.till(), [FINE]).findings}
    assert told[PEOPLE].startswith("1 enrolled with 1 reference") and "standard" in told[FLOOR]


def test_people_of_another_maker_are_a_problem(scene: Scene) -> None:
    """One of them keeps everybody from paying, the newly enrolled too."""
    scene.enroll("ann")
    other = FakeEngine({"maker": replace(FAKE_MAKER, chip="other")})
    result = doctor(replace(scene.till(), engine=other), [FINE])
    assert [found.state for found in result.findings if found.what == PEOPLE] == ["ok", "problem"]
    assert result.exit is ExitStatus.STORE_UNUSABLE


def test_a_lost_key_ends_with_32(scene: Scene) -> None:
    """And the line says what to do."""
    scene.enroll("ann")
    (scene.home / "master.key").unlink()
    result = doctor(scene.till(), [FINE])
    assert states(result)[KEY] == "problem" and result.exit is ExitStatus.STORE_UNUSABLE
    assert result.outcome == "failed"
    assert any(found.hint and "master.key" in found.hint for found in result.findings)


def test_a_damaged_wallet_ends_with_32(scene: Scene) -> None:
    """Whatever the engine says."""
    scene.home.mkdir()
    (scene.home / "wallet.db").write_bytes(b"no database, but long enough to look like one" * 100)
    result = doctor(scene.till(), [FINE])
    assert states(result)[WALLET] == "problem" and result.exit is ExitStatus.STORE_UNUSABLE


def test_an_engine_without_models_is_no_broken_wallet(scene: Scene) -> None:
    """The engine's own finding says what is missing; the wallet opens all the same."""
    missing = FakeEngine({"maker": UsageProblem("the face models are not installed", reason="engine_missing")})
    result = doctor(replace(scene.till(), engine=missing), [replace(FINE, state="problem")])
    assert states(result)[WALLET] == "ok" and result.exit is ExitStatus.NOT_ACQUIRED


@pytest.mark.parametrize(
    ("state", "exit_status"), [("ok", ExitStatus.DONE), ("note", ExitStatus.DONE), ("problem", ExitStatus.NOT_ACQUIRED)]
)
def test_an_engine_that_does_not_work_ends_with_12(scene: Scene, state: str, exit_status: ExitStatus) -> None:
    """A slower one that stands in is a note: paying works."""
    result = doctor(scene.till(), [replace(FINE, state=state)])  # type: ignore[arg-type]  # one of the three
    assert result.exit is exit_status


def damaged(scene: Scene, script: str) -> list[str]:
    """What doctor says of the database after somebody changed the file behind the program's back."""
    scene.store.close()
    connection = sqlite3.connect(scene.home / "wallet.db")
    connection.executescript(script)
    connection.close()
    result = doctor(scene.till(), [FINE])
    assert result.exit is ExitStatus.STORE_UNUSABLE and result.outcome == "failed"
    found = [found for found in result.findings if found.what == DATABASE]
    assert all(one.state == "problem" and one.hint and "wallet restore" in one.hint for one in found)
    return [one.told for one in found]


def test_an_index_that_does_not_fit_its_table(scene: Scene) -> None:
    """The wallet opens and the chain verifies; only a look at every page and index shows it."""
    scene.enroll("ann")
    told = damaged(
        scene,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, '(account_id, opened_at)', '(account_id, currency)')"
        " WHERE name = 'orders_by_account';"
        "UPDATE sqlite_schema SET sql = replace(sql, '(transaction_id)', '(account_id)')"
        " WHERE name = 'postings_by_transaction';",
    )
    assert any("postings_by_transaction" in line for line in told)


def test_a_reference_that_points_to_nothing(scene: Scene) -> None:
    """Foreign keys are only looked at when somebody writes with them switched on."""
    scene.enroll("ann")
    told = damaged(
        scene,
        "DROP TRIGGER accounts_no_delete; PRAGMA foreign_keys = OFF; DELETE FROM accounts WHERE kind = 'funding';",
    )
    assert any("postings points to nothing in accounts" in line for line in told)


def test_a_large_wallet_is_examined_in_less_depth(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """And doctor says so: entries of indexes are not promised."""
    scene.enroll("ann")
    told = {found.what: found.told for found in doctor(scene.till(), [FINE]).findings}
    assert "indexes" in told[DATABASE]
    monkeypatch.setattr("smilepay_cli.adapters.store.wallet.THOROUGH_UP_TO", 1)
    told = {found.what: found.told for found in doctor(scene.till(), [FINE]).findings}
    assert "indexes" not in told[DATABASE] and "whole" in told[DATABASE]
