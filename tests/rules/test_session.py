"""A capture session: a fold over faces, and what each policy wants to have seen in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.profiles import STANDARD, STRICT
from smilepay_cli.rules.session import (
    FRONTAL,
    HELD,
    LASTING,
    STEPS,
    TURNED,
    Session,
    require_frontal,
    require_shown,
    seen,
    shown_enough,
)
from smilepay_cli.rules.smile import smile_change, smile_z
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Face, Frame, MouthShape, Pose
from smilepay_cli.vocabulary.policies import Policy

OFF = replace(STANDARD, smile="off")
STILL = STANDARD
TRANSITION = replace(STANDARD, smile="transition")

NEUTRAL = MouthShape(0.80, 0.0, 0.0)
"""z = -3.68."""
SMILE = MouthShape(1.10, 0.1, 0.0)
"""z = 1.60, and a change of +5.29 from NEUTRAL."""
PURSED = MouthShape(0.60, 0.0, 0.0)
CLOSED = MouthShape(0.88, 0.05, 0.0)
"""z = -2.11, no smile by itself; a change of +0.67 from NEUTRAL."""
TALKING = MouthShape(0.90, 0.02, 0.24)
"""z = -0.06 would do by itself; a change of +0.02."""
NOTHING = MouthShape(float("nan"), 0.0, 0.0)
AHEAD, LEFT, RIGHT = Pose(0.0, 0.0, 0.0), Pose(25.0, 0.0, 0.0), Pose(-25.0, 0.0, 0.0)
BOX = Box(0, 0, 100, 100)
FPS = 12.0


def face(mouth: MouthShape | None, number: int = 0, *, pose: Pose = AHEAD, box: Box = BOX) -> Face:
    frame = Frame(np.zeros((1, 1, 3), dtype=np.uint8), number, number / FPS, f"frame {number}", f"{number:064x}")
    return Face(frame, box, 1.5, None, mouth, pose if mouth else None)


def after(policy: Policy, faces: Sequence[Face], session: Session = Session()) -> Session:  # noqa: B008  # frozen
    return reduce(lambda so_far, one: seen(so_far, one, policy), faces, session)


def watched(policy: Policy, *mouths: MouthShape | None) -> Session:
    """Images, one after the other."""
    return after(policy, [face(mouth, number) for number, mouth in enumerate(mouths)])


def filmed(policy: Policy, *shown: tuple[MouthShape, Pose, int], steps: tuple[str, ...] | None = None) -> Session:
    """A camera: each of these for so many frames. With `steps` they are a challenge."""
    faces = [face(mouth, pose=pose) for mouth, pose, count in shown for _ in range(count)]
    session = Session(is_camera=True) if steps is None else Session(steps, is_camera=True, is_challenge=True)
    numbered = [face(one.mouth, number, pose=one.pose or AHEAD) for number, one in enumerate(faces)]
    return after(policy, numbered, session)


def refusal(policy: Policy, session: Session, relaxed: MouthShape | None = None) -> Reason | None:
    try:
        require_shown(session, () if relaxed is None else (relaxed,), policy)
    except Refused as refused:
        return refused.kind
    return None


def test_where_no_smile_is_asked_the_first_face_does() -> None:
    """Policy `off`: no landmarks are made, nothing is refused."""
    session = watched(OFF, None, None)
    assert session.best is not None and session.best.frame.number == 0
    assert session.faces == 2 and shown_enough(session, OFF)
    assert refusal(OFF, session) is None


def test_nothing_was_shown_before_the_first_face() -> None:
    """An empty capture is never enough."""
    assert not any(shown_enough(Session(), policy) for policy in (OFF, STILL, TRANSITION, STRICT))
    assert refusal(STILL, Session()) is refusal(TRANSITION, Session()) is Reason.SMILE_NOT_SHOWN
    assert Session().instruction == "look"


class TestStill:
    """Policy `still`: one smiling face does."""

    def test_one_smile_and_no_change(self) -> None:
        """Also a capture that smiles from the start; the best face is judged, not the last one."""
        for mouths in ([SMILE], [NEUTRAL, SMILE], [SMILE, NEUTRAL]):
            session = watched(STILL, *mouths)
            assert refusal(STILL, session) is None
            assert session.best is not None and session.best.mouth == SMILE
        assert shown_enough(watched(STILL, SMILE), STILL) and not shown_enough(watched(STILL, NEUTRAL), STILL)

    def test_closed_lips_smile_against_the_enrolled_face(self) -> None:
        """By itself such a mouth is nobody's smile."""
        session = watched(STILL, CLOSED)
        assert refusal(STILL, session) is Reason.SMILE_NOT_SHOWN
        assert refusal(STILL, session, NEUTRAL) is None
        assert refusal(STILL, session, CLOSED) is Reason.SMILE_NOT_SHOWN, "that person always looks so"

    def test_talking_is_no_smile(self) -> None:
        """Wider than the relaxed face, but open: then it has to smile by itself too."""
        assert smile_change(TALKING, NEUTRAL) >= STANDARD.smile_change_min
        open_mouth = replace(TALKING, width=0.87)
        assert smile_z(open_mouth) < STANDARD.smile_z_min
        assert refusal(STILL, watched(STILL, open_mouth), NEUTRAL) is Reason.SMILE_NOT_SHOWN
        assert refusal(STILL, watched(STILL, TALKING), NEUTRAL) is None

    def test_a_turned_face_is_not_judged(self) -> None:
        """An open mouth of a turned head looks like a smile; it is a failure to acquire and no attack."""
        turned = after(STILL, [face(SMILE, pose=Pose(FRONTAL + 1, 0, 0))])
        assert turned.faces == 1 and turned.best is None
        with pytest.raises(Refused) as refused:
            require_frontal(turned)
        assert refused.value.kind is Reason.TURNED_AWAY and not refused.value.kind.is_strike
        require_frontal(after(STILL, [face(SMILE, pose=Pose(-FRONTAL, 0, 0))]))

    def test_a_mouth_that_is_no_number_shows_nothing(self) -> None:
        """Neither as the smile nor as the relaxed face before it."""
        assert refusal(STILL, watched(STILL, NOTHING)) is Reason.SMILE_NOT_SHOWN
        assert refusal(STILL, watched(STILL, SMILE), NOTHING) is Reason.SMILE_NOT_SHOWN
        assert refusal(TRANSITION, watched(TRANSITION, NOTHING, SMILE)) is Reason.TRANSITION_NOT_SHOWN
        assert refusal(TRANSITION, watched(TRANSITION, NEUTRAL, NOTHING)) is Reason.SMILE_NOT_SHOWN


