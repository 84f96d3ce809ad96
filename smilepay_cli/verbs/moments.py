"""What to show of a capture, frame by frame, to whoever stands in front of the camera.

A viewer decides nothing, so nothing that goes wrong with it refuses a payment, or lets one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from types import TracebackType
from typing import TYPE_CHECKING, Self

from smilepay_cli.rules.smile import smile_change, smile_z
from smilepay_cli.vocabulary.faces import Face, Frame
from smilepay_cli.vocabulary.moments import Moment
from smilepay_cli.vocabulary.policies import Policy

if TYPE_CHECKING:
    from smilepay_cli.ports import Viewer
    from smilepay_cli.verbs.capture import Capture
    from smilepay_cli.vocabulary.errors import Refused


class Showing:
    """A viewer, or nobody, for the time of one capture. One that fails is shown nothing more; Ctrl-C goes on up."""

    def __init__(self, make: Callable[[], Viewer] | None) -> None:
        self._make = make
        self._viewer: Viewer | None = None
        self._is_shown = False
        self.fault: str | None = None
        """The kind of the first error, for the event."""

    def __enter__(self) -> Self:
        if self._make:
            try:
                viewer = self._make()
                self._viewer = viewer.__enter__()
                self._is_shown = True
            except Exception as error:
                self._failed(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever the viewer answers: it must not swallow what ended the capture."""
        if self._viewer:
            try:
                self._viewer.__exit__(kind, error, trace)
            except Exception as fault:
                self._failed(fault)

    def show(self, moment: Callable[[], Moment]) -> None:
        """The newest moment, made only where somebody sees it."""
        if self._viewer and self._is_shown:
            try:
                self._viewer.show(moment())
            except Exception as error:
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.fault = self.fault or type(error).__name__
        self._is_shown = False


def moment_of(look: Face | tuple[Frame, Refused], capture: Capture, policy: Policy) -> Moment:
    """The newest moment of a capture. Nothing of the checks against attacks is in it."""
    face, problem = (look, None) if isinstance(look, Face) else (None, look[1].message)
    frame = look.frame if isinstance(look, Face) else look[0]
    session = capture.session
    # What comes later is not told before its turn: nobody shall look for a video that fits.
    given = session.steps[: len(session.shown) + 1] if session.relaxed else ()
    shown = [(step, number < len(session.shown)) for number, step in enumerate(given)]
    steps = (("neutral", session.relaxed is not None), *shown)
    asks = capture.asks_for_smile
    return Moment(
        frame=frame,
        seconds=frame.seconds,
        seconds_max=capture.seconds_max,
        face=face,
        problem=problem,
        instruction=_instruction(capture) if asks else "hold_still" if face else "look",
        smile=_meter(face, capture, policy) if asks else None,
        steps=steps if asks else (),
    )


def _instruction(capture: Capture) -> str:
    if capture.session.done and not capture.is_long_enough:
        return "stay"
    return capture.session.instruction


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
