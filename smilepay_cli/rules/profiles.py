"""The named policies, their numbers and where each number comes from.

`extend` makes a policy out of a file's table; `weaker_fields` says where one policy asks for less than
another, which is what a home's floor is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.policies import SMILE_MODES, Policy

DENY_CUES = ("frozen_feed",)
"""Every deny cue there is. Each vetoes on its own; none is averaged with another."""

STANDARD = Policy(
    name="standard",
    scheme="euclidean",
    dissimilarity_max=0.50,
    margin=0.05,
    smile="still",
    smile_z_min=-0.24,
    smile_widening_min=0.12,
    face_width_min=60,
    second_face_width_ratio=0.5,
    second_face_score_min=0.3,
    replay_check=True,
    deny_cues=("frozen_feed",),
    lockout_attempts=5,
    lockout_seconds=300,
    capture_seconds=10.0,
    payment_max=Decimal(500),
    daily_max=Decimal(2000),
    pin_above=None,
    hold_seconds=7 * 24 * 3600,
)
DEMO = replace(
    STANDARD,
    name="demo",
    dissimilarity_max=0.55,
    smile="off",
    replay_check=False,
    deny_cues=(),
    lockout_attempts=0,
)
STRICT = replace(
    STANDARD,
    name="strict",
    dissimilarity_max=0.45,
    margin=0.08,
    smile="challenge",
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
    "mirror": {"demo": (0.38, 0.03), "standard": (0.35, 0.03), "strict": (0.32, 0.05)},
    "quartet": {"demo": (0.37, 0.03), "standard": (0.34, 0.03), "strict": (0.31, 0.05)},
}
"""For each scheme and policy: `dissimilarity_max` and `margin`."""

SOURCES_OF = {
    "euclidean": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: at 0.50 a false match in 10 of 27,615 "
        "comparisons; on the other half 27 of 27,615. face_recognition's 0.60: 1 in 94 and 1 in 66",
        "margin": "a 3 to 5 pixel change of the crop moves a descriptor by 0.047 (median)",
    },
    "mirror": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: no more false matches than `euclidean` has at "
        "the same policy",
        "margin": "as for `euclidean`, on the narrower scale of unit vectors",
    },
    "quartet": {
        "dissimilarity_max": "LFW (grey crops), one half of the people: no more false matches than `euclidean` has at "
        "the same policy",
        "margin": "as for `euclidean`, on the narrower scale of unit vectors",
    },
}

SOURCES = {
    "scheme": "how descriptors become a template and two templates a dissimilarity; numbers of one scheme mean "
    "nothing in another",
    "dissimilarity_max": "",
    "margin": "",
    "smile": "off, still, transition (neutral -> smile in one capture), challenge (transition, and on a camera a "
    "random challenge)",
    "smile_z_min": "logistic fit on 818 labelled faces: lets 90 % of smiles and 15 % of the others through; "
    "of 51 studio smiles (London, lips often closed) 22 pass, of 51 neutral faces none",
    "smile_widening_min": "width of the mouth, neutral -> smile of one person, at least",
    "face_width_min": "pixels of the detector's box, which comes in steps of 1.2: "
    "a face 80 pixels wide is never too small",
    "second_face_width_ratio": "a face half as wide counts as a second person",
    "second_face_score_min": "HOG score: 456 of 474 hard LFW crops and 102 of 102 London faces are above, "
    "the false face in sample_faces/eileen/2.jpg (0.18) is below",
    "replay_check": "SHA-256 of file and pixels against every earlier presentation",
    "deny_cues": "each can veto on its own; frozen_feed: a frame repeated within one capture",
    "lockout_attempts": "refused attempts (10, 11, 13, wrong PIN) before the lock; 0 is no lock",
    "lockout_seconds": "how long the lock lasts, and how far back attempts count",
    "capture_seconds": "how long a camera is watched",
    "payment_max": "one payment, in the account's currency",
    "daily_max": "payments of the last 24 hours",
    "pin_above": "strict: the contactless limit of Delegated Regulation (EU) 2018/389, article 11",
    "hold_seconds": "an authorization that is not captured ends after 7 days, as with payment cards",
}


def profile(name: str, scheme: str = STANDARD.scheme) -> Policy:
    """A named policy with the numbers of a scheme. Raises UsageProblem with the nearest name when there is none."""
    if name not in PROFILES:
        raise UsageProblem(
            f"no policy named {name!r}",
            hint=f"{_nearest(name, PROFILES)}known: {', '.join(PROFILES)}; or a file ending in .toml",
            reason="unknown_policy",
        )
    dissimilarity_max, margin = THRESHOLDS[scheme][name]
    return replace(PROFILES[name], scheme=scheme, dissimilarity_max=dissimilarity_max, margin=margin)


def profiles(scheme: str) -> tuple[Policy, ...]:
    """Every named policy with the numbers of a scheme."""
    return tuple(profile(name, scheme) for name in PROFILES)


def sources(scheme: str) -> dict[str, str]:
    """Where each number comes from."""
    return {**SOURCES, **SOURCES_OF[scheme]}


def extend(table: Mapping[str, Any], name: str, scheme: str = STANDARD.scheme) -> Policy:
    """A policy from a file's table: `extends` (default standard) and what differs from it.

    `scheme` is the one whose numbers hold where the file names none. Raises UsageProblem for an unknown key (with a
    suggestion) or a value of the wrong kind.
    """
    scheme = _scheme(table.get("scheme", scheme), "scheme")
    base = profile(_text(table.get("extends", "standard"), "extends"), scheme)
    changes: dict[str, Any] = {"name": name}
    for key, value in table.items():
        if key == "extends":
            continue
        if key not in _READERS:
            raise UsageProblem(
                f"unknown key {key!r} in policy {name}",
                hint=f"{_nearest(key, _READERS)}keys: extends, {', '.join(_READERS)}",
                reason="bad_policy",
            )
        changes[key] = _READERS[key](value, key)
    return replace(base, **changes)


def weaker_fields(policy: Policy, floor: Policy) -> list[str]:
    """Names of the fields in which `policy` asks for less than `floor`."""
    weaker = [name for name, is_weaker in _WEAKER.items() if is_weaker(getattr(policy, name), getattr(floor, name))]
    if policy.lockout_attempts and floor.lockout_attempts and policy.lockout_seconds < floor.lockout_seconds:
        weaker.append("lockout_seconds")
    return weaker


def as_figures(policy: Policy) -> dict[str, Any]:
    """The policy's numbers as JSON-able values, for events and for `smilepay policy`."""
    return {field.name: _plain(getattr(policy, field.name)) for field in fields(policy)}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        shown = f"{value:.2f}"
        return shown if Decimal(shown) == value else f"{value:f}"
    return list(value) if isinstance(value, tuple) else value


