"""The same program in another language: what people read changes, and nothing else."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.commands.conftest import Shell
from tests.fakes.fixed import CountingIds, FixedClock

CHINESE = {"SMILEPAY_LANG": "zh"}


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _story(shell: Shell, variables: dict[str, str]) -> list[tuple[int, str]]:
    """Enrolled, shopped, a stranger, paid, the same picture again; statuses and everything that was said."""
    lin, again = shell.selfie("lin"), shell.selfie("lin")
    lines = (
        ("enroll", "lin", "--image", lin, "--deposit", "100"),
        ("shop", "espresso=2", "--image", again),
        ("pay", "--image", shell.selfie("eve")),
        ("pay", "--image", again),
        ("pay", "--amount", "2", "--merchant", "kiosk", "--image", again),
        ("wallet", "statement", "lin"),
        ("wallet", "withdraw", "lin", "1000"),
        ("accounts", "show", "lin"),
        ("audit",),
        ("audit", "show", "evt_0004"),
        ("audit", "verify"),
    )
    answers = [shell(*line, variables=variables) for line in lines]
    return [(answer.exit, answer.stdout + answer.stderr) for answer in answers]


def _facts(home: Path) -> list[str]:
    """What the events of a wallet tell; digests are left out, since names are salted and hashes follow from them."""
    with sqlite3.connect(home / "wallet.db") as database:
        bodies = [body for (body,) in database.execute("SELECT body FROM events ORDER BY seq")]
    return [re.sub(r"[0-9a-f]{64}", "(digest)", body) for body in bodies]


def _twin(shell: Shell, folder: str) -> Shell:
    """Another person at another till, at the same moment."""
    path = shell.folder / folder
    path.mkdir()
    return Shell(path, FixedClock(), CountingIds())


def test_a_whole_story_in_chinese(shell: Shell) -> None:
    """Every command says something in Chinese, the statuses are the same, and so are the events."""
    english, chinese = _twin(shell, "en"), _twin(shell, "zh")
    said, told = _story(english, {}), _story(chinese, CHINESE)
    assert [status for status, _ in said] == [status for status, _ in told] == [0, 0, 10, 0, 13, 0, 20, 0, 0, 0, 0]
    assert all(_is_chinese(text) for _, text in told)
    assert not any(_is_chinese(text) for _, text in said)

    assert _facts(chinese.home) == _facts(english.home)


@pytest.mark.parametrize(
    "arguments",
    [("shop",), ("policy",), ("audit",), ("pay", "--image", "none.jpg"), ("wallet", "balance", "nobody"), ("pya",)],
    ids=" ".join,
)
def test_json_is_the_same_in_every_language(shell: Shell, arguments: tuple[str, ...]) -> None:
    """A program reads it."""
    plain, chinese = (shell(*arguments, "--json", variables=variables) for variables in ({}, CHINESE))
    assert (plain.exit, plain.stdout, plain.stderr) == (chinese.exit, chinese.stdout, chinese.stderr)


def test_amounts_by_locale_and_texts_in_english(shell: Shell) -> None:
    """German has no texts of its own yet; amounts are German all the same."""
    shell("wallet", "deposit", "kiosk", "1234.50")
    answer = shell("wallet", "balance", "kiosk", variables={"LANG": "de_DE.UTF-8"})
    assert answer.stdout == "kiosk: 1.234,50 EUR\n"


def test_what_is_typed_is_typed_with_a_point(shell: Shell) -> None:
    """In every language: 1.234 must not be a thousand for one and a bit more than one for another."""
    answer = shell("wallet", "deposit", "kiosk", "1,5", variables={"LANG": "de_DE.UTF-8"})
    assert answer.exit == 2 and "3.50" in answer.stderr


def test_a_name_is_no_word(shell: Shell) -> None:
    """Whoever is called as something that the program says keeps their name."""
    shell.enroll("order")
    assert shell("pay", "--amount", "3", "--merchant", "kiosk", "--image", shell.selfie("order")).exit == 0
    for line in (("wallet", "statement", "kiosk"), ("wallet", "balance"), ("accounts",), ("audit",)):
        told = shell(*line, variables=CHINESE).stdout
        assert "order" in told and "订单" not in told


def test_help_in_chinese(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a command and of its options, Typer's words included; and in English again afterwards."""
    assert shell("pay", "--help", variables=CHINESE).exit == 0
    page = capsys.readouterr().out
    assert all(map(_is_chinese, page.split("--amount", 1)))
    assert not any(word in page for word in ("Options", "Arguments", "Examples", "Show this"))
    assert shell("pay", "--help").exit == 0
    assert not _is_chinese(capsys.readouterr().out)


def test_a_language_that_does_not_exist(shell: Shell) -> None:
    """Exit 2, and which there are."""
    answer = shell("shop", variables={"SMILEPAY_LANG": "klingon"})
    assert answer.exit == 2 and "SMILEPAY_LANG" in answer.stderr and answer.stdout == ""


def test_a_scenario_is_the_same_everywhere(shell: Shell) -> None:
    """Its file expects texts, and its results are compared."""
    file = shell.folder / "one.smile.yaml"
    file.write_text("name: one\nsteps:\n  - wallet.deposit: {name: kiosk, amount: 1234.5}\n    expect: {exit: 0}\n")
    results = []
    for name, variables in (("en.jsonl", {}), ("zh.jsonl", CHINESE)):
        kept = shell.folder / name
        answer = shell("run", str(file), "--jsonl", str(kept), variables=variables)
        assert answer.exit == 0, answer.stderr
        results.append(kept.read_text())
    assert results[0] == results[1]


def test_a_recording_is_the_same_everywhere(shell: Shell) -> None:
    """Whoever records in Chinese reads Chinese; the file is for everybody."""
    files = []
    for name, variables in (("en", {}), ("zh", CHINESE)):
        file = shell.folder / f"{name}.smile.yaml"
        answer = shell("record", str(file), "--name", "one", stdin="wallet deposit kiosk 5\n", variables=variables)
        assert answer.exit == 0, answer.stderr
        files.append(file.read_text())
    assert files[0] == files[1]
