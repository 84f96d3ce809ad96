"""The tester's session: what it tells is what the runs say, and a step that ends otherwise is noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.examples.conftest import Session
from tests.examples.running import Desk


def summary(session: Session, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((session.folder / run / "summary.json").read_text(encoding="utf-8"))
    return found


def test_it_ends_as_told(session: Session) -> None:
    """Every step with its status; what is left is what was asked for, and nothing that was measured on faces."""
    assert session.done.returncode == 0, session.done.stdout
    assert session.desk.left_behind == [] and not (session.folder / "cache").exists()
    for run in ("standard", "transition", "films-transition", "films-strict"):
        assert (session.folder / run / "report.html").is_file() and (session.folder / run / "junit.xml").is_file()


def test_photographs_get_in_under_standard(session: Session) -> None:
    """Enough of them, by every species, that no chance of forging makes the gate hold; and it cost money."""
    found = summary(session, "standard")
    assert not any(gate["holds"] for gate in found["gates"])
    for species in ("print_full_frame", "screen_full_frame", "recompressed"):
        assert found["rates"][f"iapar[{species}]"]["n"] == 15 and found["rates"][f"iapar[{species}]"]["k"] > 3


def test_the_policy_that_holds_has_its_price(session: Session) -> None:
    """No attack, no customer either: what the reading at the end says."""
    found = summary(session, "transition")
    assert all(gate["holds"] for gate in found["gates"]) and found["paid"] == 0
    assert found["rates"]["frr"]["k"] == found["rates"]["frr"]["n"] == 5
    assert {test["worse"] for test in found["baseline"]["tests"] if test["kind"] != "bona_fide"} == {0}


def test_films_are_the_next_attack(session: Session) -> None:
    """The honest film pays under the new policy and not under strict; three attacks show little."""
    assert summary(session, "films-transition")["rates"]["frr"]["k"] == 0
    strict = summary(session, "films-strict")
    assert strict["rates"]["frr"]["k"] == 1 and strict["rates"]["iapar[replayed_video]"]["k"] == 0
    assert [gate["holds"] for gate in strict["gates"]] == [False, True]


@pytest.mark.parametrize(("status", "wrong"), [(0, 8), (30, 7)])
def test_a_step_that_ends_otherwise_is_told(desk: Desk, status: int, wrong: int) -> None:
    """A program that always ends alike: each step that should end otherwise is counted, and each report that is not
    there; the folder is thrown away."""
    done = desk.run("tester/tester.sh", program=f"exit {status}")
    assert done.returncode == 1 and f"tester: it ended with {status} where {30 - status} was expected" in done.stdout
    assert f"tester: {wrong} " in done.stdout and desk.left_behind == []
    assert "to keep them: ./tester.sh FOLDER" in done.stdout


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_next_is_told_where_it_stays(desk: Desk, kept: bool) -> None:
    """A page in a folder that is thrown away cannot be opened."""
    done = desk.run("tester/tester.sh", *(["mine"] if kept else []), program='echo "  next: open it"')
    assert ("next: open it" in done.stdout) is kept
    assert ("reports: mine/*/report.html" in done.stdout) is kept is not ("to keep them" in done.stdout)


def test_a_folder_that_is_there_is_left_alone(desk: Desk) -> None:
    """Nobody's results are mixed with others'."""
    (desk.folder / "mine").mkdir()
    done = desk.run("tester/tester.sh", "mine")
    assert done.returncode == 2 and "not there yet" in done.stdout
    assert list((desk.folder / "mine").iterdir()) == [] and desk.left_behind == []