def _nearest(word: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}? " if close else ""


def _wrong(key: str, wanted: str) -> UsageProblem:
    return UsageProblem(f"policy key {key!r} must be {wanted}", reason="bad_policy")


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a text")
    return value


def _number(low: float, high: float) -> Callable[[Any, str], float]:
    def read(value: Any, key: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise _wrong(key, "a number")
        if not low <= value <= high:
            raise _wrong(key, f"between {low:g} and {high:g}")
        return float(value)

    return read


def _whole(low: int, high: int) -> Callable[[Any, str], int]:
    def read(value: Any, key: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _wrong(key, f"a whole number from {low} to {high}")
        return value

    return read


def _switch(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, "true or false")
    return value


def _smile_mode(value: Any, key: str) -> str:
    if value not in SMILE_MODES:
        raise _wrong(key, "one of " + ", ".join(SMILE_MODES))
    return str(value)


def _scheme(value: Any, key: str) -> str:
    if not isinstance(value, str) or value not in THRESHOLDS:
        raise _wrong(key, "one of " + ", ".join(THRESHOLDS))
    return value


def _cues(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or any(cue not in DENY_CUES for cue in value):
        raise _wrong(key, "a list of " + ", ".join(DENY_CUES))
    return tuple(dict.fromkeys(value))


def _amount_or_none(value: Any, key: str) -> Decimal | None:
    if value == "none":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(key, 'an amount such as "50.00", or "none"')
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        raise _wrong(key, 'an amount such as "50.00", or "none"') from None
    if not amount.is_finite() or not 0 <= amount <= 10**12:
        raise _wrong(key, "an amount that is not negative")
    return amount


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "scheme": _scheme,
    "dissimilarity_max": _number(0, 2),
    "margin": _number(0, 2),
    "smile": _smile_mode,
    "smile_z_min": _number(-50, 50),
    "smile_widening_min": _number(0, 1),
    "face_width_min": _whole(20, 2000),
    "second_face_width_ratio": _number(0.1, 1),
    "second_face_score_min": _number(-1, 10),
    "replay_check": _switch,
    "deny_cues": _cues,
    "lockout_attempts": _whole(0, 10_000),
    "lockout_seconds": _whole(1, 10**7),
    "capture_seconds": _number(0.1, 600),
    "payment_max": _amount_or_none,
    "daily_max": _amount_or_none,
    "pin_above": _amount_or_none,
    "hold_seconds": _whole(1, 10**8),
}


def _more(value: float, floor: float) -> bool:
    return value > floor


def _less(value: float, floor: float) -> bool:
    return value < floor


def _looser_cap(value: Decimal | None, floor: Decimal | None) -> bool:
    return floor is not None and (value is None or value > floor)


_WEAKER: dict[str, Callable[[Any, Any], bool]] = {
    "scheme": lambda value, floor: bool(value != floor),  # numbers of another scheme cannot be held against these
    "dissimilarity_max": _more,
    "margin": _less,
    "smile": lambda value, floor: SMILE_MODES.index(value) < SMILE_MODES.index(floor),
    "smile_z_min": _less,
    "smile_widening_min": _less,
    "face_width_min": _less,
    "second_face_width_ratio": _more,
    "second_face_score_min": _more,
    "replay_check": _less,
    "deny_cues": lambda value, floor: not set(floor) <= set(value),
    "lockout_attempts": lambda value, floor: floor > 0 and (value == 0 or value > floor),
    "capture_seconds": _more,
    "payment_max": _looser_cap,
    "daily_max": _looser_cap,
    "pin_above": _looser_cap,
    "hold_seconds": _more,
}
