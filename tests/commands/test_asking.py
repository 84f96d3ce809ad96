"""A PIN that turns out to be needed is asked for at a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import select
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.conftest import Shell
from tests.commands.typist import begun

ROOT = Path(__file__).parents[2]
QUESTION = b"PIN: "
PATIENCE = 60.0


@pytest.fixture
def shop(shell: Shell) -> Shell:
    """Ann has a PIN, and the policy file asks for one above 1.00."""
    shell.enroll("ann")
    assert shell("accounts", "pin", "ann", "--pin", "2468").exit == 0
    (shell.folder / "p.toml").write_text('pin_above = "1.00"\n')
    return shell


def sale(shop: Shell, *more: str) -> list[str]:
    selfie = shop.selfie("ann")
    return ["pay", "--amount", "3", "--merchant", "kiosk", "--image", selfie, "--home", str(shop.home),
            "--policy", str(shop.folder / "p.toml"), *more]  # fmt: skip


def at_a_terminal(
    arguments: list[str], answer: bytes | None, *, prompt: bytes = b"", typed: Sequence[bytes] = ()
) -> tuple[int, bytes, bool]:
    """Exit status, everything that stood on the terminal, and whether typing was hidden at the question.

    The answer is typed when the question stands there; None expects none. `typed` are lines for a prompt, one each time
    that it stands there.
    """
    lines = list(typed)
    ours, theirs = pty.openpty()
    child = begun(arguments, theirs, {**os.environ, "TERM": "xterm", "COLUMNS": "100"})
    os.close(theirs)
    shown, hidden, until = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([ours], [], [], 0.05)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
        if lines and shown.count(prompt) > len(typed) - len(lines):
            os.write(ours, lines.pop(0))
        if QUESTION in shown and answer is not None and not termios.tcgetattr(ours)[3] & termios.ECHO:
            hidden = True
            time.sleep(0.3)  # a spinner that still turned would write over the question
            os.write(ours, answer)
            answer = None
    os.close(ours)
    return child.wait(timeout=PATIENCE), shown, hidden


def test_the_payer_is_asked_and_pays_with_the_same_selfie(shop: Shell) -> None:
    """Hidden, and with the spinner stopped: nothing is written between the question and what comes after it."""
    status, shown, hidden = at_a_terminal(sale(shop), b"2468\n")
    assert status == 0 and hidden, shown
    assert shown.count(QUESTION) == 1 and b"2468" not in shown
    assert b"Looking at the payer" in shown.partition(QUESTION)[0], "a spinner turned before"
    after = shown.partition(QUESTION)[2]
    assert after.startswith((b"\r\n", b"\n")), after
    assert b"paid with a smile" in after


@pytest.mark.parametrize("key", [b"\n", b"\x04", b"\x03"], ids=["empty", "ctrl-d", "ctrl-c"])
def test_no_answer_is_a_refusal(shop: Shell, key: bytes) -> None:
    """23 and no traceback; the face was accepted, so it is no strike."""
    status, shown, _ = at_a_terminal(sale(shop), key)
    assert status == 23 and b"Traceback" not in shown, shown
    event = shop("audit", "show", "--json").envelope["data"]["event"]["body"]
    assert (event["reason"], event["throttle"]) == ("pin_needed", None)


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_scripts_are_not_asked(shop: Shell, option: str) -> None:
    """Also where they run at a terminal."""
    status, shown, _ = at_a_terminal(sale(shop, option), None)
    assert status == 23 and QUESTION not in shown


def test_off_a_terminal_nobody_is_asked(shop: Shell) -> None:
    """What comes on standard input is not taken for an answer either."""
    arguments = sale(shop)
    answer = shop(*arguments, stdin="2468\n")
    assert answer.exit == 23 and "PIN:" not in answer.stderr
