"""Watching a capture: a fold over its faces, and what each policy wants to have seen in the end."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.profiles import STANDARD, STRICT
from smilepay_cli.rules.smile import smile_z
from smilepay_cli.rules.watch import Watch, require_live_feed, require_smile, seen, shown_enough
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Face, Frame, MouthShape
from smilepay_cli.vocabulary.policies import Policy

OFF = replace(STANDARD, smile="off")
STILL = STANDARD
TRANSITION = replace(STANDARD, smile="transition")

NEUTRAL = MouthShape(0.80, 0.0, 0.0)
"""z = -3.68."""
SMILE = MouthShape(1.10, 0.1, 0.0)
"""z = 1.60, and 37 % wider."""
PURSED = MouthShape(0.60, 0.0, 0.0)
STIFF = MouthShape(0.85, 0.4, 0.1)
"""z = 0.56: smiles, but is hardly wider than NEUTRAL."""


def face(mouth: MouthShape | None, number: int = 0) -> Face:
    frame = Frame(np.zeros((1, 1, 3), dtype=np.uint8), number, 0.0, f"frame {number}", f"{number:064x}")
    return Face(frame, Box(0, 0, 100, 100), 1.5, None, mouth)


def watched(policy: Policy, *mouths: MouthShape | None) -> Watch:
    faces = [face(mouth, number) for number, mouth in enumerate(mouths)]
    return reduce(lambda watch, one: seen(watch, one, policy), faces, Watch())


def refusal(policy: Policy, *mouths: MouthShape | None, is_camera: bool = False) -> Reason | None:
    try:
        require_smile(watched(policy, *mouths), policy, is_camera=is_camera)
    except Refused as refused:
        return refused.kind
    return None


def test_where_no_smile_is_asked_the_first_face_does() -> None:
    """Policy `off`: no landmarks are made, nothing is refused."""
    watch = watched(OFF, None, None)
    assert watch.best is not None and watch.best.frame.number == 0
    assert watch.faces == 2 and shown_enough(watch, OFF)
    assert refusal(OFF, None) is None and refusal(OFF, NEUTRAL) is None


def test_nothing_was_shown_before_the_first_face() -> None:
    """An empty capture is never enough."""
    assert not any(shown_enough(Watch(), policy) for policy in (OFF, STILL, TRANSITION))
    assert refusal(STILL) is refusal(TRANSITION) is Reason.SMILE_NOT_SHOWN


def test_a_still_needs_one_smile_and_no_change() -> None:
    """Policy `still`: also a capture that smiles from the start."""
    assert refusal(STILL, SMILE) is None
    assert refusal(STILL, NEUTRAL, SMILE) is None
    assert refusal(STILL, SMILE, NEUTRAL) is None, "the best face is judged, not the last one"
    assert refusal(STILL, NEUTRAL, PURSED) is Reason.SMILE_NOT_SHOWN
    assert shown_enough(watched(STILL, SMILE), STILL) and not shown_enough(watched(STILL, NEUTRAL), STILL)


def test_the_most_smiling_face_is_judged() -> None:
    """Not the first and not the last."""
    watch = watched(STILL, NEUTRAL, SMILE, STIFF)
    assert watch.best is not None and watch.best.frame.number == 1


def test_a_transition_is_neutral_then_smile() -> None:
    """A smile alone, or a neutral face alone, is none."""
    assert refusal(TRANSITION, NEUTRAL, SMILE) is None
    assert refusal(TRANSITION, NEUTRAL, PURSED, NEUTRAL, SMILE) is None
    assert refusal(TRANSITION, SMILE, SMILE) is Reason.TRANSITION_NOT_SHOWN
    assert refusal(TRANSITION, NEUTRAL, NEUTRAL) is Reason.SMILE_NOT_SHOWN


def test_neutral_after_the_smile_does_not_count() -> None:
    """A smile that fades is no answer to `now smile`; smiling again afterwards is."""
    assert refusal(TRANSITION, SMILE, NEUTRAL) is Reason.TRANSITION_NOT_SHOWN
    assert refusal(TRANSITION, SMILE, NEUTRAL, SMILE) is None


def test_a_smile_that_is_hardly_wider_is_no_transition() -> None:
    """Lips that part are not a smile; the mouth must grow by the policy's share."""
    assert smile_z(STIFF) >= STANDARD.smile_z_min
    assert refusal(TRANSITION, NEUTRAL, STIFF) is Reason.TRANSITION_NOT_SHOWN
    assert refusal(TRANSITION, NEUTRAL, PURSED, STIFF) is None, "against the narrowest neutral mouth"


def test_the_share_of_widening_is_exact() -> None:
    """Exactly the share counts, the next number below does not."""
    policy = replace(TRANSITION, smile_widening_min=0.25)
    enough = MouthShape(0.75 * 1.25, 0.4, 0.1)
    barely = MouthShape(float(np.nextafter(0.75 * 1.25, 0)), 0.4, 0.1)
    neutral = MouthShape(0.75, 0.0, 0.0)
    assert refusal(policy, neutral, enough) is None
    assert refusal(policy, neutral, barely) is Reason.TRANSITION_NOT_SHOWN


def test_a_challenge_that_is_not_given_is_not_shown() -> None:
    """On a camera `challenge` refuses; stills can show no more than the transition."""
    assert refusal(STRICT, NEUTRAL, SMILE, is_camera=True) is Reason.CHALLENGE_NOT_SHOWN
    assert refusal(STRICT, NEUTRAL, SMILE) is None
    assert refusal(STRICT, SMILE, is_camera=True) is Reason.TRANSITION_NOT_SHOWN


def test_a_mouth_that_is_no_number_shows_nothing() -> None:
    """Neither as the smile nor as the neutral face before it."""
    nothing = MouthShape(float("nan"), 0.0, 0.0)
    assert refusal(STILL, nothing) is Reason.SMILE_NOT_SHOWN
    assert refusal(TRANSITION, nothing, SMILE) is not None
    assert refusal(TRANSITION, NEUTRAL, nothing) is Reason.SMILE_NOT_SHOWN


MOUTHS = st.builds(MouthShape, st.floats(0.4, 1.4), st.floats(-0.2, 0.4), st.floats(0, 0.6))


@given(st.lists(MOUTHS, max_size=12))
def test_what_a_watch_says_holds_of_its_faces(mouths: list[MouthShape]) -> None:
    """`changed` means: `best` smiles, came after `neutral`, which did not, and is wider by the share."""
    watch = watched(TRANSITION, *mouths)
    assert watch.faces == len(mouths)
    assert (watch.best is None) == (not mouths)
    if not watch.changed:
        return
    assert watch.best is not None and watch.best.mouth is not None
    assert watch.neutral is not None and watch.neutral.mouth is not None
    assert watch.neutral.frame.number < watch.best.frame.number
    assert smile_z(watch.neutral.mouth) < TRANSITION.smile_z_min <= smile_z(watch.best.mouth)
    assert watch.best.mouth.width >= watch.neutral.mouth.width * (1 + TRANSITION.smile_widening_min)


@given(st.lists(MOUTHS, max_size=8))
def test_a_change_is_found_whenever_there_is_one(mouths: list[MouthShape]) -> None:
    """Against the definition, written the slow way: some face smiles and is wider than a neutral one before it."""
    wider = 1 + TRANSITION.smile_widening_min
    there = any(
        smile_z(before) < TRANSITION.smile_z_min <= smile_z(after) and after.width >= before.width * wider
        for place, after in enumerate(mouths)
        for before in mouths[:place]
    )
    assert watched(TRANSITION, *mouths).changed is there


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
