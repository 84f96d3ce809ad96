"""Console sessions that are really run: what stands below `$ smilepay ...` is what the program said.

Every fence marked `console` of one page runs in the page's own throwaway wallet, top to bottom, in this process
(the models are loaded once), with a clock that starts in Hannover in 2015 and ids that count. A fence marked
`toml` whose first line is a comment with a file's name is written to the folder in which the commands run.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine

ROOT = Path(__file__).resolve().parent.parent
PROMPT = "$ "
_FENCE = re.compile(r"^```(console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"# (\S+\.toml)\n")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_KEY_NAME = re.compile(r"\bmaster-[0-9a-f]{16}\b")
_FINGERPRINT = re.compile(r"\b(?:[0-9a-f]{8}-){7}[0-9a-f]{8}\b")
_LONG_NUMBER = re.compile(r"(?<![\w.:])(-?\d+\.\d{3})\d+")
_VARIABLE = re.compile(r"([A-Z_]+)=(\S*)")
_SECONDS_BETWEEN = 20
_STATUS = "echo $?"
_FAILED = (1, 2, 32)
"""A bug, a call that cannot be, a wallet that is not: no page shows one unless it shows the status as well."""


@cache
def real_engine() -> FaceEngine:
    """The default engine, its models loaded once for all pages."""
    from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, default_scheme, open_engine

    return open_engine(DEFAULT_ENGINE, default_scheme(None), os.environ)


class Tty(io.StringIO):
    """A stream that says it is a terminal, so that the program draws as it does on one."""

    def isatty(self) -> bool:
        """Yes."""
        return True


class Terminal:
    """Types command lines into the program, in a folder where sample_faces is."""

    def __init__(self, folder: Path) -> None:
        from tests.fakes.fixed import CountingIds, FixedClock

        self.folder = folder
        self.clock, self.ids = FixedClock(), CountingIds()
        self.status = 0

    def type(self, line: str, *, tty: bool = False) -> str:
        """Run one line; everything it says, on both streams. Only smilepay and `echo $?` are known here."""
        if line == _STATUS:
            return f"{self.status}\n"
        program, *arguments = shlex.split(line)
        variables = {}
        while set_here := _VARIABLE.fullmatch(program):
            variables[set_here[1]] = set_here[2]
            program, *arguments = arguments
        if program != "smilepay":
            raise SystemExit(f"docs: cannot run {line!r} in a console fence; use a sh fence for what is not run")
        return self._run(arguments, Tty() if tty else io.StringIO(), variables)

    def _run(self, arguments: list[str], stream: io.StringIO, variables: dict[str, str]) -> str:
        from smilepay_cli.commands.app import run
        from smilepay_cli.commands.environment import Environment

        self.clock.advance(seconds=_SECONDS_BETWEEN)
        environment = Environment(
            stdout=stream,
            stderr=stream,
            stdin=io.StringIO(),
            variables={"SMILEPAY_HOME": os.environ["SMILEPAY_HOME"], **variables},
            clock=self.clock,
            ids=self.ids,
            engine=real_engine(),
        )
        with printed_to(stream):
            self.status = run(arguments, environment)
        return stream.getvalue().replace(f"{self.folder}/", "")  # it has another name every time


@contextmanager
def printed_to(stream: io.StringIO) -> Iterator[None]:
    """Help texts go past the environment, straight to standard output."""
    printed, sys.stdout = sys.stdout, stream
    try:
        yield
    finally:
        sys.stdout = printed


@contextmanager
def terminal() -> Iterator[Terminal]:
    """A terminal with an empty wallet, in a folder of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "sample_faces").symlink_to(ROOT / "sample_faces")
        before = Path.cwd()
        os.environ["SMILEPAY_HOME"] = str(folder / "home")
        os.chdir(folder)
        try:
            yield Terminal(folder)
        finally:
            os.chdir(before)


def command_lines(text: str) -> list[str]:
    """Every command line in the console fences of a page."""
    bodies = (body for kind, body in _FENCE.findall(text) if kind == "console")
    return [command for body in bodies for command in _commands(body)]


def run_sessions(text: str, ran: list[str] | None = None) -> str:
    """The page with the output below each command line as it is now. `ran` collects the lines."""
    if not command_lines(text):
        return text
    with terminal() as shell:

        def fill(found: re.Match[str]) -> str:
            kind, body = found.groups()
            if kind == "toml":
                if named := _FILE_NAME.match(body):
                    (shell.folder / named[1]).write_text(body, encoding="utf-8")
                return found[0]
            filled = ""
            commands = _commands(body)
            for command, after in zip(commands, [*commands[1:], ""], strict=True):
                said = shell.type(command.replace("\\\n", "")).replace(f"{shell.folder}/", "~/")
                filled += f"{PROMPT}{command}\n" + stable(said)
                require_meant(shell.status, command, after)
                if ran is not None:
                    ran.append(command)
            return f"```console\n{filled}```"

        return _FENCE.sub(fill, text)


def require_meant(status: int, command: str, after: str) -> None:
    """Ends where a command of a page failed and the page does not show that it did: `after` is its next command."""
    shown = "--json" in command or _STATUS in (command, after)
    if status in _FAILED and not shown:
        raise SystemExit(f"docs: {command!r} failed with {status}; where that is meant, {_STATUS!r} comes next")


def stable(output: str, *, cuts_numbers: bool = True) -> str:
    """Output without what differs between machines: long digests, fingerprints, and digits after the third decimal."""
    output = _KEY_NAME.sub("master-(16 hex digits)", output)
    output = _FINGERPRINT.sub("(fingerprint, 8 groups of 8)", _DIGEST.sub("(64 hex digits)", output))
    output = _LONG_NUMBER.sub(r"\1", output) if cuts_numbers else output
    lines = [line.rstrip() for line in output.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _commands(body: str) -> list[str]:
    """Lines after a prompt; a backslash at the end goes on in the next line."""
    found: list[str] = []
    for line in body.splitlines():
        if found and found[-1].endswith("\\"):
            found[-1] += "\n" + line
        elif line.startswith(PROMPT):
            found.append(line.removeprefix(PROMPT))
    return found
