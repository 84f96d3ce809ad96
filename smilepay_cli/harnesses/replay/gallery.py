"""Enrolling the gallery of a run, through the very path that `enroll` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from smilepay_cli.harnesses.replay.conditions import CEBIT, TrialClock, TrialIds
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.results import Refusal

if TYPE_CHECKING:
    from smilepay_cli.ports import FrameSource
    from smilepay_cli.verbs.till import Till

DEPOSIT = "1000000"
"""In major units: trials that carry on from each other must not run out of money soon."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person of the gallery: the failure to enrol, where it failed."""

    name: str
    references: int
    refusal: Refusal | None = None


def enrolled(
    till: Till, people: Iterable[tuple[str, Sequence[str]]], frames: Callable[[Sequence[str]], FrameSource], seed: int
) -> Iterator[Enrolment]:
    """Enrol people, each from the images of one sitting; in order, one at a time."""
    for number, (name, files) in enumerate(people):
        at = replace(till, clock=TrialClock(CEBIT), ids=TrialIds(seed, f"enrol {number}"))
        try:
            result = enroll(at, name, frames(files), deposit=DEPOSIT)
        except SmilepayError as problem:
            if problem.exit is not ExitStatus.USAGE:
                raise
            yield Enrolment(name, 0, Refusal.of(problem))
        else:
            yield Enrolment(name, result.references, result.refusal)
