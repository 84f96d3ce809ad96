"""At the camera: what a person sees while a capture is watched. On a terminal a mirror, elsewhere lines, or nothing.

Everything goes to standard error; standard output belongs to the result. No viewer ever breaks a payment: one whose
terminal is gone falls silent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from smilepay_cli.render.live_screen import Screen
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.render.live_picture import RGB, Colours
    from smilepay_cli.vocabulary.moments import Moment

INSTRUCTIONS = {
    "look": marked("Look at the camera"),
    "hold_still": marked("Hold still"),
    "smile": marked("Smile"),
    "turn_left": marked("Turn your head to your left"),
    "turn_right": marked("Turn your head to your right"),
    "stay": marked("Stay for a moment"),
    "done": marked("Thank you"),
    "failed": marked("That did not work"),
}
"""What to do now, in words. Left and right are the person's own; in a mirror they are where the person sees them."""
STEPS = (marked("neutral"), marked("smile"), marked("turn left"), marked("turn right"))
"""What can be asked for: names of the steps, as the foot of the picture has them."""
_ENDINGS = ("done", "failed")
_ARROWS = {"turn_left": ("◀ ", "< ", True), "turn_right": (" ▶", " >", False)}
"""Where the person sees the side to turn to: in Unicode, in ASCII, and whether before the words."""
FASTEST = 20.0
"""Pictures a second; more are not seen, and the capture needs the processor."""
WIDEST, HIGHEST = 160, 50
"""Cells of a picture; more of them would take longer to draw, and show no more."""
SMALLEST = (40, 12)
"""Columns and rows from which there is a picture; below, the instruction is all there is."""
_ROWS_BELOW = 2
_METER_WIDTH = 30
_GREEN, _RED, _YELLOW = "32", "31", "33"
_BOX: RGB = (235, 235, 235)
_BOX_COLOURS: dict[str, RGB] = {"done": (60, 220, 90), "failed": (240, 60, 60)}


class SilentViewer:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""

    def show(self, moment: Moment) -> None:
        """Nothing."""


class LineViewer(SilentViewer):
    """A line whenever there is something else to do. How it ended is said by the result."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: str | None = None

    def show(self, moment: Moment) -> None:
        """The instruction, where it is a new one."""
        if moment.instruction == self._told:
            return
        self._told = moment.instruction
        if moment.instruction in _ENDINGS:
            return
        words = words_for(moment)
        try:
            self._say(words[0].lower() + words[1:])
        except OSError:
            self._say = lambda _: None  # nobody reads any more


class TerminalViewer:
    """A mirror on the terminal, from the first moment to the end of the `with`.

    `before` is called once, when the terminal is about to be drawn on: whatever else draws there has to stop. `bill` is
    what is to be paid, in words.
    """

    def __init__(
        self,
        stream: TextIO,
        colours: Colours,
        *,
        before: Callable[[], None] = lambda: None,
        bill: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._held: list[str] | None = None
        encoding = stream.encoding or "ascii"
        self._unicode = encoding.lower().startswith("utf")
        self._screen: Screen | None = Screen(stream.fileno(), encoding)
        self._colours: Colours = colours if self._unicode else "none"
        self._before: Callable[[], None] | None = before
        self._bill = bill
        self._clock = clock
        self._next = 0.0
        self._instruction: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The terminal as it was, also after Ctrl-C."""
        if self._screen:
            self._screen.give_back()
        held, self._held = self._held, None
        for line in held or ():
            self.say(line)

    def say(self, line: str) -> None:
        """A line for people: at once, or after the mirror, which it would spoil."""
        if self._held is not None:
            self._held.append(line)
            return
        with suppress(OSError):
            print(line, file=self._stream, flush=True)

    def show(self, moment: Moment) -> None:
        """Draw it, unless the last one was drawn just now or took so long that the capture would suffer.

        A new instruction is always drawn.
        """
        began = self._clock()
        if not self._screen or (began < self._next and moment.instruction == self._instruction):
            return
        try:
            if self._before:
                self._before()
                self._before = None
            if self._held is None:
                self._held = []
            size = self._screen.size()
            self._screen.draw(page(moment, size, self._colours, unicode=self._unicode, bill=self._bill), size)
        except OSError:
            self._screen.give_back()
            self._screen = None
            return
        ended = self._clock()
        self._instruction = moment.instruction
        self._next = max(began + 1 / FASTEST, ended + (ended - began))


