"""Plain paper says what Rich would say without colour, letter for letter, and does so without Rich."""

from __future__ import annotations

import importlib
import inspect
import io
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.render import paper as papers
from smilepay_cli.render.paper import Panel, Paper, Table
from smilepay_cli.render.people import SHOWN_BY
from smilepay_cli.vocabulary.results import Result

LETTERS = st.sampled_from(
    [*"abcxyz 019.,:()[]-_/", "é", "ß", "Ō", "×", "\xa0", "\xad", "✓", "顔", "\u0301", "\t", "\n", "\x1b"]
)
WORDS = st.text(LETTERS, max_size=30)
CELLS = st.one_of(WORDS, st.lists(st.one_of(WORDS, st.tuples(WORDS, st.just("bold"))), min_size=1, max_size=3))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def both(write: Any) -> tuple[str, str]:
    """What is written on plain paper, and by Rich for everything."""
    plain, rich = io.StringIO(), io.StringIO()
    write(Paper(plain, color=True))
    forced = Paper(rich, color=True)
    forced._is_plain = False
    write(forced)
    return plain.getvalue(), rich.getvalue()


SENTENCES = st.lists(st.text("abc", min_size=1, max_size=12), max_size=25).map(" ".join)


@given(st.lists(st.tuples(st.text("abc", max_size=50), SENTENCES, st.text("123", max_size=8)), max_size=4))
def test_a_column_of_sentences_is_broken_as_rich_breaks_it(rows: list[tuple[str, str, str]]) -> None:
    """Between words, at the width that the other columns leave."""
    table = Table()
    table.add_column("item", whole=True)
    table.add_column("what it is")
    table.add_column("price", right=True, whole=True)
    for row in rows:
        table.add_row(*row)
    plain, rich = both(lambda paper: paper.table(table))
    assert plain == rich


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4))
def test_a_table_is_drawn_as_rich_draws_it(rows: list[Any]) -> None:
    """Also where it does not fit, holds letters of two columns, or blanks at an end: then Rich does it."""
    table = Table()
    table.add_column("one", whole=True)
    table.add_column("the other", style="dim")
    table.add_column("amount", right=True, whole=True)
    for row in rows:
        table.add_row(*row)
    plain, rich = both(lambda paper: paper.table(table))
    assert plain == rich


@given(st.lists(st.one_of(WORDS, st.tuples(st.text(max_size=100), st.just("bold red"))), max_size=4), st.booleans())
def test_a_line_is_written_as_rich_writes_it(parts: list[Any], wraps: bool) -> None:
    """Control characters go, and what wraps wraps at the same word."""
    plain, rich = both(lambda paper: paper.line(*parts, wraps=wraps))
    assert plain == rich


ROWS = st.lists(st.tuples(st.one_of(CELLS, st.text("abc", min_size=1)), st.text("123", max_size=20)), max_size=5)


@given(ROWS, st.sampled_from(["receipt", "a", "even"]), st.integers(20, 50))
def test_a_panel_is_framed_as_rich_frames_it(rows: list[Any], title: str, width: int) -> None:
    """Titles of odd and even length, rows that fit, and rows that do not: then Rich does it."""
    panel = Panel(title, width)
    for row in rows:
        panel.add_row(*row)
    plain, rich = both(lambda paper: paper.panel(panel))
    assert plain == rich


def test_a_stream_without_our_letters_gets_lines_of_others() -> None:
    """Rich draws a table in ASCII there."""
    table = Table()
    table.add_column("item")
    table.add_row("latte")

    def drawn(plain: bool) -> bytes:
        raw = io.BytesIO()
        paper = Paper(io.TextIOWrapper(raw, "ascii", errors="replace", write_through=True), color=True)
        paper._is_plain = paper._is_plain and plain
        paper.table(table)
        return raw.getvalue()

    assert drawn(plain=True) == drawn(plain=False) != b""
    assert b"+--" in drawn(plain=True)


def test_every_narrow_letter_takes_one_column() -> None:
    """Rich's table of widths says so too."""
    from rich.cells import cell_len

    narrow = [chr(code) for code in range(ord(papers._LAST_NARROW) + 1) if chr(code).isprintable()]
    assert len(narrow) > 400 and all(cell_len(letter) == 1 for letter in narrow)


def test_plain_paper_is_really_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparisons above would hold if Rich wrote both."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    stream = io.StringIO()
    table = Table()
    table.add_column("item")
    table.add_row(["Caffè latte", ("\nwith milk" * 9, "dim")])
    table.add_row("many words " * 9 + "in a line")
    paper = Paper(stream, color=True)
    paper.table(table)
    paper.line(("✓ ", "bold green"), "done")
    assert "Caffè latte" in stream.getvalue() and "✓ done" in stream.getvalue()


@pytest.mark.parametrize("variable", [("FORCE_COLOR", "1"), ("TTY_COMPATIBLE", "1")], ids=lambda pair: pair[0])
def test_colour_that_is_asked_for_is_given(monkeypatch: pytest.MonkeyPatch, variable: tuple[str, str]) -> None:
    """A terminal, or a variable that says there is one: Rich writes, with colour."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    Paper(terminal, color=True).line(("done", "bold green"))
    assert "\x1b[" in terminal.getvalue()
    stream = io.StringIO()
    monkeypatch.setenv(*variable)
    Paper(stream, color=True).line(("done", "bold green"))
    assert "\x1b[" in stream.getvalue()


def _results(kind: type[Result]) -> set[type[Result]]:
    return {kind}.union(*(_results(below) for below in kind.__subclasses__()))


def test_every_result_is_shown_by_a_function_made_for_it() -> None:
    """They are found by name, so nothing else would notice a name that is wrong."""
    for verb in (
        "accounts",
        "audit",
        "cameras",
        "cash",
        "catalogue",
        "checkpoint",
        "completion",
        "copies",
        "doctor",
        "edit",
        "enroll",
        "export",
        "pay",
        "payments",
        "policy",
        "receipts",
        "report",
        "rescore",
        "shop",
        "start",
        "verify",
        "wallet",
    ):
        importlib.import_module(f"smilepay_cli.verbs.{verb}")
    for harness in (
        "forging.making",
        "replay.summing",
        "calibration.calibrating",
        "scenarios.played",
        "scenarios.recording",
    ):
        importlib.import_module(f"smilepay_cli.harnesses.{harness}")
    places = tuple(
        f"smilepay_cli.{place}."
        for place in ("verbs", "harnesses.forging", "harnesses.replay", "harnesses.calibration", "harnesses.scenarios")
    )  # the demo shows itself while it plays
    results = {kind.__name__ for kind in _results(Result) if kind.__module__.startswith(places)}
    assert set(SHOWN_BY) == results
    for result, path in SHOWN_BY.items():
        module, _, name = path.rpartition(".")
        function = getattr(importlib.import_module(f"smilepay_cli.render.{module}"), name)
        assert inspect.signature(function).parameters["result"].annotation == result


def test_a_narrow_terminal_loses_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich takes columns away where there is no room; then the rows are told, each value behind its title."""
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    table = Table()
    for title in ("event", "when", "who", "what", "amount"):
        table.add_column(title, whole=True)
    table.add_row("evt_vm56tm8mk4dr", "11-28 16:01:41", "lin", "pay  ✗ smile_not_shown (13)", "22.20 EUR")
    Paper(stream, color=False).table(table)
    told = " ".join(stream.getvalue().split())
    assert told == (
        "event evt_vm56tm8mk4dr, when 11-28 16:01:41, who lin, what pay ✗ smile_not_shown (13), amount 22.20 EUR"
    )
