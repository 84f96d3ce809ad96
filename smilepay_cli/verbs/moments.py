"""What to show of a capture, frame by frame, to whoever stands in front of the camera."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from smilepay_cli.rules.smile import smile_change, smile_z
from smilepay_cli.vocabulary.faces import Face, Frame
from smilepay_cli.vocabulary.moments import Moment
from smilepay_cli.vocabulary.policies import Policy

if TYPE_CHECKING:
    from smilepay_cli.verbs.capture import Capture
    from smilepay_cli.vocabulary.errors import Refused


def moment_of(look: Face | tuple[Frame, Refused], capture: Capture, policy: Policy) -> Moment:
    """The newest moment of a capture. Nothing of the checks against attacks is in it."""
    face, problem = (look, None) if isinstance(look, Face) else (None, look[1].message)
    frame = look.frame if isinstance(look, Face) else look[0]
    session = capture.session
    shown = [(step, number < len(session.shown)) for number, step in enumerate(session.steps)]
    steps = (("neutral", session.relaxed is not None), *shown)
    asks = capture.asks_for_smile
    return Moment(
        frame=frame,
        seconds=frame.seconds,
        seconds_max=capture.seconds_max,
        face=face,
        problem=problem,
        instruction=session.instruction if asks else "hold_still" if face else "look",
        smile=_meter(face, capture, policy) if asks else None,
        steps=steps if asks else (),
    )


def _meter(face: Face | None, capture: Capture, policy: Policy) -> float | None:
    """0 to 1; what counts as a smile is 0.5 and more."""
    if face is None or face.mouth is None:
        return None
    relaxed = capture.session.relaxed
    if relaxed:
        above = smile_change(face.mouth, relaxed.mouth) - policy.smile_change_min
    else:
        above = smile_z(face.mouth) - policy.smile_z_min
    return 1 / (1 + exp(-max(min(above, 30.0), -30.0)))
