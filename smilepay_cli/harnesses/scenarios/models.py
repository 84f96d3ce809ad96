"""The format of scenario files as pydantic models. Their descriptions are in the JSON Schema and on the docs' page.

Commands and their options are not in here: those are the program's own, and come from it (forms.py).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from smilepay_cli.harnesses.scenarios.values import (
    Amount,
    Count,
    Expression,
    Flag,
    Id,
    Line,
    Lines,
    Literal,
    Moment,
    Span,
    Text,
    Whole,
    literal,
    wrong,
)

CEBIT = datetime(2015, 3, 15, 18, 0, tzinfo=UTC)
"""When Smile to Pay was first shown: where scenarios begin that name no time."""
LARGEST_SEED = 2**53 - 1
PART = "part"
"""In the schemas here: a reference to another model, which pydantic does not know of (schema.py)."""


class Part(BaseModel):
    """Base of all parts: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(StrEnum):
    """What the envelope says of a command."""

    DONE = "done"
    REFUSED = "refused"
    ERROR = "error"


class KillPoint(StrEnum):
    """Where a process is killed."""

    BEGIN = "begin"
    CAPTURE = "capture"
    COMMIT = "commit"
    ANSWER = "answer"
    RANDOM = "random"


KILL_POINTS = {
    KillPoint.BEGIN: "when it is about to write for the first time",
    KillPoint.CAPTURE: "while it looks at the first frame",
    KillPoint.COMMIT: "with the event and the money written, right before they are committed",
    KillPoint.ANSWER: "with everything committed, right before it answers",
    KillPoint.RANDOM: "after a number of lines of its program that the seed chooses",
}


def _clock(value: Any) -> Any:
    return value if isinstance(value, dict) else {"start": value}


class Clock(Part):
    """When a scenario begins, and how far each step moves it."""

    start: Annotated[Moment, Field(description="The moment of the first step; ISO 8601 with a time zone.")] = CEBIT
    step: Annotated[Span, Field(description="From each step to the next.")] = timedelta(seconds=1)


class Matcher(Part):
    """What a value has to be like: everything that is said here holds."""

    equals: Annotated[Literal, Field(description="This very value.")] = None
    differs: Annotated[Literal, Field(description="Any value but this.")] = None
    gt: Annotated[Literal, Field(description="Greater than.")] = None
    ge: Annotated[Literal, Field(description="Greater or equal.")] = None
    lt: Annotated[Literal, Field(description="Less than.")] = None
    le: Annotated[Literal, Field(description="Less or equal.")] = None
    matches: Annotated[Text | None, Field(description="A regular expression that is found in the text.")] = None
    contains: Annotated[Literal, Field(description="A text has this in it, a list this value.")] = None
    length: Annotated[Count | None, Field(description="Of a text or a list.")] = None
    exists: Annotated[Flag | None, Field(description="Whether it is there, and not null.")] = None

    @model_validator(mode="after")
    def _sensible(self) -> Matcher:
        if self.matches is not None:
            try:
                re.compile(self.matches)
            except (re.error, RecursionError, OverflowError) as error:
                raise wrong(f"matches: {self.matches!r} is no regular expression: {error}") from None
        for name in ("gt", "ge", "lt", "le"):
            value = getattr(self, name)
            if name in self.model_fields_set and (isinstance(value, bool) or not isinstance(value, int | float | str)):
                raise wrong(f"{name} needs a number, or a text to be compared with")
        return self


MATCHERS = frozenset(Matcher.model_fields)


def _matching(value: Any) -> Any:
    """A matcher where a mapping has nothing but its keys; else the value itself."""
    if isinstance(value, dict) and value and value.keys() <= MATCHERS:
        return Matcher.model_validate(value)
    return literal(value)


Matching = Annotated[
    Any,
    BeforeValidator(_matching),
    WithJsonSchema(
        {"anyOf": [{PART: "Matcher"}, {"type": ["object", "array", "string", "number", "boolean", "null"]}]}
    ),
]


def _whole_word(value: Any) -> str:
    if value != "whole":
        raise wrong("needs the word whole: the wallet verifies")
    return "whole"


