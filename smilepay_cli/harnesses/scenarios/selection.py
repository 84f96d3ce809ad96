"""Which scenarios are meant: by tag, and by name."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Selection:
    """One of the tags, none of the others, and a name like one of the patterns; what is empty asks for nothing."""

    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def takes(self, scenario: Scenario) -> bool:
        """Whether a scenario is meant."""
        own = set(scenario.tags)
        if self.tags and not own & set(self.tags):
            return False
        if own & set(self.not_tags):
            return False
        name = scenario.name.casefold()
        return not self.names or any(_like(name, pattern.casefold()) for pattern in self.names)

    @property
    def described(self) -> str:
        """As it was typed."""
        options = (("--tag", self.tags), ("--not-tag", self.not_tags), ("--filter", self.names))
        return " ".join(f"{option} {value}" for option, values in options for value in values)


def _like(name: str, pattern: str) -> bool:
    """Whole, or where a pattern has no wildcard, in part: `[` is part of names of a matrix."""
    if not any(letter in pattern for letter in "*?"):
        return pattern in name
    return fnmatchcase(name, pattern.replace("[", "[[]"))
