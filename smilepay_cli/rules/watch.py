"""Watching a capture, frame by frame: which face to judge, and whether the smile was shown.

A fold: `seen` takes what was known and one more face. Only the two faces that matter and a few of the last ones
are kept, so a long capture costs no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.smile import smile_z
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.policies import Policy

RECENT = 4
"""Faces kept for averaging; of neighbouring frames more add little."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the faces of a capture have shown so far. z is rules/smile.py's."""

    neutral: Face | None = None
    """The narrowest mouth that did not smile, before the smile."""
    best: Face | None = None
    """The most smiling face; the first one where the mouth is not looked at."""
    changed: bool = False
    """Neutral -> smile was shown: `best` smiles and is wider than `neutral` by the policy's share. Both stay."""
    faces: int = 0
    recent: tuple[Face, ...] = ()
    """The last good faces, for schemes that average a template over frames."""


def seen(watch: Watch, face: Face, policy: Policy) -> Watch:
    """One more face of the same capture."""
    watch = replace(watch, faces=watch.faces + 1, recent=(*watch.recent, face)[-RECENT:])
    if watch.changed:
        return watch
    if face.mouth is None:
        return replace(watch, best=watch.best or face)
    z = smile_z(face.mouth)
    if z >= policy.smile_z_min and watch.neutral is not None and _wider(face, watch.neutral, policy):
        return replace(watch, best=face, changed=True)
    if watch.best is None or watch.best.mouth is None or z > smile_z(watch.best.mouth):
        watch = replace(watch, best=face)
    if z < policy.smile_z_min and (watch.neutral is None or _narrower(face, watch.neutral)):
        watch = replace(watch, neutral=face)
    return watch


def shown_enough(watch: Watch, policy: Policy) -> bool:
    """Whether nothing more has to be watched for."""
    if policy.smile == "off":
        return watch.best is not None
    if policy.smile == "still":
        return watch.best is not None and _smiles(watch.best, policy)
    return watch.changed


def require_smile(watch: Watch, policy: Policy, *, is_camera: bool) -> None:
    """Raises Refused unless the capture showed what the policy asks for.

    SMILE_NOT_SHOWN, TRANSITION_NOT_SHOWN, or CHALLENGE_NOT_SHOWN where a camera was used under
    `challenge`: a challenge that was never given is not shown.
    """
    if policy.smile == "off":
        return
    if watch.best is None or not _smiles(watch.best, policy):
        raise Refused(Reason.SMILE_NOT_SHOWN, "no smile was shown", hint="smile, with the corners of the mouth up")
    if policy.smile == "still":
        return
    if not watch.changed:
        raise Refused(
            Reason.TRANSITION_NOT_SHOWN,
            "no change from a neutral face to a smile was shown",
            hint="several frames are needed: look at the camera first, then smile",
        )
    if policy.smile == "challenge" and is_camera:
        raise Refused(
            Reason.CHALLENGE_NOT_SHOWN,
            f"policy {policy.name} asks for a random challenge on a camera, and this version cannot give one",
            hint='use a policy with smile = "transition"',
        )


def require_live_feed(pixel_digests: Sequence[str], policy: Policy) -> None:
    """Raises Refused (FROZEN_FEED) when most frames of a capture repeat the frame before them."""
    pairs = list(pairwise(pixel_digests))
    repeats = sum(first == second for first, second in pairs)
    if "frozen_feed" in policy.deny_cues and pairs and CUES["frozen_feed"].denies(repeats / len(pairs)):
        raise Refused(Reason.FROZEN_FEED, f"{repeats} of {len(pairs)} frames repeat the one before: a frozen feed")


def _smiles(face: Face, policy: Policy) -> bool:
    return face.mouth is not None and smile_z(face.mouth) >= policy.smile_z_min


def _narrower(face: Face, other: Face) -> bool:
    return face.mouth is not None and other.mouth is not None and face.mouth.width < other.mouth.width


def _wider(face: Face, neutral: Face, policy: Policy) -> bool:
    if face.mouth is None or neutral.mouth is None:
        return False
    return face.mouth.width >= neutral.mouth.width * (1 + policy.smile_widening_min)
