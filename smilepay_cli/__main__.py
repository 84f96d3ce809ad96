"""`smilepay`, and `python -m smilepay_cli`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper

ENOUGH_TO_COLLECT = 50_000
"""New objects before the collector looks for cycles. Nothing that is imported is garbage, and looking takes time."""


def main() -> None:
    """Run the command line and end with its exit status."""
    gc.set_threshold(ENOUGH_TO_COLLECT, *gc.get_threshold()[1:])
    try:
        from smilepay_cli.commands.app import run

        _mend_streams()
        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command itself, which tells it in words
        status = 130
    gc.freeze()  # the process ends: what is left need not be searched for cycles once more
    deadline = sys.modules.get("smilepay_cli.verbs.deadline")
    if deadline and deadline.is_left_behind():
        _leave(status)
    sys.exit(status)


def _leave(status: int) -> None:
    """Without waiting: C++ that is at work while Python is taken down ends the process with a status of its own."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _mend_streams() -> None:
    """A closed stream, or a terminal without our ticks, must not turn a payment into an error."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end
        elif isinstance(stream, TextIOWrapper) and mode == "w":
            stream.reconfigure(errors="replace" if stream.encoding.lower().startswith("utf") else _ascii())


def _ascii() -> str:
    from smilepay_cli.render.ascii import register

    return register()


if __name__ == "__main__":
    main()
