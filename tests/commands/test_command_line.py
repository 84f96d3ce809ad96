"""The command line as people and scripts use it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from smilepay_cli import __version__
from smilepay_cli.commands.app import run
from tests.commands.conftest import Shell


def test_alone_it_says_what_to_do_next(shell: Shell) -> None:
    """No arguments: a short start page, exit 0, and what this is not."""
    answer = shell()
    assert answer.exit == 0
    assert "smilepay demo" in answer.stdout and "not an authentication product" in answer.stdout


def test_version(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Written in one place."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"smilepay {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pya",), "Did you mean 'pay'"),
        (("pay", "--imgae", "x"), "--image"),
        (("shop", "lattte"), "did you mean 'latte'"),
        (("wallet", "balance", "kisok"), "did you mean 'kiosk'"),
        (("pay", "--policy", "strickt"), "did you mean 'strict'"),
        (("pay", "--engine", "referense"), "did you mean 'reference'"),
        (("pay", "--image", "a", "--camera", "0"), "exclude each other"),
        (("audit", "--limit", "3", "verify"), "comes after the whole command"),
        (("shop", "latte=0"), "quantity"),
        (("shop", "latte=x"), "quantity"),
        (("pay", "--terminal", ""), "--terminal"),
        (("wallet", "refund", "pay_none"), "no payment"),
        (("audit", "show", "evt_none"), "no event"),
        (("audit", "list", "--outcome", "maybe"), "done"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistyped_call_is_exit_2_with_a_suggestion(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    """One line that says what is wrong and what to do."""
    answer = shell(*arguments)
    assert answer.exit == 2
    assert said in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lockout_atempts = 0", "did you mean 'lockout_attempts'"),
        ("margin = 'wide'", "a number"),
        ("margin = nan", "a number"),
        ("smile = 'grin'", "one of off, still"),
        ("replay_check = 0", "true or false"),
        ("deny_cues = ['glare']", "a list of"),
        ("pin_above = 'much'", "an amount"),
        ("extends = 'lax'", "no policy named"),
        ("margin = ", "not TOML"),
        ("lockout_attempts = -1", "whole number"),
    ],
)
def test_a_policy_file_that_makes_no_sense(shell: Shell, text: str, said: str) -> None:
    """Unknown keys and wrong kinds are exit 2, with a suggestion."""
    policy = shell.folder / "p.toml"
    policy.write_text(text)
    answer = shell("policy", "--policy", str(policy))
    assert answer.exit == 2 and said in answer.stderr


def test_a_policy_file_changes_what_it_names(shell: Shell) -> None:
    """The acceptance's own file: no lockout, no replay check."""
    policy = shell.folder / "p.toml"
    policy.write_text('extends = "standard"\nlockout_attempts = 0\nreplay_check = false\n')
    shell.enroll("ann")
    selfie = shell.selfie("ann")
    for _ in range(2):
        pay = ("pay", "--policy", str(policy), "--amount", "1", "--merchant", "kiosk", "--image", selfie)
        assert shell(*pay).exit == 0
    for _ in range(7):
        assert shell.pay("stranger", "--policy", str(policy)).exit == 10


def test_pay_tells_the_person_in_front_only_the_class(shell: Shell) -> None:
    """The detail is for the event and for --json."""
    shell.enroll("ann")
    text = shell.pay("stranger").stderr
    assert "not recognised" in text and "0." not in text
    envelope = shell.pay("stranger", "--json").envelope
    assert envelope["data"]["decision"]["nearest"]["dissimilarity"] > 0.5


def test_quiet_says_nothing_when_it_worked_and_still_why_not(shell: Shell) -> None:
    """--quiet is for scripts that look at the exit status."""
    shell.enroll("ann")
    paid = shell.pay("ann", "--quiet")
    assert (paid.exit, paid.stdout, paid.stderr) == (0, "", "")
    assert shell.pay("stranger", "--quiet").stderr


def test_no_control_codes_off_a_terminal(shell: Shell) -> None:
    """Piped output is plain text."""
    shell.enroll("ann")
    for arguments in (("shop",), ("wallet", "balance"), ("audit",), ("policy",), ("accounts",), ("audit", "verify")):
        assert "\x1b" not in shell(*arguments).stdout


