"""What can be asked for: every species in one table, and how names and strengths are typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from smilepay_cli.harnesses.forging.names import ALL
from smilepay_cli.harnesses.forging.species import (
    CAPTURE_CONTROLS,
    CAPTURES,
    DEGRADATIONS,
    JOINED,
    PAIR_SPECIES,
    SPECIES,
    Family,
)
from smilepay_cli.rules.profiles import nearest_pattern
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result
from smilepay_cli.vocabulary.trials import Kind

STRENGTH = 1.0
"""What people do without much care."""


class Takes(StrEnum):
    """What a species is made from."""

    PICTURE = "picture"
    PAIR = "two people"
    CAPTURE = "frames"
    JOINED = "two captures"


@dataclass(frozen=True, slots=True)
class Way:
    """A species as people ask for it."""

    name: str
    what: str
    family: Family
    takes: Takes

    @property
    def kind(self) -> Kind:
        """What a set says of it: copies that never left the computer can only be put in behind a camera."""
        return {"digital": Kind.INJECTION, "bona fide": Kind.BONA_FIDE}.get(self.family, Kind.ATTACK)

    @property
    def is_capture(self) -> bool:
        """Whether what comes out is frames."""
        return self.takes in (Takes.CAPTURE, Takes.JOINED)


@dataclass(frozen=True, kw_only=True)
class SpeciesResult(Result):
    """What can be forged."""

    species: tuple[Way, ...]


def _ways() -> Iterator[Way]:
    tables: tuple[tuple[Mapping[str, Any], Takes], ...] = (
        (SPECIES, Takes.PICTURE),
        (PAIR_SPECIES, Takes.PAIR),
        (CAPTURES, Takes.CAPTURE),
        (JOINED, Takes.JOINED),
        (DEGRADATIONS, Takes.PICTURE),
        (CAPTURE_CONTROLS, Takes.CAPTURE),
    )
    for table, takes in tables:
        for name, species in table.items():
            yield Way(name, species.what, species.family, takes)


WAYS = {way.name: way for way in _ways()}
"""Every species by name, attacks first."""


def species() -> SpeciesResult:
    """All of them."""
    return SpeciesResult(species=tuple(WAYS.values()))


def chosen(words: Iterable[str]) -> tuple[Way, ...]:
    """The species that are named, each once, in the order of WAYS.

    A word is one name or several with commas between, patterns (`print*`), or ALL. Raises UsageProblem.
    """
    wanted: set[str] = set()
    for name in (name.strip() for word in words for name in word.split(",")):
        wanted.update(_named(name))
    return tuple(way for name, way in WAYS.items() if name in wanted)


def _named(name: str) -> list[str]:
    if name == ALL:
        return [*SPECIES, *PAIR_SPECIES]
    found = [known for known in WAYS if fnmatchcase(known, name)]
    if not found:
        hint = f"{nearest_pattern(name, WAYS)}all of them: smilepay forge --list"
        raise UsageProblem(f"no species is called {name!r}", hint=hint, reason="no_such_species")
    return found


def strengths(words: Sequence[str], ways: Sequence[Way]) -> dict[str, float]:
    """How strong each species is made, by name: `0.5` for all of them, `print*=0.3` for some; the last word holds.

    Raises UsageProblem for what is no number from 0 to 1, and for a species that is not made.
    """
    made = {way.name: STRENGTH for way in ways}
    for word in sorted(words, key=lambda word: "=" in word):
        name, _, number = word.rpartition("=")
        strength = _strength(number)
        named = _named(name.strip()) if "=" in word else list(made)
        if not made.keys() & set(named):
            raise UsageProblem(f"--strength {word}: that is not made", hint=f"add it: --species {name}")
        made.update((known, strength) for known in named if known in made)
    return made


def _strength(text: str) -> float:
    try:
        strength = float(text)
    except ValueError:
        strength = -1.0
    if not 0 <= strength <= 1:  # not a number is neither
        raise UsageProblem(
            f"--strength {text} is no number from 0 to 1", hint="1 is what people do without much care (default)"
        )
    return strength
