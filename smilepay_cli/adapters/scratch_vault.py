"""The vault of a scratch wallet: its keys are as random as any, and what events depend on follows from a seed."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from pathlib import Path

from smilepay_cli.adapters.keys import FileVault


class ScratchVault(FileVault):
    """For a wallet that is thrown away: events are the same ones whenever it is made anew with the seed.

    A salt keeps a name from whoever reads an event after its owner was forgotten. Of a scratch wallet nobody keeps any.
    """

    def __init__(self, home: Path, seed: int) -> None:
        super().__init__(home)
        self._seed, self._salts = seed, count()

    def new_salt(self) -> bytes:
        """32 bytes that follow from the seed, others each time."""
        return sha256(f"salt:{self._seed}:{next(self._salts)}".encode()).digest()
