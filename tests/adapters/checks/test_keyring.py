"""What doctor says of the keyring, which is asked and never given anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from smilepay_cli.adapters.checks.keyring import look_at_keyring
from smilepay_cli.verbs.deadline import within
from smilepay_cli.vocabulary.findings import Finding
from tests.fakes.keyrings import FOLDER, HangingKeyring, KeepingKeyring, LockedKeyring, PlainKeyring


def looked_at(monkeypatch: pytest.MonkeyPatch, folder: Path, ring: KeepingKeyring | None) -> Finding:
    monkeypatch.setenv(FOLDER, str(folder))
    monkeypatch.setattr("smilepay_cli.adapters.checks.keyring.RING_SECONDS", 0.2)
    monkeypatch.setattr("smilepay_cli.adapters.key_stores.RING_SECONDS", 0.2)
    if ring is not None:
        monkeypatch.setattr("keyring.core._keyring_backend", ring)
    (found,) = look_at_keyring(within)
    assert list(folder.iterdir()) == [], "nothing was made in it"
    return found


def test_none_at_all_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The null backend, which tests have: keys go into files."""
    found = looked_at(monkeypatch, tmp_path, None)
    assert found.state == "ok" and "keys are kept in files" in found.told


def test_one_that_works_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With its priority, by which others are chosen before it."""
    found = looked_at(monkeypatch, tmp_path, KeepingKeyring())
    assert found.state == "ok" and "priority 5; it answers" in found.told
    assert "KeepingKeyring" in found.figures["backend"] or "keyrings" in found.figures["backend"]


def test_one_in_plain_text_is_not_relied_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As for a new wallet."""
    assert "goes into a file" in looked_at(monkeypatch, tmp_path, PlainKeyring()).told


@pytest.mark.parametrize(
    ("ring", "said"),
    [(LockedKeyring, "Failed to unlock the collection!"), (HangingKeyring, "did not answer within 0.2 s")],
)
def test_one_that_is_locked_or_silent_is_a_note(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ring: type[KeepingKeyring], said: str
) -> None:
    """In one line, with what to do."""
    found = looked_at(monkeypatch, tmp_path, ring())
    assert found.state == "note" and said in found.told and "\n" not in found.told
    assert "SMILEPAY_KEY_STORE=file" in str(found.hint)


def test_one_that_would_open_a_dialog_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the Secret Service tells before it asks for a password."""
    monkeypatch.setattr("smilepay_cli.adapters.key_stores._is_locked", lambda _: True)
    found = looked_at(monkeypatch, tmp_path, KeepingKeyring())
    assert found.state == "note" and "it is locked" in found.told and "log in" in str(found.hint)
