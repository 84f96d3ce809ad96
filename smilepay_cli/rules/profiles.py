"""The named policies, their numbers and where each number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import Policy

DENY_CUES = tuple(CUES)
"""Every deny cue there is. Each vetoes on its own; none is averaged with another."""

STANDARD = Policy(
    name="standard",
    scheme="euclidean",
    dissimilarity_max=0.50,
    margin=0.05,
    smile="still",
    smile_z_min=-0.24,
    smile_change_min=-0.8,
    face_width_min=60,
    second_face_width_ratio=0.5,
    second_face_score_min=0.3,
    replay_check=True,
    deny_cues=tuple(name for name, cue in CUES.items() if cue.in_standard),
    lockout_attempts=5,
    lockout_seconds=300,
    capture_seconds=15.0,
    challenge_seconds=10.0,
    payment_max=Decimal(500),
    daily_max=Decimal(2000),
    pin_above=None,
    pin_for_lookalikes=True,
    hold_seconds=7 * 24 * 3600,
    keep_frames=0,
)
DEMO = replace(
    STANDARD,
    name="demo",
    dissimilarity_max=0.55,
    smile="off",
    second_face_width_ratio=1.0,
    replay_check=False,
    deny_cues=(),
    lockout_attempts=0,
    pin_for_lookalikes=False,
)
STRICT = replace(
    STANDARD,
    name="strict",
    dissimilarity_max=0.45,
    margin=0.08,
    smile="challenge",
    deny_cues=DENY_CUES,
    lockout_attempts=3,
    lockout_seconds=900,
    payment_max=Decimal(200),
    daily_max=Decimal(500),
    pin_above=Decimal(50),
)
PROFILES = {profile.name: profile for profile in (DEMO, STANDARD, STRICT)}
"""With the numbers of face_recognition's own scheme; `profile` gives them for another."""

THRESHOLDS = {
    "euclidean": {name: (policy.dissimilarity_max, policy.margin) for name, policy in PROFILES.items()},
    "mirror": {"demo": (0.38, 0.035), "standard": (0.35, 0.035), "strict": (0.31, 0.05)},
    "quartet": {"demo": (0.37, 0.03), "standard": (0.34, 0.03), "strict": (0.31, 0.05)},
}
"""For each scheme and policy: `dissimilarity_max` and `margin`. The largest hundredth at which the tuning half of the
people has no more false matches than `euclidean` at the same policy."""

SOURCES_OF = {
    "euclidean": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: at 0.50 a false match in 10 of 28,084 "
        "comparisons; on the other half 28 of 28,320, and 68 of 360 false non-matches. face_recognition's 0.60: 426 "
        "of 28,320",
        "margin": "a 3 to 5 pixel change of the crop moves a descriptor by 0.028 (median), 0.062 (95 %)",
    },
    "mirror": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: at 0.35 a false match in 9 of 28,084 "
        "comparisons; on the other half 19 of 28,320, and 39 of 360 false non-matches",
        "margin": "a 3 to 5 pixel change of the crop moves a template by 0.013 (median), 0.031 (95 %)",
    },
    "quartet": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: at 0.34 a false match in 7 of 28,084 "
        "comparisons; on the other half 21 of 28,320, and 38 of 360 false non-matches (euclidean at 0.50: 28 and 68)",
        "margin": "a 3 to 5 pixel change of the crop moves a template by 0.010 (median), 0.025 (95 %)",
    },
}

SOURCES = {
    "scheme": "how descriptors become a template and two templates a dissimilarity; numbers of one scheme mean "
    "nothing in another",
    "smile": "off, still, transition (neutral -> smile in one capture), challenge (transition, and on a camera a "
    "random challenge)",
    "smile_z_min": "logistic fit on 818 labelled faces: lets 90 % of smiles and 15 % of the others through; "
    "of 51 studio smiles (London, lips often closed) 20 pass, of 51 neutral faces none",
    "smile_change_min": "against the same person's relaxed mouth, which enrolment keeps. Of the other half of London "
    "13 of 125 smiling pictures are refused and 4 of 100 relaxed ones accepted (by smile_z_min: 65 and 3)",
    "face_width_min": "pixels of the detector's box, which comes in steps of 1.2: "
    "a face 80 pixels wide is never too small",
    "second_face_width_ratio": "how wide a face has to be, in widths of the payer's, to count as a second person",
    "second_face_score_min": "HOG score: 467 of 475 hard LFW crops and 102 of 102 London faces are above, "
    "the false face in sample_faces/eileen/2.jpg (0.01) is below",
    "replay_check": "SHA-256 of file and pixels against every earlier presentation",
    "deny_cues": "each can veto on its own; what each sees and how often it errs: docs/liveness.md",
    "lockout_attempts": "refused attempts (10, 11, 13, wrong PIN, and what breaks off after a comparison) before the "
    "lock, counting those under way; 0 is no lock",
    "lockout_seconds": "how long the first lock lasts, and how far back attempts count; each further lock within a "
    "week lasts twice as long as the one before, up to 24 hours (NIST SP 800-63B, 5.2.2)",
    "capture_seconds": "how long a camera is watched",
    "challenge_seconds": "how long a challenge may take, from when it is given",
    "payment_max": "one payment, in the account's currency",
    "daily_max": "payments of the last 24 hours",
    "pin_above": "strict: the contactless limit of Delegated Regulation (EU) 2018/389, article 11",
    "pin_for_lookalikes": "a PIN too, where the account was claimed and the face alone would not have given it, or "
    "where another account's references are within maximum plus margin (smilepay accounts lookalikes)",
    "hold_seconds": "an authorization that is not captured ends after 7 days, as with payment cards",
    "keep_frames": "seconds that the frames of a payment's decision are kept, encrypted, to be judged again "
    "(docs/keys-and-forgetting.md); 0 is none: faces are kept only where somebody decides so",
}


def profile(name: str, scheme: str = STANDARD.scheme) -> Policy:
    """A named policy with the numbers of a scheme. Raises UsageProblem with the nearest name when there is none."""
    if name not in PROFILES:
        raise UsageProblem(
            tr("no policy named {name!r}", name=name),
            hint=tr(
                "{nearest_name}known: {profiles}; or a file ending in .toml",
                nearest_name=nearest_name(name, PROFILES),
                profiles=", ".join(PROFILES),
            ),
            reason="unknown_policy",
        )
    dissimilarity_max, margin = THRESHOLDS[scheme][name]
    return replace(PROFILES[name], scheme=scheme, dissimilarity_max=dissimilarity_max, margin=margin)


def profiles(scheme: str) -> tuple[Policy, ...]:
    """Every named policy with the numbers of a scheme."""
    return tuple(profile(name, scheme) for name in PROFILES)


def sources(scheme: str) -> dict[str, str]:
    """Where each number comes from."""
    return {"scheme": SOURCES["scheme"], **SOURCES_OF[scheme], **SOURCES}


def nearest_name(word: str, known: Mapping[str, Any]) -> str:
    """A suggestion for a slip of the finger, ready to be put before other words; empty when nothing is near."""
    close = get_close_matches(word, known, n=1)
    return tr("did you mean {near!r}? ", near=close[0]) if close else ""


def nearest_pattern(word: str, known: Mapping[str, Any]) -> str:
    """The same where patterns match too: `print*` for the beginning of a name."""
    pattern = f"{word}*"
    if word and any(fnmatchcase(name, pattern) for name in known):
        return tr("did you mean {near!r}? ", near=pattern)
    return nearest_name(word, known)
