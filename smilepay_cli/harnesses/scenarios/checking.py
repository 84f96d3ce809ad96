"""A scenario looked at as a whole: what its parts say by themselves makes sense together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smilepay_cli.harnesses.scenarios.models import LARGEST_SEED, ScenarioForm
from smilepay_cli.harnesses.scenarios.nodes import Table, scalars
from smilepay_cli.harnesses.scenarios.options import Tell
from smilepay_cli.harnesses.scenarios.problems import Complaints
from smilepay_cli.harnesses.scenarios.references import MATRIX, names_in
from smilepay_cli.harnesses.scenarios.scenario import Account, Kind, Place, Step, Written
from smilepay_cli.rules.sets.problems import Wrong, shown

LONGEST_SCENARIO = 5000
"""Steps, those that are included counted."""


def check_whole(
    form: ScenarioForm, accounts: Sequence[Account], steps: Sequence[Step], node: Table, tell: Tell
) -> None:
    """Something is done, nobody is enrolled twice, and a fault has a command to strike."""
    if "steps" in node.entries and not steps and not getattr(node.entries["steps"], "items", None):
        tell(node.line_of("steps"), Wrong("no steps", "a scenario that does nothing shows nothing"))
    if len(steps) > LONGEST_SCENARIO:
        tell(node.line_of("steps"), Wrong(f"more than {LONGEST_SCENARIO:,} steps", "split it into scenarios"))
    if abs(form.seed) > LARGEST_SEED:
        tell(node.line_of("seed"), Wrong(f"seed is beyond {LARGEST_SEED}", "a smaller one does as well"))
    names: dict[str, Account] = {}
    for account in accounts:
        first = names.setdefault(account.name.casefold(), account)
        if first is not account:
            tell(account.place.line, Wrong(f"account {shown(account.name)} is there twice", f"first: {first.place}"))
    for step, after in zip(steps, [*steps[1:], None], strict=False):
        if step.kind is Kind.FAULT and (after is None or after.kind is not Kind.CALL):
            tell(step.place.line, Wrong("no command comes right after fault", "a check of that command is to fail"))


def check_references(
    accounts: Sequence[Account], steps: Sequence[Step], node: Table, file: str, complaints: Complaints
) -> None:
    """Every `${name}` is kept by an earlier step."""
    lines = {scalar.text: scalar.line for scalar in reversed(list(scalars(node))) if "${" in scalar.text}
    known = _Known(complaints)
    for account in accounts:
        known.check(account.call.values, account.place, lines if account.place.file == file else {})
    for step in steps:
        own = lines if step.place.file == file else {}
        known.check([call.values for call in step.calls], step.place, own)
        known.check(step.sql or "", step.place, own)
        known.learn(step)
        for expect in (step.expect, step.retry.until if step.retry else None):
            if expect is not None:
                known.check(expect.model_dump(exclude_unset=True), step.place, own)


@dataclass
class _Known:
    """The names that have a value by now."""

    complaints: Complaints
    names: dict[str, None] = field(default_factory=dict)

    def learn(self, step: Step) -> None:
        """What later steps may refer to: captures, the step's id, and the command's name."""
        if step.kind not in (Kind.CALL, Kind.PARALLEL):
            return
        told = [*step.capture, step.id, step.name if "." not in step.name else None]
        self.names.update(dict.fromkeys(name for name in told if name))

    def check(self, value: Any, place: Place, lines: Mapping[str, int]) -> None:
        """Complain of references that lead nowhere, at their lines where these are known."""
        for text in _texts(value):
            at = Place(place.file, lines.get(text, place.line))
            try:
                for name in names_in(text):
                    self._check(name, text, at)
            except Wrong as wrong:
                self.complaints.add(at, wrong)

    def _check(self, name: str, text: str, at: Place) -> None:
        if name == MATRIX:
            self.complaints.add(at, Wrong(f"{shown(text)}: the matrix has no such key", ""))
        elif name not in self.names:
            todo = "no earlier step keeps it: capture: {name: JMESPATH}, or give that step an id"
            self.complaints.add(at, Wrong(f"${{{name}}} is not known here", todo, word=name, known=list(self.names)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Written):
        yield value.text
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
