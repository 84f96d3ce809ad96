"""Tables of the wallet file, and how an older file becomes a newer one.

Facts (events, transactions, postings, holds, resolutions, orders, keys used, presentations) are only ever
added: triggers refuse UPDATE, DELETE and REPLACE on each. People, references, kept frames, settings and slots may
change.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

Step = Callable[[Any], None]
"""Brings a file one version on; it uses no more of what it is given than `execute`."""

APPLICATION_ID = 0x534D494C  # "SMIL": tells `file` and us whose database it is
VERSION = 9

FACTS = {
    "events": "seq = NEW.seq",
    "transactions": "seq = NEW.seq OR id = NEW.id",
    "postings": "id = NEW.id",
    "holds": "id = NEW.id",
    "hold_shares": "hold_id = NEW.hold_id AND position = NEW.position",
    "resolutions": "hold_id = NEW.hold_id",
    "orders": "id = NEW.id",
    "order_lines": "order_id = NEW.order_id AND line = NEW.line",
    "key_uses": "key = NEW.key",
    "presentations": "digest = NEW.digest",
    "accounts": "id = NEW.id",
}
"""Each table of facts, with the condition under which a new row would take an old one's place."""

_TABLES = """
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'merchant', 'funding')),
  currency TEXT NOT NULL CHECK (length(currency) = 3)
) STRICT;

-- The only place where a name is: `accounts forget` deletes the row, the ledger account stays.
CREATE TABLE people (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  enrolled_at TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  pin_hash TEXT
) STRICT;

CREATE TABLE face_references (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES people (account_id) ON DELETE CASCADE,
  maker_digest TEXT NOT NULL,
  sealed BLOB NOT NULL,
  made_at TEXT NOT NULL
) STRICT;
CREATE INDEX face_references_by_account ON face_references (account_id);

CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL,
  opened_at TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_account ON orders (account_id, opened_at);

CREATE TABLE order_lines (
  order_id TEXT NOT NULL REFERENCES orders (id),
  line INTEGER NOT NULL,
  item TEXT NOT NULL,
  title TEXT NOT NULL,
  seller TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_minor INTEGER NOT NULL CHECK (unit_minor > 0),
  PRIMARY KEY (order_id, line)
) STRICT;

CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  order_id TEXT REFERENCES orders (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  authorized_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX holds_by_account ON holds (account_id, authorized_at);
CREATE INDEX holds_by_order ON holds (order_id);

CREATE TABLE hold_shares (
  hold_id TEXT NOT NULL REFERENCES holds (id),
  position INTEGER NOT NULL,
  seller TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  PRIMARY KEY (hold_id, position)
) STRICT;

-- The primary key is the rule: a hold resolves once.
CREATE TABLE resolutions (
  hold_id TEXT PRIMARY KEY REFERENCES holds (id),
  kind TEXT NOT NULL CHECK (kind IN ('captured', 'voided')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  transaction_id TEXT REFERENCES transactions (id) DEFERRABLE INITIALLY DEFERRED,
  at TEXT NOT NULL,
  CHECK ((kind = 'captured') = (transaction_id IS NOT NULL))
) STRICT;

-- Postings are written first and point to a transaction that comes after them: when it comes, a trigger
-- adds them up, and from then on nothing can join them.
CREATE TABLE postings (
  id INTEGER PRIMARY KEY,
  transaction_id TEXT NOT NULL REFERENCES transactions (id) DEFERRABLE INITIALLY DEFERRED,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  currency TEXT NOT NULL
) STRICT;
CREATE INDEX postings_by_account ON postings (account_id, currency, amount_minor);
CREATE INDEX postings_by_transaction ON postings (transaction_id);

CREATE TABLE transactions (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'capture', 'refund')),
  at TEXT NOT NULL,
  hold_id TEXT REFERENCES holds (id),
  event_id TEXT NOT NULL
) STRICT;
CREATE INDEX transactions_by_hold ON transactions (hold_id);

CREATE TRIGGER transactions_must_balance BEFORE INSERT ON transactions
WHEN NOT EXISTS (SELECT 1 FROM postings WHERE transaction_id = NEW.id)
  OR EXISTS (SELECT 1 FROM postings WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0)
BEGIN SELECT RAISE (ABORT, 'postings do not sum to zero'); END;

CREATE TRIGGER postings_come_first BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM transactions WHERE id = NEW.transaction_id)
BEGIN SELECT RAISE (ABORT, 'the transaction is closed'); END;

CREATE TABLE key_uses (
  key TEXT PRIMARY KEY,
  parameters TEXT NOT NULL,
  hold_id TEXT NOT NULL REFERENCES holds (id),
  event_id TEXT NOT NULL
) STRICT;

CREATE TABLE presentations (
  digest TEXT PRIMARY KEY,
  event_id TEXT NOT NULL
) STRICT;

-- Columns for searching come out of the text that the hash covers, so they cannot say something else.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  id TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.id') END) VIRTUAL,
  at TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.at') END) VIRTUAL,
  account TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.account') END) VIRTUAL,
  counts_against TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.counts_against') END) VIRTUAL,
  outcome TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END) VIRTUAL,
  terminal TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.terminal') END) VIRTUAL,
  throttle TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.throttle') END) VIRTUAL
) STRICT;
CREATE INDEX events_by_id ON events (id);
CREATE INDEX events_by_account ON events (account, seq);
CREATE INDEX events_by_terminal ON events (terminal, seq) WHERE throttle IS NOT NULL;
CREATE INDEX events_by_counts_against ON events (counts_against, seq) WHERE throttle IS NOT NULL;
"""


