"""A process that runs the program for scenarios: `python -m smilepay_cli.commands.actor`, asked in lines of JSON.

    {"do": "call", ...}   get ready, say so, wait for {"do": "go"}, run it, answer
    {"do": "play", ...}   play a whole scenario of the runner that started this process
    {"do": "count", ...}  run it and say how many lines of the program that took
    {"do": "kill", ...}   run it, and be gone at a point, as by a power cut

What is run is a command line of the program, under the clock and the ids that are named. Nothing else is taken.
"""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from smilepay_cli.commands.scenario_home import World
from smilepay_cli.harnesses.replay.conditions import TrialClock
from smilepay_cli.harnesses.scenarios.playing import Asked
from smilepay_cli.vocabulary.instants import from_iso

if TYPE_CHECKING:
    from smilepay_cli.commands.running import Stage

PACKAGE = str(Path(__file__).parents[1])
_LOOKING = ("enroll", "shop", "pay", "audit")


class SharedClock(TrialClock):
    """The clock of a race: it stands still as well, but others are there, who have to be waited for."""

    def pause(self, seconds: float) -> None:
        """Wait, and let it have taken as long."""
        time.sleep(seconds)
        super().pause(seconds)


def main() -> None:
    """Do as is asked, until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    stage = _Stage(sys.stdin.buffer, answers)
    try:
        for line in sys.stdin.buffer:
            stage.do(json.loads(line))
    finally:
        stage.close()


class _Stage:
    def __init__(self, questions: BinaryIO, answers: BinaryIO) -> None:
        self._questions, self._answers = questions, answers
        self._world: World | None = None
        self._stage: Stage | None = None

    def do(self, request: dict[str, Any]) -> None:
        """One request."""
        if request["do"] == "call":
            self._call(request)
        elif request["do"] == "count":
            world = _world(request, remembers=False)
            with _lines() as count:
                world.answer(_asked(request), Path(request["folder"]))
            self._say({"lines": count()})
        elif request["do"] == "play":
            self._play(request)
        else:
            self._killed(request)

    def _call(self, request: dict[str, Any]) -> None:
        if self._world is None:
            self._world = _world(request, remembers=True)
        if request["words"][0] in _LOOKING:
            _warm(self._world)
        self._say({"ready": True})
        self._questions.readline()
        asked = _asked(request)
        answer = self._world.answer(asked, Path(request["folder"]), clock=SharedClock(asked.now))
        self._say({"exit": answer.exit, "envelope": answer.envelope})

    def _play(self, request: dict[str, Any]) -> None:
        from smilepay_cli.commands.running import Stage, world_of

        if self._stage is None:
            world = world_of(os.environ, request["engine"])
            self._stage = Stage(world, Path(request["base"]), keep=request["keep"])
        scenario = pickle.loads(base64.b64decode(request["scenario"]))  # noqa: S301 - of the process that started this one
        played = self._stage.play(scenario, request["number"])
        self._say({"played": base64.b64encode(pickle.dumps(played)).decode()})

    def close(self) -> None:
        """Nobody asks any more."""
        if self._stage is not None:
            self._stage.close()

    def _killed(self, request: dict[str, Any]) -> None:
        world, stdout = _world(request, remembers=False), io.StringIO()
        at = request["at"]
        if at == "capture":
            world = _dying_at_a_look(world)
        elif at in ("begin", "commit"):
            _watch("BEGIN IMMEDIATE" if at == "begin" else "COMMIT", with_event=at == "commit")
        elif at == "answer":
            stdout = _LastWords()
        with _lines(request["line"]) if at == "random" else nullcontext():
            answer = world.answer(_asked(request), Path(request["folder"]), stdout=stdout)
        self._say({"exit": answer.exit, "envelope": answer.envelope})

    def _say(self, answer: dict[str, Any]) -> None:
        self._answers.write(json.dumps(answer).encode() + b"\n")
        self._answers.flush()


def _asked(request: dict[str, Any]) -> Asked:
    return Asked(tuple(request["words"]), from_iso(request["now"]), request["ids"])


def _world(request: dict[str, Any], *, remembers: bool) -> World:
    from smilepay_cli.adapters.faces.kept import KeptEngines

    engines = KeptEngines(os.environ) if remembers else None
    return World(dict(os.environ), request["engine"], engines=engines)


def _warm(world: World) -> None:
    """Load what takes long before others wait for it."""
    from smilepay_cli.adapters.faces.engines import default_scheme, engine_name

    assert world.engines is not None
    engine, _ = world.engines(engine_name(world.engine_name), default_scheme(world.engine_name))
    _ = engine.maker


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _LastWords(io.StringIO):
    """Standard output of somebody who dies before the first word."""

    def write(self, _: str) -> int:
        _die()
        return 0


def _dying_at_a_look(world: World) -> World:
    """At the first look at a picture."""
    from dataclasses import replace

    from smilepay_cli.adapters.faces.engines import open_engine

    def engines(name: str, scheme: str) -> Any:
        engine: Any = open_engine(name, scheme, world.variables)

        class Dying:
            """The engine, but for its detection."""

            def __getattr__(self, asked: str) -> Any:
                return getattr(engine, asked)

            def detect(self, *_: Any, **__: Any) -> None:
                _die()

        return Dying(), None

    return replace(world, engines=engines)


def _watch(statement: str, *, with_event: bool) -> None:
    """Dies when SQLite is about to execute a statement; with `with_event`, in a transaction that wrote an event."""
    wrote = [False]

    def on_statement(text: str) -> None:
        if text.startswith("INSERT INTO events"):
            wrote[0] = True
        if text.startswith(statement) and (wrote[0] or not with_event):
            _die()
        if text in ("COMMIT", "ROLLBACK"):
            wrote[0] = False

    connect: Any = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(on_statement)
        return connection

    setattr(sqlite3, "connect", connected)  # noqa: B010 - types forbid it elsewhere; this process has no other use


@contextmanager
def _lines(last: int | None = None) -> Iterator[Any]:
    """Counts the lines of the program that this thread runs; at line `last` it is gone."""
    count = [0]

    def trace(frame: Any, event: str, _: Any) -> Any:
        if event == "call":
            return trace if frame.f_code.co_filename.startswith(PACKAGE) else None
        if event == "line":
            count[0] += 1
            if count[0] == last:
                _die()
        return trace

    sys.settrace(trace)
    try:
        yield lambda: count[0]
    finally:
        sys.settrace(None)


if __name__ == "__main__":
    main()
