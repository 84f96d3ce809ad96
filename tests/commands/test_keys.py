"""Keys, kept frames and what is judged again, as people type it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests.commands.conftest import Shell
from tests.fakes.keyrings import FOLDER, KeepingKeyring, LockedKeyring

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/envelope.json").read_text(encoding="utf-8"))


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeepingKeyring:
    """A keyring that works, in place of the null one that tests have otherwise."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setattr("keyring.core._keyring_backend", KeepingKeyring())
    return KeepingKeyring()


@pytest.fixture
def keeping(shell: Shell) -> str:
    """A policy file that keeps frames for an hour."""
    path = shell.folder / "keeping.toml"
    path.write_text("keep_frames = 3600\n")
    return str(path)


def test_a_wallet_says_where_its_key_is_and_moves_it(shell: Shell, ring: KeepingKeyring) -> None:
    """Before there is one, in the keyring, in a file; and everybody is known afterwards."""
    assert shell("wallet", "key").stdout.startswith("there is no key yet; it will be in the keyring")
    shell.enroll("ann")
    assert "the master key is in the keyring" in shell("wallet", "key").stdout and len(ring.entries) == 1
    moved = shell("wallet", "key", "--store", "file")
    assert moved.exit == 0 and "a new master key, in the file; the keys of 1 person are wrapped by it" in moved.stdout
    assert ring.entries == {} and len(list(shell.home.glob("master-*.key"))) == 1
    assert shell.pay("ann").exit == 0
    document = shell("wallet", "key", "--rotate", "--json").envelope
    jsonschema.validate(document, SCHEMA)
    assert document["data"]["changed"] and document["data"]["key"]["store"] == "file" and len(document["events"]) == 1
    assert shell.pay("ann").exit == 0 and shell("audit", "verify").exit == 0


def test_the_variable_chooses_and_is_never_passed_over(shell: Shell, ring: KeepingKeyring) -> None:
    """A wallet whose key is elsewhere is not opened, is told how, and is moved by the command it names."""
    wants_file = {"SMILEPAY_KEY_STORE": "file"}
    enrol = ("enroll", "ann", "--image", shell.selfie("ann", smile=False), "--deposit", "9")
    assert shell(*enrol, variables=wants_file).exit == 0
    assert (shell.home / "master.key").exists() and ring.entries == {}
    pay = ("pay", "--amount", "3", "--merchant", "kiosk", "--image")
    wants_ring = {"SMILEPAY_KEY_STORE": "keyring"}
    refused = shell(*pay, shell.selfie("ann"), variables=wants_ring)
    assert refused.exit == 32 and "smilepay wallet key --store keyring" in refused.stderr
    assert shell("doctor", variables=wants_ring).exit == 32
    assert shell("wallet", "key", "--store", "keyring", variables=wants_ring).exit == 0
    assert shell(*pay, shell.selfie("ann"), variables=wants_ring).exit == 0
    assert shell(*pay, shell.selfie("ann")).exit == 0
    junk = shell("wallet", "key", variables={"SMILEPAY_KEY_STORE": "vault"})
    assert junk.exit == 2 and "file or keyring" in junk.stderr


def test_a_locked_keyring_is_one_line_and_32(
    shell: Shell, ring: KeepingKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs no face goes on."""
    shell.enroll("ann")
    monkeypatch.setattr("keyring.core._keyring_backend", LockedKeyring())
    answer = shell.pay("ann")
    assert answer.exit == 32 and "Failed to unlock" in answer.stderr and len(answer.stderr.splitlines()) == 2
    assert shell("wallet", "balance", "ann").exit == 0


def test_a_payment_is_judged_again(shell: Shell, keeping: str) -> None:
    """As a table and as JSON; without frames it is 2, with how to keep them."""
    shell.enroll("ann")
    shell.pay("ann", "--policy", keeping)
    event = shell("audit", "--limit", "1", "--json").envelope["data"]["found"][0]["body"]["id"]
    told = shell("audit", "rescore", event, "--policy", keeping)
    assert told.exit == 0 and "the same as then" in told.stdout and "accepted" in told.stdout
    document = shell("audit", "rescore", event, "--json", "--policy", "strict").envelope
    jsonschema.validate(document, SCHEMA)
    data = document["data"]
    assert data["drift"] and data["causes"] == ["threshold"] and data["now"]["reason"] == "transition_not_shown"
    assert data["policy"]["dissimilarity_max"] == [0.5, 0.45]
    drifted = shell("audit", "rescore", event, "--policy", "strict").stdout
    assert "drift: the decision is another one" in drifted and "dissimilarity_max: 0.5 then, 0.45 now" in drifted
    shell.clock.advance(hours=1)
    assert shell("audit", "prune").stdout.startswith("✓ 1 kept frame removed, 0 kept on")
    gone = shell("audit", "rescore", event)
    assert gone.exit == 2 and "keep_frames = 604800" in gone.stderr and "they were kept until" in gone.stderr
    shell.pay("ann")
    newest = shell("audit", "--limit", "1", "--json").envelope["data"]["found"][0]["body"]["id"]
    never = shell("audit", "rescore", newest)
    assert never.exit == 2 and "its policy kept none" in never.stderr
