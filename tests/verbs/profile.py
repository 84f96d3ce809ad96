"""How often the proofs are run: a little in `make test`, and at length with SMILEPAY_LONG=1 (docs/proofs.md)."""

from __future__ import annotations

import os

LONG = os.environ.get("SMILEPAY_LONG") == "1"


def often(short: int, long: int) -> int:
    """The number for the profile that is run."""
    return long if LONG else short
