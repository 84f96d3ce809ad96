"""The examples that --help ends with: every command has some, they fit, and each is run here as it stands there."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.commands.app import build, run
from tests.commands.conftest import Shell
from tests.fakes.fake_engine import picture, save

ROOT = Path(__file__).resolve().parents[2]
WIDEST = 76
"""Columns of an example: with its indent it fits a terminal of 80."""
FEWEST = 2
REAL = ("smilepay demo", "smilepay doctor")
"""Commands whose examples run on the real engine, since they look at the sample faces."""
EXITS = {
    "smilepay cameras": 12,  # there is none here
    "smilepay replay attacks/ --out run1 --gate 'iapar[print*] <= 0.02'": 30,  # five pictures cannot show it
}
"""What an example ends with here, where it is not 0."""


def walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, f"{path} {name}")


COMMANDS = dict(walk(build(), "smilepay"))
EXAMPLES = {example: path for path, command in COMMANDS.items() for example in command.examples}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_examples_of_itself(path: str) -> None:
    """Two or more, as long as a line of a terminal, and none of another command."""
    examples = COMMANDS[path].examples
    assert len(set(examples)) == len(examples) >= FEWEST
    for example in examples:
        assert f"{example} ".startswith(f"{path} ") and len(example) <= WIDEST
        words = shlex.split(example)[1:]
        deepest = max((known for known in COMMANDS if f"{example} ".startswith(f"{known} ")), key=len)
        assert path in ("smilepay", deepest), f"{words} is an example of {deepest}"


@pytest.mark.parametrize("path", COMMANDS)
def test_help_ends_with_the_examples(path: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """As they are typed: nothing is broken into lines, or taken for markup. And no flag shows a type."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    assert run([*path.split()[1:], "--help"]) == 0
    page = capsys.readouterr().out
    wanted = "".join(f"   {example}\n" for example in COMMANDS[path].examples)
    assert page.endswith(f"\n Examples:\n\n{wanted}")
    assert max(map(len, page.splitlines())) <= 80 and "<bool>" not in page and "<str>" not in page


@pytest.mark.parametrize("path", COMMANDS)
def test_no_paragraph_of_help_is_broken_early(path: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """The first word of a line had no room at the end of the one before, wherever the source breaks them."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    assert run([*path.split()[1:], "--help"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    begin = next(number for number, line in enumerate(lines) if line.startswith("Usage:"))
    frame = next(number for number, line in enumerate(lines) if line.startswith("╭"))
    told = lines[begin + 1 : frame]
    follows = [(line, after.split()[0]) for line, after in pairwise(told) if line and after]
    assert any(told) and all(len(f"{line} {word}") > 78 for line, word in follows), told


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TYPER_USE_RICH": "0"}, {"NO_COLOR": "1"}], ids=str)
def test_plain_help_has_them_too(variables: dict[str, str]) -> None:
    """Without Rich, and on a terminal that knows nothing; and no flag has a type."""
    done = subprocess.run(
        [sys.executable, "-m", "smilepay_cli", "pay", "--help"],
        env={**os.environ, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "\x1b" not in done.stdout
    assert done.stdout.endswith("".join(f"   {example}\n" for example in COMMANDS["smilepay pay"].examples))
    assert "bool" not in done.stdout and "--hold" in done.stdout and "None" not in done.stdout


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder with the files that the examples name; lin paid an order, has a payment on hold, and an open order."""
    shell = Shell(tmp_path_factory.mktemp("prepared"))
    folder = shell.folder
    for number, (name, person, smile) in enumerate(
        (("lin", "lin", True), ("me", "ana", False), ("me-too", "ana", True)), start=100
    ):
        save(picture(person, smile=smile, noise=number), folder / f"{name}.jpg")
    for number in range(1, 9):
        save(picture("lin", noise=number), folder / "clip" / f"{number:03d}.jpg")
    (folder / "kiosk.toml").write_text('extends = "standard"\nkeep_frames = 86400\n')
    (folder / "pin.txt").write_text("2468\n")
    (folder / "session.txt").write_text("enroll ana --image me.jpg --deposit 10\nwallet balance ana\n")
    _sets(folder)
    shell.enroll("lin")
    shell.enroll("otto")
    assert shell("shop", "stamp", "espresso", "--image", shell.selfie("lin")).exit == 0
    assert shell("pay", "--policy", str(folder / "kiosk.toml"), "--image", shell.selfie("lin")).exit == 0
    assert shell.pay("lin", "--hold").exit == 0
    assert shell("shop", "latte", "--image", shell.selfie("lin")).exit == 0
    assert shell("audit", "checkpoint", "--out", str(folder / "checkpoint.json")).exit == 0
    assert shell("wallet", "backup", str(folder / "backup.db")).exit == 0
    return shell


def _sets(folder: Path) -> None:
    """Pictures of people, attacks on lin, a manifest of the people, and a scenario."""
    with (folder / "set.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "path", "kind", "subject"])
        for who in ("lin", "otto", *(f"person {number}" for number in range(34))):
            for noise in (1, 2):
                path = save(picture(who, noise=noise, smile=True), folder / "people" / who / f"{noise}.png")
                rows.writerow([f"{who} {noise}", path.relative_to(folder), "bona_fide", who])
    for number in range(5):
        save(picture("stranger", noise=number), folder / "attacks/attack/print_bordered/lin" / f"{number}.png")
    (folder / "scenarios" / "faces").mkdir(parents=True)
    shutil.copy(folder / "me.jpg", folder / "scenarios" / "faces" / "ana.jpg")
    (folder / "scenarios" / "happy-path.smile.yaml").write_text(
        "name: a coffee\nfaces: faces\naccounts: {ana: {image: ana.jpg, deposit: 10}}\n"
        "steps:\n  - wallet.balance: {name: ana}\n    expect: {balances: {ana: 10}}\n"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_as_it_stands_there(
    example: str, prepared: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copy of the prepared folder, as if it were typed there."""
    folder = tmp_path / "here"
    shutil.copytree(prepared.folder, folder, ignore=shutil.ignore_patterns("home"), copy_function=os.link)
    shutil.copytree(prepared.home, folder / "home")
    monkeypatch.chdir(folder)
    shell = Shell(folder, clock=prepared.clock, ids=prepared.ids)
    words = shlex.split(example)[1:]
    typed = Path(words.pop()).read_text() if words[-2:-1] == ["<"] else ""
    words = [word for word in words if word != "<"]
    if EXAMPLES[example] in REAL or example in REAL:
        assert run([*words, "--home", str(tmp_path / "new")]) == 0
        return
    answer = shell(*words, stdin=typed)
    assert answer.exit == EXITS.get(example, 0), answer.stdout + answer.stderr


@pytest.mark.parametrize("example", EXAMPLES)
def test_files_of_the_repository_are_there(example: str) -> None:
    """Who types an example in the repository's folder has its scenarios and sample faces, by those names."""
    named = [word for word in shlex.split(example) if word.startswith(("scenarios", "sample_faces"))]
    missing = [word for word in named if not list(ROOT.glob(word))]
    assert not missing


def test_every_stated_exit_is_of_an_example() -> None:
    """A list that nobody uses would hide what it was for."""
    assert set(EXITS) <= set(EXAMPLES)
