"""A scenario looked at as a whole: what its parts say by themselves makes sense together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smilepay_cli.harnesses.scenarios.models import LARGEST_SEED, ScenarioForm, StepForm
from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Scalar, Table, scalars
from smilepay_cli.harnesses.scenarios.options import Tell
from smilepay_cli.harnesses.scenarios.references import MATRIX, names_in
from smilepay_cli.harnesses.scenarios.scenario import ACTIONS, Account, Kind, Step
from smilepay_cli.rules.sets.problems import Wrong, shown

_AFTERWARDS = ("expect", "retry")
"""What of a step is looked at when its answer is there."""
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


def check_references(node: Table, known: dict[str, None], before: int, tell: Tell) -> None:
    """Every `${name}` of a document is kept by an earlier step; `known` gets the names that are kept here.

    It is the nodes that are looked at, so that a step with something else wrong hides nothing. `before` is how many
    steps come before those of this document.
    """
    for key in ("policy", "catalogue", "accounts"):
        if key in node.entries:
            _check(node.entries[key], {}, tell)
    steps = node.entries.get("steps")
    for number, step in enumerate(steps.items if isinstance(steps, Items) else (), before + 1):
        if not isinstance(step, Table):
            continue
        name = next((key for key in step.entries if key not in StepForm.model_fields), "")

        def told(line: int, wrong: Wrong, about: str = f"step {number} ({shown(name)[1:-1]})") -> None:
            tell(line, wrong.about(f"{about}:"))

        for key, value in step.entries.items():
            if key not in _AFTERWARDS:
                _check(value, known, told)
        known.update(dict.fromkeys(_kept(step, name)))
        for key in _AFTERWARDS:
            if key in step.entries:
                _check(step.entries[key], known, told)


def _kept(step: Table, name: str) -> Iterator[str]:
    """What later steps may refer to: captures, the step's id, and the command's name."""
    if name in ACTIONS and name != Kind.PARALLEL.value:
        return
    capture, own = step.entries.get("capture"), step.entries.get("id")
    if isinstance(capture, Table):
        yield from capture.entries
    if isinstance(own, Scalar):
        yield own.text
    if "." not in name:
        yield name


def _check(node: Node, known: Mapping[str, None], tell: Tell) -> None:
    for scalar in scalars(node):
        try:
            for name in names_in(scalar.text):
                if name == MATRIX:
                    tell(scalar.line, Wrong(f"{shown(scalar.text)}: the matrix has no such key", ""))
                elif name not in known:
                    todo = "no earlier step keeps it: capture: {name: JMESPATH}, or give that step an id"
                    tell(scalar.line, Wrong(f"${{{name}}} is not known here", todo, word=name, known=list(known)))
        except Wrong as wrong:
            tell(scalar.line, wrong)
