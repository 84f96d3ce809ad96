"""The demo on a terminal: title, one panel a scene with the command under it, and what to try next."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.align import Align
from rich.box import ROUNDED
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.policies import Policy

if TYPE_CHECKING:
    from smilepay_cli.harnesses.stage import Scene, Step
    from smilepay_cli.render.scenes import Look

WIDEST = 120
ROWS_OFF_A_TERMINAL = 24
COLOURS_FOR_PICTURES = ("256", "truecolor", "windows")
SECONDS_FOR_TITLE, SECONDS_FOR_SCENE = 6.0, 4.0
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
_WHAT = marked("""\
Hannover, 15 March 2015, the eve of CeBIT. Jack Ma of Alibaba buys a stamp of the Hannover fair of 1948, for \
20 EUR. He pays with his face. They call it Smile to Pay.""")
_NOT = marked("""\
This is a simulator of it and a test bench for it: enrol, shop, pay with a smile, audit. It is not an \
authentication product, and what it sees here are files, not people in front of a camera.""")
_HOW = marked("""\
What follows is no film. Every step runs on real pictures: faces are found and compared, an order is paid, \
and every attempt is written down, in a wallet that is thrown away at the end.""")


_ASCII = str.maketrans("█░┃▲✓✗┌┐└┘─│▄▀▐▌", "#.|^+x++++-|####")
"""For terminals that cannot show what the panels are made of."""


@dataclass(frozen=True, slots=True)
class _Ascii:
    """The same in ASCII, cell by cell."""

    what: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.what, options):
            yield Segment(segment.text.translate(_ASCII), segment.style, segment.control)


class Screen:
    """Tells the story on a console. With `animated` it takes its time and moves; otherwise it only prints."""

    def __init__(
        self,
        console: Console,
        policy: Policy,
        *,
        animated: bool,
        pictures: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._console = console
        self._policy = policy
        self.animated = animated
        self._pictures = pictures
        self._sleep = sleep

    @property
    def _writes_unicode(self) -> bool:
        return self._console.encoding.startswith("utf")

    @property
    def _width(self) -> int:
        return min(self._console.width, WIDEST)

    def title(self) -> None:
        """What this is, before anything slow happens."""
        words = Group(
            Text(tr("Smile to Pay, simulated in a terminal"), style="bold"),
            "",
            Text(tr(_WHAT)),
            "",
            Text(tr(_NOT)),
            "",
            Text(tr(_HOW)),
        )
        page = Table.grid(padding=(0, 3, 0, 0))
        page.add_row(Align(Text(_SMILEY, style="bold yellow"), vertical="middle"), words)
        self._say(
            Panel(
                page if self._pictures else words, box=ROUNDED, border_style="yellow", padding=(1, 2), width=self._width
            )
        )
        if self.animated:
            self._say(Text(tr("About a minute; Ctrl-C ends it."), style="dim"))
        self._pause(SECONDS_FOR_TITLE)

    @contextmanager
    def working(self, step: Step) -> Iterator[None]:
        """A spinner while a step runs."""
        if not self.animated:
            yield
            return
        with self._console.status(f"{tr(step.title)} ..."):
            yield

    def above(self, line: str) -> None:
        """A line of news, above the spinner where one turns."""
        self._say(Text(line, style="dim"))

    def scene(self, scene: Scene, number: int) -> None:
        """The panel of a scene, and under it the command that does the same."""
        from smilepay_cli.render.scenes import look_for, scene_panel

        height = self._console.height if self._console.is_terminal else ROWS_OFF_A_TERMINAL
        color = self._console.color_system in COLOURS_FOR_PICTURES and not self._console.no_color
        look = look_for(self._width, height, color=color, pictures=self._pictures, policy=self._policy)
        self._say(Text(""))
        if self.animated:
            self._move(scene, number, look)
        self._say(scene_panel(scene, number, look))
        self._say(Text(f"$ {scene.step.command}", style="dim"))
        self._pause(SECONDS_FOR_SCENE)

    def end(self, folder: Path, kept: Path | None, activate: Path | None = None) -> None:
        """What to try next: commands that work as they stand. `activate` puts smilepay on the path, where it is not."""
        lines = [f". {shlex.quote(str(activate))}"] if activate else []
        lines += [f"cd {shlex.quote(str(folder))}"]
        if kept:
            lines += [
                f"export SMILEPAY_HOME={shlex.quote(str(kept))}",
                "smilepay audit",
                "smilepay wallet statement lin",
            ]
            lines += ["smilepay shop latte=2 --image lin/4.jpg", "smilepay pay --image lin/6.jpg"]
            head = tr("This wallet is kept. To go on with it:")
        else:
            lines += ["smilepay enroll lin --image lin/1.jpg --deposit 100", "smilepay shop stamp --image lin/3.jpg"]
            lines += ["smilepay pay --image lin/5.jpg", "smilepay audit"]
            head = tr("The wallet of this story is gone. To make one of your own:")
        self._say(Text(f"\n{head}", style="bold"))
        for line in lines:
            self._say(Text(f"  {line}"))
        self._say(Text(tr("With a camera, leave --image out. All commands: smilepay --help"), style="dim"))

    def _move(self, scene: Scene, number: int, look: Look) -> None:
        """Play a capture frame by frame, or let the smile meter rise; wiped before the panel comes."""
        from rich.live import Live

        from smilepay_cli.render.scenes import METER_START, moment_panel, reading_of, z_of

        reading, face = reading_of(scene), scene.faces[-1] if scene.faces else None
        moments: list[tuple[RenderableType, float]] = []
        if len(scene.faces) > 1:
            moments = [(moment_panel(scene, number, look, each, z_of(each)), 1 / CAPTURE_FPS) for each in scene.faces]
        elif reading is not None and face is not None:
            rise = (reading - METER_START) / METER_STEPS
            readings = [METER_START + rise * step for step in range(1, METER_STEPS + 1)]
            moments = [(moment_panel(scene, number, look, face, z), METER_SECONDS / METER_STEPS) for z in readings]
        if not moments:
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            for panel, seconds in moments:
                live.update(panel if self._writes_unicode else _Ascii(panel), refresh=True)
                self._sleep(seconds)

    def _pause(self, seconds: float) -> None:
        if self.animated:
            self._sleep(seconds)

    def _say(self, what: RenderableType) -> None:
        soft_wrap = isinstance(what, Text)
        try:
            self._console.print(what if self._writes_unicode else _Ascii(what), soft_wrap=soft_wrap)
        except BrokenPipeError:  # nobody reads any more; the story goes on, as its exit status is an answer too
            self._console.quiet = True
