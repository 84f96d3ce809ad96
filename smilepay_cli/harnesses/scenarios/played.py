"""What came of scenarios: frozen results, and the same as rows of JSON Lines (schemas/scenario-result.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from smilepay_cli.harnesses.scenarios.scenario import Place
from smilepay_cli.vocabulary.errors import ExpectationFailed
from smilepay_cli.vocabulary.results import Refusal, Result

PASSED, FAILED, ERROR, XFAILED, XPASSED = "passed", "failed", "error", "xfailed", "xpassed"
OUTCOMES = {
    PASSED: "everything came to what was expected",
    FAILED: "a step came to something else",
    ERROR: "it could not begin: an account or the catalogue of its beginning was refused",
    XFAILED: "it failed, as xfail says",
    XPASSED: "xfail says that it fails, and it passed",
}
"""What a scenario can come to."""
GOOD = frozenset({PASSED, XFAILED})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that does not hold: both sides in words."""

    what: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class StepPlayed:
    """A step that was played."""

    number: int
    place: Place
    name: str
    exits: tuple[int, ...] = ()
    """One, none for a step that is no command, or those of a race, in order of size."""
    outcome: str | None = None
    reason: str | None = None
    events: tuple[str, ...] = ()
    tries: int = 1
    said: str | None = None
    """What was said of a refusal or an error."""
    mismatches: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a scenario failed, and why."""

    place: Place
    step: str
    """`step 3 (pay)`, `account lin`."""
    mismatches: tuple[Mismatch, ...]
    said: str | None = None
    event: str | None = None
    """The newest event that the step wrote."""


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played as far as it went."""

    name: str
    place: Place
    outcome: str
    steps: tuple[StepPlayed, ...] = ()
    tags: tuple[str, ...] = ()
    why: str | None = None
    combination: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    xfail: str | None = None
    home: str | None = None
    """Where its home was kept, if it was."""
    seconds: float = 0.0
    """By the machine's clock: in no row."""

    @property
    def is_good(self) -> bool:
        """Whether it leaves the exit status alone."""
        return self.outcome in GOOD


@dataclass(frozen=True, kw_only=True)
class RunResult(Result):
    """All scenarios of a run, in the order of the files."""

    is_report: ClassVar[bool] = True

    scenarios: tuple[Played, ...] = field(metadata={"private": True})
    counts: Mapping[str, int]
    """Scenarios by outcome."""
    steps: int
    """That were played."""
    left_out: int = 0
    """Scenarios that were not selected, or not reached since one failed."""
    results: tuple[Mapping[str, Any], ...] = ()
    """The rows."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Reports that were written."""
    seconds: float = field(default=0.0, metadata={"private": True})

    @property
    def outcome(self) -> str:
        """`done` or `failed`."""
        return "failed" if self.refusal else "done"


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario that is there."""

    name: str
    file: str
    line: int
    tags: tuple[str, ...]
    steps: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class ListResult(Result):
    """Scenarios that would be run; nothing was."""

    checked: bool = False
    """--dry-run: they are whole, and that was asked."""
    scenarios: tuple[Listed, ...]
    files: int
    steps: int


def result_of(played: Sequence[Played], *, left_out: int, files: Mapping[str, str], seconds: float) -> RunResult:
    """The whole run; a refusal (30) where a scenario is not good."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for one in played:
        counts[one.outcome] += 1
    bad = [one for one in played if not one.is_good]
    refusal = None
    if bad:
        first = bad[0].failure
        where = first.place if first else bad[0].place
        told = f"{len(bad):,} of {len(played):,} scenarios failed, the first"
        told = "the scenario failed" if len(played) == 1 else told
        refusal = Refusal.of(ExpectationFailed(f"{told} at {where}: {bad[0].name}"))
    return RunResult(
        refusal=refusal,
        scenarios=tuple(played),
        counts=counts,
        steps=sum(len(one.steps) for one in played),
        left_out=left_out,
        results=tuple(map(row_of, played)),
        files=files,
        seconds=seconds,
    )


def row_of(played: Played) -> dict[str, Any]:
    """One line of results: nothing in it differs from run to run of the same files with the same program."""
    failure = played.failure
    return {
        "name": played.name,
        "file": played.place.file,
        "line": played.place.line,
        "outcome": played.outcome,
        "tags": list(played.tags),
        "why": played.why,
        "matrix": dict(played.combination),
        "xfail": played.xfail,
        "steps": [_step_row(step) for step in played.steps],
        "failure": None
        if failure is None
        else {
            "file": failure.place.file,
            "line": failure.place.line,
            "step": failure.step,
            "mismatches": [
                {"what": one.what, "expected": one.expected, "actual": one.actual} for one in failure.mismatches
            ],
            "said": failure.said,
            "event": failure.event,
        },
    }


def line_of(played: Played) -> bytes:
    """The row as a line."""
    text = json.dumps(row_of(played), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _step_row(step: StepPlayed) -> dict[str, Any]:
    return {
        "step": step.number,
        "file": step.place.file,
        "line": step.place.line,
        "name": step.name,
        "exits": list(step.exits),
        "outcome": step.outcome,
        "reason": step.reason,
        "events": list(step.events),
        "tries": step.tries,
        "as_expected": not step.mismatches,
    }
