"""What a shell is told that could stand at the end of a line, by the protocol that the scripts use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from smilepay_cli.commands.app import COMMANDS
from smilepay_cli.commands.completing import Line
from smilepay_cli.rules.profiles import PROFILES
from smilepay_cli.rules.session import STEPS
from tests.commands.conftest import Shell

Complete = Callable[..., list[tuple[str, ...]]]


@pytest.fixture
def complete(shell: Shell) -> Complete:
    """Ask what could stand at the end of `smilepay LINE`, in the shell's home; a row for each answer."""

    def asked(line: str, by: str = "zsh", **variables: str) -> list[tuple[str, ...]]:
        told = {"SMILEPAY_HOME": str(shell.home), **variables}
        answer = shell.ask(f"smilepay {line}", by, told)
        assert (answer.exit, answer.stderr) == (0, "")
        return [tuple(row.split("\t")) for row in answer.stdout.splitlines()]

    return asked


def words(rows: list[tuple[str, ...]]) -> list[str]:
    return [row[1] for row in rows]


@pytest.fixture
def people(shell: Shell) -> Shell:
    """Two people; ann has an open order, one that is paid, a hold, and a payment given back."""
    shell.enroll("ann")
    shell.enroll("Zoë Bar")
    assert shell("shop", "latte", "--image", shell.selfie("ann")).exit == 0
    assert shell("pay", "--image", shell.selfie("ann")).exit == 0
    assert shell("shop", "stamp", "espresso=2", "--image", shell.selfie("ann")).exit == 0
    assert shell.pay("ann", "--hold").exit == 0
    assert shell.pay("ann").exit == 0
    assert shell("wallet", "refund", "pay_0003").exit == 0
    return shell


def test_commands_with_what_they_do(complete: Complete) -> None:
    """Of the program, and of a group."""
    assert complete("") == [("plain", name, what) for name, what in COMMANDS.items()]
    assert complete("wal") == [("plain", "wallet", COMMANDS["wallet"])]
    assert ("plain", "refund", "Give back a captured payment, all of it or a part.") in complete("wallet ")
    assert complete("nonsense ") == []


