"""Whose face is it: nearest account, a threshold, and a margin to the runner-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from smilepay_cli.rules.schemes import Scheme
from smilepay_cli.vocabulary.decisions import Decision
from smilepay_cli.vocabulary.errors import Reason
from smilepay_cli.vocabulary.faces import Candidate, Reference, Vector
from smilepay_cli.vocabulary.policies import Policy


def candidates(references: Sequence[Reference], probe: Vector, scheme: Scheme) -> list[Candidate]:
    """The nearest reference of each account, nearest account first. Ties go by account id."""
    if not references:
        return []
    import numpy as np

    distances = scheme.dissimilarities(np.stack([reference.vector for reference in references]), probe)
    nearest: dict[str, float] = {}
    for reference, distance in zip(references, distances.tolist(), strict=True):
        likeness = distance if isfinite(distance) else float("inf")  # what is no number must never sort first
        nearest[reference.account_id] = min(likeness, nearest.get(reference.account_id, float("inf")))
    found = [Candidate(account_id, distance) for account_id, distance in nearest.items()]
    return sorted(found, key=lambda candidate: (candidate.dissimilarity, candidate.account_id))


def decide(ranked: Sequence[Candidate], policy: Policy, *, claimed: str | None = None) -> Decision:
    """Accept only if the nearest is near enough and the runner-up far enough behind.

    With an account claimed it is a verification: only that account counts, and no margin. With one
    enrolled account there is no runner-up and the margin does not apply.
    """
    if claimed is not None:
        ranked = [candidate for candidate in ranked if candidate.account_id == claimed]
    nearest = ranked[0] if ranked else None
    runner_up = ranked[1] if len(ranked) > 1 else None
    return Decision(
        accepted=(reason := _refusal(nearest, runner_up, policy)) is None,
        reason=reason.value if reason else None,
        mode="identification" if claimed is None else "verification",
        nearest=nearest,
        runner_up=runner_up,
        dissimilarity_max=policy.dissimilarity_max,
        margin_min=policy.margin,
    )


def _refusal(nearest: Candidate | None, runner_up: Candidate | None, policy: Policy) -> Reason | None:
    # Written so that a figure that is not a number falls to the refusing side.
    if nearest is None or not nearest.dissimilarity <= policy.dissimilarity_max:
        return Reason.NO_MATCH
    if runner_up is None or runner_up.dissimilarity - nearest.dissimilarity >= policy.margin:
        return None
    return Reason.AMBIGUOUS_MATCH


def lookalikes(references: Iterable[Reference], policy: Policy, scheme: Scheme) -> list[tuple[str, str, float]]:
    """Pairs of accounts that the margin could not keep apart: (account, account, dissimilarity), nearest first."""
    by_account: dict[str, list[Reference]] = {}
    for reference in references:
        by_account.setdefault(reference.account_id, []).append(reference)
    pairs: list[tuple[str, str, float]] = []
    accounts = sorted(by_account)
    for position, account in enumerate(accounts):
        others = [reference for other in accounts[position + 1 :] for reference in by_account[other]]
        best: dict[str, float] = {}
        for own in by_account[account]:
            for found in candidates(others, own.vector, scheme):
                best[found.account_id] = min(found.dissimilarity, best.get(found.account_id, float("inf")))
        limit = policy.dissimilarity_max + policy.margin
        pairs += [(account, other, distance) for other, distance in best.items() if distance <= limit]
    return sorted(pairs, key=lambda pair: pair[2])
