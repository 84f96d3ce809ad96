"""Whose face is it: nearest account, a threshold, and a margin to the runner-up."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.schemes import Scheme
from smilepay_cli.vocabulary.decisions import Decision
from smilepay_cli.vocabulary.errors import Reason
from smilepay_cli.vocabulary.faces import Candidate, Vector
from smilepay_cli.vocabulary.policies import Policy


def candidates(gallery: Gallery, probe: Vector, scheme: Scheme, *, within: float = inf) -> list[Candidate]:
    """The nearest reference of each account, nearest account first. Ties go by account id.

    At least the two nearest accounts and all `within` that dissimilarity; those farther away may be left out.
    """
    places = gallery.near(probe, within) if within < inf else range(len(gallery.accounts))
    found = [Candidate(gallery.accounts[place], _nearest(gallery, place, probe, scheme)) for place in places]
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


def lookalikes(gallery: Gallery, policy: Policy, scheme: Scheme) -> list[tuple[str, str, float]]:
    """Pairs of accounts that the margin could not keep apart: (account, account, dissimilarity), nearest first."""
    limit = _alike_within(policy)
    pairs: dict[tuple[str, str], float] = {}
    for place, account in enumerate(gallery.accounts):
        for own in gallery.vectors[gallery.rows_of(place)].astype("float64"):
            for other in candidates(gallery, own, scheme, within=limit):
                if other.account_id > account and other.dissimilarity <= limit:
                    pair = (account, other.account_id)
                    pairs[pair] = min(other.dissimilarity, pairs.get(pair, inf))
    return [(*pair, apart) for pair, apart in sorted(pairs.items(), key=lambda item: item[1])]


def has_lookalike(gallery: Gallery, account_id: str, policy: Policy, scheme: Scheme) -> bool:
    """Whether `lookalikes` has a pair with this account in it; looks at its references only, and up to the first."""
    limit = _alike_within(policy)
    own = gallery.only(account_id).vectors.astype("float64")
    return any(
        other.account_id != account_id and other.dissimilarity <= limit
        for vector in own
        for other in candidates(gallery, vector, scheme, within=limit)
    )


def _alike_within(policy: Policy) -> float:
    return policy.dissimilarity_max + policy.margin


def _nearest(gallery: Gallery, place: int, probe: Vector, scheme: Scheme) -> float:
    """The dissimilarity of an account's nearest reference; what is no number must never sort first."""
    distances = scheme.dissimilarities(gallery.vectors[gallery.rows_of(place)], probe).tolist()
    return min((distance for distance in distances if isfinite(distance)), default=inf)