@pytest.mark.parametrize(
    "arguments",
    [("shop",), ("wallet", "balance"), ("wallet", "statement", "ann"), ("accounts", "list"), ("policy",), ("audit",)],
    ids=" ".join,
)
def test_tables_fit_80_columns(shell: Shell, arguments: tuple[str, ...]) -> None:
    """Nothing is cut and nothing wraps by itself at 80 columns."""
    shell.enroll("ann")
    shell.pay("ann")
    shell.pay("ann", "--hold")
    shell.pay("stranger")
    answer = shell(*arguments)
    assert answer.exit == 0
    assert max(len(line) for line in answer.stdout.splitlines()) <= 80
    assert "…" not in answer.stdout


def test_a_pin_is_read_from_standard_input(shell: Shell) -> None:
    """`--pin -` keeps it off the command line."""
    picture = shell.selfie("ann", smile=False)
    assert shell("enroll", "ann", "--image", picture, "--deposit", "9", "--pin", "-", stdin="2468\n").exit == 0
    assert shell.pay("ann", "--pin", "1357").exit == 23
    pay = ("pay", "--amount", "1", "--merchant", "kiosk", "--image", shell.selfie("ann"), "--pin", "-")
    assert shell(*pay, stdin="2468\n").exit == 0
    assert shell("accounts", "pin", "ann", "--remove").exit == 0
    assert shell("accounts", "show", "ann", "--json").envelope["data"]["account"]["has_pin"] is False


def test_what_we_make_is_for_its_owner_only(shell: Shell) -> None:
    """Home 0700, wallet and key 0600."""
    shell.enroll("ann")
    assert stat.S_IMODE(shell.home.stat().st_mode) == 0o700
    for path in shell.home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_catalogue_needs_no_wallet_and_makes_none(shell: Shell) -> None:
    """Looking costs nothing."""
    assert "Hannover fair stamp, 1948" in shell("shop").stdout
    assert not shell.home.exists()


def test_a_home_may_have_its_own_catalogue(shell: Shell) -> None:
    """catalogue.toml in the home replaces ours; one that makes no sense is exit 2."""
    shell.home.mkdir()
    own = shell.home / "catalogue.toml"
    own.write_text(
        'currency = "CHF"\n[sellers]\nhut = "Hut"\n'
        '[[items]]\nid = "soup"\ntitle = "Soup"\nseller = "hut"\nprice = "7"\n'
    )
    assert "7.00 CHF" in shell("shop").stdout
    own.write_text('currency = "CHF"\n[sellers]\n[[items]]\nid = "x"\ntitle = "X"\nseller = "nobody"\nprice = "1"\n')
    assert shell("shop").exit == 2


def test_the_wrong_key_is_32_and_opens_nothing(shell: Shell) -> None:
    """A key of another wallet, a key that others can read, and no key at all."""
    shell.enroll("ann")
    other = Shell(shell.folder / "other")
    other.folder.mkdir()
    other.enroll("bob")
    own = (shell.home / "master.key").read_bytes()
    (shell.home / "master.key").write_bytes((other.home / "master.key").read_bytes())
    assert shell.pay("ann").exit == 32
    (shell.home / "master.key").write_bytes(own)
    (shell.home / "master.key").chmod(0o644)
    assert "chmod 600" in shell.pay("ann").stderr
    (shell.home / "master.key").unlink()
    assert shell.pay("ann").exit == 32
    assert shell.pay("ann", "--json").envelope["reason"] == "wrong_key"
    assert shell("wallet", "balance").exit == 0, "what needs no face needs no key"


