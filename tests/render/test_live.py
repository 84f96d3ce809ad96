"""At the camera: what is drawn at a terminal of any size, how it is given back, and who is told what without one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.capture.clip import ClipSource
from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES, open_engine
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.render.live import INSTRUCTIONS, LineViewer, SilentViewer, TerminalViewer, page
from smilepay_cli.render.live_picture import POINTS, Colours, Size, characters, fitting, half_blocks
from smilepay_cli.vocabulary.faces import Box, Face, Frame, as_points, pixel_digest
from smilepay_cli.vocabulary.moments import Moment
from tests.fakes.terminal import Grid, Terminal, terminal

ALL_COLOURS: tuple[Colours, ...] = ("truecolor", "256", "none")
STEPS = (("neutral", True), ("smile", False))
EDGE = (235, 235, 235)


def _frame(size: tuple[int, int] = (360, 640)) -> Frame:
    """Dark at the left, bright at the right."""
    pixels = np.zeros((*size, 3), dtype=np.uint8)
    pixels[:] = np.linspace(0, 255, size[1]).astype(np.uint8)[None, :, None]
    return Frame(pixels, 0, 0.0, "picture", pixel_digest(pixels))


def _face(frame: Frame, box: Box, points: Any = ()) -> Face:
    landmarks = np.full((68, 2), -1.0)
    landmarks[: len(points)] = as_points(points)
    return Face(frame, box, 1.0, landmarks)


def _moment(instruction: str = "smile", **facts: Any) -> Moment:
    frame = facts.pop("frame", None) or _frame()
    face = _face(frame, Box(100, 100, 120, 120), np.linspace((110, 110), (210, 210), 68))
    told: dict[str, Any] = {"seconds": 2.5, "seconds_max": 8.0, "face": face, "problem": None, "smile": 0.4}
    return Moment(frame=frame, instruction=instruction, **{**told, "steps": STEPS, **facts})


def _grid(rows: list[str], columns: int, height: int) -> Grid:
    """Rows as they would stand on a terminal; fails where they do not fit."""
    grid = Grid(columns, height)
    for number, row in enumerate(rows, start=1):
        grid.feed(f"\x1b[{number};1H{row}")
    return grid


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12), (39, 12), (40, 11), (1, 1), (2, 50), (500, 200)])
@pytest.mark.parametrize("colours", ALL_COLOURS)
@pytest.mark.parametrize("shape", [(360, 640), (640, 360), (2, 3000), (3000, 2), (1, 1)])
def test_a_page_is_exactly_as_large_as_the_terminal(
    size: tuple[int, int], colours: Colours, shape: tuple[int, int]
) -> None:
    """A row too many scrolls, and a cell that is left out keeps what was there before."""
    for instruction in INSTRUCTIONS:
        rows = page(_moment(instruction, frame=_frame(shape)), size, colours, unicode=True)
        assert len(rows) == size[1]
        for row in rows:
            grid = Grid(size[0], 1)
            grid.feed(row)
            assert grid.at == (0, size[0])
            assert grid.front is None and grid.back is None


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (39, 12), (40, 11), (1, 1), (30, 2), (500, 200)])
@pytest.mark.parametrize("bill", ["Pay 3.00 EUR to Café Halle 9", "Pay \x1b[2J\n" + "é" * 300])
def test_a_page_with_a_bill_is_as_large(size: tuple[int, int], bill: str) -> None:
    """What is to be paid takes a row of the picture's, and its words are no commands for the terminal."""
    rows = page(_moment(), size, "truecolor", unicode=True, bill=bill)
    assert len(rows) == size[1]
    for row in rows:
        grid = Grid(size[0], 1)
        grid.feed(row)
        assert grid.at == (0, size[0])
    if size[1] > 1:
        assert bill[:3] in rows[1] or size[0] < 10


def test_the_bill_stands_below_the_instruction() -> None:
    """Where eyes are; the meter and the steps stay where they were."""
    lines = _grid(page(_moment(), (80, 24), "none", unicode=True, bill="Pay 3.00 EUR to K"), 80, 24).lines
    assert lines[0].strip() == "Smile" and lines[1].strip() == "Pay 3.00 EUR to K"
    assert lines[22].startswith(" smile ") and "neutral" in lines[23]


