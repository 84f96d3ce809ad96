"""One question before money is asked for: Enter goes on, and everything that is not clearly Enter does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from smilepay_cli.commands.stopping import signals_interrupt

_YES = (b"\n", b"\r")
_NO = (b"\x1b", b"q", b"Q", b"n", b"N", b"\x04", b"")
"""Esc, q, n, Ctrl-D, and a terminal that is gone."""


def is_confirmed(stdin: TextIO) -> bool:
    """Whether Enter is pressed, not Esc or q; other keys do nothing. Raises KeyboardInterrupt.

    What was typed before the question is thrown away: it was no answer to it. A signal that ends the program is an
    interrupt too, so that the terminal is as it was.
    """
    descriptor = stdin.fileno()
    with signals_interrupt(), _key_by_key(descriptor):
        while True:
            try:
                keys = os.read(descriptor, 64)
            except OSError:  # the window was closed
                return False
            if keys in _YES:
                return True
            if keys in _NO:
                return False


def is_confirmed_in_a_line(stdin: TextIO) -> bool:
    """Whether an empty line is typed: for terminals that know lines only, and for who hears the screen.

    Here too, what was typed before the question is thrown away.
    """
    import termios

    try:
        with suppress(termios.error):  # no terminal: a test, or a pipe
            termios.tcflush(stdin.fileno(), termios.TCIFLUSH)
        line = stdin.readline()
    except (OSError, UnicodeDecodeError):
        return False
    return line.endswith("\n") and not line.strip()


@contextmanager
def _key_by_key(descriptor: int) -> Iterator[None]:
    """Each key as it is pressed, and none of them on the screen; Ctrl-C is a signal still."""
    import termios
    import tty

    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        yield
    finally:
        with suppress(termios.error):  # the window was closed
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
