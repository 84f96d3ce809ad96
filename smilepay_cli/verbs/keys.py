"""The master key of a wallet: where it is, and another one in its place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from smilepay_cli.verbs.accounts import LOG_IN_USE
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import KeyPlace
from smilepay_cli.vocabulary.results import Result

PROTECTS = {
    "file": marked("a copy of wallet.db that travels without it; not against who can read the whole folder"),
    "keyring": marked("copies of the whole folder; not against programs of the same user while the keyring is open"),
}
"""What a key's place protects against, and what not."""
OLD_KEY_LEFT = marked("the old key could not be destroyed and lies still at {place}: {detail}")


@dataclass(frozen=True, kw_only=True)
class KeyResult(Result):
    """Where the master key is. `changed`: it is a new one, and `people` have their keys wrapped by it."""

    key: KeyPlace
    protects: str
    changed: bool = False
    people: int = 0


def show_key(till: Till) -> KeyResult:
    """Where the master key is, or would be made."""
    with till.store.reading() as books:
        return _told(till.vault.key_place(books.settings))


def change_key(till: Till, *, store: str | None = None, rotate: bool = False) -> KeyResult:
    """A new master key, in the store where it is or in another, and everything wrapped anew, in one transaction.

    A key that moves is a new one too: the old place may have been copied. Without `rotate` nothing happens where the
    key is in `store` already, but for what an earlier change left over. The old key counts until the transaction is
    committed and is destroyed after it. Raises StoreUnusable, and then the wallet opens with the old key.
    """
    vault, attempt = till.vault, Attempt(till, "wallet.key")
    with till.store.writing() as books:
        vault.unlock(books.settings, create=True)
        with suppress(StoreUnusable):  # a keyring that is gone must not keep us from leaving it
            vault.sweep_keys(books.settings)
        before = vault.key_place(books.settings)
        if not rotate and store in (None, before.store):
            return _told(before)
        place = vault.plan_key(books.settings, store)
    vault.make_key(place)  # outside of any transaction: a keyring may take its time
    with till.store.writing() as books:
        wrapped = {person.account_id: person.wrapped_key for person in books.people.all()}
        for account_id, key in vault.change_key(books.settings, place, wrapped).items():
            books.people.rewrap(account_id, key)
        attempt.facts["key"] = {
            "store_before": before.store,
            "store": vault.key_place(books.settings).store,
            "people": len(wrapped),
        }
        attempt.record(books)
    warnings = []
    try:
        with till.store.writing() as books:
            vault.sweep_keys(books.settings)
    except StoreUnusable as error:
        warnings.append(tr(OLD_KEY_LEFT, place=before.place, detail=error.message))
    with till.store.reading() as books:
        after = vault.key_place(books.settings)
    if not till.store.scrub():  # keys of people, wrapped by the old one
        warnings.append(tr(LOG_IN_USE))
    return _told(after, changed=True, people=len(wrapped), events=(attempt.event_id,), warnings=tuple(warnings))


def _told(key: KeyPlace, **more: object) -> KeyResult:
    return KeyResult(key=key, protects=PROTECTS[key.store], **more)  # type: ignore[arg-type]
