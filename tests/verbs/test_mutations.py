"""The file in an attacker's hands: whatever is changed in it, `audit verify --checkpoint --key` notices.

Short profile: bytes at a stride of 29. With SMILEPAY_LONG=1 every single byte of every event row. `pytest -s` prints
how many changes were tried.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.store.copies import WalletCopies
from smilepay_cli.verbs.accounts import forget, set_pin
from smilepay_cli.verbs.checkpoint import CheckpointResult
from smilepay_cli.verbs.copies import restore
from smilepay_cli.verbs.doctor import doctor
from smilepay_cli.verbs.policy import set_floor
from smilepay_cli.verbs.verify import verify
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, StoreUnusable
from tests.verbs.conftest import Scene
from tests.verbs.forgery import Body, Forger, eventful, held, proven, rechained, sign, without_its_facts

STRIDE = 1 if os.environ.get("SMILEPAY_LONG") else 29
"""A prime, so that places in the text vary from event to event."""


@pytest.fixture
def kept(scene: Scene) -> CheckpointResult:
    """A wallet of some twenty real events, and the checkpoint that was kept elsewhere."""
    eventful(scene)
    return sign(scene)


@pytest.fixture
def forger(scene: Scene, kept: CheckpointResult) -> Iterator[Forger]:
    forger = Forger(scene.home)
    yield forger
    forger.db.close()


def run(sql: str, *values: object) -> Callable[[sqlite3.Connection], object]:
    """One statement, later."""
    return lambda db: db.execute(sql, values)


class Tried:
    """Counts what was tried; each must be noticed."""

    def __init__(self, scene: Scene, forger: Forger, kept: CheckpointResult) -> None:
        self.scene, self.forger, self.kept = scene, forger, kept
        self.count = 0
        self.said: list[str] = []

    def __call__(self, change: Callable[[sqlite3.Connection], object], says: str | None = None) -> None:
        with self.forger.forged(change):
            self.require_noticed(says)

    def require_noticed(self, says: str | None = None) -> None:
        with pytest.raises(ChainBroken, match=says) as raised:
            proven(self.scene, self.kept)
        self.said.append(str(raised.value))
        self.count += 1

    def tell(self, what: str) -> None:
        """For the summary, and so that a change that undid itself badly does not make the rest look noticed."""
        assert proven(self.scene, self.kept).count == self.kept.checkpoint.seq + 1
        print(f"\nmutations: {self.count} {what}, all noticed")  # noqa: T201 - with -s people see what was tried


@pytest.fixture
def tried(scene: Scene, forger: Forger, kept: CheckpointResult) -> Tried:
    return Tried(scene, forger, kept)


def test_every_byte_of_every_event_row(tried: Tried) -> None:
    """Body and hash, one bit of each byte in turn; the event is named."""
    db = tried.forger.db
    rows = db.execute("SELECT seq, hash, body FROM events ORDER BY seq").fetchall()
    expected, place = 0, 0
    with tried.forger.unguarded():
        for seq, digest, body in rows:
            for column, text in (("hash", digest), ("body", body)):
                data = text.encode()
                first = -place % STRIDE
                place += len(data)
                for at in range(first, len(data), STRIDE):
                    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
                    db.execute(f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE seq = ?", (changed, seq))
                    tried.require_noticed(f"event {seq} ")
                    expected += 1
                db.execute(f"UPDATE events SET {column} = ? WHERE seq = ?", (text, seq))
    assert len(rows) >= 20 and tried.count == expected == -(-place // STRIDE) and place > 40_000
    tried.tell(f"bytes of {place:,} in {len(rows)} event rows (every {STRIDE}th)" if STRIDE > 1 else "bytes of rows")


def test_every_number(tried: Tried) -> None:
    """A row's number moved to the end, and to every other row's place in exchange for it."""
    last = len(tried.forger.bodies())
    for seq in range(1, last + 1):
        tried(run("UPDATE events SET seq = ? WHERE seq = ?", seq + last, seq))
    for first in range(1, last):
        for second in range(first + 1, last + 1):

            def swap(db: sqlite3.Connection, first: int = first, second: int = second) -> None:
                db.execute("UPDATE events SET seq = 0 WHERE seq = ?", (first,))
                db.execute("UPDATE events SET seq = ? WHERE seq = ?", (first, second))
                db.execute("UPDATE events SET seq = ? WHERE seq = 0", (second,))

            tried(swap, f"event {first} ")
    assert tried.count == last + last * (last - 1) // 2
    tried.tell("numbers moved and swapped")


def test_rows_taken_out_put_in_and_cut_off(tried: Tried) -> None:
    """As they lie there, hashes left alone."""
    last = len(tried.forger.bodies())
    for seq in range(1, last):
        tried(
            run(
                "DELETE FROM events WHERE seq = ?",
                seq,
            ),
            f"event {seq} is missing",
        )
        if seq < tried.kept.checkpoint.seq:
            tried(
                run(
                    "DELETE FROM events WHERE seq > ?",
                    seq,
                )
            )
        tried(
            run("INSERT INTO events (seq, hash, body) SELECT ?, hash, body FROM events WHERE seq = ?", last + 1, seq),
            f"event {last + 1} ",
        )
    tried(run("DELETE FROM events"))
    assert tried.count == 3 * (last - 1), (
        "the last cut, after the checkpoint, is left out; all rows at once are one more"
    )
    tried.tell("rows taken out, put in or cut off")


def test_the_chain_computed_anew(tried: Tried) -> None:
    """Every hash fits again; what was said is another thing. Only a head kept elsewhere shows it."""
    bodies = tried.forger.bodies()
    covered = tried.kept.checkpoint.seq

    def anew(changed: list[Body]) -> Callable[[sqlite3.Connection], None]:
        return partial(rechained, bodies=changed)

    for place in range(covered):
        for lie in ({"at": "2014-01-01T00:00:00.000Z"}, {"reason": "lied"}, {"terminal": "elsewhere"}, {"new": 1}):
            tried(anew([*bodies[:place], {**bodies[place], **lie}, *bodies[place + 1 :]]))
        invented = {**bodies[6], "id": "evt_invented", "frames": [], "presented": False}
        assert invented["outcome"] == "refused"
        tried(anew([*bodies[:place], invented, *bodies[place:]]))
        if place:
            tried(anew([*bodies[: place - 1], bodies[place], bodies[place - 1], *bodies[place + 1 :]]))
    assert tried.count == covered * 6 - 1
    anew_said = [said for said in tried.said if "computed anew" in said or "says was signed" in said]
    assert len(anew_said) > tried.count / 2, "most of it nothing but a signed head shows"
    tried.tell("chains computed anew")


def test_events_taken_out_together_with_what_they_tell_of(tried: Tried) -> None:
    """The books add up, the chain is whole, and there is less of both: one event, or all from one on."""
    bodies = tried.forger.bodies()
    for place in range(tried.kept.checkpoint.seq):
        for gone in ([place], range(place, len(bodies))):

            def remove(db: sqlite3.Connection, gone: list[int] | range = gone) -> None:
                for number in reversed(gone):
                    without_its_facts(db, bodies[number])
                rechained(db, [body for number, body in enumerate(bodies) if number not in gone])

            tried(remove)
    assert any("the trail was cut" in said for said in tried.said)
    assert tried.count == 2 * tried.kept.checkpoint.seq
    tried.tell("events taken out with their facts")


def test_money_changed_together_with_its_event(tried: Tried) -> None:
    """Posting, balance and event agree on the lie, and so does every hash."""
    for place, body in enumerate(tried.forger.bodies()):
        if "ledger" in body:

            def more(db: sqlite3.Connection, place: int = place) -> None:
                changed = tried.forger.bodies()
                told = changed[place]
                for leg in told["ledger"]["postings"]:
                    leg["minor"] *= 2
                told["amount_minor"] *= 2
                transaction = told["ledger"]["transaction"]
                db.execute(
                    "UPDATE postings SET amount_minor = 2 * amount_minor WHERE transaction_id = ?", [transaction]
                )
                db.execute(
                    "UPDATE resolutions SET amount_minor = 2 * amount_minor WHERE transaction_id = ?", [transaction]
                )
                rechained(db, changed)

            tried(more)
    assert tried.count == tried.kept.checkpoint.transactions == 8
    tried.tell("transactions changed with their events")


def test_every_fact_of_the_books(tried: Tried) -> None:
    """Each column of each row of each table of facts, and each row as a whole: no event agrees with the lie."""
    db = tried.forger.db
    free = {"postings.id", "transactions.seq", "hold_shares.position", "order_lines.line"}  # places, not facts
    changeable = ("events", "settings", "people", "gallery_version")
    tables = [name for name in tried.forger.everything() if name not in changeable]
    for table in tables:
        columns = [name for name in tried.forger.columns(table).split(", ") if f"{table}.{name}" not in free]
        for (rowid,) in db.execute(f"SELECT rowid FROM {table}").fetchall():
            for column in columns:
                sql = (
                    f"UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'integer' THEN {column} + 1"
                    f" WHEN 'null' THEN 'x' ELSE replace('~' || {column}, '~2015', '2014') END WHERE rowid = ?"
                )
                if column == "currency":
                    sql = f"UPDATE {table} SET currency = 'USD' WHERE rowid = ?"
                tried(
                    run(
                        sql,
                        rowid,
                    )
                )
            tried(
                run(
                    f"DELETE FROM {table} WHERE rowid = ?",
                    rowid,
                )
            )
    tried(run("UPDATE resolutions SET kind = 'voided', transaction_id = NULL, amount_minor = 0"))
    assert tried.count > 300
    tried.tell("facts of the books changed or removed")


def test_an_idempotency_key_planted_on_a_payment(tried: Tried) -> None:
    """Whoever used that key next would be told of somebody else's success. In its place among the keys that were used:
    on payments that used none, and on those that used another."""
    paid = [body for body in tried.forger.bodies() if body.get("hold")]
    assert {"key_use" in body for body in paid} == {True, False}
    before = 0
    for body in paid:
        before += "key_use" in body

        def plant(db: sqlite3.Connection, body: Body = body, place: int = 100 * before + 50) -> None:
            db.execute("UPDATE key_uses SET rowid = 100 * rowid")
            sql = "INSERT INTO key_uses (rowid, key, parameters, hold_id, event_id) VALUES (?, 'planted', '{}', ?, ?)"
            db.execute(sql, (place, body["payment"], body["id"]))

        tried(plant, None if "key_use" in body else "which used none")
    tried.tell("idempotency keys planted")


def test_guards_and_definitions(scene: Scene, tried: Tried) -> None:
    """Each trigger, index and table: gone, or replaced by one that does nothing."""
    db = tried.forger.db
    triggers = db.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, table, sql in triggers:
        db.execute(f"DROP TRIGGER {name}")
        tried.require_noticed(name)
        db.execute(f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT 1; END")
        tried.require_noticed(name)
        db.execute(f"DROP TRIGGER {name}")
        db.execute(sql)
    indexes = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name <> '_sqlite_migrations'"
    )
    for name, sql in db.execute(indexes).fetchall():
        db.execute(f"DROP INDEX {name}")
        tried.require_noticed(name)
        db.execute(sql)
    for extra, undo in (
        ("CREATE TRIGGER quiet AFTER INSERT ON events BEGIN SELECT 1; END", "DROP TRIGGER quiet"),
        ("CREATE VIEW events2 AS SELECT * FROM events", "DROP VIEW events2"),
        ("ALTER TABLE holds ADD COLUMN more TEXT", "ALTER TABLE holds DROP COLUMN more"),
    ):
        db.execute(extra)
        tried.require_noticed("the wallet's own rules were changed")
        db.execute(undo)
    assert len(triggers) > 30 and tried.count > 2 * len(triggers) + 10
    tried.tell("guards and definitions removed or replaced")


CHANGEABLE = {
    "names swapped": "UPDATE people SET name_key = account_id;"
    " UPDATE people SET name = CASE name WHEN 'ann' THEN 'bob' WHEN 'bob' THEN 'ann' ELSE name END;"
    " UPDATE people SET name_key = name",
    "a name": "UPDATE people SET name = 'eve', name_key = 'eve' WHERE name = 'ann'",
    "found by another name": "UPDATE people SET name_key = 'eve' WHERE name = 'ann'",
    "a salt": "UPDATE people SET salt = randomblob(32) WHERE name = 'ann'",
    "a salt taken away": "UPDATE people SET salt = NULL, name = 'eve', name_key = 'eve' WHERE name = 'ann'",
    "enrolled at another time": "UPDATE people SET enrolled_at = '2014-01-01T00:00:00.000Z' WHERE name = 'ann'",
    "a time that is none": "UPDATE people SET enrolled_at = 'x' WHERE name = 'ann'",
    "a PIN taken away": "UPDATE people SET pin_hash = NULL WHERE name = 'ann'",
    "a PIN put there": "UPDATE people SET pin_hash = (SELECT pin_hash FROM people WHERE name = 'ann')"
    " WHERE name = 'bob'",
    "another PIN": "UPDATE people SET pin_hash = pin_hash || 'x' WHERE name = 'ann'",
    "a person taken away": "DELETE FROM people WHERE name = 'bob'",
    "a person added": "INSERT INTO accounts VALUES ('acc_9999', 'customer', 'EUR');"
    " INSERT INTO people SELECT 'acc_9999', 'eve', 'eve', enrolled_at, wrapped_key, NULL, NULL FROM people"
    " WHERE name = 'bob'",
    "somebody forgotten who is back": "INSERT INTO people SELECT account_id, 'cid', 'cid', '2015-03-15T17:00:00.000Z',"
    " x'00', NULL, NULL FROM (SELECT id AS account_id FROM accounts WHERE kind = 'customer'"
    " AND id NOT IN (SELECT account_id FROM people))",
    "a customer's account added": "INSERT INTO accounts VALUES ('acc_9999', 'customer', 'EUR')",
    "the currency of who was never paid": "UPDATE accounts SET currency = 'USD' WHERE id ="
    " (SELECT account_id FROM people WHERE name = 'poor')",
    "a seller's account added": "INSERT INTO accounts VALUES ('merchant:nobody', 'merchant', 'EUR')",
    "a seller's account in another currency": "INSERT INTO accounts VALUES ('fees:USD', 'fees', 'USD')",
    "a floor": "INSERT INTO settings VALUES ('policy_floor', 'strict') ON CONFLICT DO UPDATE SET value = 'strict'",
    "a floor taken away": "DELETE FROM settings WHERE name = 'policy_floor'",
    "the gallery's version": "DELETE FROM gallery_version",
    "a picture that was not presented": "INSERT INTO presentations SELECT 'd' || seq, id FROM events WHERE seq = 3;"
    " DELETE FROM presentations WHERE digest = 'd3'; INSERT INTO presentations SELECT"
    " json_extract(body, '$.frames[0]'), id FROM events WHERE json_extract(body, '$.command') = 'shop' ORDER BY seq"
    " DESC LIMIT 1",
}
"""What lies in rows that may change, or in rows that no posting points to."""


def test_people_and_settings_are_what_the_last_event_says(scene: Scene) -> None:
    """They change in place, so the newest word on each is in the trail."""
    eventful(scene)
    scene.enroll("poor", deposit=None)
    scene.enroll("cid", deposit=None)
    forget(scene.till(), "cid")
    set_pin(scene.till(), "ann", "1357")
    set_floor(scene.till(), "standard")
    scene.enroll("bob", deposit=None)
    scene.shop("ann", "espresso")
    kept = sign(scene)
    forger = Forger(scene.home)
    tried = Tried(scene, forger, kept)
    for what, sql in CHANGEABLE.items():

        def change(db: sqlite3.Connection, sql: str = sql) -> None:
            for statement in sql.split(";"):
                db.execute(statement)

        with forger.forged(change):
            try:
                proven(scene, kept)
            except ChainBroken:
                tried.count += 1
            else:
                pytest.fail(f"not noticed: {what}")
    assert tried.count == len(CHANGEABLE)
    tried.tell("people and settings changed")
    forger.db.close()


HIDDEN = (
    ("trigger", "sqlite_evil", "people", "CREATE TRIGGER sqlite_evil AFTER UPDATE OF pin_hash ON people BEGIN"
     " UPDATE people SET pin_hash = (SELECT pin_hash FROM people WHERE name = 'bob'); END"),
    ("trigger", "people", "people", "CREATE TRIGGER people AFTER DELETE ON people BEGIN SELECT 1; END"),
    ("trigger", "evil", "_sqlite_migrations", "CREATE TRIGGER evil AFTER INSERT ON _sqlite_migrations BEGIN"
     " DELETE FROM slots; END"),
    ("trigger", "sqlite_autoindex_x", "slots", "CREATE TRIGGER sqlite_autoindex_x AFTER INSERT ON slots BEGIN"
     " DELETE FROM slots; END"),
    ("view", "sqlite_stat5", "sqlite_stat5", "CREATE VIEW sqlite_stat5 AS SELECT 1"),
)  # fmt: skip
"""Rows of the schema whose names or tables look like SQLite's or the migrations' own."""


@pytest.mark.parametrize("row", HIDDEN, ids=lambda row: f"{row[0]} {row[1]}")
def test_nothing_in_the_schema_hides_behind_a_name(tmp_path: Path, scene: Scene, tried: Tried, row: Any) -> None:
    """Written into the schema itself, where SQLite refuses no name, and it runs. Verify, doctor and restore say so."""
    assert tried.kept.checkpoint.seq, "it verifies before"
    db = tried.forger.db
    db.execute("PRAGMA writable_schema = ON")
    db.execute("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, 0, ?)", row)
    db.execute("PRAGMA writable_schema = RESET")
    scene.store.close()
    tried.require_noticed(f"{row[0]} {row[1]} does not belong")
    found = doctor(scene.till(), [])
    assert found.exit is ExitStatus.STORE_UNUSABLE
    assert any(f"{row[0]} {row[1]} does not belong" in told.told for told in found.findings)
    scene.store.close()
    tried.forger.db.close()
    backup = tmp_path / "backup.db"
    backup.write_bytes((scene.home / "wallet.db").read_bytes())
    with pytest.raises((StoreUnusable, ChainBroken), match="does not belong"):
        restore(scene.till(), WalletCopies(scene.home), backup, progress=lambda _done, _total: None)


def test_what_sqlite_keeps_for_itself_is_no_change(scene: Scene, kept: CheckpointResult, forger: Forger) -> None:
    """Statistics by ANALYZE, and what the migrations keep, whatever quotes their version writes."""
    forger.db.execute("ANALYZE")
    assert proven(scene, kept).count
    forger.db.execute("PRAGMA writable_schema = ON")
    table = "CREATE TABLE [_sqlite_migrations] (\n [id] INTEGER PRIMARY KEY, [migration_set] TEXT, [name] TEXT,"
    table += " [applied_at] TEXT)"
    forger.db.execute("UPDATE sqlite_master SET sql = ? WHERE name = '_sqlite_migrations'", (table,))
    forger.db.execute("PRAGMA writable_schema = RESET")
    assert proven(scene, kept).count


def test_signed_anew_with_the_homes_own_key(scene: Scene, kept: CheckpointResult, forger: Forger) -> None:
    """Whoever has the home can sign a rewritten chain. The kept head differs; of another key the fingerprint does."""
    bodies = forger.bodies()
    lie = {**bodies[6], "reason": None, "outcome": "done"}
    with forger.unguarded() as db:
        db.execute("BEGIN")
        rechained(db, [*bodies[:6], lie, *bodies[7:14]])
        for body in reversed(bodies[14:]):
            without_its_facts(db, body)
        db.execute("COMMIT")
    assert verify(scene.till()).count == 14, "without a checkpoint the rewritten chain is whole"
    with pytest.raises(ChainBroken, match="the trail was cut: checkpoint kept"):
        proven(scene, kept)
    forged = sign(scene, out=str(scene.home / "forged.json"))
    assert forged.fingerprint == kept.fingerprint, "the home's key, used by somebody else"
    for _ in range(10):
        scene.pay("stranger", amount="3", merchant="kiosk")  # as long as it was
    with pytest.raises(ChainBroken, match="computed anew"):
        proven(scene, kept)
    other = sign(scene, new_key=True)
    with pytest.raises(ChainBroken, match="another key"):
        held(scene, {"given": other.checkpoint}, key=kept.fingerprint)
    warned = held(scene, {"given": other.checkpoint})
    assert "proves nothing" in warned.warnings[0], "taken from the home, it says only what the home says"


def test_what_no_proof_shows(scene: Scene, kept: CheckpointResult, forger: Forger) -> None:
    """Honest about the limit, which is the newest checkpoint: what comes after it may be cut off where it moved no
    money, and a refusal that never was, well-formed, may be put behind it.
    """
    bodies = forger.bodies()
    invented = {**bodies[6], "id": "evt_invented", "frames": [], "presented": False}
    covered = kept.checkpoint.seq
    for changed in ([*bodies, invented], bodies[:covered]):
        with forger.forged(partial(rechained, bodies=changed)):
            assert proven(scene, kept).count == len(changed)
