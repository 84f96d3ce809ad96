"""Start-up stays light: what commands without a face must not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("cv2", "dlib", "onnxruntime", "face_recognition", "face_recognition_models", "numpy", "PIL", "matplotlib",
         "scipy", "cryptography", "argon2", "keyring", "sqlite_utils", "pydantic", "textual")  # fmt: skip
SLOW_FOR_A_LOOK = (
    "rich",
    "babel",
    "json",
    "secrets",
    "random",
    "tempfile",
    "importlib.resources",
    "importlib.metadata",
)
"""Each takes milliseconds; a look at the balance takes some twenty over Typer in all."""
PACKAGE = Path(__file__).parent.parent / "smilepay_cli"
ALWAYS = {"__init__", "app", "call", "environment", "options", "perform", "tree", "values"}
"""Modules of commands/ that are no command."""
SNIPPET = """
import sys
from smilepay_cli.commands.app import run
status = run(sys.argv[1:])
print("\\n" + " ".join([str(status), *sys.modules]))
"""


NOT_FOR_A_WORD = {
    "typer.rich_utils",
    "shellingham.posix",
    "smilepay_cli.adapters.store.wallet",
    "smilepay_cli.adapters.key_stores",
    "smilepay_cli.adapters.keys",
    "smilepay_cli.verbs.lookup",
    "smilepay_cli.vocabulary.ledger",
}
"""What opens wallets and keys, or takes more time than a completion has over Typer."""


def loaded_by(home: Path, *arguments: str, **variables: str) -> tuple[int, set[str]]:
    """Exit status and loaded modules of one command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SNIPPET, *arguments],
        env={**os.environ, "SMILEPAY_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    status, *modules = done.stdout.splitlines()[-1].split(" ")
    return int(status), set(modules)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A wallet that exists, as it does on every call but the first."""
    assert loaded_by(tmp_path, "wallet", "deposit", "kiosk", "5")[0] == 0
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("--version",),
        ("pay", "--help"),
        ("shop",),
        ("shop", "--json"),
        ("shop", "--list"),
        ("shop", "--help"),
        ("wallet", "balance"),
        ("wallet", "balance", "kiosk"),
        ("wallet", "statement", "kiosk"),
        ("wallet", "deposit", "kiosk", "1"),
        ("accounts", "list"),
        ("audit",),
        ("audit", "verify"),
        ("policy",),
        ("forge", "--help"),
        ("forge", "--list"),
    ],
    ids=" ".join,
)
def test_commands_without_a_face_load_nothing_heavy(home: Path, arguments: tuple[str, ...]) -> None:
    """No array, no model, no cipher, no migration library for a look at the balance."""
    status, modules = loaded_by(home, *arguments)
    assert status == 0
    assert not modules & set(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--version",),
        ("shop",),
        ("wallet",),
        ("wallet", "balance"),
        ("wallet", "balance", "kiosk"),
        ("wallet", "deposit", "kiosk", "1"),
        ("wallet", "refund", "pay_none"),
        ("accounts", "list"),
    ],
    ids=" ".join,
)
def test_lines_and_small_tables_need_no_rich(home: Path, arguments: tuple[str, ...]) -> None:
    """Off a terminal the same text is written without it."""
    assert "rich" not in loaded_by(home, *arguments)[1]


@pytest.mark.parametrize("name", ["kiosk", None])
def test_a_look_at_the_balance_loads_what_it_needs_and_no_more(home: Path, name: str | None) -> None:
    """What writes events, moves money, looks at faces or draws tables stays out."""
    status, modules = loaded_by(home, "wallet", "balance", *([name] if name else []))
    assert status == 0
    assert not modules & set(SLOW_FOR_A_LOOK)
    for layer, needed in (("commands", {"wallet"}), ("verbs", {"wallet", "lookup", "till"})):
        others = {path.stem for path in (PACKAGE / layer).glob("*.py")} - needed - ALWAYS
        assert others and not modules & {f"smilepay_cli.{layer}.{other}" for other in others}


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("", set()),
        ("wal", set()),
        ("wallet ", {"wallet"}),
        ("wallet balance ", {"wallet"}),
        ("wallet refund ", {"wallet"}),
        ("pay --", {"pay"}),
        ("pay --policy ", {"pay"}),
        ("pay ", {"pay"}),
        ("audit --limit 3 --account ", {"audit"}),
        ("audit show ", {"audit"}),
        ("shop ", {"shop"}),
        ("forge --species pr", {"forge"}),
    ],
    ids=str,
)
def test_a_completion_loads_next_to_nothing_over_typer(home: Path, line: str, made: set[str]) -> None:
    """Somebody waits with a finger on the key: one command is made at most, and no number is converted."""
    asked = {"_SMILEPAY_COMPLETE": "zsh", "_SMILEPAY_COMPLETE_LINE": f"smilepay {line}"}
    status, modules = loaded_by(home, **asked)
    assert status == 0
    assert not modules & {*HEAVY, *NOT_FOR_A_WORD, *SLOW_FOR_A_LOOK}
    loaded = {path.stem for path in (PACKAGE / "commands").glob("*.py")} - ALWAYS - {"completing"}
    assert {name for name in loaded if f"smilepay_cli.commands.{name}" in modules} - {"stopping"} == made


def test_the_start_page_opens_no_wallet(home: Path) -> None:
    """It looks at the file, and makes no command."""
    status, modules = loaded_by(home)
    assert status == 0
    assert not modules & {*NOT_FOR_A_WORD, *SLOW_FOR_A_LOOK}
    assert "smilepay_cli.adapters.store.glance" in modules


def test_the_catalogue_loads_nothing_of_ordering(home: Path) -> None:
    """Looking at what is on sale recognises nobody and writes no event."""
    modules = loaded_by(home, "shop")[1]
    assert "smilepay_cli.verbs.catalogue" in modules
    assert not modules & {"smilepay_cli.verbs.shop", "smilepay_cli.verbs.attempt", "smilepay_cli.adapters.faces.fast"}


def test_numbers_are_still_checked_by_typer(home: Path) -> None:
    """Only text and defaults go past its conversion, so a number that is typed loads pydantic."""
    status, modules = loaded_by(home, "audit", "--limit", "2")
    assert status == 0 and "pydantic" in modules
    assert loaded_by(home, "audit", "--limit", "many")[0] == 2


def test_a_new_wallet_is_made_by_sqlite_utils(tmp_path: Path) -> None:
    """Only where tables are made: see adapters/store/schema.py."""
    assert "sqlite_utils" in loaded_by(tmp_path, "wallet", "balance")[1]
    assert "sqlite_utils" not in loaded_by(tmp_path, "wallet", "balance")[1]


def test_json_needs_no_rich(home: Path) -> None:
    """Machines do not pay for tables."""
    assert not any(name.startswith("rich.") for name in loaded_by(home, "wallet", "balance", "--json")[1])


def test_paying_by_image_loads_no_opencv(home: Path) -> None:
    """Still images are read by Pillow; OpenCV is for cameras."""
    picture = Path(__file__).parent.parent / "sample_faces" / "no_face" / "1.jpg"
    status, modules = loaded_by(home, "pay", "--amount", "1", "--merchant", "kiosk", "--image", str(picture))
    assert status == 12
    assert "cv2" not in modules and "dlib" in modules