class Expect(Part):
    """What has to come of a step. Without `exit`, `reason` or `outcome` a step has to be done (exit 0)."""

    exit: Annotated[Count | None, Field(description="The exit status.")] = None
    exits: Annotated[tuple[Count, ...] | None, Field(description="Of a race: the exit statuses, in any order.")] = None
    outcome: Annotated[Outcome | None, Field(description="done, refused or error.")] = None
    reason: Annotated[Line | None, Field(description="The envelope's reason; null is none.")] = None
    message: Annotated[Matching, Field(description="What is said; usually {contains: ...}.")] = None
    hint: Annotated[Matching, Field(description="What is said to do about it.")] = None
    data: Annotated[
        dict[Expression, Matching] | None,
        Field(alias="json", description="JMESPath on the envelope: value or matcher."),
    ] = None
    balances: Annotated[
        dict[Text, Amount] | None, Field(description="What is on accounts after the step, in major units.")
    ] = None
    events: Annotated[Count | None, Field(description="How many audit events the step wrote.")] = None
    wallet: Annotated[
        str | None,
        BeforeValidator(_whole_word),
        WithJsonSchema({"const": "whole"}),
        Field(description="whole: audit verify finds nothing wrong afterwards."),
    ] = None

    @property
    def wanted_exit(self) -> int | None:
        """The exit status that is expected; None where only something else is."""
        if "exit" in self.model_fields_set or self.exits is not None:
            return self.exit
        says_no = self.reason is not None or self.outcome in (Outcome.REFUSED, Outcome.ERROR)
        return None if says_no else 0


class Retry(Part):
    """The same step again, until it comes to what is wanted."""

    times: Annotated[Count, Field(description="How often in all, at most.")]
    until: Annotated[Expect | None, Field(description="Until this holds; default: what the step expects.")] = None
    advance: Annotated[Span | None, Field(description="How far the clock moves before each further try.")] = None

    @model_validator(mode="after")
    def _sensible(self) -> Retry:
        if not 1 <= self.times <= 1000:
            raise wrong("times needs a number from 1 to 1000")
        return self


class Kill(Part):
    """The process of a command is killed (SIGKILL) while it works."""

    during: Annotated[dict[Text, Any], Field(description="The command, as a step has it.")]
    at: Annotated[KillPoint, Field(description="; ".join(f"{p}: {told}" for p, told in KILL_POINTS.items()))] = (
        KillPoint.RANDOM
    )


class Tamper(Part):
    """SQL on the wallet's file with its guards taken away, as a forger would."""

    sql: Annotated[Text, Field(description="One or several statements.")]


class Fault(Part):
    """A check of the next command fails with an error that nobody foresaw."""

    check: Annotated[Line, Field(description="The check's name, as audit show tells it.")]


class StepForm(BaseModel):
    """A step: one command or action, and what goes with it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: Annotated[Line | None, Field(description="For people.")] = None
    id: Annotated[Id | None, Field(description="What ${id.path} calls this step's answer.")] = None
    expect: Annotated[Expect, Field(description="What has to come of it.")] = Expect()
    capture: Annotated[dict[Id, Expression], Field(description="Values to keep, for ${name} in later steps.")] = {}
    retry: Annotated[Retry | None, Field(description="The same again until it holds.")] = None


class ScenarioForm(Part):
    """A scenario: who is enrolled, what is done, and what has to come of it."""

    name: Annotated[Line, Field(description="In a file no two have the same.")]
    why: Annotated[Text | None, Field(description="What it shows; told when it fails.")] = None
    tags: Annotated[Lines, Field(description="To choose scenarios by: --tag, --not-tag.")] = ()
    seed: Annotated[Whole, Field(description="Ids, nonces and challenges follow from it.")] = 0
    clock: Annotated[
        Clock,
        BeforeValidator(_clock),
        WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {PART: "Clock"}]}),
        Field(description="When it begins, or {start, step}."),
    ] = Clock()
    policy: Annotated[
        Any,
        WithJsonSchema({"type": ["string", "object"]}),
        Field(description="A name, a policy file beside this one, or a mapping: {extends: standard, pin_above: 50}."),
    ] = None
    catalogue: Annotated[
        Any,
        WithJsonSchema({"type": ["string", "object"]}),
        Field(description="A catalogue file beside this one, or a mapping as such a file has it."),
    ] = None
    faces: Annotated[
        Line | None, Field(description="The folder that pictures are in; default: the sample faces of the program.")
    ] = None
    include: Annotated[
        Lines, Field(description="Files whose accounts and steps come first; paths from this file's folder.")
    ] = ()
    accounts: Annotated[
        dict[Line, dict[Text, Any]] | None,
        Field(description="Who is enrolled before the first step, each with the options of enroll."),
    ] = None
    matrix: Annotated[
        dict[Text, Any] | None,
        Field(description="Lists of values; the scenario is run for each combination, with ${matrix.KEY} in it."),
    ] = None
    xfail: Annotated[Line | None, Field(description="Why it is expected to fail; passing is a failure then.")] = None
    steps: Annotated[list[StepForm], Field(description="In order.")]
