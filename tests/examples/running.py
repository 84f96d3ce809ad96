"""Examples, run as somebody runs them: a shell, a folder, and `smilepay` on the PATH."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SAMPLES = ROOT / "sample_faces"
THE_PROGRAM = (sys.executable, "-m", "smilepay_cli")


@dataclass(frozen=True)
class Desk:
    """A folder to work in. What examples put into TMPDIR lies in `tmp`, which ought to be empty afterwards."""

    folder: Path

    @property
    def left_behind(self) -> list[str]:
        """What was not cleaned up."""
        return sorted(path.name for path in (self.folder / "tmp").iterdir())

    def command(self, example: str, *arguments: str) -> list[str]:
        """The command line of an example."""
        return [sys.executable if example.endswith(".py") else "sh", str(EXAMPLES / example), *arguments]

    def variables(self, program: str | Sequence[str] = THE_PROGRAM, **more: str) -> dict[str, str]:
        """The environment, with a `smilepay` of `program`: words to run, or the text of a shell script."""
        bin_folder, tmp = self.folder / "bin", self.folder / "tmp"
        for folder in (bin_folder, tmp):
            folder.mkdir(exist_ok=True)
        text = program if isinstance(program, str) else f'exec {shlex.join(program)} "$@"'
        (bin_folder / "smilepay").write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (bin_folder / "smilepay").chmod(0o755)
        path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp), **more}

    def run(
        self,
        example: str,
        *arguments: str,
        stdin: str = "",
        program: str | Sequence[str] = THE_PROGRAM,
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; both streams in one, as somebody sees them."""
        return subprocess.run(
            self.command(example, *arguments),
            cwd=self.folder,
            env=self.variables(program, **variables),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def run_program(
        self, *arguments: str, variables: Mapping[str, str], program: Sequence[str] = THE_PROGRAM
    ) -> subprocess.CompletedProcess[str]:
        """A command of the program, whatever comes of it."""
        command = [*program, *arguments]
        environment = {**self.variables(), **variables}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def smilepay(self, *arguments: str, variables: Mapping[str, str]) -> str:
        """A command of the program, done."""
        done = self.run_program(*arguments, variables=variables)
        assert done.returncode == 0, done.stderr
        return done.stdout
