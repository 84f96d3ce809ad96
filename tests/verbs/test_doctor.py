"""What doctor says of a wallet, and how it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from time import sleep

import pytest

from smilepay_cli.verbs.doctor import DoctorResult, doctor
from smilepay_cli.verbs.policy import set_floor
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.findings import SUBJECTS, Check, Finding
from tests.fakes.fake_engine import FAKE_MAKER, FakeEngine
from tests.verbs.conftest import Scene

FINE = Finding("weights", "ok", "fine")


def check(*found: Finding) -> list[Check]:
    """One that finds this."""
    return [Check("weights", lambda: found)]


def states(result: DoctorResult) -> dict[str, str]:
    return {found.id: found.state for found in result.findings}


def test_an_empty_wallet_is_usable(scene: Scene) -> None:
    """The first thing that somebody new asks; the floor is a note, since anybody may choose any policy."""
    result = doctor(scene.till(), check(FINE))
    assert states(result) == {
        **dict.fromkeys(("weights", "wallet", "key", "database", "people", "clock"), "ok"),
        "policy_floor": "note",
    }
    assert (result.exit, result.outcome) == (ExitStatus.DONE, "done")


def test_a_floor_and_people_are_told(scene: Scene) -> None:
    """How many, and what is refused."""
    scene.enroll("ann")
    set_floor(scene.till(), "standard")
    told = {found.id: found.told for found in doctor(scene.till(), check(FINE)).findings}
    assert told["people"] == "enrolled: 1; references: 1" and "standard" in told["policy_floor"]


def test_people_of_another_maker_are_a_problem(scene: Scene) -> None:
    """One of them keeps everybody from paying, the newly enrolled too."""
    scene.enroll("ann")
    other = FakeEngine({"maker": replace(FAKE_MAKER, chip="other")})
    result = doctor(replace(scene.till(), engine=other), check(FINE))
    assert [found.state for found in result.findings if found.id == "people"] == ["ok", "problem"]
    assert result.exit is ExitStatus.STORE_UNUSABLE


def test_a_lost_key_ends_with_32(scene: Scene) -> None:
    """And the line says what to do."""
    scene.enroll("ann")
    (scene.home / "master.key").unlink()
    result = doctor(scene.till(), check(FINE))
    assert states(result)["key"] == "problem" and result.exit is ExitStatus.STORE_UNUSABLE
    assert result.outcome == "failed"
    assert any(found.hint and "master.key" in found.hint for found in result.findings)


def test_a_damaged_wallet_ends_with_32(scene: Scene) -> None:
    """Whatever the engine says."""
    scene.home.mkdir()
    (scene.home / "wallet.db").write_bytes(b"no database, but long enough to look like one" * 100)
    result = doctor(scene.till(), check(FINE))
    assert states(result)["wallet"] == "problem" and result.exit is ExitStatus.STORE_UNUSABLE


def test_an_engine_without_models_is_no_broken_wallet(scene: Scene) -> None:
    """The engine's own finding says what is missing; the wallet opens all the same."""
    missing = FakeEngine({"maker": UsageProblem("the face models are not installed", reason="engine_missing")})
    result = doctor(replace(scene.till(), engine=missing), check(Finding("weights", "problem", "missing")))
    assert states(result)["wallet"] == "ok" and result.exit is ExitStatus.NOT_ACQUIRED


@pytest.mark.parametrize(
    ("state", "exit_status"), [("ok", ExitStatus.DONE), ("note", ExitStatus.DONE), ("problem", ExitStatus.NOT_ACQUIRED)]
)
def test_an_engine_that_does_not_work_ends_with_12(scene: Scene, state: str, exit_status: ExitStatus) -> None:
    """A slower one that stands in is a note: paying works."""
    result = doctor(scene.till(), check(Finding("weights", state, "told")))  # type: ignore[arg-type]  # one of three
    assert result.exit is exit_status


def damaged(scene: Scene, script: str) -> list[str]:
    """What doctor says of the database after somebody changed the file behind the program's back."""
    scene.store.close()
    connection = sqlite3.connect(scene.home / "wallet.db")
    connection.executescript(script)
    connection.close()
    result = doctor(scene.till(), check(FINE))
    assert result.exit is ExitStatus.STORE_UNUSABLE and result.outcome == "failed"
    found = [found for found in result.findings if found.id == "database"]
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
    told = {found.id: found.told for found in doctor(scene.till(), check(FINE)).findings}
    assert "indexes" in told["database"]
    monkeypatch.setattr("smilepay_cli.adapters.store.wallet.THOROUGH_UP_TO", 1)
    told = {found.id: found.told for found in doctor(scene.till(), check(FINE)).findings}
    assert "indexes" not in told["database"] and "whole" in told["database"]


