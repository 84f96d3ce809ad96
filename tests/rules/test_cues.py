"""Deny cues: each can veto on its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smilepay_cli.rules.cues import require_live_feed
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.vocabulary.errors import Reason, Refused


@pytest.mark.parametrize(
    ("frames", "frozen"),
    [("", False), ("a", False), ("ab", False), ("aa", True), ("aab", False), ("aaab", True), ("abab", False)],
)
def test_a_feed_is_frozen_when_most_frames_repeat(frames: str, frozen: bool) -> None:
    """More than half of the neighbours; exactly half is let through, and so is a loop."""
    if frozen:
        with pytest.raises(Refused) as refused:
            require_live_feed(list(frames), STANDARD)
        assert refused.value.kind is Reason.FROZEN_FEED
    else:
        require_live_feed(list(frames), STANDARD)


def test_the_frozen_feed_cue_can_be_left_out() -> None:
    """Only by naming the cues; then nothing is denied on it."""
    require_live_feed(["a"] * 9, replace(STANDARD, deny_cues=()))