@pytest.mark.parametrize("size", [(0, 0), (0, 24), (80, 0)])
def test_a_terminal_without_a_size_gets_nothing(size: tuple[int, int]) -> None:
    assert page(_moment(), size, "truecolor", unicode=True) == []


def test_a_page_says_what_to_do_how_much_of_a_smile_and_how_long() -> None:
    """At 80 x 24, without colour, for a person and for who reads this test."""
    lines = _grid(page(_moment(problem="too dark"), (80, 24), "none", unicode=True), 80, 24).lines
    assert lines[0].strip() == "Smile (too dark)"
    assert lines[22].rstrip() == " smile " + "█" * 12 + "░" * 18 + "  40%"
    assert lines[23].split() == ["✓", "neutral", "·", "smile", "6", "s", "left"]


def test_no_meter_where_no_smile_is_asked_for_and_no_time_for_stills() -> None:
    lines = _grid(page(_moment("look", smile=None, seconds_max=None), (80, 24), "none", unicode=True), 80, 24).lines
    assert lines[22].strip() == ""
    assert lines[23].strip() == "✓ neutral  · smile"


@pytest.mark.parametrize(("smile", "cells"), [(-1.0, 0), (0.0, 0), (1.0, 30), (7.0, 30), (inf, 30), (nan, 0)])
def test_the_meter_stays_in_its_place(smile: float, cells: int) -> None:
    assert page(_moment(smile=smile), (80, 24), "none", unicode=True)[22].count("█") == cells


def test_words_of_others_are_no_commands_for_the_terminal() -> None:
    """A problem may hold a name that somebody chose, in letters of any width."""
    for problem in ("\x1b[2J\n\r\x07", "絵" * 100, "é" * 300):
        rows = page(_moment(problem=problem), (80, 24), "none", unicode=True)
        assert len(rows) == 24
        assert not any(letter in rows[0] for letter in ("\n", "\r", "\x07", "\x1b[2J"))


@pytest.mark.parametrize("colours", ALL_COLOURS)
def test_the_picture_is_a_mirror(colours: Colours) -> None:
    """Bright at the camera's right is bright at the left of the terminal, and so are the box and the points."""
    frame, size = _frame(), Size(64, 18)
    face = _face(frame, Box(500, 100, 100, 100), [(560, 160)] * 68)
    grid = Grid(64, 18)
    if colours == "none":
        rows = characters(frame, face, size, unicode=True)
        grid.feed("".join(f"\x1b[{n};1H{row}" for n, row in enumerate(rows, start=1)))
        assert grid.lines[0][0] == "%" and grid.lines[0][-1] == " "
        assert grid.lines[5].index("┌") == 4 and grid.lines[5].index("┐") == 13
        assert grid.lines[8][8] == "o"
        return
    rows = half_blocks(frame, face, size, EDGE, colours)
    grid.feed("".join(f"\x1b[{n};1H{row}" for n, row in enumerate(rows, start=1)))
    first, last = grid.cells[0][0], grid.cells[0][-1]
    bright, dark = ((2, 255, 255, 255), (2, 0, 0, 0)) if colours == "truecolor" else ((5, 231), (5, 16))
    assert first.back == bright and last.back == dark
    point = grid.cells[8][8]
    assert point.back not in (grid.cells[0][8].back, grid.cells[8][9].back)


def test_turning_left_points_to_the_persons_own_left() -> None:
    """Which is at the left of a mirror."""
    left = page(_moment("turn_left"), (80, 24), "none", unicode=True)[0]
    right = page(_moment("turn_right"), (80, 24), "none", unicode=False)[0]
    assert left.index("◀") < left.index("your left")
    assert right.index(">") > right.index("your right")


def test_a_small_face_is_not_hidden_under_its_landmarks() -> None:
    """68 points on 12 pixels are all that would be seen."""
    frame = _frame()
    face = _face(frame, Box(270, 130, 100, 100), np.linspace((275, 135), (365, 225), 68))
    small, large = (
        "".join(characters(frame, face, size, unicode=True)).count("o") for size in (Size(64, 18), Size(320, 90))
    )
    assert 1 <= small <= 10 < large


