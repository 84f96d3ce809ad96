"""Somebody with the wallet's file in hand: no guard, no key and no check stands in their way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.outbox import FolderOutbox
from smilepay_cli.adapters.signing import VaultSigner, signature_holds
from smilepay_cli.rules.chain import seal
from smilepay_cli.rules.checkpoints import parse
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.checkpoint import CheckpointResult, checkpoint
from smilepay_cli.verbs.payments import capture, refund, void
from smilepay_cli.verbs.verify import VerifyResult, verify
from smilepay_cli.vocabulary.events import GENESIS, Checkpoint
from tests.verbs.conftest import Scene

Body = dict[str, Any]


def eventful(scene: Scene) -> None:
    """Some twenty real events: every kind of movement, refusals, keys, holds, and an earlier checkpoint."""
    scene.enroll("ann")
    scene.enroll("bob", deposit="50")
    scene.shop("ann", "latte", "pretzel=2", "water")
    scene.pay("ann")
    scene.pay("ann", amount="3", merchant="kiosk", key="k1")
    scene.pay("ann", amount="3", merchant="kiosk", key="k1")
    scene.pay("stranger", amount="3", merchant="kiosk")
    scene.pay("bob", amount="99", merchant="kiosk")
    held = [scene.pay("bob", amount="7", merchant="cafe", hold=True, key=f"h{number}") for number in range(3)]
    ids = [found.payment.hold.id for found in held if found.payment]
    capture(scene.till(), ids[0], "5")
    void(scene.till(), ids[1])
    refund(scene.till(), ids[0], "2")
    sign(scene)
    scene.shop("bob", "espresso")
    deposit(scene.till(), "ann", "10")
    withdraw(scene.till(), "bob", "4")
    withdraw(scene.till(), "bob", "400")
    scene.pay("bob", source=scene.selfie("bob", smile=False), amount="1", merchant="kiosk")


def sign(scene: Scene, *, out: str | None = None, new_key: bool = False) -> CheckpointResult:
    """What `audit checkpoint` does."""
    till = scene.till()
    return checkpoint(till, VaultSigner(till.vault), FolderOutbox(scene.home), out, new_key=new_key)


def proven(scene: Scene, kept: CheckpointResult) -> VerifyResult:
    """What `audit verify --checkpoint FILE --key FINGERPRINT` does, with what was kept elsewhere."""
    return held(scene, {"kept": kept.checkpoint}, key=kept.fingerprint)


def held(scene: Scene, checkpoints: dict[str, Checkpoint], *, key: str | None = None) -> VerifyResult:
    """The same with any checkpoints, and without a fingerprint too."""
    return verify(scene.till(), checkpoints, key=key, is_signed=signature_holds)


def read(path: str) -> Checkpoint:
    return parse(Path(path).read_text(encoding="utf-8"), path)


class Forger:
    """A second connection to the file, its guards taken off for each change and put back after it."""

    def __init__(self, home: Path) -> None:
        self.db = sqlite3.connect(home / "wallet.db", isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA ignore_check_constraints = ON")
        self.guards = self.db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()

    @contextmanager
    def unguarded(self) -> Iterator[sqlite3.Connection]:
        for name, _ in self.guards:
            self.db.execute(f"DROP TRIGGER {name}")
        try:
            yield self.db
        finally:
            for _, sql in self.guards:
                self.db.execute(sql)

    @contextmanager
    def forged(self, change: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
        """The file with a change in it, and afterwards as it was, byte for byte of every row."""
        before = self.everything()
        with self.unguarded():
            self.db.execute("BEGIN")
            change(self.db)
            self.db.execute("COMMIT")
        try:
            yield
        finally:
            with self.unguarded():
                self.db.execute("BEGIN")
                self._put_back(before)
                self.db.execute("COMMIT")

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        tables = ("events", "accounts", "orders", "order_lines", "holds", "hold_shares", "resolutions", "transactions",
                  "postings", "key_uses", "presentations", "settings", "people", "gallery_version")  # fmt: skip
        return {name: self.db.execute(f"SELECT rowid, {self.columns(name)} FROM {name}").fetchall() for name in tables}

    def columns(self, table: str) -> str:
        return ", ".join(row[1] for row in self.db.execute(f"PRAGMA table_info ({table})"))

    def bodies(self) -> list[Body]:
        return [json.loads(text) for (text,) in self.db.execute("SELECT body FROM events ORDER BY seq")]

    def _put_back(self, rows_of: dict[str, list[tuple[Any, ...]]]) -> None:
        for table, rows in rows_of.items():
            if self.db.execute(f"SELECT rowid, {self.columns(table)} FROM {table}").fetchall() == rows:
                continue
            self.db.execute(f"DELETE FROM {table}")
            columns = self.columns(table)
            own = any(row[2] == "INTEGER" and row[5] == 1 for row in self.db.execute(f"PRAGMA table_info ({table})"))
            names, values = (columns, [row[1:] for row in rows]) if own else (f"rowid, {columns}", rows)
            marks = ", ".join("?" * len(names.split(", ")))
            self.db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


FORGED_BOOKS = (
    "UPDATE postings SET amount_minor = 2 * amount_minor",
    "UPDATE transactions SET at = replace(at, '2015', '2014')",
    "UPDATE holds SET expires_at = '2099-01-01T00:00:00.000Z'",
    "UPDATE hold_shares SET seller = 'nobody'",
    "UPDATE resolutions SET at = '2014-01-01T00:00:00.000Z'",
    "INSERT INTO accounts VALUES ('fees:USD', 'fees', 'USD')",
    "UPDATE accounts SET currency = 'USD'; UPDATE postings SET currency = 'USD'",
)
"""Books that no event tells of, under a chain in which every hash fits. They add up to zero."""


def rechained(db: sqlite3.Connection, bodies: Sequence[Body]) -> None:
    """The whole chain computed anew over these bodies: every number and every hash fits."""
    db.execute("DELETE FROM events")
    previous = GENESIS
    for seq, body in enumerate(bodies, start=1):
        event, text = seal(body, seq=seq, previous=previous)
        db.execute("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", (seq, event.hash, text))
        previous = event.hash


def without_its_facts(db: sqlite3.Connection, body: Body) -> None:
    """Everything that an event tells of, taken out of the books."""
    if ledger := body.get("ledger"):
        db.execute("DELETE FROM resolutions WHERE transaction_id = ?", (ledger["transaction"],))
        db.execute("DELETE FROM postings WHERE transaction_id = ?", (ledger["transaction"],))
        db.execute("DELETE FROM transactions WHERE id = ?", (ledger["transaction"],))
    if body.get("state") == "voided":
        db.execute("DELETE FROM resolutions WHERE hold_id = ?", (body["payment"],))
    if body.get("hold"):
        db.execute("DELETE FROM hold_shares WHERE hold_id = ?", (body["payment"],))
        db.execute("DELETE FROM holds WHERE id = ?", (body["payment"],))
    if body.get("picked"):
        db.execute("DELETE FROM order_lines WHERE order_id = ?", (body["order"],))
        db.execute("DELETE FROM orders WHERE id = ?", (body["order"],))
    db.execute("DELETE FROM key_uses WHERE event_id = ?", (body["id"],))
    db.execute("DELETE FROM presentations WHERE event_id = ?", (body["id"],))
