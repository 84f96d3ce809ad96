"""Playing a scenario: step after step through the program's own command lines, up to the first that does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.harnesses.scenarios.arguments import command_line
from smilepay_cli.harnesses.scenarios.expectations import unmet
from smilepay_cli.harnesses.scenarios.faults import failing
from smilepay_cli.harnesses.scenarios.played import (
    ERROR,
    FAILED,
    PASSED,
    XFAILED,
    XPASSED,
    Failure,
    Mismatch,
    Played,
    StepPlayed,
)
from smilepay_cli.harnesses.scenarios.references import Missing, filled
from smilepay_cli.harnesses.scenarios.scenario import Account, Call, Folders, Kind, Scenario, Step, Written
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.forms import Forms, Within
    from smilepay_cli.harnesses.scenarios.models import Expect


@dataclass(frozen=True, slots=True)
class Asked:
    """One command line, and the moment and the chance that it is run under."""

    words: tuple[str, ...]
    now: datetime
    ids: str
    """What ids and nonces follow from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command line. Of a race, `parts` has them all, in the order of the file."""

    exit: int
    envelope: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Answer, ...] | None = None
    was_killed: bool = False

    @property
    def described(self) -> str:
        """`10 (no_match): not recognised`."""
        reason, said = self.envelope.get("reason"), self.said
        return f"{self.exit}" + (f" ({reason})" if reason else "") + (f": {said}" if said else "")

    @property
    def said(self) -> str | None:
        """What was said of a refusal or an error."""
        return (self.envelope.get("data") or {}).get("message") if self.envelope.get("reason") else None


class Home(Protocol):
    """The throwaway home of one scenario, and how the program is run in it."""

    def run(self, asked: Asked) -> Answer:
        """One command line, in this process."""

    def race(self, asked: Sequence[Asked]) -> tuple[Answer, ...]:
        """Each in a process of its own, all at the same time."""

    def kill(self, asked: Asked, at: str, seed: int) -> Answer:
        """In a process that is killed at a point; `was_killed` is false where it ended before that."""

    def tamper(self, sql: str) -> None:
        """Statements on the wallet's file, its guards taken away. Raises UsageProblem for what is no SQL."""

    def put(self, name: str, text: str) -> str:
        """A file of the scenario's own; its path."""

    def path(self, within: Within, name: str, folders: Folders) -> str:
        """Where a path of the scenario leads."""


