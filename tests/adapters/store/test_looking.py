"""The store of who only looks: it reads what is there, and nothing is made, mended or written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from smilepay_cli.adapters.store.looking import LookingStore
from smilepay_cli.ports.store import NO_WALLET
from smilepay_cli.vocabulary.errors import StoreUnusable
from tests.verbs.conftest import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "home")
    scene.enroll("ann")
    yield scene
    scene.store.close()


def refused(home: Path) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught, LookingStore(home).reading():
        pass
    return caught.value


def test_it_reads_beside_who_writes(scene: Scene) -> None:
    """Neither waits for the other, and what is committed is seen."""
    looking = LookingStore(scene.home)
    with looking.reading() as books:
        assert len(books.people.all()) == 1
        scene.enroll("bob")
        assert len(books.people.all()) == 1, "one view"
    with looking.reading() as books:
        assert len(books.people.all()) == 2
    assert looking.examine().problems == ()
    looking.close()


def test_it_cannot_write(scene: Scene) -> None:
    """Whatever somebody does with it by mistake."""
    with pytest.raises(StoreUnusable), LookingStore(scene.home).writing() as books:
        books.settings.set("policy_floor", "demo")
    with scene.store.reading() as books:
        assert books.settings.get("policy_floor") is None


def test_its_files_are_gone_when_it_is_closed(scene: Scene) -> None:
    """As they were before, whether others have the wallet open or not."""
    scene.store.close()
    before = {path.name: path.read_bytes() for path in scene.home.iterdir()}
    looking = LookingStore(scene.home)
    with looking.reading() as books:
        assert books.people.all()
    looking.close()
    assert {path.name: path.read_bytes() for path in scene.home.iterdir()} == before


@pytest.mark.parametrize("there", [True, False])
def test_no_wallet_is_told_and_none_is_made(tmp_path: Path, there: bool) -> None:
    """Nor the folder."""
    home = tmp_path / "home"
    if there:
        home.mkdir()
    assert refused(home).reason == NO_WALLET
    assert home.exists() is there and (not there or list(home.iterdir()) == [])


def test_a_newer_wallet_and_another_programs_database(scene: Scene) -> None:
    """The words of every other command."""
    scene.store.close()
    path = scene.home / "wallet.db"
    with sqlite3.connect(path) as wallet:
        wallet.execute("PRAGMA user_version = 999")
    wallet.close()
    assert refused(scene.home).reason == "too_new"
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    assert "another program" in refused(scene.home).message


@pytest.mark.parametrize("name", ["wallet.db", "wallet.db-wal", "wallet.db-shm", "wallet.db-journal"])
def test_what_is_no_file_hangs_nobody(scene: Scene, name: str) -> None:
    """SQLite would wait for a pipe for ever."""
    scene.store.close()
    (scene.home / name).unlink(missing_ok=True)
    os.mkfifo(scene.home / name)
    assert refused(scene.home).reason == "read_only"


def test_a_link_is_not_followed(scene: Scene) -> None:
    """Whoever put it there may have chosen where it leads."""
    scene.store.close()
    (scene.home / "wallet.db").rename(scene.home / "other.db")
    (scene.home / "wallet.db").symlink_to(scene.home / "other.db")
    assert refused(scene.home).reason == "read_only"
