"""The demo on a terminal: title, one panel a scene with the command under it, and what to try next."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.align import Align
from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from smilepay_cli.vocabulary.policies import Policy

if TYPE_CHECKING:
    from smilepay_cli.harnesses.stage import Scene, Step
    from smilepay_cli.render.scenes import Look

WIDEST = 120
ROWS_OFF_A_TERMINAL = 24
COLOURS_FOR_PICTURES = ("256", "truecolor", "windows")
SECONDS_FOR_TITLE, SECONDS_FOR_SCENE = 6.0, 4.5
METER_STEPS, METER_SECONDS = 16, 0.8
CAPTURE_FPS = 6.0
"""Half of real time, so that the change can be seen."""

_SMILEY = """\
   ▄▄██████▄▄
 ▄████████████▄
▐████ ▐██▌ ████▌
▐████ ▐██▌ ████▌
▐██████████████▌
▐██ ▀██████▀ ██▌
 ▀██▄ ▀▀▀▀ ▄██▀
   ▀▀██████▀▀"""
_WHAT = """\
Hannover, 15 March 2015, the eve of CeBIT. Jack Ma of Alibaba buys a stamp of the Hannover fair of 1948, for \
20 EUR. He pays with his face. They call it Smile to Pay."""
_NOT = """\
This is a simulator of it and a test bench for it: enrol, shop, pay with a smile, audit. It is not an \
authentication product, and what it is shown here are files, not people in front of a camera."""
_HOW = """\
What follows is no film. Every step runs on real pictures: faces are found and compared, an order is paid, \
and every attempt is written down, in a wallet that is thrown away at the end."""


class Screen:
    """Tells the story on a console. With `animated` it takes its time and moves; otherwise it only prints."""

    def __init__(
        self, console: Console, policy: Policy, *, animated: bool, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._console = console
        self._policy = policy
        self._animated = animated
        self._sleep = sleep

    @property
    def _width(self) -> int:
        return min(self._console.width, WIDEST)

    def title(self) -> None:
        """What this is, before anything slow happens."""
        words = Group(
            Text("Smile to Pay, simulated in a terminal", style="bold"), "", Text(_WHAT), "", Text(_NOT), "", Text(_HOW)
        )
        page = Table.grid(padding=(0, 3, 0, 0))
        page.add_row(Align(Text(_SMILEY, style="bold yellow"), vertical="middle"), words)
        self._say(Panel(page, box=ROUNDED, border_style="yellow", padding=(1, 2), width=self._width))
        self._say(Text("About a minute; Ctrl-C ends it.\n" if self._animated else "", style="dim"))
        self._pause(SECONDS_FOR_TITLE)

    @contextmanager
    def working(self, step: Step) -> Iterator[None]:
        """A spinner while a step runs."""
        if not self._animated:
            yield
            return
        with self._console.status(f"{step.title} ..."):
            yield

    def scene(self, scene: Scene, number: int) -> None:
        """The panel of a scene, and under it the command that does the same."""
        from smilepay_cli.render.scenes import look_for, scene_panel

        height = self._console.height if self._console.is_terminal else ROWS_OFF_A_TERMINAL
        color = self._console.color_system in COLOURS_FOR_PICTURES and not self._console.no_color
        look = look_for(self._width, height, color=color, policy=self._policy)
        if self._animated:
            self._move(scene, number, look)
        self._say(scene_panel(scene, number, look))
        self._say(Text(f"$ {scene.step.command}\n", style="dim"))
        self._pause(SECONDS_FOR_SCENE)

    def end(self, folder: Path, kept: Path | None) -> None:
        """What to try next: commands that work as they stand."""
        lines = [f"cd {shlex.quote(str(folder))}"]
        if kept:
            lines += [
                f"export SMILEPAY_HOME={shlex.quote(str(kept))}",
                "smilepay audit",
                "smilepay wallet statement lin",
            ]
            lines += ["smilepay shop latte=2 --image lin/4.jpg", "smilepay pay --image lin/6.jpg"]
            head = "This wallet is kept. To go on with it:"
        else:
            lines += ["smilepay enroll lin --image lin/1.jpg --deposit 100", "smilepay shop stamp --image lin/3.jpg"]
            lines += ["smilepay pay --image lin/5.jpg", "smilepay audit"]
            head = "The wallet of this story is gone. To make one of your own:"
        self._say(Text(head, style="bold"))
        for line in lines:
            self._say(Text(f"  {line}"))
        self._say(Text("With a camera, leave --image out. All commands: smilepay --help", style="dim"))

    def _move(self, scene: Scene, number: int, look: Look) -> None:
        """Play a capture frame by frame, or let the smile meter rise; wiped before the panel comes."""
        from rich.live import Live

        from smilepay_cli.render.scenes import METER_START, reading_of, scene_panel, watching_panel

        moments: list[tuple[RenderableType, float]] = []
        reading = reading_of(scene)
        if len(scene.faces) > 1:
            moments = [(watching_panel(scene, number, face, look), 1 / CAPTURE_FPS) for face in scene.faces]
        elif reading is not None:
            rise = (reading - METER_START) / METER_STEPS
            readings = [METER_START + rise * step for step in range(METER_STEPS)]
            moments = [(scene_panel(scene, number, look, z=z), METER_SECONDS / METER_STEPS) for z in readings]
        if not moments:
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            for panel, seconds in moments:
                live.update(panel, refresh=True)
                self._sleep(seconds)

    def _pause(self, seconds: float) -> None:
        if self._animated:
            self._sleep(seconds)

    def _say(self, what: RenderableType) -> None:
        try:
            self._console.print(what, soft_wrap=isinstance(what, Text))
        except SystemExit:  # Rich's answer to a reader that is gone; it prints nowhere from now on
            if not self._console.quiet:
                raise
