"""From rows to trials: each row by itself, then the rows together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from smilepay_cli.rules.sets.columns import LONGEST_ID, NEEDED, READERS
from smilepay_cli.rules.sets.problems import Problems, Wrong, shown
from smilepay_cli.vocabulary.trials import Kind, Trial

UNNAMED = "unnamed"
"""The species of attacks of which the set does not say it."""
Look = Callable[[Trial], None]
"""Looks at a trial's files. Raises Wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a set comes to. The trials are of use only where there are no problems."""

    trials: tuple[Trial, ...]
    problems: Problems
    warnings: Problems


def nothing_to_look_at(_: Trial) -> None:
    """For words alone."""


class Rows:
    """Takes one row after the other. `name` is the set's as messages have it, `place` as trials have it."""

    def __init__(self, name: str, place: str, look: Look = nothing_to_look_at) -> None:
        self.problems, self.warnings = Problems(), Problems()
        self._name, self._place, self._look = name, place, look
        self._trials: list[Trial] = []
        self._lines_of_ids: dict[str, int] = {}

    @property
    def reading(self) -> Reading:
        """All of it so far."""
        return Reading(tuple(self._trials), self.problems, self.warnings)

    def take(self) -> Trial:
        """The newest trial, kept no longer; its id stays taken."""
        return self._trials.pop()

    def wrong(self, line: int, wrong: Wrong) -> None:
        """Note what is wrong with a line."""
        self.problems.add(f"{self._name}:{line}", wrong)

    def add(self, line: int, cells: Iterable[tuple[str, Any]], needed: Iterable[str] = NEEDED) -> None:
        """A row: columns that there are, each with a value. What is wrong with it is noted."""
        values: dict[str, Any] = {}
        failed = set()
        for column, value in cells:
            try:
                values[column] = READERS[column](value)
            except Wrong as wrong:
                failed.add(column)
                self.wrong(line, wrong.about(column))
        if missing := [column for column in needed if column not in values and column not in failed]:
            self.wrong(line, Wrong(f"lacks {' and '.join(missing)}", "every row needs them"))
        name = self._name_of(line, values)
        if name is None or failed or any(column not in values for column in NEEDED):
            return
        trial = Trial(**{**values, "id": name}, where=f"{self._place}:{line}")
        try:
            trial = self._with_species(line, trial)
            self._look(trial)
        except Wrong as wrong:
            self.wrong(line, wrong)
        else:
            self._trials.append(trial)

    def _name_of(self, line: int, values: Mapping[str, Any]) -> str | None:
        """The row's id, which is taken from now on, whatever else is wrong with the row; None where it was before."""
        has_id = "id" in values
        if not has_id and "path" not in values:
            return None
        name: str = values["id"] if has_id else derived_id(values["path"], values.get("account"))
        first = self._lines_of_ids.setdefault(name, line)
        if first == line:
            return name
        if has_id:
            wrong = Wrong(f"the id {shown(name)} is that of line {first} too", "give every row an id of its own")
        else:
            wrong = Wrong(f"without an id it is called {shown(name)}, as line {first} is", "write an id")
        self.wrong(line, wrong)
        return None

    def _with_species(self, line: int, trial: Trial) -> Trial:
        if trial.kind.is_attack and trial.pai_species is None:
            todo = f"it is counted under {UNNAMED!r}"
            self.warnings.add(f"{self._name}:{line}", Wrong(f"{trial.kind} without pai_species", todo))
            return replace(trial, pai_species=UNNAMED)
        if not trial.kind.is_attack and trial.pai_species is not None:
            what = f"pai_species {shown(trial.pai_species)} on a row of kind {trial.kind}"
            raise Wrong(what, f"leave it empty, or make the kind {Kind.ATTACK}")
        if trial.kind is Kind.BONA_FIDE and trial.target is None:
            wrong = Wrong(f"{trial.kind} without subject and account", "who is the right one cannot be said")
            self.warnings.add(f"{self._name}:{line}", wrong)
        return trial


def derived_id(path: str, account: str | None = None) -> str:
    """The id of a row that has none: its path, and `@` and the account where one is claimed.

    What cannot be shown is escaped, a long one is cut and ends in a digest; different rows stay different.
    """
    if not path.isprintable() or "\\" in path:
        path = "".join(_escaped(letter) for letter in path)
    name = path if account is None else f"{path}@{account}"
    if len(name) <= LONGEST_ID:
        return name
    digest = sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_ID - len(digest) - 1]}~{digest}"


def _escaped(letter: str) -> str:
    if letter == "\\":
        return "\\\\"
    if letter.isprintable():
        return letter
    if "\udc80" <= letter <= "\udcff":  # a byte that is no UTF-8, as Python has it in names of files
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()
