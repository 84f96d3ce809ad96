"""Many units of work in one transaction: each by itself as the others see it, all of them durable together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.vocabulary.errors import StoreUnusable

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "home")
    with store.writing() as books:
        books.settings.set("before", "1")
    yield store
    store.close()


def setting(store: SqliteStore, name: str) -> str | None:
    with store.reading() as books:
        return books.settings.get(name)


def test_units_see_each_other_and_others_see_them_at_the_end(store: SqliteStore, tmp_path: Path) -> None:
    """One wait for the disk instead of many; nobody sees half of a batch."""
    other = SqliteStore(tmp_path / "home")
    with store.batch():
        for number in range(3):
            with store.writing() as books:
                books.trail.append({"id": f"evt_{number}"})
            with store.reading() as books:
                assert len(list(books.trail.stored())) == number + 1
            with other.reading() as books:
                assert list(books.trail.stored()) == []
    with other.reading() as books:
        assert [event.id for event in books.trail.latest(5)] == ["evt_2", "evt_1", "evt_0"]
    other.close()


def test_a_unit_that_fails_leaves_the_others(store: SqliteStore) -> None:
    """As with `writing` alone: all of a unit or nothing, whatever goes wrong inside."""
    with store.batch():
        with store.writing() as books:
            books.settings.set("first", "1")
        with pytest.raises(KeyError), store.writing() as books:  # noqa: PT012
            books.settings.set("second", "1")
            raise KeyError
        with store.writing() as books:
            assert books.settings.get("second") is None
            books.settings.set("third", "1")
    assert [setting(store, name) for name in ("first", "second", "third")] == ["1", None, "1"]


def test_what_leaves_the_batch_undoes_it(store: SqliteStore) -> None:
    """Ctrl-C in the middle: none of it was durable, so none of it stays."""
    with pytest.raises(KeyboardInterrupt), store.batch():  # noqa: PT012
        with store.writing() as books:
            books.settings.set("first", "1")
        raise KeyboardInterrupt
    assert (setting(store, "before"), setting(store, "first")) == ("1", None)
    with store.writing() as books:  # a block of its own again
        books.settings.set("after", "1")
    assert setting(store, "after") == "1"


def test_a_batch_that_sqlite_undid_goes_no_further(store: SqliteStore) -> None:
    """On a full disk SQLite takes everything back; a later unit must not become durable by itself."""
    with store.reading() as books:
        connection = books.trail._db
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreUnusable) as problem, store.batch():  # noqa: PT012
        with store.writing() as books:
            books.settings.set("first", "1")
        with pytest.raises(StoreUnusable) as full, store.writing() as books:  # noqa: PT012
            for number in range(1000):
                books.trail.append({"id": f"evt_{number}", "filler": "x" * 500})
        assert full.value.reason == "disk_full"
        if connection.in_transaction:  # what SQLite does by itself after some errors, and may do after this one
            connection.execute("ROLLBACK")
        with store.writing() as books:
            books.settings.set("later", "1")
    assert problem.value.reason == "batch_undone"
    assert (setting(store, "before"), setting(store, "first"), setting(store, "later")) == ("1", None, None)


def test_nobody_else_writes_meanwhile(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is scrubbed: the log holds what is not durable yet."""
    monkeypatch.setattr("smilepay_cli.adapters.store.waiting.LOCK_WAIT_SECONDS", 0.05)
    other = SqliteStore(tmp_path / "home")
    with store.batch():
        with pytest.raises(StoreUnusable) as problem, other.writing():
            pass
        assert problem.value.reason == "locked"
        assert store.scrub() is False
    other.close()
    assert store.scrub() is True


KILLED_IN_A_BATCH = """
import os, signal, sys
from pathlib import Path
from smilepay_cli.adapters.store.wallet import SqliteStore

store = SqliteStore(Path(sys.argv[1]))
for batch in range(2):
    with store.batch():
        for number in range(500):
            with store.writing() as books:
                books.trail.append({"id": f"evt_{batch}_{number}", "filler": "x" * 2000})
        if batch:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_crash_loses_the_batch_and_nothing_else(store: SqliteStore, tmp_path: Path) -> None:
    """Killed at the end of the second batch, with a megabyte of it in the log: the first batch is there, whole."""
    store.close()
    child = subprocess.run([sys.executable, "-c", KILLED_IN_A_BATCH, str(tmp_path / "home")], cwd=ROOT, check=False)
    assert child.returncode == -9
    with store.reading() as books:
        rows = list(books.trail.stored())
        assert len(rows) == 500 and '"evt_0_499"' in rows[-1].body
        assert books.settings.get("before") == "1"
        assert books.trail._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
