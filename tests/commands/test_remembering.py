"""What replays measured on pictures, and who forgets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smilepay_cli.adapters.memory_file import KEY_FILE, MemoryFile
from tests.commands.conftest import Shell


@pytest.fixture
def measured(shell: Shell) -> Path:
    folder = shell.folder / "cache" / "replay"
    memory = MemoryFile(folder, "some engine and rules")
    memory.put("some pixels", {"border (1, 2, 3, 4)": 0.5})
    memory.close()
    return folder


def test_forgetting_anybody_removes_it(shell: Shell, measured: Path) -> None:
    """Nobody can tell whose pictures were measured; it can all be measured again."""
    assert shell("enroll", "ann", "--image", str(shell.selfie("ann"))).exit == 0
    assert shell("accounts", "forget", "ann").exit == 0
    assert list(measured.iterdir()) == []


def test_forgetting_nobody_removes_nothing(shell: Shell, measured: Path) -> None:
    """A name that is unknown is a mistyped call."""
    assert shell("accounts", "forget", "nobody").exit == 2
    assert (measured / KEY_FILE).exists()


def test_what_cannot_be_removed_is_told(shell: Shell, measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person is forgotten all the same, and whoever asked knows what is left."""
    assert shell("enroll", "ann", "--image", str(shell.selfie("ann"))).exit == 0

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("smilepay_cli.adapters.memory_file.Path.unlink", refused)
    answer = shell("accounts", "forget", "ann", "--json")
    assert answer.exit == 0
    assert any(str(measured) in warning for warning in answer.envelope["warnings"])
