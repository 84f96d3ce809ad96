"""What `doctor` looks at and finds: one line a thing, each with an id that stays the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from smilepay_cli.vocabulary.language import marked

State = Literal["ok", "note", "problem"]
Group = Literal["machine", "engine", "cameras", "terminal", "wallet"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is looked at."""

    id: str
    """What scripts know it by; it stays the same."""
    group: Group
    what: str
    """What people call it."""
    looked_at: str
    """What is looked at, for the documentation."""


SUBJECTS: Mapping[str, Subject] = {
    subject.id: subject
    for subject in (
        Subject("python", "machine", marked("Python"), "version, build and platform, and whether they are supported"),
        Subject("packages", "machine", marked("packages"), "the version of each package that smilepay needs"),
        Subject(
            "opencv", "machine", marked("OpenCV"), "whether it loads, with the libraries of the system that it needs"
        ),
        Subject("weights", "engine", marked("face models"), "dlib, and the weight files by their digests"),
        Subject(
            "model_cache",
            "engine",
            marked("model cache"),
            "where the fast engine's models are kept: size, rights, room",
        ),
        Subject("fast_engine", "engine", marked("fast engine"), "whether its models are there, whole, and load"),
        Subject("parity", "engine", marked("parity with dlib"), "how far its numbers are from dlib's, measured now"),
        Subject("cameras", "cameras", marked("cameras"), "which devices there are"),
        Subject("camera", "cameras", marked("camera"), "of each: whether it opens, and what a test frame shows"),
        Subject(
            "terminal", "terminal", marked("terminal"), "whether standard output is one, its size, TERM and encoding"
        ),
        Subject("colours", "terminal", marked("colours"), "which there are, and NO_COLOR"),
        Subject(
            "pictures", "terminal", marked("pictures"), "whether a camera's pictures can be drawn on standard error"
        ),
        Subject(
            "permissions", "wallet", marked("permissions"), "owner and mode of the home and of every file of ours in it"
        ),
        Subject("disk", "wallet", marked("disk"), "free space, and whether the file system keeps what it was told to"),
        Subject("wallet", "wallet", marked("wallet"), "whether it opens, and its version"),
        Subject("key", "wallet", marked("key"), "where the master key is, and whether it is this wallet's"),
        Subject("keyring", "wallet", marked("keyring"), "which one there is, and whether it can be asked"),
        Subject("database", "wallet", marked("database"), "pages, indexes, references, and the wallet's own rules"),
        Subject("people", "wallet", marked("people"), "who is enrolled, and with the models of now"),
        Subject("policy_floor", "wallet", marked("policy floor"), "the weakest policy that is accepted"),
        Subject("clock", "wallet", marked("clock"), "whether the newest event is in the future"),
    )
}
"""Everything that is looked at, in the order in which it is told. A new check begins here."""

REPORT = marked("this is a bug: please report this line")
INSTALL = marked("in a clone: make setup; elsewhere: install smilepay anew")
"""What to do about a package that is missing or cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is, and what to do about it where it is not as it should be."""

    id: str
    """One of SUBJECTS; several findings may have the same."""
    group: Group = field(init=False)
    what: str = field(init=False)
    state: State
    """`note`: paying works, something could be better. `problem`: something has to be mended."""
    told: str
    hint: str | None = None
    stops_paying: bool | None = None
    """Whether `pay --image` cannot work because of it. That is so with a problem, unless told otherwise."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What was measured, for machines."""

    def __post_init__(self) -> None:
        subject = SUBJECTS[self.id]
        object.__setattr__(self, "group", subject.group)
        object.__setattr__(self, "what", subject.what)
        if self.stops_paying is None:
            object.__setattr__(self, "stops_paying", self.state == "problem")


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at. It may crash or hang: whoever runs it makes a finding of that."""

    id: str
    """The subject that is told about where the check itself fails."""
    look: Callable[[], Iterable[Finding]]
    here: bool = False
    """It must run in the thread that asks, since it uses the store, or waits for what may hang by itself."""


@dataclass(frozen=True, slots=True)
class Examination:
    """How the database is, by its own word."""

    problems: tuple[str, ...]
    """What is wrong with its pages, indexes and references; empty where all is well."""
    thorough: bool
    """Whether every entry of every index was looked at, which takes long in a large wallet."""
    journal_mode: str
    synchronous: int
    """2 is FULL: what was acknowledged is on the disk."""
