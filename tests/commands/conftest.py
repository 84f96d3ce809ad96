"""The command line in this process, with a fake engine and pictures as real files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from tests.fakes.cameras import FakeCameras
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture, save
from tests.fakes.fixed import CountingIds, FixedClock


@dataclass(frozen=True)
class Answer:
    """What a command line did."""

    exit: int
    stdout: str
    stderr: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@dataclass
class Shell:
    """Types command lines and makes selfies."""

    folder: Path
    clock: FixedClock = field(default_factory=FixedClock)
    ids: CountingIds = field(default_factory=CountingIds)
    faults: Mapping[str, Any] = field(default_factory=dict)
    selfies: int = 0
    cameras: FakeCameras | None = None
    """In place of the machine's."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def __call__(self, *arguments: str, stdin: str = "", variables: Mapping[str, str] | None = None) -> Answer:
        stdout, stderr = io.StringIO(), io.StringIO()
        environment = Environment(
            stdout=stdout,
            stderr=stderr,
            stdin=io.TextIOWrapper(io.BytesIO(stdin.encode())),
            variables={"SMILEPAY_CACHE": str(self.folder / "cache"), **(variables or {})},
            clock=self.clock,
            ids=self.ids,
            engine=FakeEngine(self.faults),
            cameras=self.cameras,
        )
        home = () if "--home" in arguments or arguments[:1] in ((), ("--help",)) else ("--home", str(self.home))
        status = run([*arguments, *home], environment)
        return Answer(status, stdout.getvalue(), stderr.getvalue())

    def ask(self, line: str, by: str, variables: Mapping[str, str]) -> Answer:
        """What the shell `by` is told that could stand at the end of a line."""
        stdout, stderr = io.StringIO(), io.StringIO()
        asked = {"_SMILEPAY_COMPLETE": by, "_SMILEPAY_COMPLETE_LINE": line, **variables}
        environment = Environment(stdout=stdout, stderr=stderr, variables=asked, clock=self.clock, ids=self.ids)
        return Answer(run([], environment), stdout.getvalue(), stderr.getvalue())

    def selfie(self, person: str, **facts: Any) -> str:
        """Path of a new picture; it smiles unless told otherwise."""
        self.selfies += 1
        pixels = picture(person, **{"smile": True, "noise": self.selfies, **facts})
        return str(save(pixels, self.folder / f"{person}-{self.selfies}.png"))

    def nobody(self) -> str:
        """Path of a picture without a face."""
        return str(save(empty_picture(), self.folder / "nobody.png"))

    def enroll(self, person: str, deposit: str = "100") -> None:
        answer = self("enroll", person, "--image", self.selfie(person, smile=False), "--deposit", deposit)
        assert answer.exit == 0, answer.stderr

    def pay(self, person: str, *more: str, amount: str = "3") -> Answer:
        return self("pay", "--amount", amount, "--merchant", "kiosk", "--image", self.selfie(person), *more)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