def words_for(moment: Moment) -> str:
    """What to do, and what is wrong with the picture, where something is."""
    words = tr(INSTRUCTIONS.get(moment.instruction, moment.instruction.replace("_", " ")))
    if moment.problem and moment.instruction not in _ENDINGS:
        words += f" ({moment.problem})"
    return words


def page(moment: Moment, size: tuple[int, int], colours: Colours, *, unicode: bool, bill: str = "") -> list[str]:
    """The rows of a terminal of that size: never more of them, and none longer.

    The instruction is on top, since that is where most cameras are, and what is to be paid for it right below.
    """
    columns, rows = size
    if columns < 1 or rows < 1:
        return []
    head = [_head(moment, columns, colours, unicode=unicode)]
    if bill:
        head.append(_styled(_fitted(bill, columns, centred=True), "1"))
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        return [*head, *[" " * columns] * rows][:rows]
    picture = _picture(moment, columns, rows - len(head) - _ROWS_BELOW, colours, unicode=unicode)
    return [
        *head,
        *picture,
        _meter(moment, columns, colours, unicode=unicode),
        _foot(moment, columns, unicode=unicode),
    ]


def _picture(moment: Moment, columns: int, rows: int, colours: Colours, *, unicode: bool) -> list[str]:
    """In the middle of that many cells."""
    from smilepay_cli.render.live_picture import characters, fitting, half_blocks

    size = fitting(moment.frame, min(columns, WIDEST), min(rows, HIGHEST))
    if colours == "none":
        lines = characters(moment.frame, moment.face, size, unicode=unicode)
    else:
        edge = _BOX_COLOURS.get(moment.instruction, _BOX)
        lines = half_blocks(moment.frame, moment.face, size, edge, colours)
    left, above = (columns - size.columns) // 2, (rows - size.rows) // 2
    right, below = columns - size.columns - left, rows - size.rows - above
    blank = " " * columns
    return [*[blank] * above, *(" " * left + line + " " * right for line in lines), *[blank] * below]


def _head(moment: Moment, columns: int, colours: Colours, *, unicode: bool) -> str:
    words = words_for(moment)
    if moment.instruction in _ARROWS:
        pretty, plain, before = _ARROWS[moment.instruction]
        arrow = pretty if unicode else plain
        words = arrow + words if before else words + arrow
    colour = {"done": _GREEN, "failed": _RED}.get(moment.instruction, _YELLOW)
    return _styled(_fitted(words, columns, centred=True), "1;7" if colours == "none" else f"1;7;{colour}")


def _meter(moment: Moment, columns: int, colours: Colours, *, unicode: bool) -> str:
    """How much of a smile is seen."""
    if moment.smile is None:
        return " " * columns
    from rich.cells import cell_len

    label = " " + tr("smile") + " "
    width = min(_METER_WIDTH, columns - cell_len(label) - 7)
    share = min(moment.smile, 1.0) if moment.smile > 0 else 0.0  # one that is not a number is no smile
    filled = round(share * width)
    full, empty = "█░" if unicode else "#."
    bar = full * filled
    if colours != "none":
        bar = _styled(bar, _GREEN if share == 1 else _YELLOW)
    return f"{label}{bar}{empty * (width - filled)}" + _fitted(f" {share:4.0%}", columns - width - cell_len(label))


def _foot(moment: Moment, columns: int, *, unicode: bool) -> str:
    """What is asked for, and the time that is left."""
    shown, missing = ("✓", "·") if unicode else ("+", "-")
    steps = "  ".join(f"{shown if done else missing} {tr(name.replace('_', ' '))}" for name, done in moment.steps)
    left = ""
    if moment.seconds_max is not None and moment.instruction not in _ENDINGS:
        seconds = max(0, ceil(moment.seconds_max - moment.seconds))
        left = tr("{seconds} s left", seconds=seconds) + " "
    return _fitted(f" {steps}", columns - len(left)) + left


def _styled(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _fitted(text: str, columns: int, *, centred: bool = False) -> str:
    """Exactly that many columns, with nothing in it that a terminal would take for a command."""
    from rich.cells import cell_len, set_cell_size

    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    room = columns - cell_len(clean)
    return set_cell_size(" " * (room // 2) + clean if centred and room > 1 else clean, columns)
