"""When a face alone does not do, and a PIN is asked for too."""

from __future__ import annotations

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.identification import candidates, decide, has_lookalike
from smilepay_cli.rules.limits import needs_pin
from smilepay_cli.rules.schemes import Scheme
from smilepay_cli.vocabulary.decisions import Decision
from smilepay_cli.vocabulary.faces import Vector
from smilepay_cli.vocabulary.language import marked
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.policies import Policy

AMOUNT, AMBIGUITY, LOOKALIKE, ADDING = "amount", "ambiguity", "lookalike", "adding"
WHY = {
    AMOUNT: marked("this amount needs a PIN too"),
    AMBIGUITY: marked("this face could be another account's too, so a PIN is needed"),
    LOOKALIKE: marked("somebody who looks alike is enrolled, so a PIN is needed"),
    ADDING: marked("pictures are added to an account only with its PIN"),
}
"""Every reason for which a PIN is asked for, in words; as it stands in an event it is the key."""


def doubts(gallery: Gallery, probe: Vector, decision: Decision, policy: Policy, scheme: Scheme) -> tuple[str, ...]:
    """What about an accepted face leaves room for somebody else. `gallery` holds everybody.

    AMBIGUITY: an account was claimed that an identification of the same probe would not have given, since it is
    ambiguous or somebody else's. LOOKALIKE: one of the account's references is another account's as well, give or take
    the margin.
    """
    account_id = decision.account_id
    if not policy.pin_for_lookalikes or account_id is None:
        return ()
    found = []
    if decision.mode == "verification":
        everybody = candidates(gallery, probe, scheme, within=0.0)  # the two nearest: the decision needs no more
        if decide(everybody, policy).account_id != account_id:
            found.append(AMBIGUITY)
    if has_lookalike(gallery, account_id, policy, scheme):
        found.append(LOOKALIKE)
    return tuple(found)


def needed_for(amount: Money, policy: Policy, found: tuple[str, ...]) -> tuple[str, ...]:
    """Why a PIN is needed to pay this; empty where it is not. `found` are the doubts about the face."""
    return (AMOUNT, *found) if needs_pin(amount, policy) else found
