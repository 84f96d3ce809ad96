"""`smilepay shop --edit` and `--catalogue`: at a terminal, off one, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from smilepay_cli.adapters.packaged import CatalogueFile
from tests.commands.conftest import Shell
from tests.commands.test_asking import at_a_terminal

OURS = CatalogueFile(Path("/nowhere")).read().decode()
DEARER = OURS.replace('price = "3.80"', 'price = "4.00"')


@pytest.fixture
def prices(shell: Shell) -> Path:
    """A file of ours with a dearer latte."""
    path = shell.folder / "prices.toml"
    path.write_text(DEARER)
    return path


def test_a_file_becomes_the_catalogue(shell: Shell, prices: Path) -> None:
    """And what changed by it is said."""
    answer = shell("shop", "--catalogue", str(prices))
    assert answer.exit == 0
    assert "the catalogue is changed: 11 items of 3 sellers, 0.6 % in fees" in answer.stdout
    assert "latte: 3.80 EUR → 4.00 EUR" in answer.stdout
    assert "4.00 EUR" in shell("shop").stdout
    assert "as it was" in shell("shop", "--catalogue", str(prices)).stdout


def test_a_file_that_cannot_be_used_is_named(shell: Shell, prices: Path) -> None:
    """Exit 2, one line, and the catalogue stays."""
    prices.write_text(DEARER.replace("[sellers]", "[sellers"))
    answer = shell("shop", "--catalogue", str(prices), "--json")
    assert (answer.exit, answer.envelope["reason"]) == (2, "bad_catalogue")
    assert str(prices) in answer.envelope["data"]["message"] and "line" in answer.envelope["data"]["message"]
    assert not (shell.home / "catalogue.toml").exists()


def test_json_tells_the_change(shell: Shell, prices: Path) -> None:
    """For scripts: digests, prices, the event."""
    document = shell("shop", "--catalogue", str(prices), "--json").envelope
    assert document["data"]["changes"] == [
        {
            "item": "latte",
            "before": {"minor": 380, "currency": "EUR", "amount": "3.80"},
            "after": {"minor": 400, "currency": "EUR", "amount": "4.00"},
        }
    ]
    assert len(document["events"]) == 1 and document["data"]["catalogue"]["fee_bp"] == 60


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "no_editor"),
        ({"EDITOR": " "}, "no_editor"),
        ({"VISUAL": "vi 'x"}, "no_editor"),
        ({"EDITOR": "true"}, "no_terminal"),
    ],
)
def test_without_an_editor_or_a_terminal(shell: Shell, variables: dict[str, str], reason: str) -> None:
    """Exit 2, with the way that needs neither; no file is made."""
    answer = shell("shop", "--edit", "--json", variables=variables)
    assert (answer.exit, answer.envelope["reason"]) == (2, reason)
    assert "--catalogue FILE" in answer.envelope["data"]["hint"]
    assert not shell.home.exists()


@pytest.mark.parametrize("more", [("latte",), ("--account", "ann"), ("--image", "x.png")], ids=" ".join)
def test_changing_and_shopping_are_two_things(shell: Shell, prices: Path, more: tuple[str, ...]) -> None:
    """Exit 2, and nothing is changed."""
    assert shell("shop", "--catalogue", str(prices), *more).exit == 2
    assert not shell.home.exists()


class TestAtATerminal:
    """With an editor of its own process."""

    @pytest.fixture
    def editor(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A script that makes the latte dearer, on what it is given last."""
        path = shell.folder / "an editor.sh"
        path.write_text('#!/bin/sh\ntest -t 0 && test -t 1 && sed -i s/3.80/4.00/ "$2"\n')
        path.chmod(0o700)
        monkeypatch.setenv("VISUAL", f"'{path}' --wait")
        monkeypatch.setenv("EDITOR", "false")
        return path

    @pytest.mark.usefixtures("editor")
    def test_what_was_edited_is_in_force(self, shell: Shell) -> None:
        """VISUAL before EDITOR, with its own options and a blank in its name; the terminal is the editor's."""
        status, shown, _ = at_a_terminal(["shop", "--edit", "--home", str(shell.home)], None)
        assert status == 0, shown
        assert "latte: 3.80 EUR → 4.00 EUR".encode() in shown
        assert (shell.home / "catalogue.toml").read_text() == DEARER

    def test_an_editor_that_fails(self, shell: Shell, editor: Path) -> None:
        """Exit 2, and what it wrote is kept."""
        editor.write_text('#!/bin/sh\necho more >> "$2"\nexit 3\n')
        status, shown, _ = at_a_terminal(["shop", "--edit", "--home", str(shell.home)], None)
        assert status == 2 and b"ended with status 3" in shown
        assert b"go on with: smilepay shop --edit --catalogue" in b" ".join(shown.split())
        assert len(list(shell.home.glob("catalogue.*.draft.toml"))) == 1

    def test_an_editor_that_is_not_there(self, shell: Shell, editor: Path) -> None:
        """Exit 2, and its name."""
        editor.unlink()
        status, shown, _ = at_a_terminal(["shop", "--edit", "--home", str(shell.home)], None)
        assert status == 2 and b"cannot start: No such file" in shown
        assert list(shell.home.iterdir()) == []
