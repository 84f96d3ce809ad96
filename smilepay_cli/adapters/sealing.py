"""AES-256-GCM: what a key locks, bound to a label, and how a locked thing is written as text."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from typing_extensions import Buffer

KEY_BYTES = 32
NONCE_BYTES = 12


def lock(key: bytes, plain: bytes, label: str) -> bytes:
    """Nonce and ciphertext with tag; a fresh random nonce each time (NIST SP 800-38D, 96 bits)."""
    from secrets import token_bytes

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unlocked(key: bytes, sealed: Buffer, label: str) -> bytes:
    """The reverse. Raises StoreUnusable when it does not open."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        with memoryview(sealed) as whole, whole[NONCE_BYTES:] as rest:
            return AESGCM(key).decrypt(bytes(whole[:NONCE_BYTES]), rest, label.encode())
    except (InvalidTag, ValueError):
        raise StoreUnusable(
            tr("an encrypted part of the wallet does not open: it was changed, or moved from another account"),
            hint=tr("restore a backup, or forget the person and enrol again"),
            reason="sealed_damaged",
        ) from None


def text(sealed: bytes) -> str:
    """Bytes as text."""
    from base64 import b64encode

    return b64encode(sealed).decode()


def blob(written: str) -> bytes:
    """The reverse of `text`; of what is none, bytes that do not open."""
    from base64 import b64decode

    with suppress(ValueError):
        return b64decode(written)
    return b""


def fingerprint(master: bytes) -> str:
    """What a wallet knows its master key by. A key is 256 random bits, so this tells nothing of it."""
    from hashlib import sha256

    return sha256(b"smilepay master key:" + master).hexdigest()
