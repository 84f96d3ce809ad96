"""A policy: the numbers and switches that a decision is made by. Profiles are in rules/profiles.py."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SMILE_MODES = ("off", "still", "transition", "challenge")
"""What is asked of the mouth, from nothing to a neutral -> smile change plus a random challenge."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One named set of numbers. Amounts are in major units of the payer's currency; None means no limit."""

    name: str
    scheme: str
    """What `dissimilarity_max` and `margin` are measured in (rules/schemes.py)."""
    dissimilarity_max: float
    margin: float
    smile: str
    smile_z_min: float
    smile_change_min: float
    """Against the person's relaxed mouth, where that is known (rules/smile.py)."""
    face_width_min: int
    second_face_width_ratio: float
    second_face_score_min: float
    replay_check: bool
    deny_cues: tuple[str, ...]
    lockout_attempts: int
    lockout_seconds: int
    capture_seconds: float
    challenge_seconds: float
    payment_max: Decimal | None
    daily_max: Decimal | None
    pin_above: Decimal | None
    pin_for_lookalikes: bool
    hold_seconds: int
    keep_frames: int
    """Seconds that the frames of a payment's decision are kept for `audit rescore`; 0 keeps none."""
