"""Real wallets of every earlier version, made by the code of then (wallets/make.py): what becomes of them."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.store import schema
from smilepay_cli.adapters.store.schema import VERSION
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.wallet import statement
from smilepay_cli.vocabulary.errors import ChainBroken
from tests.fakes.fixed import FixedClock
from tests.verbs.conftest import Scene
from tests.verbs.forgery import proven, sign

ROOT = Path(__file__).parents[3]
WALLETS = Path(__file__).parent / "wallets"
OLDER = sorted(int(path.name[8:].partition(".")[0]) for path in WALLETS.glob("version-*.db.gz"))


def expected(version: int) -> dict[str, Any]:
    """What the program of then said of it."""
    told: dict[str, Any] = json.loads((WALLETS / f"version-{version}.json").read_text(encoding="utf-8"))
    return told


def put(home: Path, version: int) -> Path:
    """The wallet and its key."""
    home.mkdir(mode=0o700)
    (home / "wallet.db").write_bytes(gzip.decompress((WALLETS / f"version-{version}.db.gz").read_bytes()))
    (home / "master.key").write_bytes((WALLETS / f"version-{version}.key.txt").read_bytes())
    for path in home.iterdir():
        path.chmod(0o600)
    return home


@pytest.fixture(params=OLDER)
def version(request: pytest.FixtureRequest) -> int:
    value: int = request.param
    return value


@pytest.fixture
def scene(tmp_path: Path, version: int) -> Iterator[Scene]:
    """The old wallet in the hands of this program, a moment after the last event in it."""
    scene = Scene(put(tmp_path / "home", version))
    scene.clock = FixedClock(datetime.fromisoformat(expected(version)["now"]) + timedelta(seconds=400))
    for _ in range(100):  # ids count, and the old wallet has the first ones
        for kind in ("evt", "pay", "txn", "ord", "acc", "ref"):
            scene.ids.new(kind)
    yield scene
    scene.store.close()


def rows(connection: sqlite3.Connection, table: str) -> list[Any]:
    """Everything that was there, in the columns that were there."""
    return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def definitions(path: Path) -> set[tuple[str, str, str]]:
    """Every table, index and trigger with its text."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        return {(kind, name, " ".join(text.split())) for kind, name, text in found}
    finally:
        connection.close()


def test_there_is_one_of_every_earlier_version() -> None:
    """A new version that is released needs a wallet of the one before: make.py says how. 4 to 6 never were."""
    assert OLDER == [1, 2, 3, 7] and VERSION > 7


def test_it_verifies_and_keeps_everything(scene: Scene, version: int) -> None:
    """Balances, people, references, trail: as the program of then told them."""
    told = expected(version)
    result = verify(scene.till())
    assert (result.count, result.transactions, result.head) == (told["events"], told["transactions"], told["head"])
    assert {name: scene.balance(name) for name in ("Ann", "Bob")} == told["available"]
    assert {name: scene.references(name) for name in ("Ann", "Bob")} == {"Ann": 1, "Bob": 1}
    assert statement(scene.till(), "Ann").balance.available.minor == told["available"]["Ann"]
    with scene.store.reading() as books:
        connection = books.trail._db
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in told["rows"]}
        assert counts == told["rows"]
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert books.trail.guards_missing() == []


def test_no_fact_is_rewritten(scene: Scene, version: int) -> None:
    """To the byte: what an event says is what its hash is of. Of idempotency keys there is the digest now."""
    before = scene.home.parent / "before.db"
    before.write_bytes(gzip.decompress((WALLETS / f"version-{version}.db.gz").read_bytes()))
    connection = sqlite3.connect(before)
    kept = {table: rows(connection, table) for table in schema.FACTS if table in expected(version)["rows"]}
    connection.close()
    with scene.store.reading() as books:
        now = {table: rows(books.trail._db, table) for table in kept}
    kept["key_uses"] = [(sha256(key.encode()).hexdigest(), *facts) for key, *facts in kept["key_uses"]]
    for table, facts in kept.items():
        assert [row[: len(facts[0])] for row in now[table]] == facts, table


def test_its_people_go_on_paying(scene: Scene, version: int) -> None:
    """References open under the keys of then; what was refused, held or used once stays so."""
    assert scene.pay("Ann", amount="1", merchant="kiosk").name == "Ann"
    again = scene.pay("Ann", amount="3", merchant="kiosk", key="once")
    assert again.repeated and scene.balance("Ann") == expected(version)["available"]["Ann"] - 100
    assert scene.pay("Ann").refusal is not None, "the order of then is paid"
    assert verify(scene.till()).count == expected(version)["events"] + 3


def test_it_has_the_schema_of_a_fresh_file(scene: Scene, tmp_path: Path) -> None:
    """Every table, index and trigger, with the same text."""
    fresh = SqliteStore(tmp_path / "fresh")
    for store in (fresh, scene.store):
        with store.reading():
            pass
        store.close()
    assert definitions(scene.home / "wallet.db") == definitions(fresh.path)


def test_names_of_then_are_told_by_the_next_checkpoint(scene: Scene) -> None:
    """No event of then binds a name; one that was changed is noticed from then on."""
    assert "the names of 2 people" in verify(scene.till()).warnings[0]
    kept = sign(scene)
    assert proven(scene, kept).warnings == () and scene.events()[-2]["command"] == "accounts.bind"
    assert b"Ann" not in str(scene.events()).encode()
    assert sign(scene).checkpoint.seq == kept.checkpoint.seq + 1, "nobody is left to be told"
    with scene.store.writing() as books:
        books.people._db.execute("UPDATE people SET name = 'Eve', name_key = 'eve' WHERE name = 'Ann'")
    with pytest.raises(ChainBroken, match="is not who the events say it is"):
        proven(scene, kept)


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from smilepay_cli.adapters.store import schema
from smilepay_cli.adapters.store.wallet import SqliteStore

made = schema._guards
def until_the_last_step(*tables):
    if tables == ("key_uses",):
        os.kill(os.getpid(), signal.SIGKILL)
    return made(*tables)
schema._guards = until_the_last_step
SqliteStore(Path(sys.argv[1])).reading().__enter__()
"""


def test_a_crash_in_the_middle_leaves_the_old_version(scene: Scene, version: int) -> None:
    """Killed in the last step, when the others were done: whole or not at all, and then whole."""
    child = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(scene.home)], cwd=ROOT, check=False)
    assert child.returncode == -9
    connection = sqlite3.connect(scene.home / "wallet.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert connection.execute("SELECT key FROM key_uses").fetchall() == [("once",)]
    connection.close()
    test_it_verifies_and_keeps_everything(scene, version)