@dataclass
class Playing:
    """One scenario while it is played."""

    scenario: Scenario
    home: Home
    forms: Forms
    known: dict[str, Any] = field(default_factory=dict)
    passed: timedelta = timedelta()
    """Since the beginning."""
    fault: str | None = None
    """The check of the next command that fails."""

    def played(self) -> Played:
        """All of it, as far as it goes."""
        scenario = self.scenario
        bare = Played(
            scenario.name, scenario.place, PASSED, tags=scenario.tags, why=scenario.why,
            combination=scenario.combination, xfail=scenario.xfail,
        )  # fmt: skip
        if failure := self._begin():
            return replace(bare, outcome=ERROR, failure=failure)
        steps: list[StepPlayed] = []
        for number, step in enumerate(scenario.steps, 1):
            steps.append(self.step(step, number))
            if steps[-1].mismatches:
                break
        last = steps[-1]
        failure = _failure(last) if last.mismatches else None
        outcome = FAILED if failure else PASSED
        if scenario.xfail:
            outcome = XFAILED if failure else XPASSED
        return replace(bare, outcome=outcome, steps=tuple(steps), failure=failure)

    def _begin(self) -> Failure | None:
        """Catalogue and accounts; each some time before the first step."""
        scenario = self.scenario
        calls: list[tuple[Account | None, Call]] = []
        if scenario.catalogue is not None:
            calls.append((None, Call("shop", {"catalogue": scenario.catalogue}, scenario.folders)))
        calls += [(account, account.call) for account in scenario.accounts]
        for number, (account, call) in enumerate(calls):
            self.passed = (number - len(calls)) * scenario.step
            answer = self.home.run(self._asked(call, f"beginning {number}"))
            if answer.exit:
                place = account.place if account else scenario.place
                what = f"account {account.name}" if account else "catalogue"
                return Failure(place, what, (Mismatch("exit", "0", answer.described),), answer.said, _event(answer))
        self.passed = timedelta()
        return None

    def step(self, step: Step, number: int) -> StepPlayed:
        """One step; what came of it stays in `known`, under its command."""
        bare = StepPlayed(number, step.place, step.described)
        try:
            return self._tried(step, number, bare)
        except Missing as missing:
            return replace(bare, mismatches=(Mismatch("reference", "a value", str(missing)),))

    def _tried(self, step: Step, number: int, bare: StepPlayed) -> StepPlayed:
        """The step, again and again where it says so."""
        if step.kind in (Kind.ADVANCE, Kind.TAMPER, Kind.FAULT):
            return self._acted(step, bare)
        retry, tries = step.retry, 0
        before = self._events(step.expect)
        while True:
            tries += 1
            answer = self._answer(step, f"step {number}" + (f" try {tries}" if tries > 1 else ""), number)
            until = retry.until if retry and retry.until else step.expect
            if retry is None or tries >= retry.times or not self._unmet(until, answer, before):
                break
            self.passed += self.scenario.step + (retry.advance or timedelta())
        expect = step.expect
        if step.kind is Kind.KILL:
            expect = expect.model_copy(update={"wallet": "whole"})
        mismatches = self._unmet(expect, answer, before)
        if answer.parts is None and not answer.was_killed and step.kind is Kind.KILL:
            told = f"it ended before that: {answer.described}"
            mismatches.insert(0, Mismatch("killed", f"at {step.at}", told))
        self._keep(step, answer, mismatches)
        self.passed += self.scenario.step
        return _with(bare, answer, mismatches, tries)

    def _acted(self, step: Step, bare: StepPlayed) -> StepPlayed:
        if step.span is not None:
            self.passed += step.span
        if step.check is not None:
            self.fault = step.check
        if step.sql is not None:
            try:
                self.home.tamper(str(filled(step.sql, self.known)))
            except UsageProblem as problem:
                return replace(bare, mismatches=(Mismatch("sql", "statements that work", problem.message),))
        if not step.expect.model_fields_set:
            return bare
        return replace(bare, mismatches=tuple(self._unmet(step.expect, Answer(0), 0)))

    def _answer(self, step: Step, ids: str, number: int) -> Answer:
        """The command or commands of a step."""
        if step.kind is Kind.PARALLEL:
            asked = [self._asked(call, f"{ids} part {part}") for part, call in enumerate(step.calls, 1)]
            parts = self.home.race(asked)
            return Answer(max(part.exit for part in parts), {"parts": [part.envelope for part in parts]}, parts)
        (call,) = step.calls
        asked_once = self._asked(call, ids)
        if step.kind is Kind.KILL:
            assert step.at is not None
            return self.home.kill(asked_once, step.at, self.scenario.seed + number)
        if self.fault is None:
            return self.home.run(asked_once)
        check, self.fault = self.fault, None
        with failing(check) as ran:
            answer = self.home.run(asked_once)
        if check not in ran:
            told = f"it did not run; these did: {', '.join(dict.fromkeys(ran)) or 'none'}"
            raise Missing(f"the check {check!r}, which was to fail: {told}")
        return answer

    def _asked(self, call: Call, ids: str) -> Asked:
        return Asked(self._words(call), self.scenario.start + self.passed, f"{self.scenario.seed}:{ids}")

    def _words(self, call: Call) -> tuple[str, ...]:
        values = {name: self._value(value) for name, value in call.values.items()}
        if "policy" not in values and self.scenario.policy is not None:
            values["policy"] = self._value(self.scenario.policy)
        return command_line(
            self.forms[call.form], values, lambda within, name: self.home.path(within, name, call.folders)
        )

    def _value(self, value: Any) -> Any:
        if isinstance(value, Written):
            return Written(value.name, self.home.put(value.name, str(filled(value.text, self.known))))
        return filled(value, self.known)

    def _unmet(self, expect: Expect, answer: Answer, before: int) -> list[Mismatch]:
        return unmet(expect, answer, self, self.known, before)

    def _events(self, expect: Expect) -> int:
        return self.events() if expect.events is not None else 0

    def _keep(self, step: Step, answer: Answer, mismatches: list[Mismatch]) -> None:
        """What later steps may refer to."""
        import jmespath
        from jmespath.exceptions import JMESPathError

        for name in (step.id, step.name):
            if name is not None:
                self.known[name] = answer.envelope
        for name, path in step.capture.items():
            try:
                value = jmespath.search(path, answer.envelope)
            except JMESPathError as error:
                mismatches.append(Mismatch(f"capture of {name}", path, str(error).splitlines()[0]))
                continue
            if value is None and not mismatches:
                mismatches.append(
                    Mismatch(f"capture of {name}", path, f"finds nothing in the answer{there(path, answer.envelope)}")
                )
            self.known[name] = value

    def balances(self) -> Mapping[str, str]:
        """As `wallet balance` tells them."""
        return _balances(self._look("wallet", "balance"))

    def balance(self, name: str) -> str | None:
        """As `wallet balance NAME` tells it; None where there is no such account."""
        return next(iter(_balances(self._look("wallet", "balance", "--", name)).values()), None)

    def flaw(self) -> str | None:
        """As `audit verify` tells it."""
        answer = self._look("audit", "verify")
        return answer.described if answer.exit else None

    def events(self) -> int:
        """As `audit list` counts them."""
        data = self._look("audit", "list", "--limit=1").envelope.get("data") or {}
        found = data.get("found") or data.get("events") or ()
        return int(found[0]["seq"]) if found else 0

    def _look(self, *words: str) -> Answer:
        return self.home.run(Asked(words, self.scenario.start + self.passed, "looking"))


