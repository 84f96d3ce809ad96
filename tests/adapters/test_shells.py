"""Scripts of shells in their places: what is written, what is left alone, and what goes wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from smilepay_cli.adapters.shells.user_shells import UserShells
from smilepay_cli.commands.completing import BREAKS, LINE
from smilepay_cli.commands.completing import SHELLS as ANSWERED
from smilepay_cli.commands.environment import COMPLETING
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.shells import SHELLS


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of a user without any start file."""
    return tmp_path


def shells(home: Path, **variables: str) -> UserShells:
    return UserShells({"HOME": str(home), **variables})


PLACES = {
    "bash": [".bash_completions/smilepay.sh", ".bashrc"],
    "zsh": [".zfunc/_smilepay", ".zshrc"],
    "fish": [".config/fish/completions/smilepay.fish"],
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_put_in_its_place_and_a_second_time_nothing_changes(home: Path, shell: str) -> None:
    """Each file is told, and nothing else is touched."""
    changes = shells(home).install(shell)
    assert [(change.path, change.what) for change in changes] == [
        (str(home / name), "written") for name in PLACES[shell]
    ]
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert sorted(files) == sorted(home / name for name in PLACES[shell])
    assert files[home / PLACES[shell][0]].decode() == shells(home).script(shell)
    again = shells(home).install(shell)
    assert {change.what for change in again} == {"unchanged"}
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize(("shell", "start"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
@pytest.mark.parametrize("own", [b"alias ll='ls -l'\n", b"alias ll='ls -l'", b"# caf\xe9, in Latin-1\n"])
def test_a_start_file_gets_a_line_and_keeps_every_other_byte(home: Path, shell: str, start: str, own: bytes) -> None:
    """Also one without a line break at its end, and one that is no UTF-8."""
    (home / start).write_bytes(own)
    change = shells(home).install(shell)[1]
    assert change.what == "extended" and change.line
    assert (home / start).read_bytes() == own.rstrip(b"\n") + b"\n" + change.line.encode() + b"\n"


def test_the_place_of_typers_script_is_taken(home: Path) -> None:
    """What an earlier version installed is replaced, and its line in the start file does still."""
    (home / ".bash_completions").mkdir()
    script = home / ".bash_completions" / "smilepay.sh"
    script.write_text("_smilepay_completion() { :; }")
    (home / ".bashrc").write_text(f"\nsource '{script}'\n")
    assert [change.what for change in shells(home).install("bash")] == ["replaced", "unchanged"]


def test_places_that_are_chosen_by_variables(home: Path) -> None:
    """As zsh and fish have it."""
    shells(home, ZDOTDIR=str(home / "z")).install("zsh")
    shells(home, XDG_CONFIG_HOME=str(home / "x")).install("fish")
    assert (home / "z" / ".zshrc").exists() and (home / "x" / "fish" / "completions" / "smilepay.fish").exists()


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_half_done(home: Path) -> None:
    """In a line, with what to do."""
    (home / ".bash_completions").write_text("a file")
    with pytest.raises(UsageProblem) as caught:
        shells(home).install("bash")
    assert str(home) in caught.value.message and "--show-completion" in str(caught.value.hint)
    assert [path.name for path in home.iterdir()] == [".bash_completions"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_asks_by_the_protocol(home: Path, shell: str) -> None:
    """The variables that the program looks at, and nothing of what comes back is evaluated."""
    script = shells(home).script(shell)
    assert f"{COMPLETING}={shell}" in script and LINE in script
    assert (BREAKS in script) is (shell == "bash")
    assert "eval" not in script.replace("evaluated", "")
    assert set(ANSWERED) == set(SHELLS)


def test_the_bash_script_is_bash(home: Path) -> None:
    """Its own parser says so."""
    script = shells(home).script("bash")
    assert subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True).stderr == b""


def test_a_line_that_is_commented_out_does_nothing(home: Path) -> None:
    """So it is put there; and a second time it is as it should be."""
    start = home / ".bashrc"
    shells(home).install("bash")
    line = start.read_text()
    start.write_text(f"# {line}")
    changes = {Path(change.path).name: change.what for change in shells(home).install("bash")}
    assert changes[".bashrc"] == "extended" and start.read_text() == f"# {line}{line}"
    assert {change.what for change in shells(home).install("bash")} == {"unchanged"}


def test_a_start_file_that_is_a_pipe_is_not_waited_for(home: Path) -> None:
    """Reading it would never end."""
    os.mkfifo(home / ".bashrc")
    with pytest.raises(UsageProblem, match="no regular file"):
        shells(home).install("bash")
