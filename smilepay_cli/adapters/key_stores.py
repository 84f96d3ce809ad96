"""Where keys are kept, outside of the wallet: in 0600 files beside it, or in the keyring of the operating system.

What a file beside the wallet protects: a wallet file that is copied, mailed or backed up without it. What the keyring
protects in addition: a copy of the whole home, for the keyring is encrypted under the login password. What neither
does: programs that run as the same user while that user is logged in, and root.

`keyring` takes 55 ms to import and 50 ms more to look for a backend, and may talk to a service that does not answer:
it is imported where it is used, and always within a deadline.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

FILE, KEYRING = "file", "keyring"
SERVICE = "smilepay"
"""What our entries in a keyring are called."""
RING_SECONDS = 5.0
"""For one question to the keyring. Less than a writer waits for the wallet, which may be locked all the while."""
LONGEST_FILE = 200
OTHERS = 0o077
"""Permissions of group and others: a key has none of them."""


class Deadline(Protocol):
    """Does work elsewhere and waits for it only so long. Raises TimeoutError, or what the work raises."""

    def __call__(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """What the work gives."""


class FileKeys:
    """A ports.KeyStore: `HOME/NAME.key`, readable by its owner only."""

    name = FILE

    def __init__(self, home: Path) -> None:
        self._home = home

    def place(self, name: str) -> str:
        """What people call the place of a key."""
        return str(self._path(name))

    def fits(self) -> bool:
        """Always: it is what is left."""
        return True

    def has(self, name: str) -> bool:
        """Whether something is there, be it what it may."""
        return os.path.lexists(self._path(name))

    def get(self, name: str) -> bytes:
        """Raises StoreUnusable when it is missing, open to others, or no regular file."""
        from base64 import b64decode

        path = self._path(name)
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a named pipe must not hang us
            descriptor = os.open(path, flags)
            with os.fdopen(descriptor, "rb") as file:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode):
                    raise unusable(
                        str(path),
                        tr("it is not a regular file"),
                        tr("put back the {path} of this wallet", path=path.name),
                    )
                if stat.S_IMODE(mode) & OTHERS:
                    raise unusable(str(path), tr("others can read it"), tr("chmod 600 {path}", path=path))
                return b64decode(file.read(LONGEST_FILE), validate=True)
        except OSError as error:
            detail = error.strerror or str(error)
            raise unusable(
                str(path), detail, tr("put back the {path} that belongs to this wallet", path=path.name)
            ) from None
        except ValueError:
            return b""  # no key: whoever asked sees that it is too short

    def put(self, name: str, secret: bytes) -> None:
        """A new one, in one step: a crash or a full disk leaves no half of a key behind."""
        from base64 import b64encode
        from secrets import token_hex

        path = self._path(name)
        draft = path.with_name(f"{path.name}.{token_hex(4)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(b64encode(secret))
                    file.flush()
                    os.fsync(descriptor)
                draft.rename(path)  # the wallet's lock is held, or the name is ours alone
            except OSError:
                draft.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)  # the wallet must not outlive its key
        except OSError as error:
            raise unusable(str(path), error.strerror or str(error), tr("check the folder's permissions")) from None

    def delete(self, name: str) -> None:
        """No effect when it is not there. Its bytes are written over first, for what that is worth on this disk."""
        path = self._path(name)
        try:
            if path.is_symlink() or not path.exists():
                path.unlink(missing_ok=True)
                return
            descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"\0" * os.fstat(descriptor).st_size)
                file.flush()
                os.fsync(descriptor)
            path.unlink()
            _sync_folder(path.parent)
        except OSError as error:
            raise unusable(str(path), error.strerror or str(error), tr("remove the file by hand")) from None

    def _path(self, name: str) -> Path:
        return self._home / f"{name}.key"


class RingKeys:
    """A ports.KeyStore: entries of the keyring that the library `keyring` finds, under the service `smilepay`.

    With `looking` no entry is made to see whether it is kept.
    """

    name = KEYRING

    def __init__(self, within: Deadline, *, looking: bool = False) -> None:
        self._within = within
        self._looking = looking

    def place(self, name: str) -> str:
        """What people call the place of a key."""
        return f"{name} in the keyring (service {SERVICE})"

    def fits(self) -> bool:
        """Whether a new wallet may keep its key here without being told to: a keyring that `keyring` recommends (its
        priority is 1 or more; the null, fail and plain-text ones are below), that answers, is open, and keeps what it
        is given.
        """
        from secrets import token_hex

        name, value = f"probe-{token_hex(8)}", token_hex(8)

        def tried() -> bool:
            ring = _ring()
            if not ring.priority >= 1 or ring.get_password(SERVICE, name) is not None:
                return False
            if self._looking:
                return True
            ring.set_password(SERVICE, name, value)
            try:
                return bool(ring.get_password(SERVICE, name) == value)
            finally:
                ring.delete_password(SERVICE, name)

        try:
            return self._within(tried, RING_SECONDS)
        except Exception:  # whatever is wrong with it: then the key goes into a file
            return False

    def has(self, name: str) -> bool:
        """Whether there is such an entry. Raises StoreUnusable."""
        return self._asked(lambda: _ring().get_password(SERVICE, name), name) is not None

    def get(self, name: str) -> bytes:
        """Raises StoreUnusable when there is none, or the keyring is locked, gone or does not answer."""
        from base64 import b64decode

        found = self._asked(lambda: _ring().get_password(SERVICE, name), name)
        if found is None:
            raise unusable(
                self.place(name),
                tr("there is no such entry"),
                tr("open the keyring in which this wallet's key was made"),
            )
        try:
            return b64decode(found, validate=True)
        except ValueError:
            return b""

    def put(self, name: str, secret: bytes) -> None:
        """A new one; it is read back, since some backends take everything and keep nothing."""
        from base64 import b64encode

        text = b64encode(secret).decode()

        def kept() -> bool:
            ring = _ring()
            ring.set_password(SERVICE, name, text)
            return bool(ring.get_password(SERVICE, name) == text)

        if not self._asked(kept, name):
            raise unusable(
                self.place(name),
                tr("it does not keep what it is given"),
                tr(
                    "keep the key in a file: SMILEPAY_KEY_STORE=file for a new wallet, or smilepay "
                    "wallet key --store file"
                ),
                UNAVAILABLE,
            )

    def delete(self, name: str) -> None:
        """No effect when it is not there. Raises StoreUnusable."""

        def gone() -> None:
            ring = _ring()
            if ring.get_password(SERVICE, name) is not None:
                ring.delete_password(SERVICE, name)

        self._asked(gone, name)

    def _asked(self, work: Callable[[], T], name: str) -> T:
        try:
            return self._within(work, RING_SECONDS)
        except TimeoutError:
            detail = tr("it did not answer within {ring_seconds:g} s", ring_seconds=RING_SECONDS)
        except Exception as error:
            detail = " ".join(f"it says: {str(error) or type(error).__name__}".split())[:200]
        raise unusable(
            self.place(name),
            detail,
            tr("unlock the keyring (log in at the desktop) and try again; what there is: smilepay doctor"),
            UNAVAILABLE,
        )


class LockedRing(LookupError):
    """There is a keyring, and using it would open a dialog."""


def keyring_in_words(within: Deadline) -> tuple[str, bool]:
    """The keyring of this machine and its priority, and whether `keyring` recommends it (1 or more). Makes no entry.

    Raises TimeoutError where it does not answer, LockedRing, LookupError where there is none, and whatever the library
    raises.
    """

    def asked() -> tuple[str, bool]:
        ring = _ring()
        ring.get_password(SERVICE, FIRST_QUESTION)
        return f"{ring.name}, priority {float(ring.priority):g}", bool(ring.priority >= 1)

    return within(asked, RING_SECONDS)


FIRST_QUESTION = "is-anybody-there"
"""The name of an entry that nobody makes."""
UNAVAILABLE = "key_unavailable"
"""The reason where a keyring cannot be asked; the key may be as it should be."""


def unusable(place: str, detail: str, hint: str, reason: str = "wrong_key") -> StoreUnusable:
    """The error for a key that cannot be used."""
    return StoreUnusable(
        tr("the key {place} cannot be used: {detail}", place=place, detail=detail), hint=hint, reason=reason
    )


def _ring() -> Any:
    """The keyring, open. Raises what the library raises, or LookupError where there is none or somebody would be asked
    for a password at a screen.
    """
    import logging

    import keyring

    logging.getLogger("keyring").addHandler(logging.NullHandler())  # else a broken plug-in prints its traceback
    ring = keyring.get_keyring()
    if not ring.priority > 0:
        raise LookupError("there is none on this machine that keeps anything")
    if _is_locked(ring):
        raise LockedRing("it is locked")
    return ring


def _is_locked(ring: Any) -> bool:
    """Whether using it would open a dialog. The Secret Service tells; others are caught by the deadline."""
    from keyring.backends import SecretService, chainer

    if isinstance(ring, chainer.ChainerBackend):
        return any(_is_locked(inner) for inner in ring.backends)
    if not isinstance(ring, SecretService.Keyring):
        return False
    from contextlib import closing

    import secretstorage
    from secretstorage.collection import DEFAULT_COLLECTION
    from secretstorage.exceptions import ItemNotFoundException

    with closing(secretstorage.dbus_init()) as bus:
        try:
            chosen = getattr(ring, "preferred_collection", DEFAULT_COLLECTION)
            return bool(secretstorage.Collection(bus, chosen).is_locked())
        except ItemNotFoundException:  # it would ask for the password of a new collection
            return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
