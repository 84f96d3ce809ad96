"""A terminal that is drawn on for a while, and is given back as it was, however that ends.

The alternate screen is used, so that what stood there before comes back. Every row is written at its own place, with
no line break and with automatic wrapping off: nothing ever scrolls, also when the window shrinks while a picture is
under way. Everything goes to the file descriptor and past Python's buffers, since a signal may come in between.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
from collections.abc import Sequence
from contextlib import suppress
from threading import current_thread, main_thread
from types import FrameType

_TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J"
"""Alternate screen, no cursor, no wrapping, nothing on it."""
_GIVE_BACK = "\x1b[?2026l\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"
"""The reverse. It begins with the end of a picture that may be under way."""
_CLEAR = "\x1b[0m\x1b[2J"
_BEGIN, _END = "\x1b[?2026h", "\x1b[H\x1b[?2026l"
"""Around a picture: terminals that can, show it all at once. The cursor waits in the corner, far from the last row, so
that what is typed meanwhile cannot scroll either."""
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)
PATIENCE_SECONDS = 1.0
"""How long a terminal that takes nothing just now is waited for."""


class Screen:
    """The terminal behind a file descriptor. Raises OSError where it is gone."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._taken = False
        self._size = (0, 0)
        self._watched: list[int] = []

    def size(self) -> tuple[int, int]:
        """Columns and rows, as they are now."""
        columns, rows = os.get_terminal_size(self._descriptor)
        return columns, rows

    def draw(self, rows: Sequence[str], size: tuple[int, int]) -> None:
        """Rows from the top, for the size that they were made for."""
        begin = _BEGIN
        if not self._taken:
            self._watch_signals()
            atexit.register(self._leave)
            self._taken = True  # first, since it must be given back even when only half of it arrives
            begin = _TAKE + _BEGIN
        elif size != self._size:
            begin = _BEGIN + _CLEAR
        self._size = size
        placed = (f"\x1b[{number};1H{row}" for number, row in enumerate(rows, start=1))
        self._write("".join((begin, *placed, _END)))

    def give_back(self) -> None:
        """Everything as it was; nothing happens when nothing was taken."""
        self._leave()
        while self._watched:
            signal.signal(self._watched.pop(), signal.SIG_DFL)
        atexit.unregister(self._leave)

    def _leave(self) -> None:
        if self._taken:
            with suppress(OSError):
                self._write(_GIVE_BACK)
            self._taken = False  # last: a second Ctrl-C in between leaves it to the end of the program

    def _watch_signals(self) -> None:
        """Signals that would end or stop the program with the cursor hidden; only where nobody else handles them."""
        if self._watched or current_thread() is not main_thread():
            return  # only the main thread may say what signals do
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._on_signal)
                self._watched.append(number)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        """Give the terminal back, and let the signal do what it would have done. After Ctrl-Z and fg, go on."""
        self._leave()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        signal.signal(number, self._on_signal)

    def _write(self, text: str) -> None:
        left = memoryview(text.encode(self._encoding, "replace"))
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:  # somebody made the terminal non-blocking, and it is full
                if not select.select([], [self._descriptor], [], PATIENCE_SECONDS)[1]:
                    raise
