"""The wallet file: what the database itself refuses, and what is refused of a file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from stat import S_IMODE

import pytest

from smilepay_cli.adapters.store import schema
from smilepay_cli.adapters.store.schema import APPLICATION_ID, FACTS, VERSION, guards, migrations
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable
from smilepay_cli.vocabulary.evidence import SealedFrame
from smilepay_cli.vocabulary.ledger import Person, SealedReference, key_digest

ROOT = Path(__file__).parents[3]
CHANGEABLE = {"settings", "people", "face_references", "gallery_version", "slots", "kept_frames"}

FACTS_OF_A_PAYMENT = """
INSERT INTO accounts VALUES ('acc_1', 'customer', 'EUR'), ('funding:EUR', 'funding', 'EUR');
INSERT INTO orders VALUES ('ord_1', 'acc_1', 'EUR', 'now');
INSERT INTO order_lines VALUES ('ord_1', 1, 'latte', 'Latte', 'cafe', 1, 380);
INSERT INTO holds VALUES ('pay_1', 'acc_1', 'ord_1', 380, 'EUR', 'now', 'later');
INSERT INTO hold_shares (hold_id, position, seller, amount_minor) VALUES ('pay_1', 0, 'cafe', 380);
INSERT INTO postings VALUES (1, 'txn_1', 'acc_1', -380, 'EUR'), (2, 'txn_1', 'funding:EUR', 380, 'EUR');
INSERT INTO transactions VALUES (1, 'txn_1', 'capture', 'now', 'pay_1', 'evt_1');
INSERT INTO resolutions VALUES ('pay_1', 'captured', 380, 'txn_1', 'now');
INSERT INTO key_uses VALUES ('k', '{}', 'pay_1', 'evt_1');
INSERT INTO presentations VALUES ('digest', 'evt_1');
INSERT INTO events (seq, hash, body) VALUES (1, 'hash', '{"id":"evt_1"}');
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "home")
    with store.reading():
        pass
    yield store
    store.close()


@pytest.fixture
def database(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """The program's own connection, on a wallet with one payment's facts in it."""
    connection = store._connection
    assert connection is not None
    connection.executescript(f"BEGIN; {FACTS_OF_A_PAYMENT} COMMIT;")
    yield connection
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def outsider(store: SqliteStore) -> sqlite3.Connection:
    """Somebody else's connection to the same file, without our pragmas."""
    return sqlite3.connect(store.path, isolation_level=None)


class TestFacts:
    """What happened stays: whoever asks, through whatever connection."""

    @pytest.mark.parametrize("table", FACTS)
    def test_no_fact_is_changed_taken_away_or_replaced(
        self, store: SqliteStore, database: sqlite3.Connection, table: str
    ) -> None:
        other = outsider(store)
        before = database.execute(f"SELECT * FROM {table}").fetchall()
        assert before, "there must be a row to refuse the change of"
        column = database.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
        columns = ", ".join(row[0] for row in database.execute(f"SELECT name FROM pragma_table_info('{table}')"))
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"UPDATE OR REPLACE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",
            f"INSERT OR IGNORE INTO {table} ({columns}) SELECT {columns} FROM {table}",
        ):
            for connection in (database, other):
                with pytest.raises(sqlite3.IntegrityError, match="a fact is never changed"):
                    connection.execute(statement)
        assert database.execute(f"SELECT * FROM {table}").fetchall() == before
        other.close()

    def test_a_second_name_does_not_replace_either(self, database: sqlite3.Connection) -> None:
        """A transaction has a number and an id; a new number under an old id would take the old one's place."""
        database.execute("BEGIN")
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            database.execute("REPLACE INTO transactions VALUES (99, 'txn_1', 'capture', 'now', 'pay_1', 'evt_1')")

    def test_every_table_is_a_fact_or_known_to_change(self, database: sqlite3.Connection) -> None:
        """A new table fails here until somebody has decided."""
        tables = {
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("sqlite_", "_sqlite_"))
        }
        assert tables == set(FACTS) | CHANGEABLE

    def test_every_guard_is_there(self, database: sqlite3.Connection) -> None:
        """And no other trigger: nothing happens behind the program's back."""
        triggers = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert triggers == set(guards())

    def test_every_table_is_strict(self, database: sqlite3.Connection) -> None:
        """A text in an amount is an error, not a surprise."""
        lax = [
            name
            for name, strict in database.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
            if not strict and not name.startswith(("sqlite_", "_sqlite_"))
        ]
        assert lax == []
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
            database.execute("INSERT INTO postings VALUES (9, 'txn_9', 'acc_1', 'much', 'EUR')")
        with pytest.raises(sqlite3.IntegrityError, match="cannot store REAL"):
            database.execute("INSERT INTO postings VALUES (9, 'txn_9', 'acc_1', 0.5, 'EUR')")


