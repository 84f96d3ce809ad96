"""Work that may hang - a camera, a network, a check - is done by a second thread, and waited for only so long.

A check that does not come back is a refusal like any other: `Attempt.check` makes one of the TimeoutError. What hangs
is left behind; nothing that it finds out later is listened to. The store and its transactions stay with the first
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

CHECK_SECONDS = 60.0
"""For one frame, or one check. The slowest known: 25 s, the reference engine on a picture of 49 megapixels."""


class _Hand:
    """A thread that does one thing after the other. It keeps what engines load once a thread."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[tuple[bool, Any]]]] = SimpleQueue()
        threading.Thread(target=self._serve, name="smilepay-check", daemon=True).start()

    def do(self, work: Callable[[], T], seconds: float) -> T:
        """The result of `work`, or what it raised. Raises TimeoutError; then this hand is of no more use."""
        answer: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
        self._tasks.put((work, answer))
        try:
            worked, result = answer.get(timeout=seconds)
        except Empty:
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        if not worked:
            raise result
        done: T = result
        return done

    def _serve(self) -> None:
        while True:
            work, answer = self._tasks.get()
            _at_work.add(self)
            try:
                result = (True, work())
            except BaseException as error:
                result = (False, error)
            _at_work.discard(self)
            answer.put(result)
            del work, answer, result  # or the last frame would be kept


_mine = threading.local()
_at_work: set[_Hand] = set()


def is_left_behind() -> bool:
    """Whether work still goes on that hung, or that Ctrl-C came into. To be asked when nobody waits for anything."""
    return bool(_at_work)


@contextmanager
def at_once() -> Iterator[None]:
    """While it lasts, this thread does all work itself and waits for nobody: for work that is known not to hang.

    That is so where a harness has every measure already, and what is left is to look it up. Handing it over would take
    several times as long as doing it.
    """
    before = getattr(_mine, "at_once", False)
    _mine.at_once = True
    try:
        yield
    finally:
        _mine.at_once = before


def within(work: Callable[[], T], seconds: float | None = None) -> T:
    """Do `work` elsewhere and wait for it, CHECK_SECONDS unless told otherwise. Raises TimeoutError, or what it raises.

    `work` must not use the store.
    """
    if getattr(_mine, "at_once", False):
        return work()
    hand: _Hand = getattr(_mine, "hand", None) or _Hand()
    _mine.hand = None  # until it has come back: a hand that hangs, or was interrupted, is not asked again
    context = copy_context()  # the language that people are spoken to in
    try:
        result = hand.do(lambda: context.run(work), CHECK_SECONDS if seconds is None else seconds)
    except TimeoutError:
        raise
    except Exception:
        _mine.hand = hand
        raise
    _mine.hand = hand
    return result


def each_within(made: Generator[T, None, None], seconds: float | None = None) -> Generator[T, None, None]:
    """What a generator yields, each within CHECK_SECONDS or so many; it is closed in the end, unless it hangs.

    Closing may hang too: a camera is let go of then.
    """
    end, is_over = object(), False
    try:
        while True:
            one: Any = within(lambda: next(made, end), seconds)
            if one is end:
                is_over = True
                return
            yield one
    finally:
        if not is_over:
            with suppress(ValueError):  # it is still running: it hangs
                within(made.close, seconds)
