"""Work that may hang: waited for so long and no longer."""

from __future__ import annotations

import threading
from collections.abc import Generator
from time import monotonic, sleep

import pytest

from smilepay_cli.verbs.deadline import each_within, is_left_behind, within


def test_the_result_comes_back_and_so_does_what_was_raised() -> None:
    """As if it had been called."""
    assert within(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(lambda: 1 / 0)
    with pytest.raises(KeyboardInterrupt):
        within(_interrupted)


def test_work_is_done_by_one_other_thread() -> None:
    """Engines load some things once a thread; also after an error."""
    first = within(threading.get_ident)
    with pytest.raises(ValueError, match="x"):
        within(_failing)
    assert within(threading.get_ident) == first != threading.get_ident()


def test_what_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next work is done by somebody else, and what the first one finds out later is heard by nobody."""
    monkeypatch.setattr("smilepay_cli.verbs.deadline._at_work", set())  # what other tests left hanging is theirs
    go_on = threading.Event()
    with pytest.raises(TimeoutError, match="no answer within"):
        within(go_on.wait, 0.05)
    assert within(lambda: 3) == 3
    assert is_left_behind()
    go_on.set()
    assert within(lambda: 4) == 4
    until = monotonic() + 5
    while is_left_behind() and monotonic() < until:
        sleep(0.01)
    assert not is_left_behind(), "what hung may come back"


def test_a_generator_is_waited_for_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many short ones may take long; one that hangs ends it, and it is not closed while it runs."""
    monkeypatch.setattr("smilepay_cli.verbs.deadline.CHECK_SECONDS", 0.2)
    closed: list[str] = []

    def slow(last: float) -> Generator[int, None, None]:
        try:
            for number in range(4):
                sleep(0.1 if number < 3 else last)
                yield number
        finally:
            closed.append("closed")

    assert list(each_within(slow(0.1))) == [0, 1, 2, 3]
    assert closed == ["closed"]
    with pytest.raises(TimeoutError):
        list(each_within(slow(0.5)))
    assert closed == ["closed"]


def test_a_generator_that_is_not_used_up_is_closed() -> None:
    """A camera is let go of."""
    closed: list[str] = []

    def frames() -> Generator[int, None, None]:
        try:
            yield from range(9)
        finally:
            closed.append("closed")

    watching = each_within(frames())
    assert next(watching) == 0
    watching.close()
    assert closed == ["closed"]


def _interrupted() -> None:
    raise KeyboardInterrupt


def _failing() -> None:
    raise ValueError("x")
