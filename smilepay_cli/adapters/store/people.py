"""Customers and their references."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from datetime import datetime

from smilepay_cli.adapters.store.rows import moment, only
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.ledger import Person, SealedReference, name_key

_PERSON = """
SELECT people.account_id, name, accounts.currency, enrolled_at, wrapped_key, pin_hash,
       (SELECT count(*) FROM face_references WHERE face_references.account_id = people.account_id), salt
FROM people JOIN accounts ON accounts.id = people.account_id
"""


class SqlitePeople:
    """The people book."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, person: Person) -> None:
        """Opens the ledger account too."""
        self._db.execute("INSERT INTO accounts VALUES (?, 'customer', ?)", (person.account_id, person.currency))
        self._db.execute(
            "INSERT INTO people (account_id, name, name_key, enrolled_at, wrapped_key, pin_hash, salt)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                person.account_id,
                person.name,
                name_key(person.name),
                iso(person.enrolled_at),
                person.wrapped_key,
                person.pin_hash,
                person.salt,
            ),
        )

    def by_name(self, name: str) -> Person | None:
        """Compared without regard to case or to how letters are composed."""
        return self._one("WHERE name_key = ?", name_key(name))

    def by_id(self, account_id: str) -> Person | None:
        """The person behind an account; None when forgotten."""
        return self._one("WHERE people.account_id = ?", account_id)

    def all(self) -> list[Person]:
        """By name."""
        return [_person(row) for row in self._db.execute(_PERSON + "ORDER BY name_key")]

    def stream(self) -> Generator[tuple[Person, str]]:
        """Everybody with what their name is compared by, as it lies there; streams."""
        sql = _PERSON.replace(", salt", ", salt, name_key") + "ORDER BY people.account_id"
        for *row, key in self._db.execute(sql):
            yield _person(tuple(row)), key

    def set_pin(self, account_id: str, pin_hash: str | None) -> None:
        """None takes the PIN away."""
        self._db.execute("UPDATE people SET pin_hash = ? WHERE account_id = ?", (pin_hash, account_id))

    def set_salt(self, account_id: str, salt: bytes) -> None:
        """Of somebody who had none."""
        self._db.execute("UPDATE people SET salt = ? WHERE account_id = ?", (salt, account_id))

    def rewrap(self, account_id: str, wrapped_key: bytes) -> None:
        """The same key of a person, wrapped by another master key."""
        self._db.execute("UPDATE people SET wrapped_key = ? WHERE account_id = ?", (wrapped_key, account_id))

    def add_reference(self, reference: SealedReference, made_at: datetime) -> None:
        """Keep one more sealed template."""
        self._db.execute(
            "INSERT INTO face_references (id, account_id, maker_digest, sealed, made_at) VALUES (?, ?, ?, ?, ?)",
            (reference.reference_id, reference.account_id, reference.maker_digest, reference.sealed, iso(made_at)),
        )

    def references(self, account_id: str | None = None) -> list[SealedReference]:
        """Of one account or of everyone, oldest first."""
        where, values = ("", ()) if account_id is None else (" WHERE account_id = ?", (account_id,))
        rows = self._db.execute(
            f"SELECT account_id, id, maker_digest, sealed FROM face_references{where} ORDER BY rowid", values
        )
        return [SealedReference(*row) for row in rows]

    def reference_count(self) -> int:
        """Of everyone."""
        return int(self._db.execute("SELECT count(*) FROM face_references").fetchone()[0])

    def gallery_version(self) -> int:
        """Drawn anew by whatever changes a reference, by triggers of the file itself."""
        return int(only(self._db.execute("SELECT version FROM gallery_version"), "the gallery's version"))

    def made_otherwise(self, maker_digest: str) -> str | None:
        """The account of a reference that something else made; None when there is no such reference."""
        for other in ("<", ">"):  # an index serves these, and not "differs from"
            row = self._db.execute(
                f"SELECT account_id FROM face_references WHERE maker_digest {other} ? LIMIT 1", (maker_digest,)
            ).fetchone()
            if row:
                return str(row[0])
        return None

    def forget(self, account_id: str) -> None:
        """Destroy name, key, PIN, references and kept frames; the ledger account stays."""
        self._db.execute("DELETE FROM people WHERE account_id = ?", (account_id,))

    def _one(self, where: str, value: str) -> Person | None:
        row = self._db.execute(_PERSON + where, (value,)).fetchone()
        return _person(row) if row else None


def _person(row: tuple[str, str, str, str, bytes, str | None, int, bytes | None]) -> Person:
    account_id, name, currency, enrolled_at, wrapped_key, pin_hash, references, salt = row
    return Person(account_id, name, currency, moment(enrolled_at), wrapped_key, pin_hash, references, salt)