def test_landmarks_that_are_no_numbers_or_far_away_are_left_out() -> None:
    """An engine's oddity is no reason to stop a payment."""
    frame = _frame()
    for box in (Box(-500, -500, 100, 100), Box(9000, 9000, 10, 10), Box(-10, -10, 2000, 2000), Box(5, 5, 0, 0)):
        face = _face(frame, box, [(nan, nan), (inf, 1), (-inf, nan), (1e300, 1e300), (320, 180)] * 10)
        assert len(half_blocks(frame, face, Size(64, 18), EDGE, "truecolor")) == 18
        assert len(characters(frame, face, Size(64, 18), unicode=False)) == 18


def test_a_picture_keeps_its_shape() -> None:
    """Two pixels a cell, one above the other."""
    assert fitting(_frame((360, 640)), 80, 21) == Size(75, 21)
    assert fitting(_frame((480, 640)), 80, 21) == Size(56, 21)
    assert fitting(_frame((640, 360)), 40, 90) == Size(40, 36)


def test_256_colours_are_the_nearest_of_xterms() -> None:
    """The corners of the cube, and greys between them."""
    for colour, number in [((255, 0, 0), 196), ((0, 95, 135), 24), ((8, 8, 8), 232), ((128, 128, 128), 244)]:
        pixels = np.full((4, 4, 3), colour, dtype=np.uint8)
        row = half_blocks(Frame(pixels, 0, 0.0, "", ""), None, Size(1, 1), EDGE, "256")[0]
        assert row == f"\x1b[48;5;{number}m \x1b[0m"


def test_landmarks_are_yellow_and_let_the_face_through() -> None:
    pixels = np.full((20, 20, 3), 100, dtype=np.uint8)
    frame = Frame(pixels, 0, 0.0, "", "")
    rows = half_blocks(frame, _face(frame, Box(0, 0, 20, 20), [(10.5, 10.5)] * 68), Size(20, 10), EDGE, "truecolor")
    mixed = [round(0.6 * point + 0.4 * 100) for point in POINTS]
    grid = _grid(rows, 20, 10)
    shown = grid.cells[5][9].back or ()
    assert all(abs(is_ - was) <= 8 for is_, was in zip(shown[1:], mixed, strict=True)), shown


@pytest.fixture
def there() -> Iterator[Terminal]:
    with terminal() as found:
        yield found


class _Clock:
    """Moves on when it is told to, and by `drawing` whenever it is asked."""

    def __init__(self, *, drawing: float = 0.0) -> None:
        self.now, self.drawing = 100.0, drawing

    def __call__(self) -> float:
        self.now += self.drawing
        return self.now


def test_everything_is_given_back_at_the_end(there: Terminal) -> None:
    """Cursor, wrapping, the screen that was there before."""
    grid = Grid(80, 24)
    with TerminalViewer(there.stream, "truecolor") as viewer:
        viewer.show(_moment("look"))
        grid.feed(there.written())
        assert grid.modes == {"1049": True, "25": False, "7": False, "2026": False}
        assert grid.lines[0].strip() == "Look at the camera"
        assert grid.at == (0, 0)
    grid.feed(there.written())
    assert grid.as_before


