"""A desk for each test, and one session of the tester for all that read its results."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.examples.running import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With a blank in its name, as folders of people have."""
    folder = tmp_path / "a desk"
    folder.mkdir()
    return Desk(folder)


@dataclass(frozen=True)
class Session:
    """A session that was run, and where it left its folders."""

    desk: Desk
    done: subprocess.CompletedProcess[str]

    @property
    def folder(self) -> Path:
        return self.desk.folder / "session"


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """It takes some twenty seconds: once."""
    desk = Desk(tmp_path_factory.mktemp("a tester"))
    return Session(desk, desk.run("tester/tester.sh", "session"))
