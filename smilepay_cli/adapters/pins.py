"""PINs, hashed with Argon2id at argon2-cffi's default parameters (RFC 9106, low-memory profile)."""

from __future__ import annotations


class Argon2Pins:
    """The second factor."""

    def hash(self, pin: str) -> str:
        """A slow, salted hash that names its own parameters."""
        from argon2 import PasswordHasher

        return PasswordHasher().hash(pin)

    def verify(self, hashed: str, pin: str) -> bool:
        """Whether the PIN is the one hashed. A hash that cannot be read matches nothing."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            return PasswordHasher().verify(hashed, pin)
        except (Argon2Error, InvalidHashError):
            return False
