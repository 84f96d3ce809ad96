"""Where a command's document goes: a new file, or standard output."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from smilepay_cli.commands.call import Call
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr


def sink(call: Call, out: str) -> Callable[[Iterable[bytes]], str | None]:
    """Writes bytes to `out` and says which file they are in; None is standard output. Raises UsageProblem."""
    if out != "-":
        return lambda chunks: call.outbox.write_new(out, chunks)
    if call.shared.json:
        raise UsageProblem(tr("--json and the document cannot both be on standard output"), hint=tr("add --out FILE"))
    return lambda chunks: _to_stdout(call, chunks)


def _to_stdout(call: Call, chunks: Iterable[bytes]) -> None:
    for stop in call.stop_spinner:
        stop()
    stream = call.environment.stdout
    binary = getattr(stream, "buffer", None)
    try:
        for chunk in chunks:
            if binary is not None:
                binary.write(chunk)
            else:
                stream.write(chunk.decode())
        stream.flush()
    except BrokenPipeError:  # the reader has had enough, as `head` has
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        raise UsageProblem(
            tr("standard output cannot be written: {strerror}", strerror=error.strerror or error)
        ) from None
