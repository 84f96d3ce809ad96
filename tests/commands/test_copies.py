"""`wallet backup` and `wallet restore` as people and machines type them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tests.commands.conftest import Shell


def test_a_backup_and_back(shell: Shell, tmp_path: Path) -> None:
    """People are told what is not in the file, and where the wallet of before went."""
    file = tmp_path / "monday.db"
    shell.enroll("ann")
    made = shell("wallet", "backup", str(file))
    assert made.exit == 0 and "the master key is not in it" in made.stdout
    assert shell.pay("ann").exit == 0
    back = shell("wallet", "restore", str(file))
    assert back.exit == 0 and "wallet.db.before-restore-2015" in back.stdout and "3 events" in back.stdout
    assert "100.00 EUR" in shell("wallet", "balance", "ann").stdout
    assert shell("audit", "verify").exit == 0


def test_forgetting_names_the_wallets_from_before_a_restore(shell: Shell, tmp_path: Path) -> None:
    """They hold the name still, and are not ours to delete unasked."""
    file = tmp_path / "monday.db"
    shell.enroll("ann")
    assert shell("wallet", "backup", str(file)).exit == 0 and shell("wallet", "restore", str(file)).exit == 0
    told = shell("accounts", "forget", "ann", "--json").envelope
    kept = [path.name for path in shell.home.glob("*before-restore*")]
    assert kept and all(name in " ".join(told["warnings"]) for name in kept)
    assert b"ann" in b"".join(path.read_bytes() for path in shell.home.glob("*before-restore*"))
    for name in kept:
        (shell.home / name).unlink()
    shell.enroll("bob")
    assert shell("accounts", "forget", "bob", "--json").envelope["warnings"] == []


def test_machines_read_the_digest(shell: Shell, tmp_path: Path) -> None:
    """And the event that tells of it."""
    file = tmp_path / "monday.db"
    shell.enroll("ann")
    envelope = shell("wallet", "backup", str(file), "--json").envelope
    assert envelope["data"]["copied"]["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert len(envelope["events"]) == 1
    envelope = shell("wallet", "restore", str(file), "--json").envelope
    assert envelope["data"]["replaced_count"] == 2 and envelope["data"]["copied"]["count"] == 1


def test_how_they_fail(shell: Shell, tmp_path: Path) -> None:
    """2 for a name that cannot be used, 32 for a file that is no wallet; one line and what to do."""
    shell.enroll("ann")
    file = tmp_path / "monday.db"
    assert shell("wallet", "restore", str(file)).exit == 2
    file.write_text("Dear diary, " * 500)
    again = shell("wallet", "backup", str(file), "--json")
    assert (again.exit, again.envelope["reason"]) == (2, "file_exists") and "--force" in again.envelope["data"]["hint"]
    broken = shell("wallet", "restore", str(file))
    assert broken.exit == 32 and str(file) in broken.stderr and "use another backup" in broken.stderr
    assert shell("wallet", "backup", str(file), "--force").exit == 0
    assert shell("wallet", "restore", str(file)).exit == 0
