"""Everything that can be forged, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from smilepay_cli.harnesses.forging import captures, controls, degradations, digital, pairs, prints, screens
from smilepay_cli.harnesses.forging.names import WHAT

if TYPE_CHECKING:
    from numpy.random import Generator

    from smilepay_cli.vocabulary.faces import Box, Pixels

Family = Literal["print", "screen", "digital", "bona fide"]
"""What a picture went through; `bona fide` is no attack."""
Still = Callable[["Pixels", "Box", "Generator", float], "Pixels"]
"""Picture, face, chance, strength: a picture. Strength 1 is what people do without much care, 0 as good as can be."""
Pair = Callable[[pairs.Portrait, pairs.Portrait, "Generator", float], "Pixels"]
Capture = Callable[[Sequence["Pixels"], "Box", "Generator", float], "list[Pixels]"]
"""As many frames as were given; `face` is the first frame's."""
Joined = Callable[[Sequence["Pixels"], Sequence["Pixels"], "Generator"], "list[Pixels]"]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Species(Generic[Made]):
    """One way to forge (ISO/IEC 30107-3 calls a class of attack instruments a species)."""

    make: Made
    what: str
    family: Family


SPECIES: dict[str, Species[Still]] = {
    "screen_bezel": Species(screens.screen_bezel, WHAT["screen_bezel"], "screen"),
    "screen_full_frame": Species(screens.screen_full_frame, WHAT["screen_full_frame"], "screen"),
    "print_bordered": Species(prints.print_bordered, WHAT["print_bordered"], "print"),
    "print_full_frame": Species(prints.print_full_frame, WHAT["print_full_frame"], "print"),
    "print_halftone": Species(prints.print_halftone, WHAT["print_halftone"], "print"),
    "recompressed": Species(digital.recompressed, WHAT["recompressed"], "digital"),
    "exact_copy": Species(digital.exact_copy, WHAT["exact_copy"], "digital"),
}
"""Attacks from one picture."""
PAIR_SPECIES: dict[str, Species[Pair]] = {
    "morph": Species(pairs.morph, WHAT["morph"], "digital"),
    "paper_mask": Species(pairs.paper_mask, WHAT["paper_mask"], "print"),
}
"""Attacks from a picture each of two people."""
CAPTURES: dict[str, Species[Capture]] = {
    "frozen": Species(captures.frozen, WHAT["frozen"], "digital"),
    "static_noise": Species(captures.static_noise, WHAT["static_noise"], "digital"),
    "recoded_still": Species(captures.recoded_still, WHAT["recoded_still"], "digital"),
    "slide_show": Species(captures.slide_show, WHAT["slide_show"], "digital"),
    "print_in_motion": Species(captures.print_in_motion, WHAT["print_in_motion"], "print"),
    "screen_in_motion": Species(captures.screen_in_motion, WHAT["screen_in_motion"], "screen"),
    "slides_in_motion": Species(captures.slides_in_motion, WHAT["slides_in_motion"], "screen"),
    "replayed_video": Species(captures.replayed_video, WHAT["replayed_video"], "screen"),
}
"""Attacks from the frames of one capture."""
JOINED: dict[str, Species[Joined]] = {
    "spliced": Species(captures.spliced, WHAT["spliced"], "digital"),
}
"""Attacks from the frames of two captures."""
DEGRADATIONS: dict[str, Species[Still]] = {
    "recaptured_bona_fide": Species(controls.recaptured_bona_fide, WHAT["recaptured_bona_fide"], "bona fide"),
    "blur": Species(degradations.blur, WHAT["blur"], "bona fide"),
    "low_light": Species(degradations.low_light, WHAT["low_light"], "bona fide"),
    "overexposed": Species(degradations.overexposed, WHAT["overexposed"], "bona fide"),
    "occluded_mouth": Species(degradations.occluded_mouth, WHAT["occluded_mouth"], "bona fide"),
    "small": Species(degradations.small, WHAT["small"], "bona fide"),
    "jpeg_chain": Species(degradations.jpeg_chain, WHAT["jpeg_chain"], "bona fide"),
}
"""No attacks: honest pictures of poor quality, and the control of the attacks' camera."""
CAPTURE_CONTROLS: dict[str, Species[Capture]] = {
    "recaptured_clip": Species(controls.recaptured_clip, WHAT["recaptured_clip"], "bona fide"),
}
"""No attacks either: a capture for comparison."""
