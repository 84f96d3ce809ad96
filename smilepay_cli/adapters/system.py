"""The machine's clock and randomness, behind the ports that tests replace."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that is misread aloud
_ID_LENGTH = 12  # 60 bits, five a letter


class SystemClock:
    """Wall clock and monotonic clock of the machine."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep for half of that to one and a half times that."""
        import random  # a thing that is waited for is rare

        time.sleep(random.uniform(0.5 * seconds, 1.5 * seconds))  # noqa: S311 - nothing secret hangs on it


class RandomIds:
    """Ids that nobody can guess: a prefix and 60 random bits."""

    def new(self, kind: str) -> str:
        """For example `ord_7k3f9qm2x0ab`."""
        import secrets  # only what writes needs an id, and secrets takes 4 ms to import

        bits = secrets.randbits(5 * _ID_LENGTH)
        return f"{kind}_" + "".join(_ALPHABET[bits >> place & 31] for place in range(0, 5 * _ID_LENGTH, 5))