class TestMoney:
    """Balanced or nothing, once or not at all: also for raw SQL."""

    def test_a_transaction_that_does_not_balance(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN")
        database.execute("INSERT INTO postings VALUES (8, 'txn_2', 'acc_1', 100, 'EUR')")
        database.execute("INSERT INTO postings VALUES (9, 'txn_2', 'funding:EUR', -99, 'EUR')")
        with pytest.raises(sqlite3.IntegrityError, match="do not sum to zero"):
            database.execute("INSERT INTO transactions VALUES (2, 'txn_2', 'deposit', 'now', NULL, 'evt_2')")

    def test_currencies_do_not_balance_each_other(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN")
        database.execute("INSERT INTO postings VALUES (8, 'txn_2', 'acc_1', 100, 'EUR')")
        database.execute("INSERT INTO postings VALUES (9, 'txn_2', 'funding:EUR', -100, 'USD')")
        with pytest.raises(sqlite3.IntegrityError, match="do not sum to zero"):
            database.execute("INSERT INTO transactions VALUES (2, 'txn_2', 'deposit', 'now', NULL, 'evt_2')")

    def test_a_transaction_without_postings(self, database: sqlite3.Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError, match="do not sum to zero"):
            database.execute("INSERT INTO transactions VALUES (2, 'txn_2', 'deposit', 'now', NULL, 'evt_2')")

    def test_nothing_joins_a_transaction_that_is_closed(self, database: sqlite3.Connection) -> None:
        """Not even two postings that balance each other."""
        with pytest.raises(sqlite3.IntegrityError, match="the transaction is closed"):
            database.execute(
                "INSERT INTO postings VALUES (8, 'txn_1', 'acc_1', 5, 'EUR'), (9, 'txn_1', 'acc_1', -5, 'EUR')"
            )

    def test_postings_without_their_transaction_are_not_committed(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN")
        database.execute("INSERT INTO postings VALUES (8, 'txn_2', 'acc_1', 100, 'EUR')")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            database.execute("COMMIT")
        database.execute("ROLLBACK")
        assert database.execute("SELECT count(*) FROM postings").fetchone() == (2,)

    def test_a_hold_resolves_once(self, database: sqlite3.Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("INSERT INTO resolutions VALUES ('pay_1', 'voided', 0, NULL, 'now')")

    def test_a_key_is_used_once(self, database: sqlite3.Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("INSERT INTO key_uses VALUES ('k', '{\"amount\":1}', 'pay_1', 'evt_2')")

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO holds VALUES ('pay_2', 'acc_none', NULL, 380, 'EUR', 'now', 'later')",
            "INSERT INTO holds VALUES ('pay_2', 'acc_1', 'ord_none', 380, 'EUR', 'now', 'later')",
            "INSERT INTO orders VALUES ('ord_2', 'acc_none', 'EUR', 'now')",
            "INSERT INTO people (account_id, name, name_key, enrolled_at, wrapped_key, pin_hash)"
            " VALUES ('acc_none', 'Ann', 'ann', 'now', x'00', NULL)",
            "INSERT INTO face_references VALUES ('ref_1', 'acc_1', 'maker', x'00', 'now')",
            "INSERT INTO key_uses VALUES ('k2', '{}', 'pay_none', 'evt_1')",
        ],
    )
    def test_nothing_hangs_in_the_air(self, database: sqlite3.Connection, statement: str) -> None:
        """Foreign keys are on: facts point to what is there."""
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            database.execute(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO holds VALUES ('pay_3', 'acc_1', NULL, 0, 'EUR', 'now', 'later')",
            "INSERT INTO holds VALUES ('pay_3', 'acc_1', NULL, -5, 'EUR', 'now', 'later')",
            "INSERT INTO hold_shares VALUES ('pay_1', 1, 'cafe', 0, 60)",
            "INSERT INTO hold_shares VALUES ('pay_1', 1, 'cafe', 380, -1)",
            "INSERT INTO hold_shares VALUES ('pay_1', 1, 'cafe', 380, 10001)",
            "INSERT INTO order_lines VALUES ('ord_1', 2, 'latte', 'Latte', 'cafe', 0, 380)",
            "INSERT INTO order_lines VALUES ('ord_1', 2, 'latte', 'Latte', 'cafe', 1, -380)",
            "INSERT INTO postings VALUES (9, 'txn_2', 'acc_1', 0, 'EUR')",
            "INSERT INTO accounts VALUES ('acc_2', 'bank', 'EUR')",
            "INSERT INTO accounts VALUES ('acc_2', 'customer', 'EURO')",
            "INSERT INTO transactions VALUES (2, 'txn_2', 'gift', 'now', NULL, 'evt_1')",
            "INSERT INTO resolutions VALUES ('pay_2', 'captured', 380, NULL, 'now')",
            "INSERT INTO resolutions VALUES ('pay_2', 'voided', 0, 'txn_1', 'now')",
            "INSERT INTO resolutions VALUES ('pay_2', 'expired', 0, NULL, 'now')",
        ],
    )
    def test_nothing_makes_no_sense(self, database: sqlite3.Connection, statement: str) -> None:
        """CHECK constraints: amounts above zero, kinds that exist, a capture with its transaction."""
        database.execute("INSERT INTO holds VALUES ('pay_2', 'acc_1', NULL, 380, 'EUR', 'now', 'later')")
        with pytest.raises(sqlite3.IntegrityError, match=r"CHECK|sum to zero"):
            database.execute(statement)


class TestOlderFiles:
    """A wallet of an earlier version becomes one of this version when it is opened, and keeps what is in it."""

    def test_version_1(self, tmp_path: Path) -> None:
        """Before galleries had a version: a payment, a person and a reference stay, and references are counted."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v2_gallery_version")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1; BEGIN; {FACTS_OF_A_PAYMENT}"
            "INSERT INTO people VALUES ('acc_1', 'Ann', 'ann', '2015-03-15T12:00:00.000Z', x'00', NULL);"
            "INSERT INTO face_references VALUES ('ref_1', 'acc_1', 'maker', x'01', 'now'); COMMIT;"
        )
        connection.close()
        store = SqliteStore(tmp_path)
        with store.writing() as books:
            before = books.people.gallery_version()
            assert books.people.reference_count() == 1
            assert [person.name for person in books.people.all()] == ["Ann"]
            assert books.trail._db.execute("SELECT id FROM transactions").fetchall() == [("txn_1",)]
            books.people.forget("acc_1")
            assert books.people.gallery_version() != before
            assert books.trail.guards_missing() == []
        with store.reading() as books:
            assert books.trail._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        store.close()

    def test_version_2(self, tmp_path: Path) -> None:
        """Before attempts took slots: a strike and an unlock stay what they were, and slots can be taken."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v3_slots")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 2; BEGIN; {FACTS_OF_A_PAYMENT}"
            "INSERT INTO events (seq, hash, body) VALUES (2, 'hash', "
            """'{"terminal":"local","throttle":"strike","at":"2015-03-15T17:00:00.000Z"}'); COMMIT;"""
        )
        connection.close()
        store = SqliteStore(tmp_path)
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        with store.writing() as books:
            assert books.slots.at("local") == []
            assert books.trail.strikes_at("local", long_ago) == [datetime(2015, 3, 15, 17, tzinfo=UTC)]
            books.slots.take("evt_3", "local", None, long_ago)
            assert books.trail._db.execute("SELECT event_id, after_seq FROM slots").fetchall() == [("evt_3", 2)]
            assert books.trail._db.execute("SELECT id FROM transactions").fetchall() == [("txn_1",)]
            assert books.trail.guards_missing() == []
        with store.reading() as books:
            assert books.trail._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
            assert [slot.event_id for slot in books.slots.at("local")] == ["evt_3"]
        store.close()

    @pytest.mark.parametrize("people", [1, 300])
    def test_version_3(self, tmp_path: Path, people: int) -> None:
        """Before fees: the table of accounts is made anew under everything that refers to it, and nothing is lost."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v4_fees")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 3; BEGIN; {FACTS_OF_A_PAYMENT}"
            "INSERT INTO people VALUES ('acc_1', 'Ann', 'ann', '2015-03-15T12:00:00.000Z', x'00', NULL); COMMIT;"
        )
        connection.executemany(
            "INSERT INTO accounts VALUES (?, 'customer', 'EUR')", [(f"z{n}",) for n in range(people)]
        )
        query = "SELECT rowid, * FROM accounts ORDER BY rowid"
        before = connection.execute(query).fetchall()
        connection.close()
        store = SqliteStore(tmp_path)
        with store.writing() as books:
            books.ledger.open_account("fees:EUR", "fees", "EUR")
            connection = books.trail._db
            assert connection.execute(query).fetchall()[:-1] == before
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert books.trail.guards_missing() == []
            assert connection.execute("SELECT fee_bp FROM hold_shares").fetchall() == [(0,)], "what was free stays so"
            assert books.people.by_name("ann") is not None
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), store.writing() as books:
            books.trail._db.execute("INSERT INTO orders VALUES ('ord_2', 'acc_none', 'EUR', 'now')")
        with pytest.raises(sqlite3.IntegrityError, match="never changed"), store.writing() as books:
            books.trail._db.execute("DELETE FROM accounts")
        with store.reading() as books:
            assert books.trail._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
            assert books.trail._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.close()

    def test_accounts_are_made_anew_whole_or_not_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An account lost on the way is one that rows refer to: SQLite says so, and the file stays version 3."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v4_fees")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 3; BEGIN; {FACTS_OF_A_PAYMENT} COMMIT;"
        )
        before = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        lossy = schema._FEES.replace("FROM accounts_before", "FROM accounts_before WHERE id <> 'acc_1'")
        assert lossy != schema._FEES
        monkeypatch.setattr(schema, "_FEES", lossy)
        store = SqliteStore(tmp_path)
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), store.reading():
            pass
        store.close()
        assert connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before
        assert connection.execute("SELECT count(*) FROM accounts").fetchone() == (2,)
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        connection.close()

    def test_version_4(self, tmp_path: Path) -> None:
        """Before frames could be kept: a person stays, a frame can be kept, and goes with the person."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v5_kept_frames")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 4; BEGIN; {FACTS_OF_A_PAYMENT}"
            "INSERT INTO people VALUES ('acc_1', 'Ann', 'ann', '2015-03-15T12:00:00.000Z', x'00', NULL); COMMIT;"
        )
        connection.close()
        store = SqliteStore(tmp_path)
        now = datetime(2015, 3, 15, tzinfo=UTC)
        with store.writing() as books:
            assert [person.name for person in books.people.all()] == ["Ann"] and books.kept.count() == 0
            for number, (account_id, days) in enumerate((("acc_1", 1), (None, 1), ("acc_1", 3), (None, 3))):
                until = now + timedelta(days=days)
                books.kept.add(SealedFrame("evt_1", number, account_id, b"sealed", until))
            assert books.kept.expire(now) == 0 and books.kept.expire(now + timedelta(days=2)) == 2
            assert [frame.number for frame in books.kept.of("evt_1", now)] == [2, 3]
            assert books.kept.of("evt_1", now + timedelta(days=3)) == books.kept.of("evt_2", now) == []
            books.people.forget("acc_1")
            assert [frame.number for frame in books.kept.of("evt_1", now)] == [3]
            assert books.kept.drop_of_nobody() == 1 and books.kept.count() == 0
            assert books.trail._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        store.close()

    def test_version_7(self, tmp_path: Path) -> None:
        """Before keys were digests and names had salts: the key is found by its digest, in its place, and guarded."""
        from sqlite_utils import Database

        connection = sqlite3.connect(tmp_path / "wallet.db", isolation_level=None)
        migrations().apply(Database(connection), stop_before="v8_key_digests")
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 7; BEGIN; {FACTS_OF_A_PAYMENT}"
            "INSERT INTO key_uses (rowid, key, parameters, hold_id, event_id) VALUES (9, 'ä', '{}', 'pay_1', 'evt_1');"
            "INSERT INTO people VALUES ('acc_1', 'Ann', 'ann', '2015-03-15T12:00:00.000Z', x'00', NULL); COMMIT;"
        )
        connection.close()
        store = SqliteStore(tmp_path)
        with store.reading() as books:
            rows = books.trail._db.execute("SELECT rowid, * FROM key_uses ORDER BY rowid").fetchall()
            assert rows == [(1, key_digest("k"), "{}", "pay_1", "evt_1"), (9, key_digest("ä"), "{}", "pay_1", "evt_1")]
            assert books.ledger.key(key_digest("ä")) and books.ledger.key("ä") is None
            assert [person.salt for person in books.people.all()] == [None]
            assert books.trail.guards_missing() == [] and list(books.facts.changed_rules()) == []
        with pytest.raises(sqlite3.IntegrityError, match="never changed"), store.writing() as books:
            books.trail._db.execute("DELETE FROM key_uses")
        assert store.scrub()
        store.close()
        assert "ä".encode() not in (tmp_path / "wallet.db").read_bytes()