def _balances(answer: Answer) -> dict[str, str]:
    found = (answer.envelope.get("data") or {}).get("balances") or ()
    return {one["name"]: one["balance"]["posted"]["amount"] for one in found if one.get("name")}


def _with(bare: StepPlayed, answer: Answer, mismatches: list[Mismatch], tries: int) -> StepPlayed:
    if answer.parts is not None:
        return replace(
            bare,
            exits=tuple(sorted(part.exit for part in answer.parts)),
            events=tuple(sorted(event for part in answer.parts for event in part.envelope.get("events") or ())),
            tries=tries,
            mismatches=tuple(mismatches),
        )
    envelope = answer.envelope
    return replace(
        bare,
        exits=() if answer.was_killed else (answer.exit,),
        outcome="killed" if answer.was_killed else envelope.get("outcome"),
        reason=envelope.get("reason"),
        events=tuple(envelope.get("events") or ()),
        tries=tries,
        said=answer.said,
        mismatches=tuple(mismatches),
    )


def _failure(step: StepPlayed) -> Failure:
    return Failure(
        step.place,
        f"step {step.number} ({step.name})",
        step.mismatches,
        step.said,
        step.events[-1] if step.events else None,
    )


def _event(answer: Answer) -> str | None:
    events = answer.envelope.get("events") or ()
    return events[-1] if events else None


def there(path: str, envelope: Mapping[str, Any]) -> str:
    """Where a plain path leads no further, and what is there instead: nobody knows an envelope by heart."""
    found: Any = envelope
    walked: list[str] = []
    for part in path.split("."):
        if not isinstance(found, Mapping) or found.get(part) is None:
            break
        found = found[part]
        walked.append(part)
    if not isinstance(found, Mapping) or not all(part.isidentifier() for part in path.split(".")):
        return ""
    known = ", ".join(name for name, value in found.items() if value is not None)
    return f"; {'.'.join(walked) or 'it'} has {known}" if known else ""
