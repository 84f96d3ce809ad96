"""Policies: what there is, where the numbers come from, and the least that a home accepts."""

from __future__ import annotations

from dataclasses import dataclass

from smilepay_cli.rules.profiles import profile, profiles, sources
from smilepay_cli.verbs.attempt import FLOOR_SETTING, Attempt
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.policies import Policy
from smilepay_cli.vocabulary.results import Result

NO_FLOOR = "none"


@dataclass(frozen=True, kw_only=True)
class PolicyResult(Result):
    """The policies, the source of each number, the one in force for this call, and the home's floor."""

    policies: tuple[Policy, ...]
    sources: dict[str, str]
    chosen: str
    floor: str | None


@dataclass(frozen=True, kw_only=True)
class FloorResult(Result):
    """The floor that holds from now on."""

    floor: str | None


def policies(till: Till) -> PolicyResult:
    """All named policies, and the one of this call where it comes out of a file."""
    named = profiles(till.policy.scheme)
    own = () if till.policy in named else (till.policy,)
    with till.store.reading() as books:
        floor = books.settings.get(FLOOR_SETTING)
    return PolicyResult(
        policies=(*named, *own), sources=sources(till.policy.scheme), chosen=till.policy.name, floor=floor
    )


def set_floor(till: Till, name: str) -> FloorResult:
    """Refuse anything weaker than the named policy from now on; `none` takes the floor away."""
    floor = None if name == NO_FLOOR else profile(name).name
    attempt = Attempt(till, "policy.floor")
    with till.store.writing() as books:
        attempt.facts["floor"] = floor
        if floor is None:
            books.settings.unset(FLOOR_SETTING)
        else:
            books.settings.set(FLOOR_SETTING, floor)
        attempt.record(books)
    return FloorResult(floor=floor, events=(attempt.event_id,))
