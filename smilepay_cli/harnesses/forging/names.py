"""What can be forged, by name and in words: for who wants to know no more. What makes it takes long to load."""

from __future__ import annotations

ALL = "all"
"""The word for every attack that is one picture."""
WHAT = {
    "screen_bezel": "shown on a device whose borders are in view",
    "screen_full_frame": "shown on a screen that fills the view",
    "print_bordered": "printed, the sheet's borders in view",
    "print_full_frame": "printed, the sheet fills the view",
    "print_halftone": "printed in a newspaper, which fills the view",
    "recompressed": "cropped, resized and encoded anew",
    "exact_copy": "the same pixels again",
    "morph": "one face made of two people's",
    "paper_mask": "a printed face worn by somebody else, with holes for the eyes",
    "frozen": "one frame repeated",
    "static_noise": "one frame with faked noise",
    "recoded_still": "copies of one frame, each encoded anew",
    "slide_show": "two photographs, each encoded anew for every frame",
    "print_in_motion": "a print waved before the camera",
    "screen_in_motion": "a picture on a device waved before the camera",
    "slides_in_motion": "two photographs on a waved device",
    "replayed_video": "a clip shown on a screen",
    "spliced": "one person's frames, then another's",
    "recaptured_bona_fide": "through the attacks' camera alone",
    "blur": "out of focus or shaken",
    "low_light": "dark and noisy",
    "overexposed": "too bright",
    "occluded_mouth": "a hand or a mask before the mouth",
    "small": "few pixels",
    "jpeg_chain": "encoded anew again and again",
    "recaptured_clip": "through the attacks' camera alone",
}
"""Every species. How each is made is in species.py."""
