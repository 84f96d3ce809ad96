"""The throwaway home of a scenario, and the program run in it: through `app.run`, as from a shell."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from smilepay_cli.commands.environment import Engines, Environment
from smilepay_cli.harnesses.replay.conditions import TrialClock, TrialIds
from smilepay_cli.harnesses.scenarios.forms import Within
from smilepay_cli.harnesses.scenarios.playing import Answer, Asked
from smilepay_cli.harnesses.scenarios.references import Missing
from smilepay_cli.harnesses.scenarios.scenario import Folders
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.commands.actors import Actors
    from smilepay_cli.ports import Clock, FaceEngine

LEFT_ALONE = ("SMILEPAY_HOME", "SMILEPAY_KEY_STORE", "SMILEPAY_DEBUG", "VISUAL", "EDITOR")
"""Variables of whoever runs scenarios that must not change what comes of them."""

MOST_STEPS, STEPS_AT_ONCE = 50_000_000, 100_000
"""Of SQLite's machine, that tampering may take: some seconds, and a query without an end is none for a scenario."""


def variables_of(outer: Mapping[str, str]) -> dict[str, str]:
    """Those that the program has in a scenario: keys go into files, since a home that is thrown away must leave nothing
    in a keyring; and what is said is the same on every machine."""
    kept = {name: value for name, value in outer.items() if name not in LEFT_ALONE}
    return {**kept, "SMILEPAY_KEY_STORE": "file", "SMILEPAY_LANG": "en"}


@dataclass(frozen=True)
class World:
    """What all scenarios of a process have in common."""

    variables: Mapping[str, str]
    engine_name: str | None = None
    engine: FaceEngine | None = None
    """In place of all others: for tests."""
    engines: Engines | None = None

    def answer(self, asked: Asked, folder: Path, *, clock: Clock | None = None, stdout: Any = None) -> Answer:
        """Run one command line in the home of a folder."""
        from smilepay_cli.commands.app import run

        out, err = stdout or io.StringIO(), io.StringIO()
        environment = self._environment(asked, out, err, clock)
        exit_status = run(self._typed(asked.words, folder, "--json"), environment)
        if exit_status == ExitStatus.INTERRUPTED:  # Ctrl-C came into the command: it is meant for all of this
            raise KeyboardInterrupt
        return Answer(exit_status, _envelope(out.getvalue(), err.getvalue(), folder))

    def shown(self, asked: Asked, folder: Path, out: TextIO, err: TextIO, *looks: str) -> Answer:
        """The same, for somebody who reads what is said; `looks` are options such as --json."""
        from smilepay_cli.commands.app import run

        heard: list[str] = []
        environment = replace(self._environment(asked, out, err), overhear=heard.append)
        exit_status = run(self._typed(asked.words, folder, *looks), environment)
        return Answer(exit_status, _envelope(heard[-1] if heard else "", "", folder))

    def _environment(self, asked: Asked, out: TextIO, err: TextIO, clock: Clock | None = None) -> Environment:
        return Environment(
            stdout=out,
            stderr=err,
            stdin=io.StringIO(),
            variables=self.variables,
            clock=clock or TrialClock(asked.now),
            ids=_Ids(asked.ids),
            engine=self.engine,
            engines=None if self.engine else self.engines,
        )

    def _typed(self, words: tuple[str, ...], folder: Path, *looks: str) -> list[str]:
        options = [f"--home={folder / 'home'}", *looks]
        if self.engine_name:
            options.append(f"--engine={self.engine_name}")
        at = words.index("--") if "--" in words else len(words)
        return [*words[:at], *options, *words[at:]]


class _Ids(TrialIds):
    """Ids that follow from what a step is called, and its scenario's seed."""

    def __init__(self, name: str) -> None:
        seed, _, step = name.partition(":")
        super().__init__(int(seed) if seed.lstrip("-").isdecimal() else 0, step or name)


def _envelope(text: str, said: str, folder: Path) -> dict[str, Any]:
    """The one document; what else there is where there is none. Paths are those within the folder."""
    text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), ".")
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"data": {"message": (said or text).strip()[:500]}, "reason": "no_envelope"}
    return document


@dataclass
class ThrowawayHome:
    """One scenario's folder: the home is in it, and the files that the scenario writes."""

    world: World
    folder: Path
    actors: Actors
    _put: set[str] = field(default_factory=set)

    def run(self, asked: Asked) -> Answer:
        """One command line, in this process."""
        return self.world.answer(asked, self.folder)

    def race(self, asked: Sequence[Asked]) -> tuple[Answer, ...]:
        """Each in a process of its own, all at the same time."""
        return self.actors.race(asked, self.folder)

    def kill(self, asked: Asked, at: str, seed: int) -> Answer:
        """In a process that is killed at a point."""
        return self.actors.kill(asked, self.folder, at, seed)

    def tamper(self, sql: str) -> None:
        """Statements on the wallet's file while its guards are away. Raises UsageProblem."""
        path = self.folder / "home" / "wallet.db"
        if not path.is_file():
            raise UsageProblem("there is no wallet yet")
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            try:
                db.execute("BEGIN IMMEDIATE")
                for name, _ in guards:
                    db.execute(f'DROP TRIGGER "{name}"')  # a name of our own
                db.set_authorizer(_within_the_file)
                steps = count()
                db.set_progress_handler(lambda: next(steps) >= MOST_STEPS // STEPS_AT_ONCE, STEPS_AT_ONCE)
                try:
                    for statement in _statements(sql):
                        db.execute(statement)
                finally:
                    db.set_authorizer(None)
                    db.set_progress_handler(None, 0)
                for _, text in guards:
                    db.execute(text)
                db.execute("COMMIT")
            except sqlite3.Error as error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise UsageProblem(f"{error}") from None

    def put(self, name: str, text: str) -> str:
        """A file of the scenario's own; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def path(self, within: Within, name: str, folders: Folders) -> str:
        """Where a path of the scenario leads. Raises Missing for one that leads out of the throwaway folder."""
        if within is not Within.SCRATCH:
            base = folders.faces if within is Within.FACES else folders.beside
            return str(Path(base) / Path(name).expanduser())
        if name == "-":
            return name
        path = Path(os.path.normpath(self.folder / name))
        if not path.is_relative_to(self.folder):
            raise Missing(f"{name!r} is outside of the throwaway home")
        return str(path)

    def remove(self) -> None:
        """Away with all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _statements(sql: str) -> list[str]:
    """One after the other, as sqlite3 tells where each ends."""
    found: list[str] = []
    rest = ""
    for part in sql.split(";"):
        rest += part + ";"
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    if rest.strip(" \n\t;"):
        found.append(rest)
    return [statement for statement in found if statement.strip(" \n\t;")]


def _within_the_file(action: int, *_: object) -> int:
    """SQL reaches no other file, and ends no transaction of ours."""
    forbidden = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_TRANSACTION)
    return sqlite3.SQLITE_DENY if action in forbidden else sqlite3.SQLITE_OK