def test_findings_come_in_the_order_of_the_subjects(scene: Scene) -> None:
    """Whichever check came first."""

    def well(name: str) -> Check:
        return Check(name, lambda: [Finding(name, "ok", "well")])

    told = [found.id for found in doctor(scene.till(), map(well, reversed(list(SUBJECTS)))).findings]
    assert told == sorted(told, key=list(SUBJECTS).index) and set(told) == set(SUBJECTS)


@pytest.mark.parametrize(
    "error", [RuntimeError("boom\ntwo"), UsageProblem("not today", hint="tomorrow"), KeyError("x")]
)
def test_a_check_that_crashes_is_a_problem_and_keeps_what_it_found(scene: Scene, error: Exception) -> None:
    """Never a traceback and never an ok."""

    def look() -> Iterator[Finding]:
        yield Finding("weights", "ok", "these are well")
        raise error

    result = doctor(scene.till(), [Check("fast_engine", look), Check("opencv", lambda: [Finding("opencv", "ok", "5")])])
    states_now = states(result)
    assert states_now["weights"] == states_now["opencv"] == "ok" and states_now["fast_engine"] == "problem"
    assert result.exit is ExitStatus.NOT_ACQUIRED and result.refusal is not None
    assert all("\n" not in found.told for found in result.findings)


@pytest.mark.parametrize("name", ["cameras", "terminal"])
def test_what_no_payment_needs_is_a_note_when_its_check_crashes(scene: Scene, name: str) -> None:
    """A payment by picture works."""
    result = doctor(scene.till(), [Check(name, lambda: 1 / 0)])  # type: ignore[arg-type,return-value]  # it crashes
    assert states(result)[name] == "note" and result.exit is ExitStatus.DONE


def test_a_check_that_hangs_is_a_problem(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told all the same."""
    monkeypatch.setattr("smilepay_cli.verbs.doctor.CHECK_SECONDS", 0.1)

    def hang() -> list[Finding]:
        sleep(1)
        return [Finding("opencv", "ok", "5")]

    result = doctor(scene.till(), [Check("opencv", hang), *check(FINE)])
    assert states(result)["opencv"] == "problem" and states(result)["weights"] == "ok"
    assert any("no answer within 0.1 s" in found.told for found in result.findings)


def test_a_wallet_that_cannot_be_looked_at_is_32(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that nobody foresaw, in the middle of it."""
    monkeypatch.setattr("smilepay_cli.verbs.checks.wallet._floor", lambda _: 1 / 0)
    result = doctor(scene.till(), check(FINE))
    assert result.exit is ExitStatus.STORE_UNUSABLE and states(result)["wallet"] == "problem"


def test_the_wallet_comes_before_the_engine(scene: Scene) -> None:
    """Where both are wrong: 32 says more."""
    scene.enroll("ann")
    (scene.home / "master.key").unlink()
    result = doctor(scene.till(), check(Finding("weights", "problem", "missing")))
    assert result.exit is ExitStatus.STORE_UNUSABLE and not result.wallet_is_usable
    assert result.refusal is not None and "key" in result.refusal.message


def test_a_problem_that_stops_nobody_is_0_and_told_quietly(scene: Scene) -> None:
    """What is open to others is made private by the next command."""
    found = Finding("permissions", "problem", "others can read it", "chmod", stops_paying=False)
    result = doctor(scene.till(), check(found))
    assert result.exit is ExitStatus.DONE and result.is_told_quietly and result.wallet_is_usable


def test_an_event_that_cannot_be_read_is_a_problem(scene: Scene) -> None:
    """The next event is chained to it."""
    scene.enroll("ann")
    scene.store.close()
    connection = sqlite3.connect(scene.home / "wallet.db")
    connection.executescript("DROP TRIGGER events_no_update; UPDATE events SET body = '{}'")
    connection.close()
    assert states(doctor(scene.till(), check(FINE)))["clock"] == "problem"
