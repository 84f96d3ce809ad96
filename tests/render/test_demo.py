"""The demo on a terminal: the golden screen of the real story, and what holds at every size."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands import demo
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.harnesses.stage import Scene, play
from smilepay_cli.harnesses.story import STORY
from smilepay_cli.render.console import console_on
from smilepay_cli.render.demo import Screen
from smilepay_cli.render.scenes import smile_meter
from smilepay_cli.rules.profiles import STANDARD
from tests.fakes.fixed import CountingIds, FixedClock
from tests.fakes.stage import fake_stage

GOLDEN = Path(__file__).parent.parent / "golden" / "demo.txt"
CELLS = frozenset(" .:o┌┐└┘─│")
"""What a picture without colour is made of."""
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Scene]]:
    """The story played with a fake engine."""
    stage = fake_stage(tmp_path_factory.mktemp("home"))
    yield [play(step, stage) for step in STORY]
    stage.till.store.close()


def _told(scenes: list[Scene], screen: Screen) -> None:
    screen.title()
    for number, scene in enumerate(scenes, start=1):
        with screen.working(scene.step):
            pass
        screen.scene(scene, number)
    screen.end(Path("/samples"), None)


def test_the_screen_is_the_golden_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person sees, on real faces, at 80 columns without colour; SMILEPAY_GOLDEN=write makes it anew.

    Hashes and the folder of the samples are masked. One cell in fifty of a picture may differ: other builds of
    dlib and Pillow round differently.
    """
    monkeypatch.setattr("smilepay_cli.commands.demo._activate", lambda: None)  # whether smilepay is on somebody's path
    stdout = io.StringIO()
    environment = Environment(stdout=stdout, stderr=io.StringIO(), variables={}, clock=FixedClock(), ids=CountingIds())
    assert run(["demo"], environment) == 0
    screen = _masked(stdout.getvalue())
    if os.environ.get("SMILEPAY_GOLDEN") == "write":
        GOLDEN.write_text(screen, encoding="utf-8")
    golden = GOLDEN.read_text(encoding="utf-8")
    differing = [(old, new) for old, new in zip(golden, screen, strict=False) if old != new]
    assert len(screen) == len(golden)
    assert all(old in CELLS and new in CELLS for old, new in differing), screen
    assert len(differing) <= len(golden) / 50
    assert not CONTROL.search(screen)
    assert max(len(line) for line in screen.splitlines()) == 80


def _masked(screen: str) -> str:
    screen = screen.replace(str(sample_faces()), "SAMPLES")
    return re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{8})\b", lambda found: "x" * len(found[0]), screen)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 60), (72, 24), (60, 24), (40, 20)])
@pytest.mark.parametrize("color", ["truecolor", None])
def test_no_panel_is_broken_at_any_size(scenes: list[Scene], width: int, height: int, color: Any) -> None:
    """Every line of a panel ends at the same column; only commands may be longer than the terminal."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        height=height,
        force_terminal=True,
        color_system=color,
        highlight=False,
    )
    _told(scenes, Screen(console, STANDARD, animated=False))
    lines = COLOUR.sub("", stream.getvalue()).splitlines()
    framed = [line for line in lines if line[:1] in ("╭", "│", "╰")]
    assert {len(line) for line in framed} == {min(width, 120)}
    assert all(line[-1] in "╮│╯" for line in framed)
    assert sum(line[0] == "╭" for line in framed) == len(STORY) + 1


@pytest.mark.parametrize("height", [24, 40])
def test_a_panel_and_its_command_are_seen_at_once(scenes: list[Scene], height: int) -> None:
    """On 80 and more columns a scene fits on the screen, with a line left for the cursor."""
    for number, scene in enumerate(scenes, start=1):
        stream = io.StringIO()
        console = Console(file=stream, width=80 if height == 24 else 120, height=height, force_terminal=True)
        Screen(console, STANDARD, animated=False).scene(scene, number)
        assert len(stream.getvalue().strip().splitlines()) < height, scene.step.title


def test_on_a_terminal_it_takes_about_a_minute_and_moves(scenes: list[Scene]) -> None:
    """Time to read, a capture that plays and a meter that rises; all of it wiped before the panel comes."""
    stream, slept = io.StringIO(), list[float]()
    console = Console(file=stream, width=80, height=24, force_terminal=True, color_system="truecolor")
    _told(scenes, Screen(console, STANDARD, animated=True, sleep=slept.append))
    assert 45 <= sum(slept) <= 75
    assert "frame 4" in stream.getvalue()
    assert "looking for a smile" in stream.getvalue()
    assert "\x1b[2K" in stream.getvalue()


def test_without_animation_nothing_waits_and_nothing_moves(scenes: list[Scene]) -> None:
    """Pipes, CI and --fast: text from top to bottom, no control codes."""
    stream, slept = io.StringIO(), list[float]()
    _told(scenes, Screen(console_on(stream, color=True), STANDARD, animated=False, sleep=slept.append))
    assert slept == []
    assert not CONTROL.search(stream.getvalue())


@pytest.mark.parametrize("color_system", ["standard", "256", "truecolor"])
def test_no_colour_means_characters(scenes: list[Scene], color_system: Any) -> None:
    """With NO_COLOR a picture of half blocks would be one grey square."""
    streams = [io.StringIO(), io.StringIO()]
    for stream, no_color in zip(streams, (True, False), strict=True):
        console = Console(
            file=stream,
            width=80,
            height=24,
            force_terminal=True,
            no_color=no_color,
            color_system=color_system,
        )
        Screen(console, STANDARD, animated=False).scene(scenes[0], 1)
    assert "▄" not in streams[0].getvalue()
    assert ("▄" in streams[1].getvalue()) == (color_system != "standard")


def test_a_terminal_without_our_letters_gets_ascii(scenes: list[Scene]) -> None:
    """Question marks instead of a smile meter tell nothing."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    _told(scenes, Screen(console_on(stream, color=False), STANDARD, animated=False))
    stream.flush()
    text = raw.getvalue().decode("ascii")
    assert "#" * 10 in text
    assert "x refused: no smile was shown" in text
    assert "?" not in text