class TestDeleted:
    """What was deleted is in no byte of the file, however rows were moved about in its pages."""

    @pytest.mark.parametrize("seed", [1, 2])
    def test_nothing_of_it_is_left(self, store: SqliteStore, seed: int) -> None:
        """People come, change their PIN and go, with references and frames of all lengths; what stays is found."""
        draw = Random(seed)  # noqa: S311 - not for secrets: the same every time
        now, there, gone = datetime(2015, 3, 15, tzinfo=UTC), dict[str, list[bytes]](), list[bytes]()

        def fresh(size: int) -> bytes:
            return draw.randbytes(size)

        with store.writing() as books:
            for number in range(250):
                if number % 3 != 2 or not there:
                    person = Person(
                        f"acc_{number}", "N" + fresh(draw.choice((6, 12, 25))).hex(), "EUR", now, fresh(60), None, 0
                    )
                    books.people.add(person)
                    own = [person.name.encode(), person.wrapped_key]
                    for at, size in enumerate((1052, draw.choice((20, 3000)))):
                        sealed = SealedReference(person.account_id, f"ref_{number}_{at}", "maker", fresh(size))
                        books.people.add_reference(sealed, now)
                        own += [sealed.sealed[:20], sealed.sealed[-20:]]
                    frame = SealedFrame(f"evt_{number}", 0, person.account_id, fresh(draw.choice((99, 30_000))), now)
                    books.kept.add(frame)
                    own += [frame.sealed[:40], frame.sealed[-40:]]
                    there[person.account_id] = own
                    continue
                account_id = draw.choice(list(there))
                if draw.random() < 0.4:
                    there[account_id].append(fresh(40).hex().encode())
                    books.people.set_pin(account_id, there[account_id][-1].decode())
                    if len(there[account_id]) > 9:
                        gone.append(there[account_id].pop(-2))
                else:
                    gone += there.pop(account_id)
                    books.people.forget(account_id)
        assert store.scrub() and len(gone) > 300
        data = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
        assert [secret for secret in gone if secret in data] == []
        assert all(secret in data for own in there.values() for secret in own)


