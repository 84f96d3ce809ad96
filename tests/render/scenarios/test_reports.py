"""Reports of a run, read by others: JUnit by junitparser, TAP by tap.py, annotations as the runner reads them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from junitparser import JUnitXml
from tap.parser import Parser

from smilepay_cli.harnesses.scenarios.played import Failure, Listed, ListResult, Mismatch, RunResult
from smilepay_cli.harnesses.scenarios.scenario import Place
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.scenarios.github import annotation, of_run
from smilepay_cli.render.scenarios.junit import junit
from smilepay_cli.render.scenarios.tap import tap
from smilepay_cli.render.scenarios.terminal import show_listed, show_run
from smilepay_cli.render.scenarios.words import MOST_LINES, failure_lines
from tests.fakes.scenarios import failed, played, run_of

HOSTILE = "a # SKIP <b> ]]> \x1b[31m \u202e & \" ' \n::error::"
LONG = Mismatch("data." + "x" * 500, "y " * 400, "z" * 900)
ERRORED = played(
    "three", "error", steps=(), failure=Failure(Place("b.smile.yaml", 2), "account lin", (Mismatch("exit", "0", "12"),))
)
ALL = run_of(
    played(),
    failed(),
    ERRORED,
    played("four", "xfailed", xfail="known # to err"),
    played("five", "xpassed", xfail="known to err"),
    failed(HOSTILE, LONG, LONG, LONG, LONG, why="w " * 300),
)


def written(report: Callable[[RunResult], object], result: RunResult = ALL) -> bytes:
    return b"".join(report(result))  # type: ignore[arg-type]


def test_junit_is_read_by_a_parser() -> None:
    """Counts, kinds and names; nothing of a hostile name is markup."""
    xml = JUnitXml.fromstring(written(junit))
    assert (xml.tests, xml.failures, xml.errors) == (6, 3, 1)
    cases = [case for suite in xml for case in suite]
    assert [case.name for case in cases][:5] == ["one", "two", "three", "four", "five"]
    kinds = ["+".join(type(result).__name__ for result in case.result) or "passed" for case in cases]
    assert kinds == ["passed", "Failure", "Error", "Skipped", "Failure", "Failure"]
    assert "step 2 (pay): exit: expected 0, was 10 (no_match)" in cases[1].result[0].message
    assert "scenarios/a.smile.yaml:9" in cases[1].result[0].text and "event: evt_2" in cases[1].result[0].text
    assert cases[5].name.startswith("a # SKIP <b> ]]> \\x1b[31m \\u202e")


def test_tap_is_read_by_a_consumer() -> None:
    """A scenario that failed as foreseen is a TODO; one whose name says SKIP is none."""
    lines = list(Parser().parse_text(written(tap).decode()))
    assert lines[0].category == "version"
    plan = next(line for line in lines if line.category == "plan")
    tests = [line for line in lines if line.category == "test"]
    assert plan.expected_tests == len(tests) == 6
    assert [test.ok for test in tests] == [True, False, False, False, False, False]
    assert [bool(test.todo) for test in tests] == [False, False, False, True, False, False]
    assert not any(test.skip for test in tests)


def test_annotations_name_file_and_line() -> None:
    """One line each, which the runner reads as one command."""
    lines = of_run(ALL)
    assert len(lines) == 4
    found = re.fullmatch(r"::error file=(.*?),line=(\d+),title=(.*?)::(.*)", lines[0])
    assert found and found.groups()[:3] == ("scenarios/a.smile.yaml", "9", "two")
    assert unquote(found[4]).splitlines()[0] == "scenarios/a.smile.yaml:9: step 2 (pay)"
    for line in lines:
        assert (line.isprintable() and line.count("::error") == 1) or "%3A%3Aerror" in line


@pytest.mark.parametrize("text", ["a,b:c%d\ne\rf", "::error::x", "\x1b]0;x"])
def test_annotations_escape_what_has_a_meaning(text: str) -> None:
    """No name begins a command of its own, or ends a property."""
    line = annotation(Place(text, 3), text, text)
    head, _, rest = line.partition("::error ")[2].partition("::")
    assert line.isprintable() and head.count(",") == 2 and head.count(":") == 0
    assert "\n" not in rest


def test_a_failure_is_told_in_a_dozen_lines() -> None:
    """However much is wrong, and however long it is; the name above it is one more."""
    for one in ALL.scenarios:
        if one.is_good:
            continue
        lines = failure_lines(one)
        assert len(lines) <= MOST_LINES < 12
        assert all(len(line) <= 130 and line.isprintable() for line in lines)
    two = failure_lines(ALL.scenarios[1])
    assert two == [
        "scenarios/a.smile.yaml:9: step 2 (pay)",
        "  exit",
        "    - expected  0",
        "    + actual    10 (no_match): nobody is like that",
        "  event: evt_2",
        "  why: It matters.",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def listed(stream: io.StringIO, *files: str) -> str:
    scenarios = tuple(Listed(name="A coffee", tags=("kiosk",), file=file, line=7, steps=3, why=None) for file in files)
    show_listed(ListResult(scenarios=scenarios, files=2, steps=6), Paper(stream, color=False))
    return stream.getvalue()


def test_a_pipe_gets_whole_paths_and_a_terminal_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of one folder begin alike: cut at the end, every row would say the same."""
    monkeypatch.setenv("COLUMNS", "80")
    files = [f"/home/somebody/projects/smilepay/of/ours/scenarios/{name}.smile.yaml" for name in ("latte", "咖啡")]
    assert all(f"{file}:7" in listed(io.StringIO(), *files) for file in files)
    shown = listed(Terminal(), *files)
    assert "latte.smile.yaml:7" in shown and "咖啡.smile.yaml:7" in shown and files[0] not in shown


def test_the_reason_of_what_failed_as_expected_is_whole_in_a_pipe() -> None:
    stream, why = io.StringIO(), "the reader of codes is not built yet, " * 4
    show_run(run_of(played("n", "xfailed", xfail=f"{why}really")), Paper(stream, color=False))
    assert f"({why}really)" in stream.getvalue()


def test_people_see_failures_first_and_then_the_counts() -> None:
    """On plain paper."""
    stream = io.StringIO()
    show_run(ALL, Paper(stream, color=False))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "✗ two" and lines[1] == "  scenarios/a.smile.yaml:9: step 2 (pay)"
    assert "✗ 6 scenarios: 1 passed, 2 failed, 1 could not begin, 1 failed as expected, 1 passed against xfail" in lines
    assert "  failed as expected: four (known # to err)" in lines
