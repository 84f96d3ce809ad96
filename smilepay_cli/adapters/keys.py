"""Keys: a master key outside of the wallet, a key per person wrapped by it, AES-256-GCM for what they lock.

Where the master key is (key_stores.py), in order: an explicit choice; where this wallet's key is already; for a new
wallet the keyring of the operating system where there is one that works without asking anybody, else a file.

A new master key never takes an old one's place: it lies beside it under a name of its own until the wallet, in one
transaction, holds everything wrapped anew and names it. Keys that may be left over are listed in the wallet before they
are made, so that whatever dies in between leaves a wallet that opens, and nothing that nobody knows of.

Every command has a vault and few unlock it: what only an unlocked one needs is imported in the functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from smilepay_cli.adapters.key_stores import FILE, KEYRING, FileKeys, unusable
from smilepay_cli.adapters.sealing import KEY_BYTES, blob, fingerprint, lock, text, unlocked
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import KeyPlace

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer

    from smilepay_cli.ports import KeyStore, Settings
    from smilepay_cli.vocabulary.ledger import Person

SECRETS = ("frames", "checkpoints")
"""Secrets of the wallet as a whole that the master key wraps: what locks the kept frames of those whom nobody
recognised, and what checkpoints are signed with."""
FIRST_FILE = "master"
"""The name of a wallet's first key where it is a file: `HOME/master.key`."""
_FINGERPRINT = "master_key_fingerprint"
PLACE = "master_key_place"
"""STORE:NAME. Not there: `file:master`, which is what wallets had before there was a choice."""
_LEFTOVERS = "master_key_leftovers"
"""Places with a blank between them where a key may lie that nothing needs."""
_GALLERY_KEY = "gallery_key"
_NAME = re.compile(r"master(-[0-9a-f]{16})?")


