"""JUnit and TAP: others' readers read them, find the counts that are there, and no name becomes anything else."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from tap.parser import Parser

from smilepay_cli.render.replay.junit import is_skipped, junit
from smilepay_cli.render.replay.tap import tap
from smilepay_cli.render.replay.words import visible
from tests.fakes import replays

ROWS = list(replays.rows())
SUMMARY = replays.summary(ROWS)
FAILED = sum(row["as_expected"] is False for row in ROWS)
SKIPPED = sum(is_skipped(row) for row in ROWS)


def written(kind: Any, rows: list[dict[str, Any]], summary: dict[str, Any] = SUMMARY) -> bytes:
    return b"".join(kind(summary, lambda: rows))


def lines(text: bytes) -> list[Any]:
    return list(Parser().parse(io.StringIO(text.decode())))


def test_junit_counts_are_those_of_the_rows(tmp_path: Path) -> None:
    """As junitparser reads them, and as it counts the cases itself."""
    path = tmp_path / "junit.xml"
    path.write_bytes(written(junit, ROWS))
    whole: Any = JUnitXml.fromfile(str(path))
    suites = {suite.name: suite for suite in whole}
    replay, gates = suites["replay"], suites["gates"]
    assert FAILED > 20 and SKIPPED > 0
    assert (replay.tests, replay.failures, replay.skipped, replay.errors) == (len(ROWS), FAILED, SKIPPED, 0)
    assert (gates.tests, gates.failures) == (2, 1)
    assert (whole.tests, whole.failures) == (len(ROWS) + 2, FAILED + 1)
    told = (replay.tests, replay.failures, replay.skipped)
    replay.update_statistics()
    assert (replay.tests, replay.failures, replay.skipped) == told
    assert [case.name for case in replay] == [row["id"] for row in ROWS]
    properties = {entry.name: entry.value for entry in replay.properties()}
    assert properties["seed"] == "7" and "nobody stood before a camera" in str(properties["limits"])


def test_a_junit_failure_says_what_and_why() -> None:
    """Type, message, and what it rests on."""
    row = next(row for row in ROWS if row["as_expected"] is False and row["kind"] == "attack")
    (case,) = ElementTree.fromstring(written(junit, [row])).iterfind("testsuite[1]/testcase")  # noqa: S314 - ours
    failure = case.find("failure")
    assert failure is not None and failure.text is not None
    assert case.get("classname") == f"attack.{row['pai_species']}"
    assert failure.get("type") == "accepted" and str(failure.get("message")).startswith(
        "expected refuse, was accepted as"
    )
    assert f"dissimilarity: {row['decision']['dissimilarity']}" in failure.text and row["event"]["id"] in failure.text


@settings(max_examples=60)
@given(
    st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30)
)
def test_no_name_breaks_junit(name: str, species: str, message: str) -> None:
    """Any letters at all: it stays XML, and the case is there under the name as shown."""
    row = {**ROWS[0], "id": name, "pai_species": species, "kind": "attack", "message": message, "path": message}
    gates = [{"text": name, "holds": False, "words": message}]
    root = ElementTree.fromstring(written(junit, [row], {**SUMMARY, "gates": gates}))  # noqa: S314 - ours
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases] == [visible(name), visible(name)]
    assert len(list(root.iter("failure"))) == 2


def test_tap_lines_are_those_of_the_rows() -> None:
    """As tap.py reads them: the plan, what failed, what was skipped, and the YAML under what failed."""
    found = lines(written(tap, ROWS))
    tests = [line for line in found if line.category == "test"]
    assert [line.category for line in found[:2]] == ["version", "plan"]
    assert found[1].expected_tests == len(tests) == len(ROWS) + 2
    assert [line.number for line in tests] == list(range(1, len(tests) + 1))
    assert sum(not line.ok for line in tests) == FAILED + 1
    assert sum(bool(line.skip) for line in tests) == SKIPPED
    assert not [line for line in found if line.category == "unknown"]
    failed = next(line for line in tests if not line.ok)
    assert failed.yaml_block["id"] == ROWS[0]["id"] and failed.yaml_block["message"].startswith("expected ")
    assert failed.yaml_block["event"] == ROWS[0]["event"]["id"]


@pytest.mark.parametrize(
    "name",
    ["x # SKIP", "x # TODO", "x#skip", "\nok 2", "x\\", "\\# SKIP", "1..0", "Bail out!", "\r\nBail out!", "  ---", ""],
)
def test_no_name_hides_a_failure_in_tap(name: str) -> None:
    """A directive, a line or a plan in the name of a file."""
    row = {**ROWS[0], "id": name, "message": name, "path": name}
    found = lines(written(tap, [row], {**SUMMARY, "gates": []}))
    assert [line.category for line in found] == ["version", "plan", "test"]
    assert not found[2].ok and not found[2].skip and not found[2].todo


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=30))
def test_any_name_is_one_line_of_tap(name: str) -> None:
    """And its block can be read as YAML."""
    found = lines(written(tap, [{**ROWS[0], "id": name, "subject": name}], {**SUMMARY, "gates": []}))
    assert len(found) == 3 and found[2].yaml_block["id"] == visible(name)


def test_a_hundred_thousand_cases_cost_no_memory() -> None:
    """What is held at once does not grow with the rows."""

    def peak(kind: Any, count: int) -> int:
        def rows() -> Iterator[dict[str, Any]]:
            return ({**ROWS[at % len(ROWS)], "id": str(at)} for at in range(count))

        tracemalloc.start()
        try:
            size = sum(map(len, kind(SUMMARY, rows)))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert size > 50 * count
        return most

    for kind in (junit, tap):
        assert peak(kind, 20_000) < peak(kind, 1_000) + 64 * 1024