class TestTransition:
    """A relaxed face, then a smile."""

    def test_of_two_images(self) -> None:
        """Each image holds still for as long as one likes."""
        assert refusal(TRANSITION, watched(TRANSITION, NEUTRAL, SMILE)) is None
        assert refusal(TRANSITION, watched(TRANSITION, SMILE, SMILE)) is Reason.TRANSITION_NOT_SHOWN
        assert refusal(TRANSITION, watched(TRANSITION, NEUTRAL, NEUTRAL)) is Reason.SMILE_NOT_SHOWN

    def test_relaxing_after_the_smile_does_not_count(self) -> None:
        """A smile that fades is no answer to `now smile`; smiling again afterwards is."""
        assert refusal(TRANSITION, watched(TRANSITION, SMILE, NEUTRAL)) is Reason.TRANSITION_NOT_SHOWN
        assert refusal(TRANSITION, watched(TRANSITION, SMILE, NEUTRAL, SMILE)) is None

    def test_relaxing_pursed_lips_is_no_smile(self) -> None:
        """It is a change, but neither a smile by itself nor against the enrolled face."""
        session = watched(TRANSITION, PURSED, NEUTRAL)
        assert session.done
        assert refusal(TRANSITION, session) is refusal(TRANSITION, session, NEUTRAL) is Reason.SMILE_NOT_SHOWN

    def test_a_camera_has_to_see_it_last(self) -> None:
        """One frame less of the relaxed face or of the smile, and it is not believed."""
        enough = filmed(TRANSITION, (NEUTRAL, AHEAD, HELD), (SMILE, AHEAD, LASTING))
        assert enough.done and refusal(TRANSITION, enough) is None
        for held, lasting in ((HELD - 1, LASTING), (HELD, LASTING - 1)):
            short = filmed(TRANSITION, (NEUTRAL, AHEAD, held), (SMILE, AHEAD, lasting))
            assert refusal(TRANSITION, short) is Reason.TRANSITION_NOT_SHOWN

    def test_the_relaxed_mouth_is_the_usual_one_of_those_that_held_still(self) -> None:
        """A little to and fro is noise; a mouth that moves holds nothing still."""
        for odd, known in ((replace(NEUTRAL, width=0.82), True), (PURSED, False)):
            frames = [face(mouth, number) for number, mouth in enumerate([NEUTRAL, odd, NEUTRAL])]
            session = after(TRANSITION, frames, Session(is_camera=True))
            assert (session.relaxed is not None) is known
            assert session.relaxed is None or session.relaxed.mouth == NEUTRAL

    def test_a_face_that_jumps_begins_anew(self) -> None:
        """A neutral face here and a smiling one there are not one face that changed."""
        here = [face(NEUTRAL, number) for number in range(HELD)]
        there = [face(SMILE, HELD + number, box=Box(300, 0, 100, 100)) for number in range(LASTING)]
        session = after(TRANSITION, [*here, *there], Session(is_camera=True))
        assert session.relaxed is None
        assert session.left is here[HELD // 2], "who was there first is compared with who pays"
        assert refusal(TRANSITION, session) is Reason.TRANSITION_NOT_SHOWN

    def test_what_to_do_is_told(self) -> None:
        """For the person in front."""
        told = []
        session = Session(is_camera=True)
        for number, mouth in enumerate([NEUTRAL] * HELD + [SMILE] * LASTING):
            session = seen(session, face(mouth, number), TRANSITION)
            told.append(session.instruction)
        assert told == ["hold_still", "hold_still", "smile", "smile", "done"]


class TestChallenge:
    """Steps in an order that nobody knew before."""

    @staticmethod
    def played(order: Sequence[str], *, asked: tuple[str, ...]) -> Session:
        """Somebody who does these things, looking ahead in between."""
        poses = {"turn_left": LEFT, "turn_right": RIGHT, "smile": AHEAD}
        acts = [(SMILE if step == "smile" else NEUTRAL, poses[step], LASTING) for step in order]
        between = [part for act in acts for part in (act, (NEUTRAL, AHEAD, 2))]
        return filmed(STRICT, (NEUTRAL, AHEAD, HELD), *between, steps=asked)

    @pytest.mark.parametrize("asked", list(permutations(STEPS)))
    def test_only_the_asked_order_is_accepted(self, asked: tuple[str, ...]) -> None:
        """All six orders shown, against each of the six asked for."""
        for order in permutations(STEPS):
            got = refusal(STRICT, self.played(order, asked=asked))
            assert got is (None if order == asked else Reason.CHALLENGE_NOT_SHOWN), (asked, order)

    def test_showing_everything_several_times_is_no_way_round(self) -> None:
        """A video of all steps in all orders fails at the first wrong one."""
        everything = [step for order in permutations(STEPS) for step in order]
        for asked in permutations(STEPS):
            got = refusal(STRICT, self.played(everything, asked=asked))
            assert got is (None if asked == tuple(everything[:3]) else Reason.CHALLENGE_NOT_SHOWN)

    def test_a_step_missing_at_the_end_is_not_shown(self) -> None:
        """Two of three."""
        assert refusal(STRICT, self.played(STEPS[:2], asked=STEPS)) is Reason.CHALLENGE_NOT_SHOWN

    def test_the_time_is_limited(self) -> None:
        """From when the steps were given; on time counts."""
        late = replace(STRICT, challenge_seconds=1.0)
        waited = int(FPS) - HELD
        for idle, expected in ((waited - 3, None), (waited + 20, Reason.CHALLENGE_NOT_SHOWN)):
            shown = ((NEUTRAL, AHEAD, HELD), (NEUTRAL, AHEAD, idle), (SMILE, AHEAD, LASTING))
            assert refusal(late, filmed(late, *shown, steps=("smile",))) is expected

    def test_nothing_is_given_before_somebody_holds_still(self) -> None:
        """The time before does not count."""
        fidgety = [(NEUTRAL, AHEAD, 2), (NEUTRAL, LEFT, 1)] * 100
        session = filmed(replace(STRICT, challenge_seconds=1.0), *fidgety, steps=STEPS)
        assert session.given_at is None and not session.failed

    def test_a_turn_is_told_from_where_the_relaxed_face_looked(self) -> None:
        """Somebody who sits askew turns as far as others."""
        askew = Pose(10.0, 0.0, 0.0)
        for degrees, shown in ((TURNED - 1, False), (TURNED, True)):
            turned = Pose(10.0 + degrees, 0.0, 0.0)
            session = filmed(STRICT, (NEUTRAL, askew, HELD), (NEUTRAL, turned, LASTING), steps=("turn_left",))
            assert session.done is shown

    def test_turning_is_no_matter_where_only_a_smile_is_asked_for(self) -> None:
        """People move."""
        moving = filmed(TRANSITION, (NEUTRAL, AHEAD, HELD), (NEUTRAL, LEFT, 3), (SMILE, AHEAD, LASTING))
        assert refusal(TRANSITION, moving) is None


MOUTHS = st.builds(MouthShape, st.floats(0.4, 1.4), st.floats(-0.2, 0.4), st.floats(0, 0.6))
POSES = st.builds(Pose, st.floats(-40, 40), st.just(0.0), st.just(0.0))


@given(st.lists(MOUTHS, max_size=12))
def test_what_a_session_says_holds_of_its_faces(mouths: list[MouthShape]) -> None:
    """Done means: a face smiles, came after the relaxed one, and is a change from it."""
    session = watched(TRANSITION, *mouths)
    assert session.faces == len(mouths)
    if not session.done:
        return
    assert session.best is session.shown[0] and session.relaxed is not None
    assert session.best.mouth is not None
    assert session.relaxed.face.frame.number < session.best.frame.number
    assert smile_change(session.best.mouth, session.relaxed.mouth) >= TRANSITION.smile_change_min


@given(st.lists(st.tuples(MOUTHS, POSES), max_size=30), st.permutations(STEPS))
def test_steps_are_shown_one_after_the_other(shown: list[tuple[MouthShape, Pose]], steps: list[str]) -> None:
    """Whatever a face does: as many steps as it says, each later than the one before, none after a failure."""
    faces = [face(mouth, number, pose=pose) for number, (mouth, pose) in enumerate(shown)]
    session = Session(tuple(steps), is_camera=True, is_challenge=True)
    before = session
    for one in faces:
        session = seen(before, one, STRICT)
        assert len(before.shown) <= len(session.shown) <= len(before.shown) + 1
        if before.failed or before.done:
            assert session.shown == before.shown and session.failed == before.failed
        before = session
    numbers = [one.frame.number for one in session.shown]
    assert numbers == sorted(set(numbers))
