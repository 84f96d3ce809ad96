"""A session of commands at a prompt, in a throwaway home, and the scenario that it becomes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.commands.environment import is_terminal
from smilepay_cli.commands.prompting import hidden_pin, lines_of
from smilepay_cli.commands.running import Stage, loader_for, throwaway_stage
from smilepay_cli.commands.scenario_forms import forms
from smilepay_cli.commands.scenario_home import ThrowawayHome
from smilepay_cli.harnesses.scenarios.forms import Within
from smilepay_cli.harnesses.scenarios.loader import Files
from smilepay_cli.harnesses.scenarios.models import CEBIT
from smilepay_cli.harnesses.scenarios.options import Checks
from smilepay_cli.harnesses.scenarios.playing import Answer, Asked, Playing
from smilepay_cli.harnesses.scenarios.recording import (
    NotTaken,
    Recording,
    RecordResult,
    Typed,
    recorded_result,
    typed_line,
)
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.harnesses.scenarios.scenario import Scenario

SUFFIX = ".smile.yaml"
ENDS = frozenset({"exit", "quit"})
ACTIONS = ("advance",)
NEEDS_A_FACE = ("enroll", "pay")


def recorded(call: Call, file: str, name: str | None) -> RecordResult:
    """Take commands until there are no more, write the file, play it once more.

    Raises UsageProblem for a file that is there or cannot be, and where nothing was recorded.
    """
    path = Path(file).expanduser().absolute()
    _require_new(path)
    with ExitStack() as stack:
        environment = call.environment
        stage = throwaway_stage(environment.variables, call.shared.engine, own=environment.engine)
        session = Session(call, path, stack.enter_context(stage), name or path.name.removesuffix(SUFFIX))
        session.begin()
        left_out = session.listen()
        if not session.recording.steps:
            raise UsageProblem("nothing was recorded", hint="type commands, as at a shell", reason="nothing_recorded")
        written = call.outbox.write_new(str(path), [session.recording.text().encode()])
        loader = loader_for(call.shared.engine)
        (scenario,) = loader.scenarios(written)
        return recorded_result(file, session.recording, left_out, session.stage.play(scenario))


def _require_new(path: Path) -> None:
    if not path.name.endswith(SUFFIX) or path.name == SUFFIX:
        raise UsageProblem(f"{path.name}: a scenario file ends with {SUFFIX}", hint=f"like story{SUFFIX}")
    if os.path.lexists(path):
        raise UsageProblem(f"{path} is there already and is not written over", reason="file_exists")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageProblem(f"{path}: its folder cannot be written to", reason="unwritable")


@dataclass
class ShownHome(ThrowawayHome):
    """A throwaway home in which somebody reads what commands say; what is only looked up is not shown."""

    call: Call | None = None
    looks: tuple[str, ...] | None = None
    """Options that change what is seen, while a command is shown."""

    def run(self, asked: Asked) -> Answer:
        """One command line."""
        return super().run(asked) if self.looks is None else self.show(asked, self.looks)

    def show(self, asked: Asked, looks: tuple[str, ...]) -> Answer:
        """One command line, for somebody who reads what it says."""
        assert self.call is not None
        out, err = self.call.environment.stdout, self.call.environment.stderr
        colour = ("--no-color",) if self.call.shared.no_color else ()
        return self.world.shown(asked, self.folder, out, err, *colour, *looks)


@dataclass
class Session:
    """Commands, one after the other."""

    call: Call
    file: Path
    stage: Stage
    name: str
    recording: Recording = field(init=False)
    _title: str | None = None
    _left_out: int = 0

    def begin(self) -> None:
        """An empty home, and a scenario without steps."""
        policy = self.call.shared.policy
        if policy is not None and policy.endswith(".toml"):
            policy = self._relative(Within.BESIDE, policy)
        self.recording = Recording(
            self.name, self._relative, os.path.relpath(Path.cwd(), self.file.parent), policy=policy
        )
        self._home = self.stage.home(ShownHome, "session")
        self._home.call = self.call
        self._playing: Playing | None = None

    def listen(self) -> int:
        """To everything that is typed; how many lines were left out."""
        stdin = self.call.environment.stdin
        words = sorted({word for form in forms().values() for word in form.words} | {*ACTIONS, *ENDS})
        if is_terminal(stdin):
            self._say(f"recording into {self.file.name}; exit or Ctrl-D ends it")
        for line in lines_of(stdin, words):
            try:
                if self._heard(line.strip()):
                    break
            except NotTaken as reason:
                self._left_out += 1
                self._say(f"not recorded{': ' if str(reason) else ''}{reason}")
        return self._left_out

    def _heard(self, line: str) -> bool:
        """Whether this was the last line. Raises NotTaken."""
        if line.startswith("#"):
            self._title = line.lstrip("# ").strip()[:200] or None
            return False
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise NotTaken(f"{error}") from None
        words = words[1:] if words[:1] == ["smilepay"] else words
        if not words:
            return False
        if words[0] in ENDS:
            return True
        if words[0] in ACTIONS:
            self._take({words[0]: " ".join(words[1:])})
        else:
            self._command(words)
        return False

    def _command(self, words: list[str]) -> None:
        try:
            typed = self._usable(typed_line(words, forms()))
        except NotTaken as reason:
            if not str(reason) and words[0] != "record":  # a slip of the finger, or help: the program says what it is
                self._home.show(Asked(tuple(words), CEBIT, "0:aside"), ())
            raise
        self._take(self.recording.step_of(typed), typed.looks)

    def _usable(self, typed: Typed) -> Typed:
        """The same with its PIN. Raises NotTaken for what would not be the same in a scenario."""
        values, name = dict(typed.values), typed.form.name
        asks = name in NEEDS_A_FACE or (name == "shop" and "picks" in values)
        if asks and not {"image", "camera"} & values.keys():
            raise NotTaken("a scenario needs pictures that are there again: --image FILE, or a film with --camera")
        if name == "audit.export" and values.get("out", "-") == "-":
            raise NotTaken("a scenario writes into files: add --out FILE")
        if values.get("pin", "") == "-" or (name == "accounts.pin" and not {"pin", "remove"} & values.keys()):
            pin = hidden_pin(self.call.environment.stdin, self.call.environment.stderr)
            if pin is None:
                raise NotTaken("no PIN was given; one that is typed after --pin is not written either")
            values["pin"] = pin
        return Typed(typed.form, values, typed.looks)

    def _take(self, step: Mapping[str, Any], looks: tuple[str, ...] = ()) -> None:
        """Read the step as a scenario's, run it, and keep what came of it. Raises NotTaken."""
        scenario = self._read(step)
        if self._playing is None:
            self._playing = Playing(scenario, self._home, forms())
        playing, (name,) = self._playing, step
        before = playing.balances() if self.recording.steps else {}
        self._home.looks = looks
        try:
            played = playing.step(scenario.steps[-1], len(scenario.steps))
        finally:
            self._home.looks = None
        if played.exits == (ExitStatus.INTERRUPTED,):
            raise NotTaken("interrupted")
        answer = playing.known.get(name, {}) if played.exits else {}
        expect: dict[str, Any] = {"exit": played.exits[0]} if played.exits else {}
        if played.reason:
            expect["reason"] = played.reason
        changed = _changes(before, playing.balances()) if played.exits else {}
        if changed:
            expect["balances"] = changed
        self.recording.add(step, answer, expect, self._title)
        self._title = None

    def _read(self, step: Mapping[str, Any]) -> Scenario:
        """The scenario so far with one step more. Raises NotTaken with what is wrong with that."""
        loader = loader_for(self.call.shared.engine)
        loader.files = _Unwritten(loader.files, str(self.file), self.recording.text(step).encode())
        found = list(loader.scenarios(str(self.file)))
        if loader.complaints.count:
            loader.complaints.settle()
            raise NotTaken("; ".join(what for _, what in loader.complaints.told))
        return found[0]

    def _relative(self, within: Within, text: str) -> str:
        """A path that was typed in the working folder, as the file will have it. Raises NotTaken."""
        if within is Within.SCRATCH:
            return text
        base = Path.cwd() if within is Within.FACES else self.file.parent
        return os.path.relpath(Path(text).expanduser(), base) if not text.isdecimal() and "://" not in text else text

    def _say(self, words: str) -> None:
        print(f"smilepay: {words}", file=self.call.environment.stderr, flush=True)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """What is on the accounts on which it is not what it was."""
    return {name: amount for name, amount in after.items() if before.get(name, "0.00") != amount}


class _Unwritten:
    """The files around a scenario that is not written yet."""

    def __init__(self, files: Files, path: str, content: bytes) -> None:
        self._files, self._path, self._content = files, path, content

    def read(self, path: str) -> bytes:
        """The scenario, or a file that is there."""
        return self._content if path == self._path else self._files.read(path)

    def beside(self, file: str, path: str) -> str:
        """As those around it."""
        return self._files.beside(file, path)

    def is_folder(self, path: str) -> bool:
        """As those around it."""
        return self._files.is_folder(path)

    def checks(self) -> Checks:
        """As those around it."""
        return self._files.checks()

    @property
    def faces(self) -> str:
        """As those around it."""
        return self._files.faces