_GALLERY = """
-- One row, drawn anew by whatever changes a reference: a packed gallery of another version is out of date. Drawn and
-- not counted, so that a wallet that was put back and went on differs from the one that it was.
CREATE TABLE gallery_version (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO gallery_version VALUES (1, random());

CREATE TRIGGER gallery_grows AFTER INSERT ON face_references
BEGIN UPDATE gallery_version SET version = random(); END;

CREATE TRIGGER gallery_shrinks AFTER DELETE ON face_references
BEGIN UPDATE gallery_version SET version = random(); END;

CREATE TRIGGER gallery_changes AFTER UPDATE ON face_references
BEGIN UPDATE gallery_version SET version = random(); END;

CREATE INDEX face_references_by_maker ON face_references (maker_digest);
"""


_SLOTS = """
-- Attempts that are under way: a row comes before a face is compared and goes with the event that tells of it. What
-- is left over belongs to a process that died in between. `after_seq` is the newest event when it was taken: the order
-- of events says what a later success cleared, whatever the clock does.
CREATE TABLE slots (
  event_id TEXT PRIMARY KEY,
  terminal TEXT NOT NULL,
  account_id TEXT,
  taken_at TEXT NOT NULL,
  after_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX slots_by_terminal ON slots (terminal);
CREATE INDEX slots_by_account ON slots (account_id);
"""


_FEES = """
-- What a payment costs its sellers, fixed like its prices when it is authorized; payments from before cost nothing.
ALTER TABLE hold_shares ADD COLUMN fee_bp INTEGER NOT NULL DEFAULT 0 CHECK (fee_bp BETWEEN 0 AND 10000);

-- Fees have an account of a kind of their own. Kinds are a constraint of the table, so the table is made anew, and
-- every row that refers to it has its account again before the transaction ends: SQLite counts them.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE accounts_before AS SELECT id, kind, currency FROM accounts ORDER BY rowid;
DROP TABLE accounts;
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'merchant', 'funding', 'fees')),
  currency TEXT NOT NULL CHECK (length(currency) = 3)
) STRICT;
INSERT INTO accounts SELECT id, kind, currency FROM accounts_before ORDER BY rowid;
DROP TABLE accounts_before;
"""


_KEPT_FRAMES = """
-- Frames that a decision rested on, where the policy keeps them. `account_id` is whose key locks them, and they go with
-- the person; NULL is nobody who was recognised or claimed. The long blob comes last: columns behind it are far away.
CREATE TABLE kept_frames (
  event_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  account_id TEXT REFERENCES people (account_id) ON DELETE CASCADE,
  kept_until TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (event_id, number)
) STRICT;
CREATE INDEX kept_frames_by_account ON kept_frames (account_id);
CREATE INDEX kept_frames_by_time ON kept_frames (kept_until);
"""


_EVENTS_BY_TIME = """
-- A million events, and the last day of them is listed at once; clocks jump, so the numbers alone do not say where.
CREATE INDEX events_by_time ON events (at);
"""


_HOLDS_BY_EXPIRY = """
-- What is set aside is asked for at every payment: of an account's holds, those that are not over yet.
CREATE INDEX holds_by_expiry ON holds (account_id, expires_at);
"""


_KEY_DIGESTS = """
-- Of a key its SHA-256: what people use as a key may say something of somebody, and facts stay.
CREATE TABLE key_uses (
  key TEXT PRIMARY KEY,
  parameters TEXT NOT NULL,
  hold_id TEXT NOT NULL REFERENCES holds (id),
  event_id TEXT NOT NULL
) STRICT;
"""


def _digest_keys(db: Any) -> None:
    """The table made anew, its rows in their order; SQLite has no SHA-256. Its guards go with the old one."""
    from hashlib import sha256  # takes 2 ms to import

    rows = db.execute("SELECT rowid, key, parameters, hold_id, event_id FROM key_uses ORDER BY rowid").fetchall()
    db.execute("DROP TABLE key_uses")
    _run(_KEY_DIGESTS, db)
    for rowid, key, *facts in rows:
        values = (rowid, sha256(key.encode()).hexdigest(), *facts)
        db.execute("INSERT INTO key_uses (rowid, key, parameters, hold_id, event_id) VALUES (?, ?, ?, ?, ?)", values)
    _run(_guards("key_uses"), db)


