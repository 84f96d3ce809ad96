"""Signals that end a program from outside, as Ctrl-C: whatever was begun is taken back on the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGHUP, SIGTERM, signal
from threading import current_thread, main_thread


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """A closed terminal window or a CI job that is stopped ends the block with KeyboardInterrupt."""
    if current_thread() is not main_thread():
        yield  # only the main thread may say what signals do
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal(number, interrupt) for number in (SIGTERM, SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal(number, handler)
