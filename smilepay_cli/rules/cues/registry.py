"""The deny cues by name, each with its limit and where the limit comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FRAMES_MIN = 16
"""About a second of video: in less time a living face may well hold still."""
MOVED_MIN = 0.05
"""Widths of the face that it has to move before standing still otherwise means something."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One deny cue."""

    kind: Literal["picture", "capture"]
    """What it looks at: single pictures, or how they follow each other."""
    denies_beyond: Literal["above", "below"]
    limit: float
    what: str
    """What it sees, for people."""
    source: str
    """Where the limit comes from, and its error rates."""
    in_standard: bool
    """Whether its error rates on bona fide captures are known to be low enough to be used unasked."""

    def denies(self, score: float) -> bool:
        """Whether a score denies. One that is not a number does."""
        return not score <= self.limit if self.denies_beyond == "above" else not score >= self.limit


CUES: dict[str, Cue] = {
    "frozen_feed": Cue(
        kind="capture",
        denies_beyond="above",
        limit=0.5,
        what="share of frames that repeat the one before, pixel by pixel",
        source="a camera's noise makes every frame new",
        in_standard=True,
    ),
    "border": Cue(
        kind="picture",
        denies_beyond="above",
        limit=0.68,
        what="straight edges on three sides of the face, as of a screen or a sheet",
        source="",
        in_standard=True,
    ),
    "fine_pattern": Cue(
        kind="picture",
        denies_beyond="above",
        limit=1.15,
        what="the dots of a print, or the pixels of a screen",
        source="",
        in_standard=True,
    ),
    "copied_frames": Cue(
        kind="capture",
        denies_beyond="below",
        limit=0.005,
        what="a face on which nothing changes but noise",
        source="",
        in_standard=False,
    ),
    "flat_face": Cue(
        kind="capture",
        denies_beyond="below",
        limit=0.02,
        what="a face that moves about as a picture does, and changes no more than one",
        source="",
        in_standard=False,
    ),
}
