"""A stream without room for our signs: paid and refused must not look the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smilepay_cli.render.ascii import register
from tests.commands.conftest import Shell

ERRORS = register()


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("✓ paid", "ascii", "+ paid"),
        ("✗ refused", "ascii", "x refused"),
        ("Café Halle 9, Caffè", "ascii", "Cafe Halle 9, Caffe"),
        ("Café ✓", "latin-1", "Café +"),
        ("╭─╮│▸…", "ascii", "+-+|>~"),
        ("顔", "ascii", "?"),
    ],
)
def test_each_letter_becomes_one_letter(text: str, encoding: str, told: str) -> None:
    """As near as there is one; what has none is a question mark."""
    assert text.encode(encoding, ERRORS).decode(encoding) == told and len(told) == len(text)


def test_a_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    """The program itself, as a child with such streams; Chinese is not tried where it cannot be written."""
    shell = Shell(tmp_path)
    shell.enroll("ann")
    assert shell.pay("ann").exit == 0 and shell.pay("eve").exit == 10
    done = subprocess.run(
        [sys.executable, "-m", "smilepay_cli", "audit", "--home", str(shell.home)],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "SMILEPAY_LANG": "zh"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
    )
    told = done.stdout.decode("ascii")
    assert "pay  + " in told and "pay  x no_match (10)" in told and "?" not in told
