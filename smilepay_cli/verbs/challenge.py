"""What a capture is asked to show: nothing more than a smile, or a challenge that nobody knew before."""

from __future__ import annotations

from hashlib import sha256
from itertools import permutations
from typing import TYPE_CHECKING

from smilepay_cli.ports import FrameSource
from smilepay_cli.rules.profiles import nearest_name
from smilepay_cli.rules.session import STEPS, Session
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import Policy

if TYPE_CHECKING:
    from smilepay_cli.verbs.attempt import Attempt


def session_for(attempt: Attempt, source: FrameSource, fixed: tuple[str, ...] | None) -> Session:
    """The session of a capture, with its steps. A challenge and its nonce go into the event."""
    if attempt.till.policy.smile != "challenge" or not source.is_camera:
        return Session(is_camera=source.is_camera)
    nonce = None if fixed else attempt.till.ids.new("nonce")
    steps = fixed or drawn(nonce or "")
    attempt.facts["challenge"] = {"steps": list(steps), "nonce": nonce, "fixed": fixed is not None}
    return Session(steps=steps, is_camera=True, is_challenge=True)


def drawn(nonce: str) -> tuple[str, ...]:
    """Every step once, in one of the six orders, by the nonce alone: whoever has the event can draw it again."""
    orders = sorted(permutations(STEPS))
    return orders[int.from_bytes(sha256(nonce.encode()).digest(), "big") % len(orders)]


def fixed_challenge(words: str, source: FrameSource, policy: Policy) -> tuple[str, ...]:
    """`smile,turn_left` as steps; only for a virtual camera, which has no way of knowing what would be drawn.

    Raises UsageProblem for an unknown or repeated step, a policy without a challenge, and what is no virtual camera.
    """
    if policy.smile != "challenge":
        raise UsageProblem(
            tr("policy {policy} gives no challenge", policy=policy.name),
            hint=tr("--challenge goes with --policy strict"),
        )
    steps = tuple(word.strip().replace("-", "_") for word in words.split(","))
    for step in steps:
        if step not in STEPS:
            hint = tr(
                "{nearest_name}known: {steps}, with commas between them",
                nearest_name=nearest_name(step, dict.fromkeys(STEPS)),
                steps=", ".join(STEPS),
            )
            raise UsageProblem(tr("--challenge: no step named {step!r}", step=step), hint=hint)
    if len(set(steps)) < len(steps):
        raise UsageProblem(tr("--challenge: each step once"))
    if not (source.is_camera and source.is_virtual):
        raise UsageProblem(
            tr("--challenge goes with a virtual camera: a video file, or numbered images"),
            hint=tr("a camera's challenge is drawn at random"),
        )
    return steps
