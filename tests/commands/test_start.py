"""`smilepay` alone: what comes next, for the wallet as it is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Shell


def begun(shell: Shell) -> tuple[list[str], str]:
    """The command lines that come next, and the page."""
    variables = {"SMILEPAY_HOME": str(shell.home)}
    answer, told = shell("--home", str(shell.home)), shell("--json", "--home", str(shell.home), variables=variables)
    assert (answer.exit, answer.stderr, told.exit) == (0, "", 0)
    data: dict[str, Any] = told.envelope["data"]
    assert told.envelope["command"] == "smilepay"
    commands = [step["command"] for step in data["next"]]
    for step in data["next"]:
        assert f"  {step['command']}\n      {step['why']}\n" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80 and answer.stdout.count("\n") <= 23
    assert "\x1b" not in answer.stdout
    return commands, answer.stdout


FIRST = ["smilepay demo", "smilepay enroll NAME --image FILE --deposit 100"]


def test_nobody_is_enrolled(shell: Shell) -> None:
    """The demo, and enrolling; whether or not there is a wallet. Nothing is made."""
    assert begun(shell)[0] == FIRST
    assert not shell.home.exists()
    assert shell("wallet", "deposit", "kiosk", "1").exit == 0
    assert begun(shell)[0] == FIRST


def test_somebody_is_enrolled(shell: Shell) -> None:
    """They shop; and nobody's name is shown to who stands there."""
    shell.enroll("ann")
    commands, page = begun(shell)
    assert commands == ["smilepay shop", "smilepay shop ITEM --image FILE"]
    assert "1 person is enrolled. 0 orders are open." in page and "ann" not in page


def test_an_open_order_is_paid_next(shell: Shell) -> None:
    """With its amount; of several the newest."""
    shell.enroll("ann")
    assert shell("shop", "stamp", "--image", shell.selfie("ann")).exit == 0
    commands, page = begun(shell)
    assert commands == ["smilepay pay ord_0001 --image FILE"]
    assert "pay the open order, 20.00 EUR" in page
    assert shell("shop", "latte", "--image", shell.selfie("ann")).exit == 0
    commands, page = begun(shell)
    assert commands == ["smilepay pay ord_0002 --image FILE"]
    assert "pay the newest open order, 3.80 EUR" in page


def test_after_a_payment_comes_the_audit(shell: Shell) -> None:
    """What the payment rested on; and after a refusal the shop again."""
    shell.enroll("ann")
    assert shell.pay("ann").exit == 0
    commands, page = begun(shell)
    assert commands == ["smilepay audit show evt_0002", "smilepay shop"]
    assert "see what the payment of 3.00 EUR rested on" in page
    assert shell.pay("stranger").exit == 10
    assert begun(shell)[0][0] == "smilepay shop"


def test_a_wallet_that_cannot_be_used_is_the_doctors(shell: Shell) -> None:
    """Exit 0 all the same: the page was shown."""
    shell.home.mkdir()
    (shell.home / "wallet.db").write_bytes(b"no wallet" * 1000)
    assert begun(shell)[0] == ["smilepay doctor"]


def test_a_key_that_cannot_be_used_is_the_doctors(shell: Shell) -> None:
    """Missing, or open to others: paying would end with 32. It is not opened for that, and nothing is made."""
    shell.enroll("ann")
    key = shell.home / "master.key"
    key.write_bytes(b"no key at all")
    before = sorted(shell.home.iterdir())
    assert begun(shell)[0][0] == "smilepay shop", "what is in it is not looked at"
    key.chmod(0o640)
    assert begun(shell)[0] == ["smilepay doctor"]
    key.chmod(0o600)
    assert begun(shell)[0][0] == "smilepay shop"
    key.rename(shell.folder / "away")
    assert begun(shell)[0] == ["smilepay doctor"]
    (shell.folder / "away").rename(key)
    assert sorted(shell.home.iterdir()) == before