def test_options_that_are_not_there_yet(complete: Complete) -> None:
    """One that can be given again is told again."""
    names = words(complete("pay --hold --image a.jpg --"))
    assert {"--account", "--image", "--home", "--help"} <= set(names) and "--hold" not in names
    assert words(complete("pay --ac")) == ["--account"]
    assert words(complete("--sh")) == ["--show-completion", "--shell"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("wallet balance ", ["ann", "Zoë Bar", "kiosk", "cafe", "philately", "fees"]),
        ("wallet limits ", ["ann", "Zoë Bar"]),
        ("accounts show Z", ["Zoë Bar"]),
        ("accounts forget a", ["ann"]),
        ("pay --account ", ["ann", "Zoë Bar"]),
        ("pay --account=a", ["--account=ann"]),
        ("audit --account k", ["kiosk"]),
        ("pay --merchant k", ["kiosk"]),
        ("pay ", ["ord_0002"]),
        ("wallet capture ", ["pay_0002"]),
        ("wallet void pay_", ["pay_0002"]),
        ("wallet refund ", ["pay_0001"]),
        ("audit rescore ", ["evt_0007", "evt_0006", "evt_0004"]),
        ("audit show evt_0008", ["evt_0008"]),
        ("shop st", ["stamp"]),
        ("shop latte=2 st", ["stamp"]),
        ("policy floor ", [*PROFILES, "none"]),
        ("pay --engine ", ["fast", "reference"]),
        ("audit export --format ", ["jsonl", "csv", "beancount"]),
        ("audit --reason no_m", ["no_match"]),
        ("pay --challenge smile,", [f"smile,{step}" for step in STEPS if step != "smile"]),
        ("forge --species morph,pap", ["morph,paper_mask"]),
        ("wallet deposit ann ", []),
        ("wallet balance nobody", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_values(people: Shell, complete: Complete, line: str, told: list[str]) -> None:
    """Of the wallet, the catalogue and the program."""
    assert words(complete(line)) == told


def test_values_come_with_what_they_are(people: Shell, complete: Complete) -> None:
    """Where the shell shows it."""
    assert complete("pay ") == [("plain", "ord_0002", "24.40 EUR, ann")]
    assert complete("wallet refund ") == [("plain", "pay_0001", "3.80 EUR, ann")]
    assert complete("shop st") == [("plain", "stamp", "Hannover fair stamp, 1948, 20.00 EUR")]
    assert complete("audit show ")[0] == ("plain", "evt_0008", "wallet.refund done, ann, 3.00 EUR")


def test_a_list_with_commas_goes_on(complete: Complete) -> None:
    """So no blank comes after it."""
    assert {row[0] for row in complete("forge --species pr")} == {"more"}
    assert {row[0] for row in complete("pay --policy ")} == {"plain", "file"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("pay --image ", ("file", "*")),
        ("pay --image=a", ("file", "*")),
        ("enroll ann --image b", ("file", "*")),
        ("pay --policy k", ("file", "*.toml")),
        ("pay --pad-model ", ("file", "*.onnx")),
        ("wallet backup ", ("file", "*")),
        ("run ", ("file", "*")),
        ("pay --home ", ("folder", "*")),
        ("replay ", ("file", "*")),
        ("replay set.csv --out ", ("folder", "*")),
        ("replay set.csv --gallery f", ("folder", "*")),
    ],
)
def test_what_the_help_calls_a_file_is_one(complete: Complete, line: str, told: tuple[str, str]) -> None:
    """The shell knows better than we do which there are."""
    assert complete(line)[-1][:2] == told


def test_a_home_that_was_typed_earlier_counts(people: Shell, complete: Complete) -> None:
    """Before what SMILEPAY_HOME says; `~` and variables are as they were typed."""
    elsewhere = {"SMILEPAY_HOME": str(people.folder / "elsewhere")}
    assert complete("accounts show ", **elsewhere) == []
    assert words(complete(f"accounts show --home {people.home} ", **elsewhere)) == ["ann", "Zoë Bar"]
    assert words(complete(f"accounts show --home={people.home} ", **elsewhere)) == ["ann", "Zoë Bar"]
    os.environ["SMILEPAY_TEST_FOLDER"] = str(people.folder)
    try:
        assert words(complete("accounts show --home $SMILEPAY_TEST_FOLDER/home ")) == ["ann", "Zoë Bar"]
    finally:
        del os.environ["SMILEPAY_TEST_FOLDER"]


def test_items_are_those_of_the_homes_own_catalogue(shell: Shell, complete: Complete) -> None:
    """With their prices as amounts."""
    shell.home.mkdir()
    own = shell.home / "catalogue.toml"
    own.write_text(
        'currency = "CHF"\n[sellers]\nhut = { title = "Hut", fee = "1 %" }\n'
        '[[items]]\nid = "soup"\ntitle = "Soup"\nseller = "hut"\nprice = "7"\n'
    )
    assert complete("shop ") == [("plain", "soup", "Soup, 7.00 CHF")]
    assert complete("pay --merchant ") == [("plain", "hut", "Hut")]
    own.write_text("currency = ")
    assert complete("shop ") == []


@pytest.mark.parametrize("damage", ["missing", "torn", "foreign", "newer", "folder", "pipe", "link"])
def test_a_wallet_that_cannot_be_read_completes_nothing_and_says_nothing(
    shell: Shell, complete: Complete, damage: str
) -> None:
    """And nothing is made, mended or waited for."""
    wallet = shell.home / "wallet.db"
    if damage != "missing":
        shell.home.mkdir()
        _damage(wallet, damage)
    before = sorted(shell.folder.rglob("*"))
    for line in ("accounts show ", "pay ", "wallet refund ", "audit show "):
        assert complete(line) == []
    assert sorted(shell.folder.rglob("*")) == before


def _damage(wallet: Path, damage: str) -> None:
    if damage == "folder":
        wallet.mkdir()
    elif damage == "pipe":
        os.mkfifo(wallet)
    elif damage == "link":
        wallet.symlink_to(wallet.with_name("elsewhere.db"))
    elif damage == "torn":
        wallet.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    else:
        connection = sqlite3.connect(wallet)
        connection.execute("CREATE TABLE people (name TEXT, name_key TEXT)")
        connection.execute("INSERT INTO people VALUES ('ann', 'ann')")
        if damage == "newer":
            connection.execute(f"PRAGMA application_id = {0x534D494C}")
            connection.execute("PRAGMA user_version = 99")
        connection.commit()
        connection.close()


def test_nothing_is_left_beside_a_wallet_that_was_looked_at(people: Shell, complete: Complete) -> None:
    """SQLite's reader would leave a log there; and the key is not needed."""
    (people.home / "master.key").unlink()
    before = {path: path.read_bytes() for path in people.home.iterdir()}
    assert words(complete("accounts show a")) == ["ann"]
    assert {path: path.read_bytes() for path in people.home.iterdir()} == before


def test_what_was_just_written_by_another_process_is_seen(people: Shell, complete: Complete) -> None:
    """A wallet that is open has its newest rows in the log beside it."""
    other = sqlite3.connect(people.home / "wallet.db", isolation_level=None)
    try:
        other.execute("UPDATE people SET name = 'anna' WHERE name = 'ann'")
        assert (people.home / "wallet.db-wal").stat().st_size
        assert words(complete("accounts show a")) == ["anna"]
    finally:
        other.close()


def test_a_number_that_is_none_spoils_nothing(people: Shell, complete: Complete) -> None:
    """A line that is not finished may hold anything."""
    assert words(complete("audit --limit many --account a")) == ["ann"]
    assert words(complete("audit --nope --account a")) == ["ann"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("accounts show Z", r"Zoë\ Bar"),
        ("accounts show Zoë\\ B", r"Zoë\ Bar"),
        ('accounts show "Z', "Zoë Bar"),
        ("accounts show 'Zoë B", "Zoë Bar"),
        ("pay --account=Z", r"Zoë\ Bar"),
        ('pay --account="Z', "Zoë Bar"),
    ],
)
def test_bash_gets_what_it_puts_in_place_of_its_word(people: Shell, complete: Complete, line: str, told: str) -> None:
    """Its word begins after an equals sign or a quote, and blanks have to be quoted."""
    assert complete(line, "bash") == [("plain", told)]