def test_nothing_is_touched_before_there_is_something_to_show(there: Terminal) -> None:
    """A camera that cannot be opened makes no screen flicker."""
    with TerminalViewer(there.stream, "truecolor"):
        pass
    assert there.written() == ""


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_everything_is_given_back_when_the_capture_fails(there: Terminal, error: type[BaseException]) -> None:
    grid = Grid(80, 24)
    with pytest.raises(error), TerminalViewer(there.stream, "256") as viewer:  # noqa: PT012
        viewer.show(_moment())
        raise error
    grid.feed(there.written())
    assert grid.as_before and grid.pictures == 1
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_ctrl_c_in_the_middle_of_a_picture(there: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written after half a code is still understood."""
    write, calls = os.write, list[int]()

    def interrupted(descriptor: int, data: Any) -> int:
        calls.append(len(data))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return write(descriptor, data[:1003] if len(calls) == 1 else data)

    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt), TerminalViewer(there.stream, "truecolor") as viewer:
        viewer.show(_moment())
    written = there.written()
    assert calls[0] > 1003
    assert written.endswith("\x1b[?2026l\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l")


def test_a_window_that_changes_its_size_is_drawn_anew(there: Terminal) -> None:
    """Every size in turn, the hostile ones too; what does not fit is not drawn."""
    with TerminalViewer(there.stream, "truecolor", clock=_Clock(drawing=1.0)) as viewer:
        for columns, rows in [(80, 24), (120, 40), (30, 8), (1, 1), (500, 200), (80, 24)]:
            there.resize(columns, rows)
            for instruction in ("look", "smile"):
                viewer.show(_moment(instruction))
            grid = Grid(columns, rows)
            grid.feed(there.written())
            assert grid.pictures == 2
            assert grid.lines[0].strip() == "Smile"[:columns]
        there.resize(0, 0)
        viewer.show(_moment("look"))


def test_a_terminal_that_is_gone_silences_the_view(there: Terminal) -> None:
    """The payment goes on, and is not even told."""
    with TerminalViewer(there.stream, "truecolor") as viewer:
        viewer.show(_moment("look"))
        there.written()
        there.hang_up()
        for instruction in ("smile", "look"):
            viewer.show(_moment(instruction))
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_drawing_leaves_time_for_the_capture(there: Terminal) -> None:
    """At most 20 pictures a second, and never more than half of the time; what to do is told at once."""
    clock, grid = _Clock(), Grid(80, 24)
    with TerminalViewer(there.stream, "none", clock=clock) as viewer:
        for _ in range(90):
            viewer.show(_moment("look"))
            clock.now += 1 / 90
        viewer.show(_moment("smile"))
    grid.feed(there.written())
    assert 17 <= grid.pictures <= 21


def test_a_slow_terminal_gets_fewer_pictures(there: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a line that takes half a second for one, every second half belongs to the capture."""
    clock, write, grid = _Clock(), os.write, Grid(80, 24)

    def slow(descriptor: int, data: Any) -> int:
        clock.now += 0.5
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", slow)
    with TerminalViewer(there.stream, "none", clock=clock) as viewer:
        for _ in range(22):
            viewer.show(_moment("look"))
            clock.now += 0.125
    grid.feed(there.written())
    assert grid.pictures == 6  # one, and one after every four frames


def test_news_waits_until_the_view_is_over(there: Terminal) -> None:
    with TerminalViewer(there.stream, "none") as viewer:
        viewer.say("before")
        viewer.show(_moment())
        viewer.say("meanwhile")
        assert "meanwhile" not in there.written()
    assert there.written().endswith("\x1b[?1049lmeanwhile\n")


def test_other_drawing_stops_before_the_first_picture_and_once(there: Terminal) -> None:
    """A spinner that goes on would write into the picture."""
    order: list[str] = []
    with TerminalViewer(there.stream, "none", before=lambda: order.append(there.written())) as viewer:
        viewer.show(_moment("look"))
        viewer.show(_moment("smile"))
    assert order == [""]


def test_a_terminal_without_our_letters_gets_ascii() -> None:
    with terminal(encoding="ascii") as there:
        grid = Grid(80, 24)
        with TerminalViewer(there.stream, "truecolor") as viewer:
            viewer.show(_moment("turn_left"))
            grid.feed(there.written())
            text = "\n".join(grid.lines)
            assert text.isascii() and "?" not in text
            assert "< Turn your head to your left" in text and "+---" in text and "#" in text


_IN_A_PROCESS = """
import signal, sys, time
import numpy as np
from smilepay_cli.render.live import TerminalViewer
from smilepay_cli.vocabulary.faces import Frame
from smilepay_cli.vocabulary.moments import Moment
frame = Frame(np.zeros((36, 64, 3), np.uint8), 0, 0.0, "", "")
with TerminalViewer(sys.stderr, "truecolor") as viewer:
    while True:
        viewer.show(Moment(frame, 0.0, None, None, None, "look", None, ()))
        time.sleep(0.01)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_the_program_and_leave_the_terminal_whole(there: Terminal, number: signal.Signals) -> None:
    """As they would without a view: a closed window, `kill`, Ctrl-C, Ctrl-\\."""
    grid = Grid(80, 24)
    with subprocess.Popen([sys.executable, "-c", _IN_A_PROCESS], stderr=there.stream, cwd=Path.cwd()) as process:
        _wait_for_pictures(there, grid)
        process.send_signal(number)
        assert process.wait(10) == -number
    written = there.written().partition("Traceback")[0]
    grid.feed(written)
    assert grid.as_before


def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(there: Terminal) -> None:
    grid = Grid(80, 24)
    with subprocess.Popen(
        [sys.executable, "-c", _IN_A_PROCESS], stderr=there.stream, cwd=Path.cwd(), process_group=0
    ) as process:
        _wait_for_pictures(there, grid)
        process.send_signal(signal.SIGTSTP)
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        grid.feed(there.written())
        assert grid.as_before
        process.send_signal(signal.SIGCONT)
        before = grid.pictures
        _wait_for_pictures(there, grid, before)
        assert grid.modes["1049"]
        process.terminate()
        assert process.wait(10) == -signal.SIGTERM
    grid.feed(there.written())
    assert grid.as_before


def test_a_view_that_nobody_closed_ends_with_the_program(there: Terminal) -> None:
    """A second Ctrl-C may come while the first is being dealt with."""
    abandoned = _IN_A_PROCESS.replace("with TerminalViewer", "viewer = TerminalViewer").replace(") as viewer:", ")")
    snippet = abandoned.replace("    while True:", "for _ in range(3):").replace("        ", "    ")
    assert subprocess.run([sys.executable, "-c", snippet], stderr=there.stream, cwd=Path.cwd()).returncode == 0
    grid = Grid(80, 24)
    grid.feed(there.written())
    assert grid.pictures > 0 and grid.as_before


def _wait_for_pictures(there: Terminal, grid: Grid, before: int = 0) -> None:
    """Until some were drawn; a stream of them never settles, so that it is cut anywhere."""
    deadline = time.monotonic() + 20
    while grid.pictures <= before + 1 and time.monotonic() < deadline:
        grid.feed(there.so_far())
        time.sleep(0.02)
    assert grid.pictures > before + 1


def test_lines_tell_each_new_instruction_once() -> None:
    told: list[str] = []
    with LineViewer(told.append) as viewer:
        for instruction in ("look", "look", "smile", "smile", "look", "turn_left", "done", "done"):
            viewer.show(_moment(instruction))
        viewer.show(_moment("hold_still", problem="too dark"))
        viewer.show(_moment("hold_still", problem="no face found"))
    assert told == [
        "look at the camera",
        "smile",
        "look at the camera",
        "turn your head to your left",
        "hold still (too dark)",
    ]


def test_lines_that_nobody_reads_break_nothing() -> None:
    def broken(_: str) -> None:
        raise BrokenPipeError

    with LineViewer(broken) as viewer:
        viewer.show(_moment("look"))
        viewer.show(_moment("smile"))


def test_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with SilentViewer() as viewer:
        viewer.show(_moment())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("columns", "rows", "limit"), [(80, 24, 0.015), (120, 40, 0.025)])
def test_a_real_capture_is_drawn_in_time(columns: int, rows: int, limit: float) -> None:
    """Every frame of a clip with the fast engine, at a real pseudo-terminal; half of the frames may take longer."""
    engine = open_engine("fast", DEFAULT_SCHEMES["fast"], os.environ)
    source = ClipSource(str(sample_faces() / "lin" / "clip" / "%03d.jpg"), seconds=8.0)
    took: list[float] = []
    grid = Grid(columns, rows)
    with terminal(columns, rows) as there:
        with TerminalViewer(there.stream, "truecolor", clock=_Clock(drawing=1.0)) as viewer:
            for frame in source.frames():
                found = engine.detect(frame.pixels).found
                face = Face(frame, found[0].box, 1.0, engine.landmarks(frame.pixels, found[0].box))
                moment = Moment(frame, frame.seconds, 8.0, face, None, f"look {frame.number}", 0.5, STEPS)
                began = time.perf_counter()
                viewer.show(moment)
                took.append(time.perf_counter() - began)
        grid.feed(there.written())
    assert grid.pictures == len(took) > 20
    assert grid.as_before
    assert sorted(took)[len(took) // 2] <= limit, took
