"""What is wrong with a set: everything at once, each with its place, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Self

from smilepay_cli.vocabulary.errors import UsageProblem

MOST_TOLD = 20
"""Problems that are told one by one; the others are counted."""
LONGEST_SHOWN = 60
"""Characters of somebody's text in a message."""


class Wrong(ValueError):
    """One thing that is wrong: `what` it is, `todo` about it. Where it is knows who catches it."""

    def __init__(self, what: str, todo: str, *, word: str = "", known: Sequence[str] = ()) -> None:
        """Where one of the `known` words is near the `word` that somebody wrote, it is told in place of `todo`."""
        super().__init__(what)
        self.what = what
        self._todo, self._word, self._known = todo, word, known

    def about(self, thing: str) -> Self:
        """The same, with the thing that it is about in front."""
        self.what = f"{thing} {self.what}"
        return self

    def __str__(self) -> str:
        """Looks for the nearest word only here: of a hundred thousand problems, twenty are told."""
        return f"{self.what}; {nearest(self._word, self._known) or self._todo}"


class Problems:
    """Keeps the first ones and counts the rest, so that the worst file takes no more memory than a bad one."""

    def __init__(self) -> None:
        self.count = 0
        self._told: list[str] = []

    def add(self, where: str, wrong: Wrong) -> None:
        """`where` is `set.csv:12`, printable already."""
        self.count += 1
        if len(self._told) < MOST_TOLD:
            self._told.append(f"{where}: {wrong}")

    def lines(self) -> tuple[str, ...]:
        """`set.csv:12: what it is; what to do`, and how many more there are."""
        more = self.count - len(self._told)
        return (*self._told, *([f"and {more:,} more"] if more else []))


def unusable(name: str, problems: Problems) -> UsageProblem:
    """All of it as one error, a line each. `name` is printable."""
    lines = problems.lines()
    many = f"{name} cannot be used: {problems.count:,} problems\n"
    return UsageProblem(
        (many if problems.count > 1 else "") + "\n".join(lines), hint="nothing was run", reason="bad_set"
    )


def shown(value: Any) -> str:
    """A value from somebody's file, in a message: one printable line, never a long one."""
    if isinstance(value, str):
        whole = repr(value[:LONGEST_SHOWN])
        return whole if len(value) <= LONGEST_SHOWN else f"{whole}..."
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return text if len(text := str(value)) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    return "a list" if isinstance(value, list) else "an object"


def nearest(word: str, known: Sequence[str]) -> str:
    """What somebody meant, as a question; empty where nothing is near. Case, blanks and dashes are no difference."""
    plain = "_".join(word[:LONGEST_SHOWN].casefold().replace("-", " ").split())
    close = get_close_matches(plain, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""
