"""A few named texts that belong to the wallet: the key's fingerprint, the policy floor."""

from __future__ import annotations

import sqlite3


class SqliteSettings:
    """The settings book."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def get(self, name: str) -> str | None:
        """The text, or None when it was never set."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set(self, name: str, value: str) -> None:
        """Set or replace."""
        self._db.execute(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def unset(self, name: str) -> None:
        """Forget it."""
        self._db.execute("DELETE FROM settings WHERE name = ?", (name,))