class WalletVault:
    """The vault of one wallet. `wanted` is the explicit choice of a store, where there is one."""

    def __init__(self, stores: Mapping[str, KeyStore], wanted: str | None = None) -> None:
        self._stores = stores
        self._wanted = wanted
        self._master: bytes | None = None
        self._is_told = True
        """Whether the wallet says which key is its own, as far as anybody looked."""

    def unlock(self, settings: Settings, *, create: bool) -> None:
        """Read the master key, or make it when `create` and the wallet never had one.

        Raises StoreUnusable when the key is missing, open to others, or not this wallet's; when its keyring is locked,
        gone or silent; and when another store was asked for than the one where it is.
        """
        expected = settings.get(_FINGERPRINT)
        self._is_told = create or expected is not None
        if expected is None:
            if not create:
                return  # a wallet without people: nothing to open
            self._first_key(settings)
        elif self._master is None or fingerprint(self._master) != expected:
            self._master = self._known_key(settings, expected)
        if create and settings.get(_GALLERY_KEY) is None:
            self._make_gallery_key(settings)

    def key_place(self, settings: Settings) -> KeyPlace:
        """Where the master key is, or would be made. Reads no key."""
        made = settings.get(_FINGERPRINT) is not None
        store, name = self._place(settings) if made else (self._store_of_new(), FIRST_FILE)
        return KeyPlace(
            store=store,
            place=self._store(store).place(name) if made or store == FILE else "the keyring",
            made=made,
            leftovers=tuple(self._store(kept).place(left) for kept, left in self._leftovers(settings)),
        )

    def plan_key(self, settings: Settings, store: str | None) -> str:
        """Note in the wallet where the next master key is going to be; nothing is made yet. Commit, then `make_key`."""
        self._master = self._known_key(settings, settings.get(_FINGERPRINT) or "")
        place = f"{store or self._place(settings)[0]}:{_new_name()}"
        self._store(place.partition(":")[0])
        settings.set(_LEFTOVERS, " ".join(filter(None, (settings.get(_LEFTOVERS), place))))
        return place

    def make_key(self, place: str) -> None:
        """The next master key, where it was planned. The wallet goes on with the old one."""
        from secrets import token_bytes

        store, name = _split(place)
        self._store(store).put(name, token_bytes(KEY_BYTES))

    def change_key(self, settings: Settings, place: str, wrapped: Mapping[str, bytes]) -> dict[str, bytes]:
        """Go over to the key that was made: the people's keys of `wrapped`, by account, wrapped by it.

        Call inside `writing`, and store what it returns there: the old key counts until that is committed. Raises
        StoreUnusable when something does not open, or when somebody else changed the key meanwhile.
        """
        left = self._leftovers(settings)
        if (store_and_name := _split(place)) not in left:
            raise StoreUnusable(
                tr("another process changed the wallet's key a moment ago"), hint=tr("try again"), reason="locked"
            )
        self.unlock(settings, create=False)
        old, new = self._key(), self._store(store_and_name[0]).get(store_and_name[1])
        rewrapped = {
            account_id: lock(new, unlocked(old, key, f"person:{account_id}"), f"person:{account_id}")
            for account_id, key in wrapped.items()
        }
        for name, label in ((_GALLERY_KEY, _GALLERY_KEY), *((f"secret_{name}", f"secret:{name}") for name in SECRETS)):
            if (sealed := settings.get(name)) is not None:
                settings.set(name, text(lock(new, unlocked(old, blob(sealed), label), label)))
        before = self._place(settings)
        settings.set(_FINGERPRINT, fingerprint(new))
        settings.set(PLACE, place)
        settings.set(_LEFTOVERS, " ".join(":".join(one) for one in (*left, before) if one != store_and_name))
        self._master = new
        return rewrapped

    def sweep_keys(self, settings: Settings) -> int:
        """Destroy the keys that nothing needs any more; how many. Call inside `writing`: nobody plans one meanwhile.

        Raises StoreUnusable when one cannot be destroyed now; it stays listed.
        """
        in_use = self._place(settings)
        left = [place for place in self._leftovers(settings) if place != in_use]
        for store, name in left:
            self._store(store).delete(name)
        settings.unset(_LEFTOVERS)
        return len(left)

    def secret(self, settings: Settings, name: str, *, create: bool) -> bytes | None:
        """A secret of the wallet as a whole, one of SECRETS: 32 random bytes, wrapped by the master key.

        None where there is none; with `create` it is made, and the master key with it. Raises StoreUnusable.
        """
        assert name in SECRETS
        from secrets import token_bytes

        self.unlock(settings, create=create)
        sealed = settings.get(f"secret_{name}")
        if sealed is not None:
            return unlocked(self._key(), blob(sealed), f"secret:{name}")
        if not create:
            return None
        made = token_bytes(KEY_BYTES)
        settings.set(f"secret_{name}", text(lock(self._key(), made, f"secret:{name}")))
        return made

    def drop_secret(self, settings: Settings, name: str) -> None:
        """Destroy a secret of the wallet, and so whatever it locked."""
        assert name in SECRETS
        settings.unset(f"secret_{name}")

    def seal_for_wallet(self, settings: Settings, plain: bytes, label: str) -> bytes:
        """Encrypt under the wallet's key for frames of nobody, made when it is first used, and bind to the label."""
        key = self.secret(settings, "frames", create=True)
        assert key is not None
        return lock(key, plain, label)

    def open_for_wallet(self, settings: Settings, sealed: bytes, label: str) -> bytes:
        """The reverse. Raises StoreUnusable when it does not open."""
        key = self.secret(settings, "frames", create=False)
        return unlocked(key or b"", sealed, label)

    def new_person_key(self, account_id: str) -> bytes:
        """A fresh key for a person, wrapped by the master key."""
        from secrets import token_bytes

        return lock(self._key(), token_bytes(KEY_BYTES), f"person:{account_id}")

    def new_salt(self) -> bytes:
        """32 random bytes, with which events tell a person's name."""
        from secrets import token_bytes

        return token_bytes(KEY_BYTES)

    def seal(self, person: Person, plain: bytes, label: str) -> bytes:
        """Encrypt under the person's key and bind to the account and the label."""
        return lock(self._person_key(person), plain, f"{person.account_id}:{label}")

    def open(self, person: Person, sealed: bytes, label: str) -> bytes:
        """The reverse of `seal`. Raises StoreUnusable when it does not open."""
        return unlocked(self._person_key(person), sealed, f"{person.account_id}:{label}")

    def renew_gallery_key(self, settings: Settings) -> None:
        """Destroy the packed gallery's key; make another where the master key can be read."""
        settings.unset(_GALLERY_KEY)
        with suppress(StoreUnusable):  # nobody is kept for want of a key
            self.unlock(settings, create=False)
            self._make_gallery_key(settings)

    def seal_gallery(self, settings: Settings, plain: bytes, label: str) -> bytes | None:
        """Encrypt under the gallery's key and bind to the label; None where there is no key yet."""
        key = self._gallery_key(settings)
        return lock(key, plain, label) if key else None

    def open_gallery(self, settings: Settings, sealed: Buffer, label: str) -> bytes | None:
        """The reverse; None when it does not open, for whatever reason: the references themselves are the truth."""
        key = self._gallery_key(settings)
        with suppress(StoreUnusable):
            return unlocked(key, sealed, label) if key else None
        return None

    def _first_key(self, settings: Settings) -> None:
        """Make the first key; in a file, take one that lies there already."""
        from secrets import token_bytes

        store = self._store_of_new()
        name = FIRST_FILE if store == FILE else _new_name()
        keys = self._store(store)
        if not keys.has(name):
            keys.put(name, token_bytes(KEY_BYTES))
        self._master = self._read(store, name)
        settings.set(_FINGERPRINT, fingerprint(self._master))
        if store != FILE:
            settings.set(PLACE, f"{store}:{name}")

    def _known_key(self, settings: Settings, expected: str) -> bytes:
        store, name = self._place(settings)
        if self._wanted not in (None, store):
            raise unusable(
                self._store(store).place(name),
                tr("SMILEPAY_KEY_STORE asks for the {wanted}", wanted=self._wanted),
                tr("leave it unset, or move the key: smilepay wallet key --store {wanted}", wanted=self._wanted),
                "key_elsewhere",
            )
        master = self._read(store, name)
        if fingerprint(master) != expected:
            raise unusable(
                self._store(store).place(name),
                tr("it is not the key of this wallet"),
                tr("put back the one that belongs to it"),
            )
        return master

    def _read(self, store: str, name: str) -> bytes:
        keys = self._store(store)
        key = keys.get(name)
        if len(key) != KEY_BYTES:
            raise unusable(
                keys.place(name), tr("it does not hold a key"), tr("put back the one that belongs to this wallet")
            )
        return key

    def _store_of_new(self) -> str:
        """Where the first key goes: the explicit choice; a file that is there; a keyring that works; a file."""
        if self._wanted is not None:
            return self._wanted
        ring = self._stores.get(KEYRING)
        if ring is None or self._store(FILE).has(FIRST_FILE):
            return FILE
        return KEYRING if ring.fits() else FILE

    def _store(self, name: str) -> KeyStore:
        if name not in self._stores:
            raise StoreUnusable(
                tr("this wallet's key is in the {name}, which cannot be used here", name=name),
                hint=tr("see: smilepay doctor"),
                reason="wrong_key",
            )
        return self._stores[name]

    def _place(self, settings: Settings) -> tuple[str, str]:
        return _split(settings.get(PLACE) or f"{FILE}:{FIRST_FILE}")

    def _leftovers(self, settings: Settings) -> list[tuple[str, str]]:
        return [_split(place) for place in (settings.get(_LEFTOVERS) or "").split()]

    def _make_gallery_key(self, settings: Settings) -> None:
        from secrets import token_bytes

        settings.set(_GALLERY_KEY, text(lock(self._key(), token_bytes(KEY_BYTES), _GALLERY_KEY)))

    def _gallery_key(self, settings: Settings) -> bytes | None:
        wrapped = settings.get(_GALLERY_KEY)
        with suppress(StoreUnusable):  # whatever is wrong with it: then nothing is packed
            return unlocked(self._key(), blob(wrapped), _GALLERY_KEY) if wrapped else None
        return None

    def _person_key(self, person: Person) -> bytes:
        return unlocked(self._key(), person.wrapped_key, f"person:{person.account_id}")

    def _key(self) -> bytes:
        if self._master is None and not self._is_told:
            raise unusable(
                tr("of this wallet"),
                tr("somebody is enrolled, and the wallet does not say which key it is: that setting was lost"),
                tr("keep the file as it is, and restore a backup: smilepay wallet restore FILE"),
            )
        if self._master is None:
            raise unusable(
                tr("of this wallet"), tr("it was not read"), tr("this is a bug: a vault is unlocked before it is used")
            )
        return self._master


class FileVault(WalletVault):
    """A vault that knows no keyring, for homes that leave nothing behind outside of them."""

    def __init__(self, home: Path) -> None:
        super().__init__({FILE: FileKeys(home)})


def key_file(home: Path, place: str | None) -> Path | None:
    """Where the key is, by what the wallet has under PLACE; None where it is no file. Raises StoreUnusable."""
    store, name = _split(place or f"{FILE}:{FIRST_FILE}")
    return home / f"{name}.key" if store == FILE else None


def _new_name() -> str:
    from secrets import token_hex

    return f"master-{token_hex(8)}"


def _split(place: str) -> tuple[str, str]:
    """(store, name) of a place as the wallet has it. Raises StoreUnusable for what we never wrote."""
    store, _, name = place.partition(":")
    if not _NAME.fullmatch(name):  # it becomes a file's name
        raise StoreUnusable(
            tr("the wallet does not say where its key is"), hint=tr("restore a backup"), reason="damaged"
        )
    return store, name
