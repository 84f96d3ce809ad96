"""What doctor says of the terminal: a real one of the system, and streams that are none."""

from __future__ import annotations

import fcntl
import io
import os
import struct
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from smilepay_cli.adapters.checks.terminal import look_at_colours, look_at_pictures, look_at_terminal
from smilepay_cli.vocabulary.findings import Finding

SMALLEST = (40, 12)
XTERM = {"TERM": "xterm-256color"}


class Pty:
    """A terminal of the system that nobody looks at."""

    def __init__(self) -> None:
        self.above, self.below = os.openpty()
        self.streams: list[TextIO] = []

    def stream(self, columns: int, rows: int, encoding: str = "utf-8") -> TextIO:
        fcntl.ioctl(self.below, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.streams.append(os.fdopen(os.dup(self.below), "w", encoding=encoding))
        return self.streams[-1]


@pytest.fixture
def pty() -> Iterator[Pty]:
    pty = Pty()
    yield pty
    for stream in pty.streams:
        stream.close()
    os.close(pty.above)
    os.close(pty.below)


def one(found: Iterator[Finding]) -> Finding:
    (finding,) = found
    return finding


def test_a_terminal_is_measured(pty: Pty) -> None:
    """Columns, rows, letters."""
    found = one(look_at_terminal(pty.stream(100, 30), XTERM))
    assert found.state == "ok" and found.told == "100 x 30, UTF-8, TERM=xterm-256color"
    assert (found.figures["tty"], found.figures["columns"], found.figures["rows"]) == (True, 100, 30)


@pytest.mark.parametrize("size", [(79, 24), (80, 23)])
def test_a_small_terminal_is_a_note(pty: Pty, size: tuple[int, int]) -> None:
    """Everything is laid out for 80 x 24."""
    found = one(look_at_terminal(pty.stream(*size), XTERM))
    assert found.state == "note" and "80 x 24" in str(found.hint)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_are_missing_are_a_note(pty: Pty, encoding: str) -> None:
    """A tick would be a question mark."""
    found = one(look_at_terminal(pty.stream(80, 24, encoding), XTERM))
    assert found.state == "note" and "LANG=C.UTF-8" in str(found.hint)


def test_no_terminal_is_no_fault() -> None:
    """A pipeline has none."""
    closed = io.StringIO()
    closed.close()
    for stream in (io.StringIO(), closed):
        found = one(look_at_terminal(stream, XTERM))
        assert found.state == "ok" and not found.figures["tty"] and found.figures["columns"] is None


@pytest.mark.parametrize(
    ("colours", "variables", "wanted", "told"),
    [
        ("truecolor", XTERM, True, "truecolor"),
        ("256", XTERM, True, "256"),
        ("none", {"TERM": "linux"}, True, "no more than 16"),
        ("truecolor", {**XTERM, "NO_COLOR": "1"}, False, "NO_COLOR is set"),
        ("truecolor", XTERM, False, "as asked for"),
    ],
)
def test_colours_are_told_and_never_a_fault(colours: str, variables: dict[str, str], wanted: bool, told: str) -> None:
    """Colour is never the only sign of anything."""
    found = one(look_at_colours(colours, variables, wanted=wanted))
    assert found.state == "ok" and told in found.told
    assert found.figures["colours"] == (colours if wanted else "none")


@pytest.mark.parametrize(
    ("size", "encoding", "variables", "drawn", "told"),
    [
        ((80, 24), "utf-8", XTERM, True, "half blocks"),
        ((80, 24), "ascii", XTERM, True, "plain letters"),
        ((39, 24), "utf-8", XTERM, False, "40 x 12"),
        ((80, 11), "utf-8", XTERM, False, "40 x 12"),
        ((80, 24), "utf-8", {"TERM": "dumb"}, False, "control codes"),
        ((80, 24), "utf-8", {}, False, "control codes"),
    ],
)
def test_whether_pictures_are_drawn(
    pty: Pty, size: tuple[int, int], encoding: str, variables: dict[str, str], drawn: bool, told: str
) -> None:
    """On standard error, as the mirror of a capture is."""
    found = one(look_at_pictures(pty.stream(*size, encoding), variables, SMALLEST))
    assert found.figures["drawn"] is drawn and told in found.told
    assert not one(look_at_pictures(io.StringIO(), XTERM, SMALLEST)).figures["drawn"]
