"""A policy from a file's table, and one policy held against another.

`extend` makes a policy out of what a file says; `weaker_fields` says where one policy asks for less than another, which
is what a home's floor is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from smilepay_cli.rules.profiles import DENY_CUES, STANDARD, THRESHOLDS, nearest_name, profile
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.policies import SMILE_MODES, Policy


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
                tr("unknown key {key!r} in policy {name}", key=key, name=name),
                hint=tr(
                    "{nearest_name}keys: extends, {readers}",
                    nearest_name=nearest_name(key, _READERS),
                    readers=", ".join(_READERS),
                ),
                reason="bad_policy",
            )
        changes[key] = _READERS[key](value, key)
    if "scheme" not in table:
        _require_meant(changes, name, scheme)
    return replace(base, **changes)


def _require_meant(changes: Mapping[str, Any], name: str, scheme: str) -> None:
    """A threshold looser than any named one of the scheme was written for another scheme: 0.5 is strict in one and
    takes every fourth stranger in the other. Raises UsageProblem.
    """
    loosest = max(maximum for maximum, _ in THRESHOLDS[scheme].values())
    if scheme != STANDARD.scheme and changes.get("dissimilarity_max", 0.0) > loosest:
        raise UsageProblem(
            tr(
                "policy {name} sets dissimilarity_max = {dissimilarity_max:g} without a scheme; of "
                "{scheme}, the engine's own, {loosest:g} is the most that a named policy has",
                name=name,
                dissimilarity_max=changes["dissimilarity_max"],
                scheme=scheme,
                loosest=loosest,
            ),
            hint=tr(
                'add scheme = "{scheme}" where it was meant for that, or scheme = "{scheme2}"',
                scheme=STANDARD.scheme,
                scheme2=scheme,
            ),
            reason="bad_policy",
        )


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


def _wrong(key: str, wanted: str) -> UsageProblem:
    return UsageProblem(tr("policy key {key!r} must be {wanted}", key=key, wanted=wanted), reason="bad_policy")


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a text")
    return value


def _number(low: float, high: float) -> Callable[[Any, str], float]:
    def read(value: Any, key: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
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
    "smile_change_min": _number(-50, 50),
    "face_width_min": _whole(20, 2000),
    "second_face_width_ratio": _number(0.1, 1),
    "second_face_score_min": _number(-1, 10),
    "replay_check": _switch,
    "deny_cues": _cues,
    "lockout_attempts": _whole(0, 10_000),
    "lockout_seconds": _whole(1, 10**7),
    "capture_seconds": _number(0.1, 600),
    "challenge_seconds": _number(0.1, 600),
    "payment_max": _amount_or_none,
    "daily_max": _amount_or_none,
    "pin_above": _amount_or_none,
    "pin_for_lookalikes": _switch,
    "hold_seconds": _whole(1, 10**8),
    "keep_frames": _whole(0, 10**9),
}


def _more(value: float, floor: float) -> bool:
    return value > floor


def _less(value: float, floor: float) -> bool:
    return value < floor


def _looser_cap(value: Decimal | None, floor: Decimal | None) -> bool:
    return floor is not None and (value is None or value > floor)


_WEAKER: dict[str, Callable[[Any, Any], bool]] = {
    "scheme": lambda value, floor: bool(value != floor),  # not to be compared
    "dissimilarity_max": _more,
    "margin": _less,
    "smile": lambda value, floor: SMILE_MODES.index(value) < SMILE_MODES.index(floor),
    "smile_z_min": _less,
    "smile_change_min": _less,
    "face_width_min": _less,
    "second_face_width_ratio": _more,
    "second_face_score_min": _more,
    "replay_check": _less,
    "deny_cues": lambda value, floor: not set(floor) <= set(value),
    "lockout_attempts": lambda value, floor: floor > 0 and (value == 0 or value > floor),
    "capture_seconds": _more,
    "challenge_seconds": _more,
    "payment_max": _looser_cap,
    "daily_max": _looser_cap,
    "pin_above": _looser_cap,
    "pin_for_lookalikes": _less,
    "hold_seconds": _more,
    "keep_frames": _less,  # less evidence; a floor that keeps none asks for none
}
