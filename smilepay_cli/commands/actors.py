"""Processes beside this one that run the program for scenarios: several at once in a race, and those that are killed.

An actor is `python -m smilepay_cli.commands.actor`. It is asked in lines of JSON and answers in such lines; it ends
when nobody asks any more.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from smilepay_cli.harnesses.scenarios.playing import Answer, Asked
from smilepay_cli.vocabulary.instants import iso

MODULE = "smilepay_cli.commands.actor"
PACKAGE = Path(__file__).parents[2]
NEAR_THE_END = 0.95
"""Of its lines a command is killed within: as many as it has differ by a few from run to run."""


class ActorGone(Exception):
    """The process ended; `status` as `wait` has it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it ended with status {status}")
        self.status = status


class Actor:
    """One process."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        path = os.pathsep.join([str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**variables, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the process that was started, which ends its actors
        )

    def ask(self, **request: Any) -> None:
        """Say what is to be done."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise ActorGone(self.process.wait()) from None

    def hear(self) -> dict[str, Any]:
        """The next answer. Raises ActorGone."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise ActorGone(self.process.wait())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """At once."""
        with suppress(OSError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self.process.wait()


class Actors:
    """Those of one runner; who is idle is asked again."""

    def __init__(self, variables: Mapping[str, str], engine: str | None) -> None:
        self._variables, self._engine = variables, engine
        self._idle: list[Actor] = []
        self._all: list[Actor] = []

    def race(self, asked: Sequence[Asked], folder: Path) -> tuple[Answer, ...]:
        """Everybody gets ready, and then all are told to go."""
        actors = [self._idle.pop() if self._idle else self._new() for _ in asked]
        for actor, one in zip(actors, asked, strict=True):
            actor.ask(do="call", **self._request(one, folder))
        for actor in actors:
            actor.hear()
        for actor in actors:
            actor.ask(do="go")
        answers = tuple(_answer(actor.hear()) for actor in actors)
        self._idle += actors
        return answers

    def kill(self, asked: Asked, folder: Path, at: str, seed: int) -> Answer:
        """A new process that ends by SIGKILL at the point; at random, it was counted before on a copy of the home."""
        line = self._random_line(asked, folder, seed) if at == "random" else None
        actor = self._new()
        try:
            actor.ask(do="kill", at=at, line=line, **self._request(asked, folder))
            return _answer(actor.hear())
        except ActorGone as gone:
            if gone.status != -signal.SIGKILL:
                raise
            return Answer(gone.status, was_killed=True)
        finally:
            self._forget(actor)

    def _random_line(self, asked: Asked, folder: Path, seed: int) -> int:
        copy = folder.with_name(f"{folder.name}-counted")
        actor = self._new()
        try:
            shutil.copytree(folder, copy)
            words = tuple(word.replace(str(folder), str(copy)) for word in asked.words)
            actor.ask(do="count", **self._request(Asked(words, asked.now, asked.ids), copy))
            lines = int(actor.hear()["lines"])
        finally:
            self._forget(actor)
            shutil.rmtree(copy, ignore_errors=True)
        return Random(seed).randint(1, max(1, int(NEAR_THE_END * lines)))  # noqa: S311 - a moment, no secret

    def _request(self, asked: Asked, folder: Path) -> dict[str, Any]:
        return {
            "words": list(asked.words), "now": iso(asked.now), "ids": asked.ids,
            "folder": str(folder), "engine": self._engine,
        }  # fmt: skip

    def _new(self) -> Actor:
        actor = Actor(self._variables)
        self._all.append(actor)
        return actor

    def _forget(self, actor: Actor) -> None:
        actor.end()
        self._all.remove(actor)

    def close(self) -> None:
        """Nobody is needed any more."""
        for actor in self._all:
            actor.end()
        self._all.clear()
        self._idle.clear()


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(told["exit"], told["envelope"])
