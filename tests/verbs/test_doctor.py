"""What doctor says of a wallet, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smilepay_cli.verbs.doctor import FLOOR, KEY, PEOPLE, WALLET, DoctorResult, doctor
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
    assert states(result) == {"engine": "ok", WALLET: "ok", KEY: "ok", PEOPLE: "ok", FLOOR: "note"}
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
