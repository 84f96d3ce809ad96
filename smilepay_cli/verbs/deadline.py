"""Work that may hang - a camera, a network, a check - is done by a second thread, and waited for only so long.

A check that does not come back is a refusal like any other: `Attempt.check` makes one of the TimeoutError. What hangs
is left behind; nothing that it finds out later is listened to. The store and its transactions stay with the first
thread.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

CHECK_SECONDS = 60.0
"""For one frame, or one check. The slowest known: 25 s, the reference engine on a picture of 49 megapixels."""

LAST_SECONDS = 3.0
"""How long the end of an interrupted program waits for what is still being done: a thread that is ended within C++
(onnxruntime, OpenCV) takes the program down by SIGABRT, with a line of its own and another exit status. Of a frame
that is looked at some 0.1 s; what hangs is not waited for longer."""


class _Hand:
    """A thread that does one thing after the other. It keeps what engines load once a thread."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[tuple[bool, Any]]]] = SimpleQueue()
        self._free = threading.Event()
        threading.Thread(target=self._serve, name="smilepay-check", daemon=True).start()

    def do(self, work: Callable[[], T], seconds: float) -> T:
        """The result of `work`, or what it raised. Raises TimeoutError; then this hand is of no more use."""
        answer: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
        self._free.clear()
        self._tasks.put((work, answer))
        try:
            worked, result = answer.get(timeout=seconds)
        except Empty:
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        if not worked:
            raise result
        done: T = result
        return done

    def come_back(self) -> None:
        """Wait until nothing is being done, LAST_SECONDS at most; another Ctrl-C ends that."""
        with suppress(KeyboardInterrupt):
            self._free.wait(LAST_SECONDS)

    def _serve(self) -> None:
        while True:
            work, answer = self._tasks.get()
            try:
                answer.put((True, work()))
            except BaseException as error:
                answer.put((False, error))
            del work, answer  # or the last frame would be kept
            self._free.set()


_mine = threading.local()


def within(work: Callable[[], T], seconds: float | None = None) -> T:
    """Do `work` elsewhere and wait for it, CHECK_SECONDS unless told otherwise. Raises TimeoutError, or what it raises.

    `work` must not use the store.
    """
    hand: _Hand = getattr(_mine, "hand", None) or _Hand()
    _mine.hand = None  # until it has come back: a hand that hangs, or was interrupted, is not asked again
    try:
        result = hand.do(work, CHECK_SECONDS if seconds is None else seconds)
    except TimeoutError:
        raise
    except Exception:
        _mine.hand = hand
        raise
    except BaseException:
        atexit.register(hand.come_back)
        raise
    _mine.hand = hand
    return result


def each_within(made: Generator[T, None, None]) -> Generator[T, None, None]:
    """What a generator yields, each within CHECK_SECONDS; it is closed in the end, unless it hangs."""
    end = object()
    try:
        while True:
            one: Any = within(lambda: next(made, end))
            if one is end:
                return
            yield one
    finally:
        with suppress(ValueError):  # it is still running: it hangs
            made.close()
