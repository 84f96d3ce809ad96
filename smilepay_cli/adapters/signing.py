"""The key that checkpoints are signed with: Ed25519 (RFC 8032), its seed a secret of the wallet's vault.

So it is kept as the master key is, in a file or in the keyring, and whoever has a copy of the wallet without that key
cannot sign. Whoever has the whole home can: that is why the fingerprint belongs elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from smilepay_cli.ports import Settings, Vault
    from smilepay_cli.vocabulary.events import Checkpoint

SECRET = "checkpoints"  # noqa: S105 - the name of one, not one


class VaultSigner:
    """A ports.Signer whose key the vault keeps."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._seed: bytes | None = None

    def unlock(self, settings: Settings, *, anew: bool = False) -> bool:
        """Read the key, or make it when there is none; with `anew` make another in its place. True when it was made."""
        if anew:
            self._vault.drop_secret(settings, SECRET)
        made = self._vault.secret(settings, SECRET, create=False) is None
        self._seed = self._vault.secret(settings, SECRET, create=True)
        return made

    def public_key(self) -> bytes:
        """Raw, 32 bytes."""
        return self._key().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key().sign(message)

    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        assert self._seed is not None
        return Ed25519PrivateKey.from_private_bytes(self._seed)


def signature_holds(checkpoint: Checkpoint) -> bool:
    """Whether the key that the checkpoint names has signed it. Whose key that is, is another question."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from smilepay_cli.rules.checkpoints import unsigned

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(checkpoint.public_key))
        key.verify(bytes.fromhex(checkpoint.signature), unsigned(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True
