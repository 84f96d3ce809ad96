"""The parent's side of worker.py: a child that keeps its models loaded, asked one thing at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class WorkerFailed(Exception):
    """A worker could not do what it was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returned and took. Seconds."""

    value: Any
    wall: float


class Worker:
    """One contender in a process of its own. Leaves with the `with` block."""

    def __init__(
        self,
        contender: str,
        *,
        variables: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
        python: str = sys.executable,
    ) -> None:
        """`variables` are added to the environment, `without` taken from it."""
        surroundings = {name: value for name, value in os.environ.items() if name not in without}
        self._name = contender
        self._child = subprocess.Popen(
            [python, "-W", "ignore", "-m", "benchmarks.worker", contender],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**surroundings, **(variables or {})},
            cwd=ROOT,
            text=True,
        )

    def ask(self, operation: str, **given: Any) -> Answer:
        """Have it done once. Raises WorkerFailed with the child's own words."""
        assert self._child.stdin is not None and self._child.stdout is not None
        try:
            self._child.stdin.write(json.dumps({"operation": operation, "given": given}) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise WorkerFailed(f"{self._name} ended while it was asked for {operation}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(f"{self._name}, {operation}: {answer['error']}")
        return Answer(answer["value"], answer["wall"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.close()
        self._child.stdout.close()
        self._child.wait()


def in_turns(
    rounds: int, contenders: Mapping[str, Callable[[int], float]], *, warm_up: bool = True
) -> dict[str, list[float]]:
    """A B A B ...: each contender once a round, given the round's number. Round -1 warms up and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(-1 if warm_up else 0, rounds):
        for name, contender in contenders.items():
            value = contender(number)
            if number >= 0:
                taken[name].append(value)
    return taken
