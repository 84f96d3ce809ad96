"""Who is shown a capture: chosen by the terminal, its variables and the options; and a spinner that makes room."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping
from typing import TextIO

import numpy as np
import pytest

from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.environment import Environment
from smilepay_cli.commands.perform import perform
from smilepay_cli.commands.viewers import colours_of
from smilepay_cli.ports import Viewer
from smilepay_cli.render.live import LineViewer, SilentViewer, TerminalViewer
from smilepay_cli.render.live_picture import Colours
from smilepay_cli.vocabulary.faces import Frame
from smilepay_cli.vocabulary.moments import Moment
from smilepay_cli.vocabulary.results import Result
from tests.fakes.terminal import Grid, Terminal, terminal

XTERM = {"TERM": "xterm-256color"}
PLAIN, JSON, QUIET = Shared(), Shared(json=True), Shared(quiet=True)
CAMERA, IMAGE = Sample(), Sample(image=("lin.jpg",))


def _call(
    stderr: TextIO, variables: Mapping[str, str] = XTERM, sample: Sample = CAMERA, shared: Shared = PLAIN
) -> Call:
    environment = Environment(stdout=io.StringIO(), stderr=stderr, variables=variables)
    return Call(environment, shared, sample)


def _moment(instruction: str = "look") -> Moment:
    frame = Frame(np.full((36, 64, 3), 200, np.uint8), 0, 0.0, "", "")
    return Moment(frame, 0.0, 8.0, None, "no face found", instruction, None, ())


def _shown(there: Terminal, variables: Mapping[str, str], *, no_color: bool = False) -> str:
    call = _call(there.stream, variables, shared=Shared(no_color=no_color))
    with call.viewer as viewer:
        viewer.show(_moment())
    return there.written()


@pytest.mark.parametrize(
    ("size", "variables", "shared", "sample", "expected"),
    [
        ((80, 24), XTERM, PLAIN, CAMERA, TerminalViewer),
        ((40, 12), XTERM, PLAIN, CAMERA, TerminalViewer),
        ((80, 24), {"TERM": "xterm", "NO_COLOR": "1"}, PLAIN, CAMERA, TerminalViewer),
        ((80, 24), XTERM, PLAIN, Sample(camera="0"), TerminalViewer),
        ((39, 12), XTERM, PLAIN, CAMERA, LineViewer),
        ((40, 11), XTERM, PLAIN, CAMERA, LineViewer),
        ((0, 0), XTERM, PLAIN, CAMERA, LineViewer),
        ((80, 24), {"TERM": "dumb"}, PLAIN, CAMERA, LineViewer),
        ((80, 24), {}, PLAIN, CAMERA, LineViewer),
        ((80, 24), XTERM, JSON, CAMERA, LineViewer),
        ((80, 24), XTERM, QUIET, CAMERA, SilentViewer),
        ((80, 24), XTERM, Shared(quiet=True, json=True), CAMERA, SilentViewer),
        ((80, 24), XTERM, PLAIN, IMAGE, SilentViewer),
    ],
)
def test_the_viewer_of_a_terminal(
    size: tuple[int, int],
    variables: Mapping[str, str],
    shared: Shared,
    sample: Sample,
    expected: type[Viewer],
) -> None:
    with terminal(*size) as there:
        assert type(_call(there.stream, variables, sample, shared).viewer) is expected


def test_off_a_terminal_there_are_lines_on_standard_error() -> None:
    """Pipes, files and CI; standard output belongs to the result."""
    for shared in (PLAIN, JSON):
        stdout, stderr = io.StringIO(), io.StringIO()
        call = Call(Environment(stdout=stdout, stderr=stderr, variables=XTERM), shared, CAMERA)
        with call.viewer as viewer:
            for instruction in ("look", "look", "smile", "done"):
                viewer.show(_moment(instruction))
        assert stderr.getvalue() == "smilepay: look at the camera (no face found)\nsmilepay: smile (no face found)\n"
        assert stdout.getvalue() == ""


def test_a_stream_that_is_closed_is_no_terminal() -> None:
    stderr = io.StringIO()
    stderr.close()
    assert type(_call(stderr).viewer) is LineViewer


@pytest.mark.parametrize(
    ("variables", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "xterm-kitty"}, "256"),
        ({"TERM": "xterm"}, "none"),
        ({"TERM": "linux"}, "none"),
    ],
)
def test_the_colours_of_a_terminal(variables: Mapping[str, str], colours: Colours) -> None:
    assert colours_of(variables) == colours
    with terminal() as there:
        shown = _shown(there, variables)
    assert ("\x1b[48;2;" in shown, "\x1b[48;5;" in shown) == (colours == "truecolor", colours == "256")


@pytest.mark.parametrize(("variables", "no_color"), [({"NO_COLOR": "1"}, False), ({}, True)])
def test_no_color_means_characters(variables: Mapping[str, str], no_color: bool) -> None:
    """Bold and reverse are no colours."""
    with terminal() as there:
        shown = _shown(there, {**XTERM, "COLORTERM": "truecolor", **variables}, no_color=no_color)
    grid = Grid(80, 24)
    grid.feed(shown)
    assert grid.as_before
    assert set(re.findall(r"\x1b\[([0-9;]*)m", shown)) == {"0", "1;7"}


def test_the_spinner_stops_for_the_view() -> None:
    """It would write into the picture ten times a second; and what is to be told meanwhile comes after the view."""
    with terminal() as there:
        call = _call(there.stream)

        def body() -> Result:
            with call.viewer as viewer:
                call.say("above the spinner")
                viewer.show(_moment())
                spun.append(there.written())
                call.say("meanwhile")
                time.sleep(0.3)
                drawn.append(there.written())
            call.say("afterwards")
            return Result()

        spun, drawn = list[str](), list[str]()
        assert perform(call, "pay", body) == 0
        told = there.written()
    assert "Looking at the payer" in spun[0] and "above the spinner" in spun[0]
    assert spun[0].index("Looking at the payer") < spun[0].index("\x1b[?1049h")
    assert drawn == [""]
    assert told.endswith("\x1b[?1049lsmilepay: meanwhile\nsmilepay: afterwards\n")
    assert not call.over_spinner and not call.stop_spinner


def test_the_view_tells_what_is_to_be_paid() -> None:
    """Where `pay` knows it."""
    with terminal() as there:
        call = _call(there.stream)
        call.bill.append("Pay 3.00 EUR to Café Halle 9")
        with call.viewer as viewer:
            viewer.show(_moment())
            grid = Grid(80, 24)
            grid.feed(there.written())
    assert grid.lines[1].strip() == "Pay 3.00 EUR to Café Halle 9"
