"""The list of what was made: what the tags of its rows are, and where it is in the folder."""

from __future__ import annotations

from hashlib import sha256

from smilepay_cli.rules.sets.columns import BETWEEN_TAGS
from smilepay_cli.vocabulary.ledger import LONGEST_NAME

MANIFEST = "manifest.csv"
LONGEST_TAG = LONGEST_NAME
"""Characters of one tag that a set takes."""
_DIGEST = 16


def tag(name: str, value: str) -> str:
    """`name:value`. What would be two tags is percent-encoded; a long one is cut, and ends in a digest of the whole."""
    whole = f"{name}:{value.replace('%', '%25').replace(BETWEEN_TAGS, '%3B')}"
    if len(whole) <= LONGEST_TAG:
        return whole
    digest = sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: LONGEST_TAG - _DIGEST - 1]}~{digest}"
