"""A terminal to draw on: a real pseudo-terminal, and a grid of cells that understands what is written to it.

The grid knows only what the live view may use. Anything else is an error, a line break first of all: it could scroll.
"""

from __future__ import annotations

import os
import re
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TextIO

CONTROL = re.compile(r"\x1b\[(\?)?([0-9;]*)([A-Za-z])")
Colour = tuple[int, ...]
SETTLED_SECONDS = 0.05


@dataclass
class Cell:
    """A letter with its foreground and background, as the code named them."""

    letter: str = " "
    front: Colour | None = None
    back: Colour | None = None


@dataclass
class Grid:
    """Columns and rows of cells, and the modes that a program may leave switched on."""

    columns: int
    rows: int
    cells: list[list[Cell]] = field(default_factory=list)
    modes: dict[str, bool] = field(default_factory=dict)
    """What was switched: 25 is the cursor, 7 wrapping, 1049 the alternate screen, 2026 a picture under way."""
    at: tuple[int, int] = (0, 0)
    front: Colour | None = None
    back: Colour | None = None
    pictures: int = 0

    def __post_init__(self) -> None:
        self._clear()

    def feed(self, text: str) -> None:
        """Understand text, or fail."""
        place = 0
        while place < len(text):
            if text[place] == "\x1b":
                found = CONTROL.match(text, place)
                assert found, f"what is this: {text[place : place + 12]!r}"
                self._control(found[1] is not None, found[2], found[3])
                place = found.end()
                continue
            self._put(text[place])
            place += 1

    @property
    def lines(self) -> list[str]:
        return ["".join(cell.letter for cell in row) for row in self.cells]

    @property
    def as_before(self) -> bool:
        """Whether nothing is left switched that was switched by the view."""
        usual = {"25": True, "7": True, "1049": False, "2026": False}
        return all(self.modes.get(mode, value) == value for mode, value in usual.items())

    def _clear(self) -> None:
        self.cells = [[Cell() for _ in range(self.columns)] for _ in range(self.rows)]

    def _put(self, letter: str) -> None:
        row, column = self.at
        assert letter.isprintable(), f"{letter!r} could move the cursor"
        assert row < self.rows and column < self.columns, f"{letter!r} is written past the edge at {self.at}"
        self.cells[row][column] = Cell(letter, self.front, self.back)
        self.at = (row, column + 1)

    def _control(self, private: bool, numbers: str, what: str) -> None:
        if private and what in "hl":
            self.modes[numbers] = what == "h"
            self.pictures += (numbers, what) == ("2026", "h")
        elif what == "H":
            row, column = (int(number) for number in (numbers or "1;1").split(";"))
            self.at = (row - 1, column - 1)
        elif what == "J":
            assert numbers == "2"
            self._clear()
        elif what == "m":
            self._style([int(number) for number in numbers.split(";")])
        else:
            raise AssertionError(f"code {numbers}{what} is not known here")

    def _style(self, numbers: list[int]) -> None:
        while numbers:
            number = numbers.pop(0)
            if number in (38, 48):
                length = 4 if numbers[0] == 2 else 2
                colour, numbers = tuple(numbers[:length]), numbers[length:]
                self.front, self.back = (colour, self.back) if number == 38 else (self.front, colour)
            elif number == 0:
                self.front = self.back = None
            else:
                assert number in (1, 7) or 30 <= number < 38, number


class Terminal:
    """Both ends of a pseudo-terminal; what is written is read at once, as terminals do."""

    def __init__(self, master: int, stream: TextIO) -> None:
        self._master = master
        self.stream = stream
        """Where a program writes."""
        self._data = bytearray()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, columns: int, rows: int) -> None:
        termios.tcsetwinsize(self._master, (rows, columns))

    def written(self) -> str:
        """What arrived since the last time, once nothing more comes for a while."""
        before = -1
        while before != len(self._data):
            before = len(self._data)
            time.sleep(SETTLED_SECONDS)
        return self.so_far()

    def so_far(self) -> str:
        """What arrived since the last time, up to the beginning of a code that may be cut."""
        end = len(self._data)
        if (last := self._data.rfind(b"\x1b", 0, end)) >= 0 and not CONTROL.match(self._data[last:end].decode()):
            end = last
        data, self._data[:end] = bytes(self._data[:end]), b""
        return data.decode()

    def hang_up(self) -> None:
        """The window is closed, as far as the program can tell: writing fails from now on."""
        self.stream.flush()
        os.dup2(os.open(os.devnull, os.O_RDONLY), self.stream.fileno())

    def end(self) -> None:
        """Close both ends."""
        self.stream.close()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        with suppress(OSError):  # the other end is closed
            while more := os.read(self._master, 1 << 16):
                self._data += more


@contextmanager
def terminal(columns: int = 80, rows: int = 24, *, encoding: str = "utf-8") -> Iterator[Terminal]:
    """A terminal of that size; line ends arrive as they are written."""
    master, slave = os.openpty()
    settings = termios.tcgetattr(slave)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    there = Terminal(master, open(slave, "w", encoding=encoding))  # noqa: SIM115, PTH123  # closed by end()
    there.resize(columns, rows)
    try:
        yield there
    finally:
        there.end()