def test_a_locked_terminal_is_told(shell: Shell) -> None:
    """As long as it lasts; unlocked by hand, or after a while, things go on."""
    shell.enroll("ann")
    for _ in range(5):
        assert shell.pay("stranger").exit == 10
    commands, page = begun(shell)
    assert commands == ["smilepay accounts unlock"] and "this terminal is locked for another 5 min" in page
    assert shell.pay("ann").exit == 14
    shell.clock.advance(seconds=310)
    assert begun(shell)[0][0] == "smilepay shop"
    for _ in range(5):
        shell.pay("stranger")
    assert begun(shell)[0] == ["smilepay accounts unlock"]
    assert shell("accounts", "unlock").exit == 0
    assert begun(shell)[0][0] == "smilepay shop"


def test_an_order_that_costs_more_than_there_is_needs_a_deposit(shell: Shell) -> None:
    """Money that is set aside is not there. Nobody is named, nor what is on the account."""
    shell.enroll("ann", deposit="22")
    assert shell("shop", "stamp", "--image", shell.selfie("ann")).exit == 0
    assert begun(shell)[0] == ["smilepay pay ord_0001 --image FILE"]
    assert shell.pay("ann", "--hold").exit == 0
    commands, page = begun(shell)
    assert commands == ["smilepay wallet deposit NAME AMOUNT", "smilepay pay ord_0001 --image FILE"]
    assert "20.00 EUR, costs more" in page and "ann" not in page and "19.00" not in page and "22.00" not in page
    assert shell("wallet", "deposit", "ann", "1").exit == 0
    assert begun(shell)[0] == ["smilepay pay ord_0001 --image FILE"]


def test_options_of_the_page_are_not_those_of_a_command(shell: Shell) -> None:
    """What comes before the command would be lost there."""
    answer = shell("--json", "wallet", "balance")
    assert answer.exit == 2
    assert answer.envelope["data"]["message"].startswith("--json comes after the whole command: smilepay wallet --json")


def test_a_terminal_gets_the_same_page_without_rich(tmp_path: Path) -> None:
    """It is what people see first, so it is quick there too."""
    master, slave = pty.openpty()
    code = (
        "import sys\nfrom smilepay_cli.commands.app import run\nstatus = run([])\n"
        "sys.exit(status or any(name in sys.modules for name in ('rich', 'cv2', 'numpy', 'cryptography')))"
    )
    variables = {**os.environ, "SMILEPAY_HOME": str(tmp_path / "none"), "TERM": "xterm-256color"}
    done = subprocess.run([sys.executable, "-c", code], stdout=slave, stderr=slave, env=variables)
    os.close(slave)
    page = os.read(master, 65536).decode()
    os.close(master)
    assert done.returncode == 0, page
    assert page.startswith("smilepay: Smile to Pay") and "\x1b" not in page


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_is_shown_and_installed(shell: Shell, shell_name: str) -> None:
    """What was done is said, file by file."""
    script = shell("--show-completion", "--shell", shell_name).stdout
    assert f"_SMILEPAY_COMPLETE={shell_name}" in script
    home = {"HOME": str(shell.folder)}
    told = shell("--install-completion", "--shell", shell_name, variables=home)
    assert told.exit == 0 and f"✓ {shell_name} completes smilepay" in told.stdout
    again = shell("--install-completion", "--shell", shell_name, "--json", variables=home).envelope
    assert {change["what"] for change in again["data"]["changes"]} == {"unchanged"}
    for change in again["data"]["changes"]:
        assert f"{change['path']} was written" in told.stdout.replace("\n", "")
        assert Path(change["path"]).exists()


def test_a_shell_that_is_not_known_is_exit_2(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do; nothing is written."""
    monkeypatch.setattr("smilepay_cli.adapters.shells.user_shells.UserShells.current", lambda self: None)
    answer = shell("--install-completion", variables={"HOME": str(shell.folder / "person")})
    assert answer.exit == 2 and "--shell bash, zsh or fish" in answer.stderr
    assert not (shell.folder / "person").exists()
    assert shell("--show-completion", "--shell", "tcsh").exit == 2
