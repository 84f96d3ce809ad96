"""What a deny cue says of its errors is what benchmarks/presentations.json has measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smilepay_cli.rules.cues.registry import CUES

RECORD = json.loads((Path(__file__).parents[2] / "benchmarks" / "presentations.json").read_text(encoding="utf-8"))
TOLD = {
    "frozen_feed": [("captures", "frozen", "reporting"), ("captures", "bona fide", "sample")],
    "border": [
        ("stills", "bona fide", "reporting"),
        ("stills", "recaptured_bona_fide", "reporting"),
        ("stills", "screen_bezel", "reporting"),
        ("stills", "print_bordered", "reporting"),
        ("captures", "recaptured_clip", "sample"),
    ],
    "fine_pattern": [
        ("stills", "bona fide", "reporting"),
        ("stills", "blur", "reporting"),
        ("stills", "occluded_mouth", "reporting"),
        ("stills", "print_halftone", "reporting"),
        ("stills", "screen_full_frame", "reporting"),
    ],
    "copied_frames": [
        ("captures", "frozen", "reporting"),
        ("captures", "recoded_still", "reporting"),
        ("captures", "static_noise", "reporting"),
        ("captures", "slide_show", "reporting"),
        ("captures", "bona fide", "sample"),
        ("captures", "recaptured_clip", "sample"),
    ],
    "flat_face": [
        ("captures", "print_in_motion", "reporting"),
        ("captures", "screen_in_motion", "reporting"),
        ("captures", "slides_in_motion", "reporting"),
        ("captures", "print_in_motion", "sample"),
        ("captures", "screen_in_motion", "sample"),
        ("captures", "bona fide", "sample"),
    ],
}


def test_every_cue_has_its_figures_here() -> None:
    assert set(TOLD) == set(CUES)


@pytest.mark.parametrize("cue", CUES)
def test_what_a_cue_says_was_measured(cue: str) -> None:
    """`k of n`, whoever changes the one has to change the other."""
    words = " ".join(CUES[cue].source.split()).replace(",", "")
    for part, kind, half in TOLD[cue]:
        measured = RECORD[part][kind][half][cue]
        told = f"{measured['k']} of {measured['n']}"
        assert told in words, f"{cue}: {kind}, {half} is {told}"


@pytest.mark.parametrize("cue", CUES)
def test_it_was_measured_with_the_limit_that_holds(cue: str) -> None:
    """A limit that was changed afterwards has other errors."""
    assert RECORD["cues"][cue] == {"limit": CUES[cue].limit, "in_standard": CUES[cue].in_standard}
