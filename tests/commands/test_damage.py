"""Rows that somebody changed: every command says in one line that the wallet is damaged or broken, and none crashes."""

from __future__ import annotations

import sqlite3

import pytest

from tests.commands.conftest import Shell

CHANGES = (
    "UPDATE people SET enrolled_at = 'x'",
    "UPDATE holds SET authorized_at = 'x'",
    "UPDATE holds SET expires_at = '2015-03-15'",
    "UPDATE transactions SET at = 'x'",
    "UPDATE resolutions SET at = ''",
    "UPDATE orders SET opened_at = 'x'",
    "UPDATE holds SET currency = 'USD'",
    "DELETE FROM hold_shares",
    "UPDATE hold_shares SET amount_minor = 1",
    "DELETE FROM order_lines",
    "DELETE FROM gallery_version",
    "UPDATE events SET body = '{}'",
    "UPDATE events SET body = '[]'",
    "UPDATE events SET body = json_remove(body, '$.id', '$.at', '$.checks')",
    "UPDATE events SET body = json_set(body, '$.checks', 5, '$.at', 5, '$.decision', 5, '$.amount_minor', 'x')",
)
COMMANDS = (
    ("wallet", "balance"),
    ("wallet", "statement", "ann"),
    ("wallet", "statement", "kiosk"),
    ("wallet", "limits", "ann"),
    ("wallet", "capture", "pay_0002"),
    ("wallet", "refund", "pay_0001"),
    ("accounts", "list"),
    ("accounts", "show", "ann"),
    ("audit", "list"),
    ("audit", "show", "2"),
    ("audit", "verify"),
    ("audit", "checkpoint"),
    ("audit", "report"),
    ("audit", "export", "--format", "beancount"),
    ("audit", "export", "--format", "csv"),
    ("doctor",),
    ("shop", "latte"),
    ("pay",),
    ("pay", "--amount", "1", "--merchant", "kiosk"),
    ("accounts", "forget", "ann"),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_makes_no_sense_is_one_line(shell: Shell, change: str) -> None:
    """Exit 31 or 32 where the command comes across it, its usual answer where not; never 1, never a traceback."""
    shell("enroll", "ann", "--deposit", "100", "--image", shell.selfie("ann", smile=False))
    shell("pay", "--amount", "3", "--merchant", "kiosk", "--image", shell.selfie("ann"))
    shell("shop", "latte", "--image", shell.selfie("ann"))
    shell("pay", "--hold", "--image", shell.selfie("ann"))
    shell("shop", "latte", "--image", shell.selfie("ann"))
    database = sqlite3.connect(shell.home / "wallet.db")
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    assert database.execute(change).rowcount, "there must be a row to change"
    for _, sql in triggers:
        database.execute(sql)
    database.commit()
    whole = database.serialize()
    database.close()
    ends = set()
    for words in COMMANDS:
        for path in shell.home.glob("wallet.db*"):
            path.unlink()
        (shell.home / "wallet.db").write_bytes(whole)
        (shell.home / "wallet.db").chmod(0o600)
        looks = words[0] in ("shop", "pay")
        told = shell(*words, *(("--image", shell.selfie("ann")) if looks else ()))
        ends.add(told.exit)
        assert told.exit != 1 and "Traceback" not in told.stderr, (words, told.stderr)
        if told.exit in (31, 32) and words != ("doctor",):
            lines = [line for line in told.stderr.splitlines() if line.startswith("smilepay: ")]
            assert len(lines) == 1, told.stderr
    assert ends & {31, 32}, "somebody noticed"
    assert shell("audit", "verify").exit in (31, 32), "whoever asks is told"
