"""Keys, and what they lock and sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.vocabulary.ledger import (
    KeyPlace,
    Person,
)

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from smilepay_cli.ports.books import Settings


class KeyStore(Protocol):
    """Named secrets, kept outside of the wallet. Every method may raise StoreUnusable."""

    def place(self, name: str) -> str:
        """What people call the place of a key."""

    def fits(self) -> bool:
        """Whether a new wallet may keep its key here without being told to."""

    def has(self, name: str) -> bool: ...

    def get(self, name: str) -> bytes:
        """As it lies there, of whatever length."""

    def put(self, name: str, secret: bytes) -> None:
        """A new one, whole or not at all; it is there for good when this returns."""

    def delete(self, name: str) -> None:
        """No effect when it is not there."""


class Vault(Protocol):
    """Keys of people and what they lock."""

    def unlock(self, settings: Settings, *, create: bool) -> None:
        """Read the master key; with `create` make what the wallet lacks: that key, and the packed gallery's.

        Raises StoreUnusable when the key is missing, readable by others, or not this wallet's; when the keyring it is
        in cannot be asked; and when it is not where an explicit choice wants it.
        """

    def key_place(self, settings: Settings) -> KeyPlace:
        """Where the master key is, or would be made. Reads no key."""

    def plan_key(self, settings: Settings, store: str | None) -> str:
        """Note in the wallet where the next master key will be, in the same store unless told otherwise."""

    def make_key(self, place: str) -> None:
        """The next master key, where it was planned; the wallet goes on with the old one."""

    def change_key(self, settings: Settings, place: str, wrapped: Mapping[str, bytes]) -> dict[str, bytes]:
        """Go over to the key that was made. People's keys, by account, come wrapped by the old and go by the new."""

    def sweep_keys(self, settings: Settings) -> int:
        """Destroy the master keys that nothing needs any more; how many."""

    def secret(self, settings: Settings, name: str, *, create: bool) -> bytes | None:
        """32 random bytes that belong to the wallet as a whole (`frames`, `checkpoints`), wrapped by the master key.

        None where there are none; `create` makes them. They stay the same when the master key changes.
        """

    def drop_secret(self, settings: Settings, name: str) -> None:
        """Destroy such a secret, and so whatever it locked."""

    def seal_for_wallet(self, settings: Settings, plain: bytes, label: str) -> bytes:
        """Encrypt under the secret `frames`, made when it is first used, and bind to the label."""

    def open_for_wallet(self, settings: Settings, sealed: bytes, label: str) -> bytes:
        """The reverse. Raises StoreUnusable when it does not open."""

    def new_person_key(self, account_id: str) -> bytes:
        """A fresh key for a person, wrapped by the master key."""

    def new_salt(self) -> bytes:
        """32 random bytes, with which events tell a person's name."""

    def seal(self, person: Person, plain: bytes, label: str) -> bytes:
        """Encrypt and bind to the account and the label."""

    def open(self, person: Person, sealed: bytes, label: str) -> bytes:
        """The reverse. Raises StoreUnusable when it does not open."""

    def renew_gallery_key(self, settings: Settings) -> None:
        """Destroy the packed gallery's key, so that nothing it locked can be opened again, and make another."""

    def seal_gallery(self, settings: Settings, plain: bytes, label: str) -> bytes | None:
        """Encrypt under the gallery's key and bind to the label; None where there is no key yet."""

    def open_gallery(self, settings: Settings, sealed: Buffer, label: str) -> bytes | None:
        """The reverse; None when it does not open."""


class Signer(Protocol):
    """The key that checkpoints are signed with."""

    def unlock(self, settings: Settings, *, anew: bool = False) -> bool:
        """Read the key, or make it when the wallet never had one; with `anew` make another in its place.

        True when it was made.

        Call inside `writing`. Raises StoreUnusable when it is missing, readable by others, or not this wallet's.
        """

    def public_key(self) -> bytes:
        """Ed25519, raw, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519, 64 bytes."""


class Pins(Protocol):
    """A second factor."""

    def hash(self, pin: str) -> str:
        """A slow, salted hash."""

    def verify(self, hashed: str, pin: str) -> bool:
        """Whether the PIN is the one hashed."""
