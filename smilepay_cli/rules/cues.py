"""Deny cues: signs that a capture does not come from a person in front of a camera. Each can veto on its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.policies import Policy

FROZEN_SHARE_MAX = 0.5
"""A camera's noise makes every frame new; more identical neighbours than this is a frozen feed."""


def require_live_feed(pixel_digests: Sequence[str], policy: Policy) -> None:
    """Raises Refused (FROZEN_FEED) when most frames of a capture repeat the frame before them."""
    pairs = list(pairwise(pixel_digests))
    repeats = sum(first == second for first, second in pairs)
    if "frozen_feed" in policy.deny_cues and pairs and repeats / len(pairs) > FROZEN_SHARE_MAX:
        raise Refused(Reason.FROZEN_FEED, f"{repeats} of {len(pairs)} frames repeat the one before: a frozen feed")
