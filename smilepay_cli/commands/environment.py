"""What a run is given from outside: streams, variables, clock, ids. Tests give their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol, TextIO

from smilepay_cli.adapters.system import RandomIds, SystemClock

if TYPE_CHECKING:
    from smilepay_cli.ports import Cameras, Clock, FaceEngine, Ids, Memory

COMPLETING = "_SMILEPAY_COMPLETE"
"""Set by a shell that asks how the line that is typed could go on: which shell it is (completing.py)."""
PLAIN_VARIABLE = "SMILEPAY_PLAIN"
"""As --plain, for whoever uses a screen reader every day. Any value that is not empty."""


class Engines(Protocol):
    """Gives engines that are there already, each with the memory of what it measured; making one loads nothing."""

    def __call__(self, name: str, scheme: str) -> tuple[FaceEngine, Memory | None]:
        """The engine of that name, for that scheme's templates."""


@dataclass(frozen=True)
class Environment:
    """The world of one run."""

    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=RandomIds)
    engine: FaceEngine | None = None
    """An engine to use in place of the one named by `--engine`; only code can set it, no option can."""
    engines: Engines | None = None
    """In place of opening the one named by `--engine` for every call: for harnesses, which make many calls."""
    cameras: Cameras | None = None
    """Cameras in place of the machine's; only code can set them."""
    overhear: Callable[[str], None] | None = None
    """Told every envelope, whether or not it is printed: for recordings, where people read something else."""

    @property
    def stdin_bytes(self) -> BinaryIO | None:
        """Binary standard input, where there is one."""
        return getattr(self.stdin, "buffer", None)

    @property
    def wants_color(self) -> bool:
        """No NO_COLOR (any value that is not empty), no dumb terminal."""
        return not self.variables.get("NO_COLOR") and self.variables.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there."""
    return stream is not None and not stream.closed and stream.isatty()
