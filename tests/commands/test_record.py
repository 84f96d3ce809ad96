"""`smilepay record`: a session becomes a scenario that passes; in this process, with a fake engine."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from smilepay_cli.commands import recorder
from smilepay_cli.commands.prompting import completion
from tests.commands.conftest import Answer, Shell
from tests.commands.test_asking import at_a_terminal


@pytest.fixture
def folder(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody is who records; file and pictures are elsewhere, below."""
    (shell.folder / "scenarios").mkdir()
    monkeypatch.chdir(shell.folder)
    return shell.folder


def record(shell: Shell, *lines: str, file: str = "scenarios/story.smile.yaml", more: tuple[str, ...] = ()) -> Answer:
    answer = shell("record", file, *more, stdin="\n".join(lines) + "\n")
    assert not shell.home.exists(), "the home of who records was touched"
    return answer


def read(folder: Path, name: str = "scenarios/story.smile.yaml") -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return written


def test_a_session_becomes_a_scenario_that_passes(shell: Shell, folder: Path) -> None:
    """Enrol, shop, pay, be refused, refund: each step with its exit, its reason and the balances that it changed."""
    relaxed = Path(shell.selfie("ann", smile=False)).name
    first, second, bob = (Path(shell.selfie(who)).name for who in ("ann", "ann", "bob"))
    lines = [
        "# Ann comes in",
        f"smilepay enroll ann --image {relaxed} --deposit 100 --pin 8642",
        f"shop stamp --image {relaxed}",
        "",
        f"pay --image {bob}",
        f"pay --image {first}",
        "advance 10m",
        f"pay --amount 3 --merchant kiosk --hold --image {second}",
        "audit verify",
    ]
    answer = record(shell, *lines, "exit", "wallet balance")
    assert answer.exit == 0, answer.stdout + answer.stderr
    assert "✓ ann is enrolled" in answer.stdout and "✗ refused: not recognised" in answer.stderr
    assert "7 steps in" in answer.stdout and "it passes" in answer.stdout and "1 PIN not written" in answer.stdout
    written = read(folder)
    assert written["name"] == "story" and written["faces"] == ".."
    assert [next(key for key in step if key not in ("title", "expect")) for step in written["steps"]] == [
        "enroll", "shop", "pay", "pay", "advance", "pay", "audit.verify",
    ]  # fmt: skip
    assert written["steps"][0]["title"] == "Ann comes in"
    assert written["steps"][2]["expect"] == {"exit": 10, "reason": "no_match"}
    assert written["steps"][3]["expect"]["balances"] == {"ann": "80.00", "philately": "19.88", "fees": "0.12"}
    assert "8642" not in (folder / "scenarios/story.smile.yaml").read_text(encoding="utf-8")
    assert shell("run", "scenarios/story.smile.yaml").exit == 0


def test_ids_that_are_typed_become_references(shell: Shell, folder: Path) -> None:
    """What an answer shows can be typed on, and the file refers to it. Ids follow from the seed, so they are known."""
    relaxed, first = (Path(shell.selfie("ann", smile=smile)).name for smile in (False, True))
    begin = [f"enroll ann --image {relaxed} --deposit 100", f"pay --amount 5 --merchant kiosk --image {first}"]
    told = record(shell, *begin, "wallet statement ann --json", file="scenarios/first.smile.yaml")
    payment = next(word.strip('",') for word in told.stdout.split() if word.startswith('"pay_'))
    answer = record(shell, *begin, f"wallet refund {payment} 2", "audit show --json")
    assert answer.exit == 0, answer.stdout + answer.stderr
    steps = read(folder)["steps"]
    assert steps[1]["capture"] == {"payment": "data.payment.hold.id"}
    assert steps[2]["wallet.refund"] == {"payment": "${payment}", "amount": 2}
    assert shell("run", "scenarios").exit == 0


def test_what_is_no_step_is_said_and_left_out(shell: Shell, folder: Path) -> None:
    """The session goes on, and the file is still one that passes."""
    relaxed = Path(shell.selfie("ann", smile=False)).name
    answer = record(
        shell,
        "shopp", "pay --help", "pay", "pay --image nobody-has-this.png", "pay --camera 0", "advance soon", "'",
        "audit export", "accounts pin ann", "record x.smile.yaml", f"enroll ann --image {relaxed} --home /tmp/x",
        "demo", "wallet deposit kiosk 5",
    )  # fmt: skip
    assert answer.exit == 0, answer.stdout + answer.stderr
    assert "No such command 'shopp'" in answer.stderr
    for words in ("pictures that are there again", "there is no 'nobody-has-this.png'", "a scenario plays files",
                  "needs a time span", "No closing quotation", "add --out FILE", "no PIN was given",
                  "--home belongs to the recording"):  # fmt: skip
        assert words in answer.stderr
    assert "1 step in" in answer.stdout and "12 lines not recorded" in answer.stdout
    assert [next(iter(step)) for step in read(folder)["steps"]] == ["wallet.deposit"]


