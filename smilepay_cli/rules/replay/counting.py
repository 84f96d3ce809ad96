"""What one outcome counts for: which measures it is a trial of, and whether it is an error there.

The words are those of ISO/IEC 19795-1 and ISO/IEC 30107-3; what each measure says is in measures.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from smilepay_cli.vocabulary.errors import ExitStatus, Reason
from smilepay_cli.vocabulary.trials import Kind, Outcome

Counted = tuple[str, str, bool]
"""Measure, group (a kind, a species, or nothing), and whether it is a hit: an error, an acceptance, a payment."""
TAKEN_FOR_ANOTHER = "taken_for_another"
"""The reason of a false reject in which somebody was accepted, but as another account."""
UNUSABLE_FILE = "unusable file"
_NOT_RECOGNISED = (Reason.NO_MATCH.value, Reason.AMBIGUOUS_MATCH.value)


def counted(outcome: Outcome) -> Iterator[Counted]:
    """Everything that the outcome counts for, but for single comparisons."""
    kind = outcome.trial.kind
    yield "fta", "", not outcome.acquired
    yield "fta", kind.value, not outcome.acquired
    yield "paid_by_kind", kind.value, outcome.paid
    yield "unusable", "", outcome.exit == ExitStatus.USAGE
    yield "accepted", kind.value, outcome.accepted
    yield "pad_denied", kind.value, outcome.pad == "attack"
    if outcome.trial.expect is not None:
        yield "unexpected", "", outcome.as_expected is False
    if kind.is_attack:
        yield from _attack(outcome, species_of(outcome))
    elif kind is Kind.BONA_FIDE:
        yield from _bona_fide(outcome)
    elif left_out(outcome) is None and outcome.compared:
        yield "far" if outcome.trial.account else "fpir", "", outcome.matched is not None


def _attack(outcome: Outcome, species: str) -> Iterator[Counted]:
    target = outcome.trial.target
    yield "iapar", species, outcome.accepted
    if target is not None:
        yield "target", target, outcome.accepted
        yield "iapar_target", species, outcome.accepted and outcome.matched == target
    if outcome.pad is not None:
        yield "apcer", species, outcome.pad == "bona_fide"
    yield "paid", species, outcome.paid


def _bona_fide(outcome: Outcome) -> Iterator[Counted]:
    if outcome.pad is not None:
        yield "bpcer", "", outcome.pad == "attack"
    if left_out(outcome) is not None:
        return
    identifies = outcome.trial.account is None and outcome.compared
    if is_mated(outcome):
        yield "frr", "", is_false_reject(outcome)
        if identifies:
            yield "fnir", "", outcome.matched != shown(outcome)
    elif identifies:
        yield "fpir", "", outcome.matched is not None


def species_of(outcome: Outcome) -> str:
    """Of an attack or injection."""
    return outcome.trial.pai_species or "unnamed"


def shown(outcome: Outcome) -> str | None:
    """Who is shown. A bona fide presentation that claims an account and names nobody shows the account's holder."""
    trial = outcome.trial
    return trial.subject or (trial.account if trial.kind is Kind.BONA_FIDE else None)


def is_mated(outcome: Outcome) -> bool:
    """Whether who is shown is enrolled, so that being recognised is right."""
    if outcome.trial.subject is None:
        return outcome.target_enrolled and shown(outcome) is not None
    return outcome.subject_enrolled


def is_false_reject(outcome: Outcome) -> bool:
    """Of a bona fide presentation by somebody who is enrolled."""
    return not (outcome.accepted and outcome.matched == shown(outcome))


def left_out(outcome: Outcome) -> str | None:
    """Why a row without an attack counts for no error of recognition, where the set says too little or two things."""
    trial = outcome.trial
    if trial.kind is Kind.BONA_FIDE:
        if shown(outcome) is None:
            return "bona fide, but nobody says who is shown"
        if trial.account is not None and trial.account != shown(outcome):
            return "bona fide, but another's account is claimed"
    elif trial.kind is Kind.ZERO_EFFORT:
        if trial.account is not None and trial.account == trial.subject:
            return "zero effort, but the own account is claimed"
        if trial.account is None and outcome.subject_enrolled:
            return "zero effort without a claim, but who is shown is enrolled"
    return None


def false_reject_reason(outcome: Outcome) -> str:
    """Why a bona fide presentation was rejected."""
    return TAKEN_FOR_ANOTHER if outcome.accepted else outcome.reason or "unknown"


def before_pad(outcome: Outcome) -> str:
    """Why an attempt ended before presentation attack detection was asked."""
    if outcome.exit == ExitStatus.USAGE:
        return UNUSABLE_FILE
    if not outcome.acquired:
        return "not acquired"
    return "not recognised" if outcome.reason in _NOT_RECOGNISED else "refused otherwise"


def is_lost(outcome: Outcome) -> bool:
    """Whether money moved that was not the presenter's own to spend."""
    is_own = not outcome.trial.kind.is_attack and outcome.payer is not None and outcome.payer == shown(outcome)
    return outcome.moved_minor > 0 and not is_own
