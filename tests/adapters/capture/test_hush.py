"""Settings of the whole process are put back, whoever leaves last."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from smilepay_cli.adapters.capture.hush import Shared, without_stderr, without_warnings


def test_made_by_the_first_and_unmade_by_the_last() -> None:
    """Two threads that overlap without nesting: the order in which plain save-and-restore goes wrong."""
    log: list[str] = []

    @contextmanager
    def setting() -> Iterator[None]:
        log.append("made")
        yield
        log.append("unmade")

    shared = Shared(setting)
    second_is_in, first_is_out = threading.Event(), threading.Event()

    def second() -> None:
        with shared:
            second_is_in.set()
            first_is_out.wait()
            log.append("second leaves")

    thread = threading.Thread(target=second)
    with shared:
        thread.start()
        second_is_in.wait()
        log.append("first leaves")
    first_is_out.set()
    thread.join()
    with shared:
        log.append("again")
    assert log == ["made", "first leaves", "second leaves", "unmade", "made", "again", "unmade"]


def test_unmade_after_an_exception() -> None:
    before = list(warnings.filters)
    with suppress(KeyError), without_warnings:
        inside = list(warnings.filters)
        raise KeyError
    assert inside != before
    assert list(warnings.filters) == before


def test_stderr_is_lost_inside_only(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stderr.write("before\n")
    with without_stderr:
        os.write(2, b"from C\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_no_descriptor_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count, not paths
    for _ in range(5):
        with without_stderr:
            pass
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_closed_stderr_is_no_failure(capfd: pytest.CaptureFixture[str]) -> None:
    """As after `2>&-`."""
    kept = os.dup(2)
    os.close(2)
    try:
        with without_stderr:
            pass
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(2)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
