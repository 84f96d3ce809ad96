"""Keys: a master key beside the wallet, a key per person wrapped by it, AES-256-GCM for what they lock.

What a 0600 file beside the wallet protects: a wallet file that is copied, mailed or backed up without it.
What it does not: anyone who can read the whole home.

Every command has a vault and few unlock it: what only an unlocked one needs is imported in the functions.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import StoreUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer

    from smilepay_cli.ports import Settings
    from smilepay_cli.vocabulary.ledger import Person

KEY_BYTES = 32
NONCE_BYTES = 12
_FINGERPRINT = "master_key_fingerprint"
_GALLERY_KEY = "gallery_key"


class FileVault:
    """The vault whose master key is the file `HOME/master.key`, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self._path = home / "master.key"
        self._master: bytes | None = None

    def unlock(self, settings: Settings, *, create: bool) -> None:
        """Read the master key, or make it when `create` and the wallet never had one.

        Raises StoreUnusable when the key is missing, open to others, or not this wallet's.
        """
        expected = settings.get(_FINGERPRINT)
        if expected is None:
            if not create:
                return  # a wallet without people: nothing to open
            self._master = self._read() if os.path.lexists(self._path) else self._make()
            settings.set(_FINGERPRINT, _fingerprint(self._master))
        else:
            self._master = self._read()
            if _fingerprint(self._master) != expected:
                raise self._unusable("it is not the key of this wallet", "put back the master.key that belongs to it")
        if create and settings.get(_GALLERY_KEY) is None:
            self._make_gallery_key(settings)

    def secret(self, settings: Settings, name: str, *, create: bool) -> bytes | None:
        """A secret of the wallet as a whole: 32 random bytes, wrapped by the master key.

        None where there is none; with `create` it is made, and the master key with it. Raises StoreUnusable.
        """
        from base64 import b64decode, b64encode
        from secrets import token_bytes

        self.unlock(settings, create=create)
        sealed = settings.get(f"secret_{name}")
        if sealed is not None:
            return self._unlocked(self._key(), b64decode(sealed), f"secret:{name}")
        if not create:
            return None
        made = token_bytes(KEY_BYTES)
        settings.set(f"secret_{name}", b64encode(_lock(self._key(), made, f"secret:{name}")).decode())
        return made

    def drop_secret(self, settings: Settings, name: str) -> None:
        """Destroy a secret of the wallet."""
        settings.unset(f"secret_{name}")

    def new_person_key(self, account_id: str) -> bytes:
        """A fresh key for a person, wrapped by the master key."""
        from secrets import token_bytes

        return _lock(self._key(), token_bytes(KEY_BYTES), f"person:{account_id}")

    def seal(self, person: Person, plain: bytes, label: str) -> bytes:
        """Encrypt under the person's key and bind to the account and the label."""
        return _lock(self._person_key(person), plain, f"{person.account_id}:{label}")

    def open(self, person: Person, sealed: bytes, label: str) -> bytes:
        """The reverse of `seal`. Raises StoreUnusable when it does not open."""
        return self._unlocked(self._person_key(person), sealed, f"{person.account_id}:{label}")

    def renew_gallery_key(self, settings: Settings) -> None:
        """Destroy the packed gallery's key; make another where the master key can be read."""
        settings.unset(_GALLERY_KEY)
        with suppress(StoreUnusable):  # nobody is kept for want of a key
            self.unlock(settings, create=False)
            self._make_gallery_key(settings)

    def seal_gallery(self, settings: Settings, plain: bytes, label: str) -> bytes | None:
        """Encrypt under the gallery's key and bind to the label; None where there is no key yet."""
        key = self._gallery_key(settings)
        return _lock(key, plain, label) if key else None

    def open_gallery(self, settings: Settings, sealed: Buffer, label: str) -> bytes | None:
        """The reverse; None when it does not open, for whatever reason: the references themselves are the truth."""
        key = self._gallery_key(settings)
        with suppress(StoreUnusable):
            return self._unlocked(key, sealed, label) if key else None
        return None

    def _make_gallery_key(self, settings: Settings) -> None:
        from base64 import b64encode
        from secrets import token_bytes

        settings.set(_GALLERY_KEY, b64encode(_lock(self._key(), token_bytes(KEY_BYTES), _GALLERY_KEY)).decode())

    def _gallery_key(self, settings: Settings) -> bytes | None:
        from base64 import b64decode

        wrapped = settings.get(_GALLERY_KEY)
        with suppress(StoreUnusable, ValueError):  # whatever is wrong with it: then nothing is packed
            return self._unlocked(self._key(), b64decode(wrapped), _GALLERY_KEY) if wrapped else None
        return None

    def _person_key(self, person: Person) -> bytes:
        return self._unlocked(self._key(), person.wrapped_key, f"person:{person.account_id}")

    def _key(self) -> bytes:
        if self._master is None:
            raise self._unusable("it was not read", "this is a bug: a vault is unlocked before it is used")
        return self._master

    def _read(self) -> bytes:
        from base64 import b64decode

        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a named pipe must not hang us
            descriptor = os.open(self._path, flags)
            with os.fdopen(descriptor, "rb") as file:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode):
                    raise self._unusable("it is not a regular file", "put back the master.key of this wallet")
                if stat.S_IMODE(mode) & 0o077:
                    raise self._unusable("others can read it", f"chmod 600 {self._path}")
                key = b64decode(file.read(200), validate=True)
        except OSError as error:
            detail = error.strerror or str(error)
            raise self._unusable(detail, "put back the master.key that belongs to this wallet") from None
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise self._unusable("it does not hold a key", "put back the master.key that belongs to this wallet")
        return key

    def _make(self) -> bytes:
        """A new key, in one step: a crash or a full disk leaves no half of a key behind."""
        from base64 import b64encode
        from secrets import token_bytes, token_hex

        key = token_bytes(KEY_BYTES)
        draft = self._path.with_name(f"{self._path.name}.{token_hex(4)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(b64encode(key))
                    file.flush()
                    os.fsync(descriptor)
                draft.rename(self._path)  # the wallet's lock is held, so no other key can have come in between
            except OSError:
                draft.unlink(missing_ok=True)
                raise
            _sync_folder(self._path.parent)  # the wallet must not outlive its key
        except OSError as error:
            raise self._unusable(error.strerror or str(error), "check the folder's permissions") from None
        return key

    def _unlocked(self, key: bytes, sealed: Buffer, label: str) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            with memoryview(sealed) as whole, whole[NONCE_BYTES:] as rest:
                return AESGCM(key).decrypt(bytes(whole[:NONCE_BYTES]), rest, label.encode())
        except (InvalidTag, ValueError):
            raise StoreUnusable(
                "an encrypted part of the wallet does not open: it was changed, or moved from another account",
                hint="restore a backup, or forget the person and enrol again",
                reason="sealed_damaged",
            ) from None

    def _unusable(self, detail: str, hint: str) -> StoreUnusable:
        return StoreUnusable(f"the key {self._path} cannot be used: {detail}", hint=hint, reason="wrong_key")


def _lock(key: bytes, plain: bytes, label: str) -> bytes:
    """Nonce and ciphertext with tag; a fresh random nonce each time (NIST SP 800-38D, 96 bits)."""
    from secrets import token_bytes

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fingerprint(master: bytes) -> str:
    from hashlib import sha256

    return sha256(b"smilepay master key:" + master).hexdigest()