def test_a_wallet_of_a_newer_program_is_32(shell: Shell) -> None:
    """Never written by an older one."""
    shell.enroll("ann")
    connection = sqlite3.connect(shell.home / "wallet.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    answer = shell("wallet", "balance", "--json")
    assert (answer.exit, answer.envelope["reason"]) == (32, "too_new")


def test_a_locked_wallet_is_32(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer that does not let go."""
    monkeypatch.setattr("smilepay_cli.adapters.store.waiting.LOCK_WAIT_SECONDS", 0.05)
    shell.enroll("ann")
    holder = sqlite3.connect(shell.home / "wallet.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = shell("wallet", "deposit", "ann", "1", "--json")
    holder.close()
    assert (answer.exit, answer.envelope["reason"]) == (32, "locked")


def test_another_programs_database_is_left_alone(shell: Shell) -> None:
    """A wallet.db that is somebody else's is not touched."""
    shell.home.mkdir()
    connection = sqlite3.connect(shell.home / "wallet.db")
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    before = (shell.home / "wallet.db").read_bytes()
    assert shell("wallet", "balance").exit == 32
    assert (shell.home / "wallet.db").read_bytes()[100:] == before[100:]


def test_a_home_that_is_a_file_is_32(shell: Shell) -> None:
    """One line, no traceback."""
    shell.home.write_text("a file")
    answer = shell("wallet", "balance")
    assert answer.exit == 32 and "--home" in answer.stderr


def test_the_home_is_taken_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SMILEPAY_HOME, as scripts set it."""
    monkeypatch.setenv("SMILEPAY_HOME", str(tmp_path / "elsewhere"))
    assert run(["wallet", "deposit", "kiosk", "1", "--quiet"]) == 0
    assert (tmp_path / "elsewhere" / "wallet.db").exists()


@pytest.mark.parametrize("arguments", [("shop",), ("shop", "--json")], ids=" ".join)
def test_a_terminal_without_our_letters_is_no_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What was done stays done; letters that cannot be shown are replaced, JSON escapes them."""
    done = subprocess.run(
        [sys.executable, "-m", "smilepay_cli", *arguments],
        env={**os.environ, "SMILEPAY_HOME": str(tmp_path), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if "--json" in arguments:
        assert json.loads(done.stdout)["data"]["catalogue"]["items"]["latte"]["title"] == "Caff\u00e8 latte"


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    """`smilepay shop | head -1`: quiet, and no traceback."""
    command = f"{sys.executable} -m smilepay_cli policy | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env={**os.environ, "SMILEPAY_HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.stderr == "" and done.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize(
    "arguments",
    [
        ("wallet", "balance", "\udcff"),
        ("audit", "show", "\udcff"),
        ("pay", "\udcff"),
        ("pay", "--idempotency-key", "\udcff"),
        ("shop", "latte\udcff"),
        ("pay", "--image", "\udcff.jpg"),
        ("enroll", "a\udcff", "--image", "x.jpg"),
        ("pay", "--terminal", "\udcff"),
        ("pay", "--policy", "\udcff.toml"),
        ("pay", "--policy", "\udcff"),
        ("pay", "--engine", "\udcff"),
    ],
    ids=ascii,
)
def test_bytes_that_are_no_text_are_exit_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    """A shell can hand over anything."""
    assert shell(*arguments).exit == 2
    assert shell(*arguments, "--json").exit == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("pay", ""),
        ("pay", "--account", "", "--amount", "1", "--merchant", "kiosk"),
        ("pay", "--amount", "", "--merchant", ""),
        ("enroll", "ann", "--deposit", ""),
        ("wallet", "refund", "pay_1", ""),
        ("wallet", "capture", "pay_1", ""),
        ("audit", "--account", ""),
        ("shop", ""),
    ],
    ids=" ".join,
)
def test_an_empty_value_is_not_an_absent_one(shell: Shell, arguments: tuple[str, ...]) -> None:
    """`--account "$NAME"` with NAME unset must not pay as anybody who is recognised."""
    answer = shell(*arguments)
    assert answer.exit == 2 and "is empty" in answer.stderr


@pytest.mark.parametrize("name", ["[/a]b", "[bold]x", ":smile:", "[link=file:///etc]y[/link]"])
def test_a_name_is_shown_as_it_is(shell: Shell, name: str) -> None:
    """Brackets and colons are letters, in every listing."""
    shell.enroll(name)
    assert shell.pay(name).exit == 0
    assert name in shell("wallet", "balance").stdout
    assert name in shell("wallet", "statement", name).stdout
    for arguments in (("accounts", "list"), ("accounts", "show", name), ("audit",), ("wallet", "limits", name)):
        assert shell(*arguments).exit == 0


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", ">/dev/full 2>/dev/full", "2>&- >&-", "<&-"])
@pytest.mark.parametrize("form", ["", "--json"])
def test_what_was_done_stays_done_when_nobody_can_be_told(tmp_path: Path, redirection: str, form: str) -> None:
    """A full disk under the output, or none at all: the status is the command's own."""
    command = f"exec {sys.executable} -m smilepay_cli wallet deposit kiosk 1 {form} {redirection}"
    done = subprocess.run(
        ["bash", "-c", command], env={**os.environ, "SMILEPAY_HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_odd_homes_and_files_are_told_in_a_line(shell: Shell) -> None:
    """No such user, a FIFO as catalogue, brackets without end."""
    assert shell("wallet", "balance", "--home", "~nosuchuser/x").exit == 2
    deep = shell.folder / "deep.toml"
    deep.write_text("a = " + "[" * 30_000)
    assert shell("policy", "--policy", str(deep)).exit == 2
    shell.home.mkdir()
    os.mkfifo(shell.home / "catalogue.toml")
    assert shell("shop").exit == 2


def test_no_pin_is_exit_2(shell: Shell) -> None:
    """`--pin -` with nothing to read."""
    shell.enroll("ann")
    assert shell.pay("ann", "--pin", "-").exit == 2


@pytest.mark.parametrize(
    "line", [("pay", "--amount", "3", "--merchant", "kiosk"), ("shop", "stamp")], ids=["pay", "shop"]
)
def test_where_nobody_is_enrolled_the_hint_says_so(shell: Shell, line: tuple[str, ...]) -> None:
    """The refusal is the same; what was checked is told again as soon as there is anybody to be compared with."""
    hint = "nobody is enrolled yet: smilepay enroll NAME --image FILE --deposit 100"
    first = shell(*line, "--image", shell.selfie("ann"))
    assert first.exit == 10 and hint in first.stdout + first.stderr
    assert shell(*line, "--image", shell.selfie("ann"), "--json").envelope["reason"] == "no_match"
    shell.enroll("ann")
    later = shell(*line, "--image", shell.selfie("stranger"))
    assert later.exit == 10 and "smilepay audit show evt_" in later.stdout + later.stderr
    assert "nobody" not in later.stdout + later.stderr


def test_at_the_till_nobody_reads_what_is_on_the_account(shell: Shell) -> None:
    """The class of the reason only; the figures are in the event."""
    shell.enroll("ann", deposit="7.31")
    answer = shell.pay("ann", amount="8")
    assert answer.exit == 20 and "7.31" not in answer.stderr + answer.stdout


def test_the_envelope_names_the_command_and_nothing_that_was_given_to_it(shell: Shell) -> None:
    """Also when the call is wrong."""
    assert shell("enroll", "secretname", "--nope", "--json").envelope["command"] == "enroll"
    assert shell("wallet", "balance", "--nope", "--json").envelope["command"] == "wallet balance"


def test_a_variable_of_completion_that_was_left_silences_no_command(shell: Shell) -> None:
    """Shells ask without arguments. A gate in a pipeline must not be open because of somebody's environment."""
    for value in ("1", "bash"):
        answer = shell("audit", "show", "evt_none", variables={"_SMILEPAY_COMPLETE": value})
        assert answer.exit == 2 and "no event" in answer.stderr


@pytest.mark.parametrize(
    "line", [("--plain",), ("--plain", "audit"), ("audit", "--plain"), ("audit", "show", "--plain")]
)
def test_plain_is_taken_in_every_place(shell: Shell, line: tuple[str, ...]) -> None:
    """It is about the reader, not about a command."""
    shell("wallet", "deposit", "kiosk", "5")
    answer = shell(*line)
    assert answer.exit == 0 and not set("─│╭") & set(answer.stdout)


@pytest.mark.parametrize(
    "words", [("pay", "--help", "--plain"), ("--plain", "--help"), ("--plain", "wallet", "--help")]
)
def test_help_without_boxes(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """For who hears it; and with boxes again afterwards."""
    assert run(list(words)) == 0
    page = capsys.readouterr().out
    assert "Usage: smilepay" in page and "Examples:" in page and not set("─│╭") & set(page)
    assert run([word for word in words if word != "--plain"]) == 0
    assert "╭" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said", "where"),
    [
        (("pay", "--home", "x", "--receipt"), "--receipt", "see: smilepay pay --help"),
        (("wallet", "balance", "a", "b"), "b", "see: smilepay wallet balance --help"),
        (("wallet", "balanc"), "balance", "see: smilepay wallet --help"),
    ],
)
def test_a_usage_error_names_its_command(shell: Shell, words: tuple[str, ...], said: str, where: str) -> None:
    """Also where the parser forgot it; in Chinese too, with nothing of Typer's English left."""
    answer = shell(*words)
    assert answer.exit == 2 and said in answer.stderr and where in answer.stderr
    chinese = shell(*words, variables={"SMILEPAY_LANG": "zh"}).stderr
    assert said in chinese and not any(word in chinese for word in ("No such", "Did you", "requires", "unexpected"))


def test_pictures_among_the_items(shell: Shell) -> None:
    """`--image lin/*.jpg`: the shell makes one picture and several items of it."""
    answer = shell("shop", "--image", "a.jpg", "b.jpg", "c.jpg")
    assert answer.exit == 2 and "'b.jpg' is a picture" in answer.stderr and "--image of its own" in answer.stderr