_SALTS = """
-- Events tell a person's name as a digest of it with this salt. Without the salt, which goes with the row, the digest
-- says nothing. NULL is somebody whom no event tells of in that way yet.
ALTER TABLE people ADD COLUMN salt BLOB;
"""


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the file to VERSION. Call inside a transaction: it happens whole or not at all."""
    from sqlite_utils import Database  # a quarter of a second to import: only when there is work for it

    migrations().apply(Database(connection))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def migrations() -> Migrations:
    """Every step from an empty file to VERSION, in order."""
    from sqlite_utils.migrations import Migrations

    steps = Migrations("smilepay")
    _register(steps)
    return steps


def definitions() -> dict[str, str]:
    """The text of every table, index and trigger of a file of this version, by kind and name, as SQLite keeps it."""
    steps = _Plain()
    _register(steps)
    connection = sqlite3.connect(":memory:")
    try:
        for step in steps.found:
            step(connection)
        return defined(connection)
    finally:
        connection.close()


def defined(connection: sqlite3.Connection) -> dict[str, str]:
    """The same as it is in a file, without what SQLite and the migrations keep for themselves.

    No name keeps anything out, for whoever writes the schema itself chooses any: only indexes without a text, which
    SQLite makes for keys, and a few tables, when they are to the letter what they have to be.
    """
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {f"{kind} {name}": text or "" for kind, name, text in found if not _is_theirs(kind, name, text)}


def changed_definitions(connection: sqlite3.Connection) -> Iterator[str]:
    """What is missing in a file, was changed, or does not belong, in words."""
    wanted, found = definitions(), defined(connection)
    for what in dict.fromkeys((*wanted, *found)):
        if wanted.get(what) != found.get(what):
            how = "is missing" if what not in found else "does not belong" if what not in wanted else "was changed"
            yield f"the wallet's own rules were changed: {what} {how}"


_THEIRS = {
    "createtablesqlite_sequence(name,seq)",
    "createtablesqlite_stat1(tbl,idx,stat)",
    "createtablesqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    "createtable_sqlite_migrations(idintegerprimarykey,migration_settext,nametext,applied_attext)",
    "createuniqueindexidx__sqlite_migrations_migration_set_nameon_sqlite_migrations(migration_set,name)",
}
"""Tables of SQLite's and of sqlite-utils', without blanks and quotes, in which versions of the latter differ."""


def _is_theirs(kind: str, name: str, text: str | None) -> bool:
    if text is None:
        return kind == "index" and name.startswith("sqlite_autoindex_")
    return kind in ("table", "index") and re.sub(r"[\s\"'`\[\]]", "", text).lower() in _THEIRS


class _Plain:
    """Collects the steps, for a connection without sqlite-utils: they need no more than `execute`."""

    def __init__(self) -> None:
        self.found: list[Step] = []

    def __call__(self) -> Callable[[Step], Any]:
        return self.found.append


def _register(steps: Callable[[], Callable[[Step], Any]]) -> None:
    """Tell `steps` of each step, in order: a script, or what does by `execute` what SQL cannot say."""
    scripts: dict[str, str | Step] = {
        "v1_first_tables": _TABLES + _guards(),
        "v2_gallery_version": _GALLERY,
        "v3_slots": _SLOTS,
        "v4_fees": _FEES + _guards("accounts"),
        "v5_kept_frames": _KEPT_FRAMES,
        "v6_events_by_time": _EVENTS_BY_TIME,
        "v7_holds_by_expiry": _HOLDS_BY_EXPIRY,
        "v8_key_digests": _digest_keys,
        "v9_salts": _SALTS,
    }
    for name, step in scripts.items():
        steps()(_step(name, step))


def _step(name: str, what: str | Step) -> Step:
    def step(db: Any) -> None:
        if isinstance(what, str):
            _run(what, db)
        else:
            what(db)

    step.__name__ = name  # the file keeps which steps it took, by name
    return step


def _run(script: str, db: Any) -> None:
    for statement in _statements(script):
        db.execute(statement)


def _guards(*tables: str) -> str:
    """Of some tables of facts, or of all."""
    return "\n".join(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {event} ON {table}{condition}\n"
        f"BEGIN SELECT RAISE (ABORT, '{table}: a fact is never changed'); END;"
        for table, same in FACTS.items()
        if table in (tables or FACTS)
        for verb, event, condition in (
            ("update", "UPDATE", ""),
            ("delete", "DELETE", ""),
            # INSERT OR REPLACE deletes the old row without its DELETE trigger.
            ("replace", "INSERT", f"\nWHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"),
        )
    )


def guards() -> dict[str, str]:
    """Every trigger that promises rest on, by name, with the statement that makes it, as SQLite keeps it."""
    made = [text.strip() for text in _statements(_TABLES + _guards() + _GALLERY) if "CREATE TRIGGER" in text]
    texts = [text[text.index("CREATE TRIGGER") :].removesuffix(";") for text in made]
    return {text.split()[2]: text for text in texts}


def _statements(script: str) -> list[str]:
    """The statements of a script; a trigger's inner semicolons do not end it."""
    statements, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
