"""The deny cues by name, each with its limit and where the limit comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smilepay_cli.vocabulary.language import marked

FRAMES_MIN = 16
"""About a second of video: in less time a living face may well hold still."""
OF_ONE_PICTURE, OF_A_PLANE = 0.005, 0.02
"""How much two frames may differ (change.py) and be one picture all the same, with the traces of noise and encoding; or
with those of being waved about. Copies of the sample clips differ by 0.0042 at most, half of the waved pictures by 0.01
and talking faces by 0.03 and more."""
FRAMES_MOST = 48
"""So long a camera is watched for pictures that are still wanting: three seconds. Noise makes more of them in time."""
FADED, FADED_PLANE = 0.006, 0.010
"""What a blend of two others may leave of a picture that counts for nothing (change.py): of a cross-fade between two
photographs, noised and encoded anew, 0.005 is left; of the frames in which the sample clip's smile begins 0.003 to
0.05."""
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


COUNTING = frozenset({"copied_frames", "flat_face"})
"""The cues that count pictures."""
CUES: dict[str, Cue] = {
    "frozen_feed": Cue(
        kind="capture",
        denies_beyond="above",
        limit=0.5,
        what=marked("share of frames that were in the capture before, pixel by pixel"),
        source="a camera's noise makes every frame new; it stops what is repeated bit by bit (24 of 24 frozen "
        "captures) and nothing that was encoded anew or noised (0 of 48). Bona fide: 0 of 34 windows of "
        "three clips",
        in_standard=True,
    ),
    "border": Cue(
        kind="picture",
        denies_beyond="above",
        limit=0.68,
        what=marked("straight edges on three sides of the face, as of a screen or a sheet"),
        source="above all pictures of the tuning half (LFW, London: 0 of 291; 0 of 112 through the attacks' "
        "camera) and above a door behind a sample face (0.64). On the other half it denies 0 of 290 bona "
        "fide pictures, 1 of 110 through the attacks' camera, and stops 99 of 110 screens with their "
        "bezel and 107 of 110 sheets with their borders in view; the missed screens show dark grey crops "
        "whose edges merge with the bezel. It denies one sample face, eileen/2.jpg, a portrait before a "
        "flag and a model, and 2 of 12 captures of the sample clips through the attacks' camera (a doorway)",
        in_standard=True,
    ),
    "fine_pattern": Cue(
        kind="picture",
        denies_beyond="above",
        limit=1.15,
        what=marked("the dots of a print, or the pixels of a screen"),
        source="above all sharp bona fide pictures of the tuning half (largest 1.09; of JPEG of quality 40 1.05, "
        "of quality 75 resized to 70 % 1.10). On the other half it denies 0 of 290 bona fide pictures, 3 "
        "of 110 blurred and 18 of 96 with a covered mouth, most of which are refused for their quality "
        "before, and stops 102 of 106 newspaper prints; of screens that fill the view 7 of 110, since "
        "cameras seldom see their pixels, and no photo print",
        in_standard=True,
    ),
    "copied_frames": Cue(
        kind="capture",
        denies_beyond="below",
        limit=2,
        what=marked("a face of which there are no more pictures than a slide show needs"),
        source="two pictures, and one more for each thing that was shown: a smile that begins passes through "
        "several (the sample clip: 6 of 16 frames), two photographs are two. Of photos of the reporting "
        "half it stops 24 of 24 frozen captures, 23 of 24 encoded anew, 23 of 24 with faked noise, and 7 "
        "of 25 slide shows of a relaxed and a smiling one, of which most fade: portraits that do not lie "
        "on each other make pictures on the way, and so does a light that moves over a photograph. Bona "
        "fide: 0 of 34 overlapping windows of 16 frames (a smile is shown in 5 of them, all of one smile) "
        "and 1 of 12 through the attacks' camera, of three clips of two people that what counts as one "
        "picture was chosen on; too few to be used unasked. Under 16 frames there is no answer, and a "
        "camera is watched on",
        in_standard=False,
    ),
    "flat_face": Cue(
        kind="capture",
        denies_beyond="below",
        limit=2,
        what=marked("a face that moves about, in no more pictures than waved photographs make"),
        source="as copied_frames, with what waving adds left out. Of photos of the other half it stops 7 of 7 "
        "prints and 8 of 8 screens in motion and 6 of 25 slide shows on a waved screen, of the sample "
        "clips 10 of 11 and 8 of 12 (flicker and reflections change a face too). Bona fide captures with "
        "enough motion for an answer: 0 of 5, of one clip, which is too few to be used unasked. Others "
        "have no answer",
        in_standard=False,
    ),
}
