"""Looking at the frames of a trial ahead of its turn, for the memory: whatever paying is going to ask of them."""

from __future__ import annotations

from contextlib import closing, suppress
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from smilepay_cli.rules.cues.trace import rested_on
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.rules.session import Session
from smilepay_cli.verbs.capture import Capture, good_faces
from smilepay_cli.verbs.looking import cue_measures, descriptors_of, live_score, named
from smilepay_cli.vocabulary.errors import SmilepayError

if TYPE_CHECKING:
    from smilepay_cli.ports import FrameSource, PadModel
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.policies import Policy


def asked_by(policy: Policy, pad: PadModel | None, *, is_camera: bool) -> str:
    """What names everything that these three can ask of a frame: other ones may ask for more."""
    return _asked(policy, named(pad), is_camera)


@cache
def _asked(policy: Policy, pad: str, is_camera: bool) -> str:
    told = f"{sorted(as_figures(policy).items())} {pad} {is_camera}"
    return f"asked {sha256(told.encode()).hexdigest()[:16]}"


def look(till: Till, source: FrameSource) -> None:
    """Measure what paying under the till's policy asks of these frames; what is wrong with them is told when they pay.

    A capture may end earlier than here, when it is seen who stands there: a little is measured in vain then.
    """
    policy = till.policy
    cues = policy.deny_cues
    capture = Capture(source.description, source.is_camera, Session(is_camera=source.is_camera), cues=cues)
    with suppress(SmilepayError):
        source.check()
        with closing(good_faces(till, source, capture, mouth=policy.smile != "off")) as faces:
            for _ in faces:
                pass
        if capture.session.best is None:
            return
        used = list(dict.fromkeys([*capture.faces, *capture.session.recent]))
        descriptors_of(till, [(face.frame, face.box) for face in used])
        capture.figures(till)
        rested_on(capture.trace, capture.faces, cues, measured=cue_measures(till))
        if till.pad is not None:
            for score in (partial(live_score, till, till.pad, face.frame, face.box) for face in capture.faces):
                score()