@pytest.mark.parametrize("name", ["$(touch x)", "a'b\"c", "`id`; ls", "a\\b*", "a:b", "~x", "#no"])
def test_a_name_is_data_for_every_shell(shell: Shell, complete: Complete, name: str) -> None:
    """Whoever chooses a name must not choose what a shell does."""
    shell.enroll(name)
    assert words(complete("accounts show ")) == [name]
    assert words(complete("accounts show ", "fish")) == [name]
    ((_, quoted),) = complete("accounts show ", "bash")
    line = Line(f"smilepay accounts show {quoted}")
    assert line.last == name and len(line.bare) == sum(letter.isalnum() or letter == ":" for letter in name)


@pytest.mark.parametrize(
    ("text", "before", "last"),
    [
        ("smilepay", [], "smilepay"),
        ("smilepay ", [], ""),
        ("A=1 /bin/smilepay pay --image x", ["pay", "--image"], "x"),
        ("smilepay a 'b c' d\\ e", ["a", "b c"], "d e"),
        ('smilepay "a \\" b', [], 'a " b'),
        ("smilepay 'a\\", [], "a\\"),
        ("smilepay a\\", [], "a"),
        ('smilepay "" ', [""], ""),
    ],
)
def test_a_line_is_taken_apart_as_a_shell_does_it(text: str, before: list[str], last: str) -> None:
    """Also in the middle of a word, and in an open quote."""
    line = Line(text)
    assert (line.words, line.last) == (before, last)


def test_what_explains_a_word_is_harmless(shell: Shell, complete: Complete) -> None:
    """A catalogue may hold anything; what zsh and fish show beside a word goes to the terminal as it is."""
    shell.home.mkdir()
    (shell.home / "catalogue.toml").write_text(
        'currency = "CHF"\n[sellers]\nhut = { title = "H\\u001b]0;owned\\u0007ut" }\n'
        '[[items]]\nid = "soup"\ntitle = "Soup"\nseller = "hut"\nprice = "7"\n'
    )
    assert complete("pay --merchant ") == [("plain", "hut", "H]0;ownedut")]


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_scripts_of_earlier_versions_get_nothing(people: Shell, shell_name: str) -> None:
    """They are in people's start files, and Typer's for zsh evaluates what comes back: a name could be a command."""
    asked = {
        "_TYPER_COMPLETE_ARGS": "smilepay accounts show ",
        "COMP_WORDS": "smilepay accounts show",
        "COMP_CWORD": "3",
    }
    answer = people.ask("", f"complete_{shell_name}", {"SMILEPAY_HOME": str(people.home), **asked})
    assert (answer.exit, answer.stdout, answer.stderr) == (0, "", "")
