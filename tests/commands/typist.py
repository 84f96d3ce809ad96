"""Somebody who sits at a terminal: waits until something is seen, then types."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
SETTLED = 0.3
"""Seconds of silence before somebody types."""


Step = tuple[str, str | signal.Signals | Callable[[], str]]
"""What to wait for, and what to type or to send then; or what makes the text to type, in case there is more to do."""


@dataclass(frozen=True)
class Seen:
    """How a command ended, and everything that was written to the terminal."""

    exit: int
    text: str


def begun(arguments: Sequence[str], terminal: int, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A command line with the fake engine, at a terminal that is its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.commands.at_a_terminal", *arguments],
        cwd=ROOT,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env=variables,
    )


def typed(
    arguments: Sequence[str],
    steps: Sequence[Step] = (),
    *,
    size: tuple[int, int] = (80, 24),
    variables: Mapping[str, str] | None = None,
) -> Seen:
    """Run a command line at a terminal of its own, with the fake engine.

    What a step waits for has to come after what was waited for before.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (size[1], size[0]))
    before = termios.tcgetattr(theirs)
    own = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    child = begun(arguments, theirs, {**own, "TERM": "xterm-256color", **(variables or {})})
    left, shown, at = list(steps), b"", 0
    until = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < until:
            if select.select([ours], [], [], SETTLED)[0]:
                shown += os.read(ours, 65536)
                continue
            if child.poll() is not None:
                break
            if left and (found := shown.find(left[0][0].encode(), at)) >= 0:
                at = found + len(left[0][0].encode())
                what = left.pop(0)[1]
                if callable(what) and not isinstance(what, signal.Signals):
                    what = what()
                if isinstance(what, str):
                    os.write(ours, what.encode(errors="surrogateescape"))
                else:
                    child.send_signal(what)
        assert not left, f"never seen: {left[0][0]!r} in {shown.decode(errors='replace')}"
        status = child.wait(timeout=1)
        assert termios.tcgetattr(theirs) == before, "the terminal is as it was"
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        os.close(theirs)
        os.close(ours)
    return Seen(status, shown.decode(errors="replace"))
