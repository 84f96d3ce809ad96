"""The script for bash, in a real bash at a terminal: the keys of somebody, and what stands on the line then."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Shell

PATIENCE = 30.0
"""Seconds until a machine that is busy with other tests must have answered."""
CONTROL = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\x07|\r")


class Bash:
    """An interactive bash with the completion that `--install-completion` put there."""

    def __init__(self, home: Path, wallet: Path) -> None:
        bin_folder = home / "bin"
        bin_folder.mkdir()
        program = bin_folder / "smilepay"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m smilepay_cli "$@"\n')
        program.chmod(0o755)
        self._variables = {
            "HOME": str(home),
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
            "SMILEPAY_HOME": str(wallet),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        (home / ".inputrc").write_text(
            "set bell-style none\nset show-all-if-ambiguous on\nset enable-bracketed-paste off\n"
            "set completion-display-width 0\n"
        )
        self._process, self._terminal = pty.fork()
        if not self._process:  # pragma: no cover - this is the other process
            os.chdir(home)
            rc = str(home / ".bashrc")
            os.execvpe("bash", ["bash", "--noprofile", "--rcfile", rc, "-i"], self._variables)  # noqa: S606
        self.said("> ")

    def typed(self, keys: str, ends: str) -> str:
        """What stands on the screen from here on, once it ends so; the line is thrown away then."""
        os.write(self._terminal, keys.encode())
        said = self.said(ends)
        os.write(self._terminal, b"\x15")  # Ctrl-U
        os.write(self._terminal, b" echo do''ne\r")
        self.said("done\n> ")
        return said

    def said(self, ends: str) -> str:
        """All that is said up to there."""
        text, until = "", time.monotonic() + PATIENCE
        while not text.endswith(ends):
            left = until - time.monotonic()
            assert left > 0 and select.select([self._terminal], [], [], left)[0], f"{ends!r} never came: {text!r}"
            text = CONTROL.sub("", text + os.read(self._terminal, 4096).decode())
        return text

    def end(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)


@pytest.fixture
def bash(shell: Shell, tmp_path: Path) -> Iterator[Bash]:
    """With ann, `Zoë Bar` and somebody with a name that would be a command; and a few files."""
    for name in ("ann", "Zoë Bar", "$(touch made)"):
        shell.enroll(name)
    home = tmp_path / "person"
    home.mkdir()
    for name in ("kiosk.toml", "kiosk.txt", "my face.jpg"):
        (home / name).touch()
    (home / "folder").mkdir()
    (home / ".bashrc").write_text("PS1='> '  # no line break after it")
    assert shell("--install-completion", "--shell", "bash", variables={"HOME": str(home)}).exit == 0
    there = Bash(home, shell.home)
    yield there
    there.end()
    assert not (home / "made").exists(), "a name was run"


KEYS = {
    "smilepay wal\t": "smilepay wallet ",
    "smilepay wallet bal\tan\t": "smilepay wallet balance ann ",
    "smilepay pay --accou\tZ\t": r"smilepay pay --account Zoë\ Bar ",
    "smilepay pay --account=an\t": "smilepay pay --account=ann ",
    'smilepay accounts show "Z\t': 'smilepay accounts show "Zoë Bar" ',
    "smilepay accounts show \\$\t": r"smilepay accounts show \$\(touch\ made\) ",
    "smilepay pay --policy k\t": "smilepay pay --policy kiosk.toml ",
    "smilepay pay --image=my\t": r"smilepay pay --image=my\ face.jpg ",
    "smilepay forge --species morph,pap\t": "smilepay forge --species morph,paper_mask",
    "smilepay forge --out fo\t": "smilepay forge --out folder/",
    "smilepay shop latte=2 esp\t": "smilepay shop latte=2 espresso ",
}
"""What is typed, with a tab where the key is pressed, and what stands on the line then."""


def test_keys_in_a_real_bash(bash: Bash) -> None:
    """One bash for all of them: starting it takes longer than what is looked at."""
    for keys, ends in KEYS.items():
        assert bash.typed(keys, ends)
    listed = bash.typed("smilepay wallet balance \t", "fees\n> smilepay wallet balance ").split()
    places = [listed.index(name) for name in ("ann", "kiosk", "cafe", "fees")]
    assert places == sorted(places), "in our order, and not by the alphabet"
