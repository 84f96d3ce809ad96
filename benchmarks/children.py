"""Whole processes, measured: wall clock, processor time of the child and its own children, peak memory, exit status."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


class ChildFailed(Exception):
    """A process that was to be measured did not end with 0; nothing it took counts."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from its start to its end. Seconds; `peak` in bytes."""

    wall: float
    cpu: float
    peak: int
    output: str


def run(command: Sequence[str | Path], variables: Mapping[str, str] | None = None, *, at: Path | None = None) -> Run:
    """Run it to its end. Raises ChildFailed unless it ends with 0."""
    return run_together([command], variables, at=at)[1][0]


def run_together(
    commands: Sequence[Sequence[str | Path]], variables: Mapping[str, str] | None = None, *, at: Path | None = None
) -> tuple[float, list[Run]]:
    """Start all, wait for all; the seconds until the last one ended, and each. Raises ChildFailed."""
    begun = time.perf_counter()
    children = [_Child(command, {**os.environ, **(variables or {})}, at) for command in commands]
    try:
        runs = [child.ended(begun) for child in children]
    finally:
        for child in children:
            child.leave()
    return max(run.wall for run in runs), runs


class _Child:
    def __init__(self, command: Sequence[str | Path], variables: Mapping[str, str], at: Path | None) -> None:
        self._words = [str(word) for word in command]
        self._said, self._complained = TemporaryFile("w+"), TemporaryFile("w+")  # noqa: SIM115 - closed by leave()
        self._process = subprocess.Popen(
            self._words, stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._complained, env=variables, cwd=at
        )

    def ended(self, begun: float) -> Run:
        """Wait for it. Raises ChildFailed."""
        _, status, used = os.wait4(self._process.pid, 0)
        wall = time.perf_counter() - begun
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._said.seek(0)
        output = self._said.read()
        if self._process.returncode != 0:
            self._complained.seek(0)
            told = f"{output[-600:]}{self._complained.read()[-600:]}"
            raise ChildFailed(f"{' '.join(self._words)[:300]} ended with {self._process.returncode}\n{told}")
        return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, output)

    def leave(self) -> None:
        """Nothing of it stays behind."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._said.close()
        self._complained.close()
