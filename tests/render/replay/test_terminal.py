"""The summary on the terminal: the golden text, and what holds for sets of any kind."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from smilepay_cli.harnesses.replay.summing import ReplayResult
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.replay.terminal import show_replay
from tests.fakes import replays

GOLDEN = Path(__file__).parents[2] / "golden" / "replay.txt"
ROWS = list(replays.rows())
SUMMARY = replays.summary(ROWS)


FILES = {"results.jsonl": "out/results.jsonl", "report.html": "out/report.html"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(summary: dict[str, Any], rows: list[dict[str, Any]], stream: io.StringIO | None = None) -> str:
    paper = stream or io.StringIO()
    unexpected = [row for row in rows if row["as_expected"] is False]
    show_replay(
        ReplayResult(summary=summary, unexpected=unexpected, files=FILES), Paper(paper, color=stream is not None)
    )
    return paper.getvalue()


def test_the_summary_is_the_golden_one() -> None:
    """80 columns, no colour; to make it anew, write what is told into the file and look at it."""
    text = told(SUMMARY, ROWS)
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 80


def test_people_read_the_answer_first() -> None:
    """Verdict, rates, species, money, cases, gates, files, and what one could do next."""
    text = told(SUMMARY, ROWS)
    order = [
        "✗ 1 of 2 gates failed",
        "measure",
        "species  ",
        "money moved",
        "✗ row-000000",
        "✗ failed iapar",
        "wrote",
        "next:",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places and places == sorted(places)


def test_a_terminal_says_the_same_in_colour() -> None:
    """Colour adds to the marks and never stands for one."""
    coloured = told(SUMMARY, ROWS, Terminal())
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.strip() for line in plain.splitlines()] == [line.strip() for line in told(SUMMARY, ROWS).splitlines()]


def test_a_hostile_set_moves_no_cursor() -> None:
    """Names cannot write escape sequences, turn lines round or fill the screen."""
    rows = list(replays.rows(300, hostile=True))
    text = told({**replays.summary(rows), "problems": [replays.HOSTILE[20:]]}, rows)
    assert "\x1b" not in text and "\u202e" not in text and r"\x1b[31m" in text
    assert max(map(len, text.splitlines())) <= 130
    text.encode()


def test_only_the_first_cases_are_told() -> None:
    """How many more there are stands under them."""
    text = told(SUMMARY, ROWS)
    count = sum(row["as_expected"] is False for row in ROWS)
    assert len(re.findall(r"^✗ row-", text, re.MULTILINE)) == 10
    assert f"and {count - 10} more cases not as expected, in results.jsonl" in text


def test_a_run_that_asked_for_nothing_and_found_nothing() -> None:
    """No gate, no expectation, no attack: no table without rows, and no good news either."""
    summary = {**replays.summary([]), "gates": [], "species": [], "measures": [], "problems": ["row 3 is odd\x1b"]}
    text = told(summary, [])
    assert text.startswith("• measured; nothing was asked for") and "species" not in text
    assert "money moved by attacks and strangers: nothing" in text and r"! row 3 is odd\x1b" in text


def test_many_species_are_cut_short() -> None:
    """A screen is no place for three thousand."""
    species = [{**SUMMARY["species"][0], "name": f"species {at}"} for at in range(3000)]
    text = told({**SUMMARY, "species": species}, ROWS)
    assert "and 2,980 more species in summary.json" in text and len(text.splitlines()) < 80


def test_a_baseline_is_told() -> None:
    """Better, worse, and whether that could be chance."""
    baseline = {
        "path": "old.json",
        "changed": [{"id": "row-1", "before": "accepted", "after": "refused"}],
        "tests": [{"kind": "bona_fide", "better": 1, "worse": 9, "p": 0.021484}],
    }
    text = told({**SUMMARY, "baseline": baseline}, ROWS)
    assert "against old.json: 1 case changed" in text and "bona fide: 1 better, 9 worse, p = 0.0215" in text
    assert "row-1: accepted, now refused" in text