def test_a_reader_that_leaves_ends_the_telling_and_not_the_story(scenes: list[Scene]) -> None:
    """`smilepay demo | head`: the rest is told to nobody, and the exit status is still the story's."""
    told: list[str] = []

    class Head(io.StringIO):
        def write(self, text: str) -> int:
            told.append(text)
            if len(told) > 1:
                raise BrokenPipeError
            return len(text)

    _told(scenes, Screen(console_on(Head(), color=False), STANDARD, animated=False))
    assert len(told) == 2


@pytest.mark.parametrize(
    ("z", "bar", "answer"),
    [
        (-9.0, "█░░░░░┃░░░░", "✗ does not smile"),
        (-2.0, "█████░┃░░░░", "✗ does not smile"),
        (-0.24, "██████┃░░░░", "✓ smiles"),
        (2.0, "██████┃██░░", "✓ smiles"),
        (9.0, "██████┃████", "✓ smiles"),
    ],
)
def test_the_smile_meter_reads_without_colour(z: float, bar: str, answer: str) -> None:
    head, drawn, mark = smile_meter(z, STANDARD, 11).plain.split("\n")
    assert drawn == bar
    assert head == f"smile z {z:.2f} {answer}"
    assert mark.index("▲") == drawn.index("┃")


def test_what_to_try_next_works_as_it_stands(scenes: list[Scene]) -> None:
    """With a folder whose name needs quotes, and the kept home exported."""
    stream = io.StringIO()
    screen = Screen(console_on(stream, color=False), STANDARD, animated=False)
    screen.end(Path("/my samples"), Path("/tmp/it's mine"))  # noqa: S108  # only a name
    assert "cd '/my samples'" in stream.getvalue()
    assert """export SMILEPAY_HOME='/tmp/it'"'"'s mine'""" in stream.getvalue()


def test_what_to_try_next_works_where_smilepay_is_not_on_the_path(scenes: list[Scene]) -> None:
    """After `make demo` in a fresh clone it is not: the first line puts it there."""
    file = io.StringIO()
    Screen(console_on(file, color=False, width=80), STANDARD, animated=False).end(
        Path("/samples"), None, Path("/a clone/.venv/bin/activate")
    )
    lines = [line.strip() for line in file.getvalue().splitlines()]
    assert lines.index(". '/a clone/.venv/bin/activate'") < lines.index("cd /samples")


def test_where_smilepay_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On the path there is nothing to put there; else the script of the environment that runs."""
    program = tmp_path / "smilepay"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert demo._activate() is None
    monkeypatch.setenv("PATH", "/nonexistent")
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert demo._activate() is None, "no script, no advice"
    (tmp_path / "bin" / "activate").write_text("")
    assert demo._activate() == tmp_path / "bin" / "activate"
