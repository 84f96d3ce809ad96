"""One line of results.jsonl: what was presented, what came of it, and the evidence; and the way back.

A line is ASCII: whatever is in a name or a message, it stays one line and does nothing to a terminal. Keys always come
in the same order and floats have six decimals, so that the same outcome is the same bytes on every machine.
Dissimilarities are compared with the policy's threshold before they are rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.trials import Comparisons, Kind, Outcome, Trial

DECIMALS = 6
ACCEPTED, REFUSED, UNUSABLE = "accepted", "refused", "unusable"
_OF_TRIAL = (
    "path", "sha256", "pai_species", "account", "subject", "device", "captured_at", "expect", "where",
)  # fmt: skip
_OF_DECISION = ("compared", "matched", "nearest", "dissimilarity", "runner_up", "margin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold(Outcome):
    """An outcome read from a line. Of the comparisons with others only the nearest is there, and how many there were:
    enough to show, too little to count again (`Tally.add` refuses it).
    """

    others: int = 0
    others_within: int = 0


def as_row(outcome: Outcome, *, dissimilarity_max: float) -> dict[str, Any]:
    """Plain values in the order of the schema replay-result.json."""
    trial = outcome.trial
    others, within, nearest = _others(outcome, dissimilarity_max)
    return {
        "id": trial.id,
        "kind": trial.kind.value,
        "outcome": outcome_of(outcome),
        "exit": int(outcome.exit),
        "reason": outcome.reason,
        "message": outcome.message,
        "as_expected": outcome.as_expected,
        **{name: getattr(trial, name) for name in _OF_TRIAL},
        "tags": list(trial.tags),
        "asked_minor": trial.amount_minor,
        "amount_minor": outcome.amount_minor,
        "moved_minor": outcome.moved_minor,
        "currency": outcome.currency,
        "payer": outcome.payer,
        "frames": outcome.frames,
        "digests": list(outcome.digests),
        "subject_enrolled": outcome.subject_enrolled,
        "target_enrolled": outcome.target_enrolled,
        "pad": outcome.pad,
        "decision": {name: _plain(getattr(outcome, name)) for name in _OF_DECISION},
        "comparisons": {
            "mated": _plain(outcome.comparisons.mated),
            "others": others,
            "others_within": within,
            "nearest_other": _plain(nearest),
        },
        "checks": _plain(outcome.checks),
        "event": _plain(outcome.event),
    }


def from_row(row: Mapping[str, Any]) -> Retold:
    """The outcome that a line tells of; `as_row` makes the same line of it again.

    Raises KeyError, TypeError or ValueError for a row of another shape.
    """
    decision, comparisons = row["decision"], row["comparisons"]
    trial = Trial(
        id=row["id"],
        kind=Kind(row["kind"]),
        amount_minor=row["asked_minor"],
        tags=tuple(row["tags"]),
        **{name: row[name] for name in _OF_TRIAL},
    )
    nearest = comparisons["nearest_other"]
    return Retold(
        trial=trial,
        comparisons=Comparisons(mated=comparisons["mated"], others=() if nearest is None else (nearest,)),
        others=comparisons["others"],
        others_within=comparisons["others_within"],
        checks=tuple(row["checks"]),
        digests=tuple(row["digests"]),
        **{name: decision[name] for name in _OF_DECISION},
        **{name: row[name] for name in ("exit", "reason", "message", "frames", "subject_enrolled", "target_enrolled")},
        **{name: row[name] for name in ("pad", "amount_minor", "moved_minor", "currency", "payer", "event")},
    )


def line_of(row: Mapping[str, Any]) -> str:
    """The line, with its end. Raises ValueError for a figure that is no number."""
    return _encode(row) + "\n"


def outcome_of(outcome: Outcome) -> str:
    """`unusable` is a file that nothing could be made of; `accepted` is the biometric answer, whatever was paid."""
    if outcome.accepted:
        return ACCEPTED
    return UNUSABLE if outcome.exit == ExitStatus.USAGE else REFUSED


_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def _others(outcome: Outcome, dissimilarity_max: float) -> tuple[int, int, float | None]:
    """How many other accounts, how many of them within the threshold, and the nearest."""
    if isinstance(outcome, Retold):
        return outcome.others, outcome.others_within, next(iter(outcome.comparisons.others), None)
    apart = outcome.comparisons.others
    within = sum(dissimilarity <= dissimilarity_max for dissimilarity in apart)
    return len(apart), within, min((figure for figure in apart if isfinite(figure)), default=None)


def _plain(value: Any) -> Any:
    """As JSON says it: floats rounded, what is no number null, keys of figures in order."""
    if isinstance(value, float):  # numpy's float64 too
        return round(float(value), DECIMALS) + 0.0 if isfinite(value) else None  # + 0.0: no -0.0
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
