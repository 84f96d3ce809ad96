"""Everything that can be forged, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from smilepay_cli.harnesses.forging import captures, controls, degradations, digital, pairs, prints, screens

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
    "screen_bezel": Species(screens.screen_bezel, "shown on a device whose borders are in view", "screen"),
    "screen_full_frame": Species(screens.screen_full_frame, "shown on a screen that fills the view", "screen"),
    "print_bordered": Species(prints.print_bordered, "printed, the sheet's borders in view", "print"),
    "print_full_frame": Species(prints.print_full_frame, "printed, the sheet fills the view", "print"),
    "print_halftone": Species(prints.print_halftone, "printed in a newspaper, which fills the view", "print"),
    "recompressed": Species(digital.recompressed, "cropped, resized and encoded anew", "digital"),
    "exact_copy": Species(digital.exact_copy, "the same pixels again", "digital"),
}
"""Attacks from one picture."""
PAIR_SPECIES: dict[str, Species[Pair]] = {
    "morph": Species(pairs.morph, "one face made of two people's", "digital"),
    "paper_mask": Species(pairs.paper_mask, "a printed face worn by somebody else, with holes for the eyes", "print"),
}
"""Attacks from a picture each of two people."""
CAPTURES: dict[str, Species[Capture]] = {
    "frozen": Species(captures.frozen, "one frame repeated", "digital"),
    "static_noise": Species(captures.static_noise, "one frame with faked noise", "digital"),
    "recoded_still": Species(captures.recoded_still, "copies of one frame, each encoded anew", "digital"),
    "slide_show": Species(captures.slide_show, "two photographs, each encoded anew for every frame", "digital"),
    "print_in_motion": Species(captures.print_in_motion, "a print waved before the camera", "print"),
    "screen_in_motion": Species(captures.screen_in_motion, "a picture on a device waved before the camera", "screen"),
    "slides_in_motion": Species(captures.slides_in_motion, "two photographs on a waved device", "screen"),
    "replayed_video": Species(captures.replayed_video, "a clip shown on a screen", "screen"),
}
"""Attacks from the frames of one capture."""
JOINED: dict[str, Species[Joined]] = {
    "spliced": Species(captures.spliced, "one person's frames, then another's", "digital"),
}
"""Attacks from the frames of two captures."""
DEGRADATIONS: dict[str, Species[Still]] = {
    "recaptured_bona_fide": Species(controls.recaptured_bona_fide, "through the attacks' camera alone", "bona fide"),
    "blur": Species(degradations.blur, "out of focus or shaken", "bona fide"),
    "low_light": Species(degradations.low_light, "dark and noisy", "bona fide"),
    "overexposed": Species(degradations.overexposed, "too bright", "bona fide"),
    "occluded_mouth": Species(degradations.occluded_mouth, "a hand or a mask before the mouth", "bona fide"),
    "small": Species(degradations.small, "few pixels", "bona fide"),
    "jpeg_chain": Species(degradations.jpeg_chain, "encoded anew again and again", "bona fide"),
}
"""No attacks: honest pictures of poor quality, and the control of the attacks' camera."""
CAPTURE_CONTROLS: dict[str, Species[Capture]] = {
    "recaptured_clip": Species(controls.recaptured_clip, "through the attacks' camera alone", "bona fide"),
}
"""No attacks either: a capture for comparison."""