class TestGalleryVersion:
    """A packed gallery must not outlive what it was made from, whoever changed that."""

    def test_every_change_of_a_reference_counts(self, store: SqliteStore, database: sqlite3.Connection) -> None:
        """Also one made behind the program's back, and one that comes with a forgotten person."""
        other = outsider(store)
        other.execute("PRAGMA foreign_keys = ON")
        (first,) = other.execute("SELECT version FROM gallery_version").fetchone()
        versions = []
        for statement in (
            "INSERT INTO people (account_id, name, name_key, enrolled_at, wrapped_key, pin_hash)"
            " VALUES ('acc_1', 'Ann', 'ann', 'now', x'00', NULL)",
            "INSERT INTO face_references VALUES"
            " ('ref_1', 'acc_1', 'm', x'01', 'now'), ('ref_2', 'acc_1', 'm', x'02', 'now')",
            "UPDATE face_references SET sealed = x'02' WHERE id = 'ref_1'",
            "DELETE FROM face_references WHERE id = 'ref_2'",
            "DELETE FROM people",
        ):
            other.execute(statement)
            versions += other.execute("SELECT version FROM gallery_version").fetchone()
        other.close()
        assert versions[0] == first and len(set(versions)) == 5


class TestConnection:
    """How the program opens its file."""

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [
            ("synchronous", 2),
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("application_id", APPLICATION_ID),
            ("user_version", VERSION),
        ],
    )
    def test_settings_that_safety_hangs_on(self, store: SqliteStore, pragma: str, value: object) -> None:
        """On the program's own connection: at first use, and when the file was there before."""
        for _ in range(2):
            with store.reading() as books:
                connection = books.trail._db
                assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
            store.close()

    def test_a_restored_copy_is_in_wal_mode_again(self, store: SqliteStore, tmp_path: Path) -> None:
        """`VACUUM INTO` and other backups come without."""
        with store.writing() as books:
            books.settings.set("x", "1")
        (tmp_path / "copy").mkdir()
        other = outsider(store)
        other.execute("VACUUM INTO ?", (str(tmp_path / "copy" / "wallet.db"),))
        other.close()
        copy = SqliteStore(tmp_path / "copy")
        with copy.reading() as books:
            assert books.settings.get("x") == "1"
            assert books.trail._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        copy.close()

    def test_only_the_owner_reads_it(self, tmp_path: Path) -> None:
        """File, log and folder, under a lax umask too."""
        before = os.umask(0)
        try:
            store = SqliteStore(tmp_path / "deep" / "home")
            with store.writing() as books:
                books.settings.set("x", "1")
            modes = {path.name: S_IMODE(path.stat().st_mode) for path in store.path.parent.iterdir()}
            store.close()
        finally:
            os.umask(before)
        assert set(modes) == {"wallet.db", "wallet.db-wal", "wallet.db-shm"}
        assert set(modes.values()) == {0o600}
        assert S_IMODE(store.path.parent.stat().st_mode) == 0o700

    def test_a_block_that_fails_leaves_nothing(self, store: SqliteStore) -> None:
        """Together or not at all, whatever goes wrong inside."""
        with pytest.raises(KeyboardInterrupt), store.writing() as books:  # noqa: PT012
            books.settings.set("x", "1")
            raise KeyboardInterrupt
        with store.reading() as books:
            assert books.settings.get("x") is None

    def test_a_reader_sees_one_view(self, store: SqliteStore) -> None:
        """What others commit meanwhile is not seen before the next block."""
        other = SqliteStore(store.path.parent)
        with store.reading() as books:
            assert books.settings.get("x") is None
            with other.writing() as writer:
                writer.settings.set("x", "1")
            assert books.settings.get("x") is None
        with store.reading() as books:
            assert books.settings.get("x") == "1"
        other.close()

    def test_a_writer_is_alone(self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second one is told after a while; the first one's work is not lost."""
        monkeypatch.setattr("smilepay_cli.adapters.store.waiting.LOCK_WAIT_SECONDS", 0.05)
        other = SqliteStore(store.path.parent)
        with store.writing() as books:
            books.settings.set("x", "1")
            assert refused(other) == "locked"
        with other.reading() as reader:
            assert reader.settings.get("x") == "1"
        other.close()


def refused(store: SqliteStore) -> str:
    """Why the store cannot be written to."""
    with pytest.raises(StoreUnusable) as problem, store.writing() as books:
        books.settings.set("y", "1")
    store.close()
    assert problem.value.exit is ExitStatus.STORE_UNUSABLE
    assert str(store.path) in problem.value.message and problem.value.hint
    return problem.value.reason


class TestUnusable:
    """Files that are not touched: exit 32, the reason, and what to do."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        """A wallet with a few pages in it, closed."""
        store = SqliteStore(tmp_path / "home")
        with store.writing() as books:
            for number in range(50):
                books.trail.append({"id": f"evt_{number}", "filler": "x" * 200})
        store.close()
        return tmp_path / "home"

    def test_a_newer_version(self, home: Path) -> None:
        connection = sqlite3.connect(home / "wallet.db")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
        assert refused(SqliteStore(home)) == "too_new"

    @pytest.mark.parametrize("version", [0, VERSION, VERSION + 1])
    def test_a_database_of_another_program(self, tmp_path: Path, version: int) -> None:
        """Whatever version it says it has; and it is left as it was, to the byte."""
        connection = sqlite3.connect(tmp_path / "wallet.db")
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        before = (tmp_path / "wallet.db").read_bytes()
        assert refused(SqliteStore(tmp_path)) == "damaged"
        assert (tmp_path / "wallet.db").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["wallet.db"]

    def test_no_database_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "wallet.db").write_bytes(b"Dear diary, " * 500)
        assert refused(SqliteStore(tmp_path)) == "damaged"

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
    def test_a_file_cut_short(self, home: Path, share: float) -> None:
        """In the header, in the schema, among the rows."""
        path = home / "wallet.db"
        os.truncate(path, int(path.stat().st_size * share))
        store = SqliteStore(home)
        with pytest.raises(StoreUnusable) as problem, store.reading() as books:
            list(books.trail.stored())
        store.close()
        assert problem.value.reason == "damaged"

    def test_a_file_overwritten_in_the_middle(self, home: Path) -> None:
        path = home / "wallet.db"
        data = bytearray(path.read_bytes())
        data[4096:] = b"\xa5" * (len(data) - 4096)
        path.write_bytes(data)
        assert refused(SqliteStore(home)) == "damaged"

    def test_a_table_that_is_gone(self, home: Path) -> None:
        connection = sqlite3.connect(home / "wallet.db")
        connection.execute("DROP TABLE settings")
        connection.close()
        assert refused(SqliteStore(home)) == "damaged"

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
    def test_something_else_in_its_place(self, tmp_path: Path, make: Callable[[Path], None]) -> None:
        """Neither touched nor waited for."""
        make(tmp_path / "wallet.db")
        assert refused(SqliteStore(tmp_path)) == "read_only"

    def test_a_home_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("")
        with pytest.raises(StoreUnusable, match="it is no folder"), SqliteStore(tmp_path / "home").reading():
            pass


def test_a_database_that_may_not_grow_is_full(store: SqliteStore) -> None:
    """The whole block is undone, and there is room again for what is small."""
    connection = store._connection
    assert connection is not None
    with store.writing() as books:
        books.settings.set("x", "before")
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreUnusable) as problem, store.writing() as books:  # noqa: PT012
        books.settings.set("x", "after")
        for number in range(1000):
            books.trail.append({"id": f"evt_{number}", "filler": "x" * 500})
    assert problem.value.reason == "disk_full"
    with store.writing() as books:
        assert books.settings.get("x") == "before"
        assert list(books.trail.stored()) == []
        books.trail.append({"id": "evt_small"})


ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.vocabulary.errors import StoreUnusable

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
written = 0
store = SqliteStore(Path(sys.argv[1]))
try:
    for block in range(1000):
        with store.writing() as books:
            for number in range(5):
                books.trail.append({"id": f"evt_{block}_{number}", "filler": "x" * 500})
        written += 5
except StoreUnusable as problem:
    print(written, problem.reason)
    sys.exit(problem.exit)
"""


@pytest.mark.parametrize("limit", [2_000, 40_000, 300_000, 700_000])
def test_a_full_disk_loses_and_doubles_nothing(tmp_path: Path, limit: int) -> None:
    """Files may not grow beyond the limit: while the schema is made, and later. What was committed is there."""
    child = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path), str(limit)], cwd=ROOT, capture_output=True, text=True
    )
    written, reason = child.stdout.split()
    assert (child.returncode, reason) == (32, "disk_full"), child.stderr
    store = SqliteStore(tmp_path)
    with store.writing() as books:
        rows = list(books.trail.stored())
        assert len(rows) == int(written)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert books.trail._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        books.trail.append({"id": "evt_after"})
    store.close()


FIRST_USE = """
import sys
from pathlib import Path
from smilepay_cli.adapters.store.wallet import SqliteStore

print("ready", flush=True)
sys.stdin.readline()
store = SqliteStore(Path(sys.argv[1]))
with store.writing() as books:
    books.trail.append({"id": sys.argv[2]})
store.close()
"""


@pytest.mark.parametrize("turn", range(3))
def test_four_processes_at_once_make_one_file(tmp_path: Path, turn: int) -> None:
    """On a fresh folder: one good schema, and everyone's event in it."""
    home = tmp_path / "home"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_USE, str(home), f"evt_{number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    errors = [child.communicate()[1] for child in children]
    assert [child.returncode for child in children] == [0] * 4, errors
    store = SqliteStore(home)
    with store.reading() as books:
        assert {event.id for event in books.trail.latest(10)} == {f"evt_{number}" for number in range(4)}
        assert books.trail.guards_missing() == []
        assert books.trail._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()