def test_a_policy_of_the_session_is_the_scenarios(shell: Shell, folder: Path) -> None:
    """By name, or a file as seen from beside the scenario."""
    (folder / "own.toml").write_text('extends = "demo"\n', encoding="utf-8")
    relaxed, first = (Path(shell.selfie("ann", smile=False)).name for _ in range(2))
    lines = (f"enroll ann --image {relaxed} --deposit 9", f"pay --amount 5 --merchant kiosk --image {first}")
    answer = record(shell, *lines, more=("--policy", "own.toml", "--name", "No smile needed"))
    assert answer.exit == 0, answer.stdout + answer.stderr
    written = read(folder)
    assert (written["policy"], written["name"]) == ("../own.toml", "No smile needed")
    assert written["steps"][1]["expect"]["exit"] == 0


def test_the_result_as_json(shell: Shell, folder: Path) -> None:
    """One document at the end; sessions can be made by scripts."""
    answer = shell("record", "scenarios/s.smile.yaml", "--json", "--quiet", stdin="wallet deposit kiosk 5 --quiet\n")
    assert answer.exit == 0
    data = answer.envelope["data"]
    assert (data["steps"], data["left_out"], data["hidden_pins"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("file", "reason"),
    [("story.yaml", "usage"), ("taken.smile.yaml", "file_exists"), ("nowhere/a.smile.yaml", "unwritable")],
)
def test_a_file_that_cannot_be_is_said_first(shell: Shell, folder: Path, file: str, reason: str) -> None:
    """Nobody types a whole session for nothing."""
    (folder / "taken.smile.yaml").write_text("mine", encoding="utf-8")
    answer = shell("record", file, "--json", stdin="wallet deposit kiosk 5\n")
    assert (answer.exit, answer.envelope["reason"]) == (2, reason)
    assert (folder / "taken.smile.yaml").read_text(encoding="utf-8") == "mine"


def test_a_session_without_steps_leaves_no_file(shell: Shell, folder: Path) -> None:
    """An empty scenario would be one that nothing runs."""
    answer = record(shell, "# hello", "exit")
    assert answer.exit == 2 and "nothing was recorded" in answer.stderr
    assert list((folder / "scenarios").iterdir()) == []


def test_a_recording_that_does_not_pass_ends_with_30(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is played once more at the end. Here something changes in between, as a picture might."""
    monkeypatch.setattr(recorder, "_changes", lambda *_: {"kiosk": "1.00"})
    answer = record(shell, "wallet deposit kiosk 5")
    assert answer.exit == 30
    for words in ("does not pass", "balance of kiosk", "- expected  1.00", "+ actual    5.00"):
        assert words in answer.stdout
    assert read(folder)["steps"]


def test_the_file_is_for_its_owner_only(shell: Shell, folder: Path) -> None:
    """It tells names and what somebody paid."""
    record(shell, "wallet deposit kiosk 5")
    assert stat.S_IMODE((folder / "scenarios/story.smile.yaml").stat().st_mode) == 0o600


def test_at_a_terminal_a_pin_is_asked_for_and_not_seen(shell: Shell, folder: Path) -> None:
    """The prompt, an answer that nobody sees, and the end by Ctrl-D."""
    arguments = ["record", str(folder / "scenarios/t.smile.yaml")]
    lines = [b"wallet deposit kiosk 5\n", b"accounts pin kiosk --pin -\n", b"\x04"]
    status, shown, hidden = at_a_terminal(arguments, b"8642\n", prompt=b"smilepay> ", typed=lines)
    text = shown.decode()
    assert hidden, text
    assert status == 0 and "smilepay> " in text and "1 PIN not written" in text, text
    assert "8642" not in text
    assert "8642" not in (folder / "scenarios/t.smile.yaml").read_text(encoding="utf-8")


def test_tab_completes_commands_and_files(folder: Path) -> None:
    """The commands' words, files of the folder, folders with their slash; and then no more."""
    Path("sample.png").touch()
    os.mkdir("samples")  # noqa: PTH102 - a folder of the test
    found = [completion("sa", number, ["same", "pay"]) for number in range(4)]
    assert found == ["same", "sample.png", "samples/", None]
    assert completion("", 0, ["pay"]) == "pay" and completion("", 1, ["pay"]) is None
