"""What a capture looks like while it is watched, for whoever stands in front of the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Face, Frame


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame of a capture, what was made of it, and what to do now. It decides nothing."""

    frame: Frame
    seconds: float
    """Since the capture began."""
    seconds_max: float | None
    """When it ends; None for stills."""
    face: Face | None
    """The box, and the landmarks where they were looked for."""
    problem: str | None
    """Why this frame was no good (`no face found`, `too dark`); None when it was good."""
    instruction: str
    """What to do now: look, hold_still, smile, turn_left, turn_right (the person's own left and right), done, failed.

    The words for people are in render/live.py.
    """
    smile: float | None
    """From 0 to 1, for a meter; None where no smile is asked for."""
    steps: tuple[tuple[str, bool], ...]
    """What this capture asks for, and whether it was shown: (("neutral", True), ("smile", False))."""
