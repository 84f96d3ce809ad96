"""A scenario that was read and found whole: what is played, with where everything stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.models import Expect, Retry


class Kind(Enum):
    """What a step is."""

    CALL = "call"
    ADVANCE = "advance"
    PARALLEL = "parallel"
    KILL = "kill"
    TAMPER = "tamper"
    FAULT = "fault"


ACTIONS = tuple(kind.value for kind in Kind if kind is not Kind.CALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that the scenario itself holds, as a mapping: a policy or a catalogue."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Folders:
    """What the paths of a file are relative to."""

    faces: str
    beside: str


@dataclass(frozen=True, slots=True)
class Call:
    """One command with its options. Values are texts that may hold `${...}`, lists of them, or Written."""

    form: str
    values: Mapping[str, Any]
    folders: Folders


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Which of the last fields there are depends on its kind."""

    place: Place
    kind: Kind
    name: str
    """`pay`, `wallet.refund`, `advance`, ..."""
    expect: Expect
    calls: tuple[Call, ...] = ()
    title: str | None = None
    id: str | None = None
    capture: Mapping[str, str] = field(default_factory=dict)
    retry: Retry | None = None
    span: timedelta | None = None
    at: str | None = None
    sql: str | None = None
    check: str | None = None

    @property
    def described(self) -> str:
        """`pay`, or with its title."""
        return f"{self.name}: {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is enrolled before the first step."""

    place: Place
    name: str
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run of a scenario; of one with a matrix, one combination."""

    place: Place
    name: str
    why: str | None
    tags: tuple[str, ...]
    seed: int
    start: datetime
    step: timedelta
    policy: str | Written | None
    catalogue: str | Written | None
    folders: Folders
    accounts: tuple[Account, ...]
    steps: tuple[Step, ...]
    combination: Mapping[str, Any] = field(default_factory=dict)
    """Of the matrix, for people."""
    xfail: str | None = None
