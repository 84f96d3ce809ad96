"""A decision of then and one of now, and what is not as it was in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smilepay_cli.vocabulary.errors import Reason
from smilepay_cli.vocabulary.events import Event

ENGINE, THRESHOLD, GALLERY, UNEXPLAINED = "engine", "threshold", "gallery", "unexplained"
"""Why a decision may come out otherwise. The last one: although nothing that is known of has changed."""
_OF_A_FACE = {"capture", "replay", "gallery", "slot", "one_person", "match", "smile", "deny_cues", "pad_model"}
_NOT_OF_FACES = {
    "name",
    "replay_check",
    "lockout_attempts",
    "lockout_seconds",
    "capture_seconds",
    "challenge_seconds",
    "payment_max",
    "daily_max",
    "pin_above",
    "pin_for_lookalikes",
    "hold_seconds",
    "keep_frames",
}
CANNOT_COME_AGAIN = {
    Reason.USED_BEFORE.value: "whether the picture was used before",
    Reason.LOCKED_OUT.value: "the lock of then",
    Reason.FROZEN_FEED.value: "cues of a whole capture",
    Reason.COPIED_FRAMES.value: "cues of a whole capture",
    Reason.FLAT_FACE.value: "cues of a whole capture",
    Reason.TOO_FEW_FRAMES.value: "cues of a whole capture",
    Reason.CHALLENGE_NOT_SHOWN.value: "order and time of a challenge",
    Reason.PAD_MODEL_DENIED.value: "the PAD model",
    Reason.CHECK_FAILED.value: "a check that failed by itself",
}
TOLERANCE = 1e-6
"""Events hold six decimals of a dissimilarity."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a capture came to: then as the event tells it, or now."""

    accepted: bool
    reason: str | None
    nearest: str | None
    dissimilarity: float | None
    dissimilarity_max: float | None
    margin: float | None
    smile_z: float | None
    engine: str | None
    maker: str | None


def judged_then(event: Event) -> Judgement:
    """What the event says of the face; a payment refused for money or a PIN had its face accepted."""
    checks = {check["name"]: check for check in reversed(event.body["checks"])}
    failed = (check["figures"] for name, check in checks.items() if name in _OF_A_FACE and not check["passed"])
    figures: Mapping[str, Any] = next(failed, {})
    reason = figures.get("reason") or (Reason.CHECK_FAILED.value if "fault" in figures else None)
    return judgement(event.body, {name: check["figures"] for name, check in checks.items()}, reason)


def judgement(body: Mapping[str, Any], figures: Mapping[str, Mapping[str, Any]], reason: str | None) -> Judgement:
    """Out of an event's body, or an attempt's facts, and the figures of its checks by name."""
    decision, engine = body.get("decision") or {}, body.get("engine") or {}
    return Judgement(
        accepted=reason is None and bool(decision.get("accepted")),
        reason=reason,
        nearest=decision.get("nearest"),
        dissimilarity=decision.get("dissimilarity"),
        dissimilarity_max=decision.get("dissimilarity_max"),
        margin=decision.get("margin"),
        smile_z=figures.get("smile", {}).get("z"),
        engine=engine.get("name"),
        maker=engine.get("maker"),
    )


def differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The numbers and switches about faces that are not the same."""
    return {
        name: (then.get(name), value)
        for name, value in now.items()
        if name not in _NOT_OF_FACES and then.get(name) != value
    }
