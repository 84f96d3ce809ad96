"""Keyrings for tests: real backends of the library `keyring`, one that keeps, and some that do not behave."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

FOLDER = "SMILEPAY_TEST_KEYRING"
"""The variable that names the folder in which the keyrings of a test keep what they are given."""


class KeepingKeyring(KeyringBackend):
    """Keeps entries in a file of its own, so that other processes of a test find them."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def entries(self) -> dict[str, str]:
        """By `service/name`."""
        path = self._path()
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self.entries, f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        left = self.entries
        if left.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("there is no such entry")
        self._write(left)

    def _path(self) -> Path:
        return Path(os.environ[FOLDER]) / "keyring.json"

    def _write(self, entries: dict[str, str]) -> None:
        draft = self._path().with_suffix(".draft")
        draft.write_text(json.dumps(entries))
        draft.replace(self._path())


class LockedKeyring(KeepingKeyring):
    """Somebody closed it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock\nthe collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")


class HangingKeyring(KeepingKeyring):
    """Waits for somebody at a screen."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(3600)
        return None


class ForgetfulKeyring(KeepingKeyring):
    """Takes everything and keeps nothing, with a priority that promises more than the null backend's."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """As if it were kept."""


class PlainKeyring(KeepingKeyring):
    """Works, but is none that the library recommends: as keyrings.alt has them, in plain text."""

    priority = 0.5
