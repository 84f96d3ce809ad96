"""One trial: the frames through `pay`, and what came of it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smilepay_cli.verbs.deadline import at_once
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Refusal
from smilepay_cli.vocabulary.trials import Comparisons, Outcome, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from smilepay_cli.harnesses.replay.conditions import Conditions
    from smilepay_cli.ports import FrameSource
    from smilepay_cli.rules.gallery import Gallery
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.decisions import CheckResult
    from smilepay_cli.vocabulary.faces import Vector

_PAD_CHECKS = ("smile", "deny_cues", "pad_model")


@dataclass(frozen=True, slots=True)
class Wallet:
    """The scratch copy of a wallet, as it was before the first trial."""

    till: Till
    names: Mapping[str, str]
    """Of everybody in it, by account id."""
    accounts: Mapping[str, str]
    """The reverse, by `name_key`."""
    gallery: Gallery
    currency: str
    begun: datetime


def run_trial(
    wallet: Wallet,
    conditions: Conditions,
    trial: Trial,
    row: int,
    frames: Callable[[Trial], FrameSource],
    is_known: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Pay with the frames of a trial. What is wrong with the call or the files is an outcome, and no error.

    `is_known` says of the frames opened last whether everything that can be asked of them is in the till's memory.

    Raises StoreUnusable, and whatever would be a bug.
    """
    till = replace(wallet.till, clock=conditions.clock(wallet.begun, row), ids=conditions.ids(trial))
    amount = Money(conditions.amount_minor if trial.amount_minor is None else trial.amount_minor, wallet.currency)
    try:
        source = frames(trial)
        request = PayRequest(
            amount=f"{amount.decimal:f}",
            merchant=conditions.merchant,
            account=trial.account,
            challenge=conditions.challenge if source.is_camera else None,
        )
        with at_once() if is_known() else nullcontext():
            result = pay(till, request, source)
    except SmilepayError as problem:
        if problem.exit is not ExitStatus.USAGE:
            raise
        result = PayResult(refusal=Refusal.of(problem), amount=amount)
    return _outcome(wallet, trial, amount, result, _event(till, result))


def _outcome(
    wallet: Wallet, trial: Trial, amount: Money, result: PayResult, event: Mapping[str, Any] | None
) -> Outcome:
    names, decision, refusal = wallet.names, result.decision, result.refusal
    subject, target = (_account(wallet, name) for name in (trial.subject, trial.target))
    paid = result.payment is not None and result.payment.state == "captured" and refusal is None
    return Outcome(
        trial=trial,
        exit=int(result.exit),
        reason=refusal.reason if refusal else None,
        message=refusal.message if refusal else None,
        frames=_figure(result.checks, "capture", "frames") or 0,
        subject_enrolled=subject is not None,
        target_enrolled=target is not None,
        compared=decision is not None,
        matched=names.get(decision.account_id) if decision and decision.account_id else None,
        nearest=names.get(decision.nearest.account_id) if decision and decision.nearest else None,
        dissimilarity=decision.nearest.dissimilarity if decision and decision.nearest else None,
        runner_up=names.get(decision.runner_up.account_id) if decision and decision.runner_up else None,
        margin=decision.margin if decision else None,
        pad=_pad(result),
        amount_minor=amount.minor,
        currency=amount.currency,
        moved_minor=amount.minor if paid else 0,
        payer=names.get(result.account_id or "") if paid else None,
        comparisons=_comparisons(wallet.gallery, wallet.till, result.probe, subject),
        checks=tuple({"name": c.name, "passed": c.passed, "figures": _named(c.figures, names)} for c in result.checks),
        digests=tuple(event["frames"]) if event else (),
        event={name: event[name] for name in ("id", "seq", "hash")} if event else None,
    )


def _event(till: Till, result: PayResult) -> dict[str, Any] | None:
    """The event of the attempt; read while it is there."""
    if not result.events:
        return None
    with till.store.reading() as books:
        event = books.trail.by_id(result.events[0])
    if event is None:
        return None
    return {"id": event.id, "seq": event.seq, "hash": event.hash, "frames": event.body.get("frames", [])}


def _pad(result: PayResult) -> str | None:
    """What presentation attack detection said. It is asked after the match, but for pictures that were seen before and
    for captures of several people, which end earlier."""
    refusal = result.refusal
    if refusal is not None and refusal.exit is ExitStatus.ATTACK_SUSPECTED:
        return "attack"
    answers = {check.name: check.passed for check in result.checks if check.name in _PAD_CHECKS}
    return "bona_fide" if "deny_cues" in answers and all(answers.values()) else None


def _comparisons(gallery: Gallery, till: Till, probe: Vector | None, subject: str | None) -> Comparisons:
    """The probe against everybody, by the nearest of each account's references."""
    import numpy as np

    if probe is None or not len(gallery):
        return Comparisons()
    apart = np.minimum.reduceat(till.scheme.dissimilarities(gallery.vectors, probe), gallery.starts)
    if subject is None or subject not in gallery.accounts:
        return Comparisons(others=tuple(apart.tolist()))
    place = gallery.accounts.index(subject)
    return Comparisons(mated=float(apart[place]), others=tuple(np.delete(apart, place).tolist()))


def _account(wallet: Wallet, name: str | None) -> str | None:
    from smilepay_cli.vocabulary.ledger import name_key

    return wallet.accounts.get(name_key(name)) if name else None


def _figure(checks: tuple[CheckResult, ...], check: str, figure: str) -> Any:
    return next((one.figures.get(figure) for one in checks if one.name == check), None)


def _named(figures: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Account ids are drawn anew for every scratch wallet that is enrolled; names stay."""
    return {
        name: names.get(value, value) if isinstance(value, str) else value for name, value in sorted(figures.items())
    }
