"""Trials of a replay: what is presented, and what came of it. Words of ISO/IEC 19795-1 and 30107-3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a presentation is. Files are simulated presentations, or injections; nobody stood before a camera."""

    BONA_FIDE = "bona_fide"
    """The person, as meant by the system."""
    ZERO_EFFORT = "zero_effort"
    """Another person, who does nothing to look like somebody."""
    ATTACK = "attack"
    """A simulated attack presentation."""
    INJECTION = "injection"
    """A picture that is put in behind the camera."""

    @property
    def is_attack(self) -> bool:
        """Whether it has a species, and counts for APCER and IAPAR."""
        return self in (Kind.ATTACK, Kind.INJECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One row of a set: one attempt to pay. Nothing of it was looked at yet but its words."""

    id: str
    path: str
    """As written: a file, a folder, or a glob, relative to the set's own folder, `/` between the parts."""
    kind: Kind
    sha256: str | None = None
    """Hex; of the file's bytes, for a row of one file."""
    account: str | None = None
    """The name of the account that is claimed (1:1); None for an identification (1:N)."""
    subject: str | None = None
    """Who is shown. Of an attack: whom it is meant to be taken for, where that is not `account`."""
    pai_species: str | None = None
    """Of an attack or injection, never None there: `unnamed` where the set names none."""
    device: str | None = None
    captured_at: str | None = None
    """ISO 8601, as written."""
    amount_minor: int | None = None
    expect: str | None = None
    """`accept`, `refuse`, a reason (`no_match`), or an exit status in digits; checked to be one of these."""
    tags: tuple[str, ...] = ()
    where: str = ""
    """For people: `set.csv:12`, or the folder it comes from."""

    @property
    def target(self) -> str | None:
        """Whose money it is about: the name of the claimed account, else of who is shown."""
        return self.account or self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """The probe against every account of the gallery, whether or not the attempt needed them."""

    mated: float | None = None
    """Dissimilarity to the subject's own account; None where the subject is not enrolled, or not known."""
    others: tuple[float, ...] = ()
    """To every other account, in no particular order; empty where the subject is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a trial came to. Names are account names; None where nobody was compared or recognised."""

    trial: Trial
    exit: int
    reason: str | None = None
    message: str | None = None
    """For people: why it was refused, or could not be run."""
    frames: int = 0
    """Looked at."""
    subject_enrolled: bool = False
    target_enrolled: bool = False
    compared: bool = False
    """A template was made and held against the gallery."""
    matched: str | None = None
    """Who the Decision says it is; None when it accepted nobody."""
    nearest: str | None = None
    dissimilarity: float | None = None
    runner_up: str | None = None
    margin: float | None = None
    pad: str | None = None
    """What presentation attack detection said (smile, liveness, deny cues, replay check, PAD model): `bona_fide`,
    `attack`; None where the attempt ended before it was asked."""
    amount_minor: int = 0
    currency: str = ""
    moved_minor: int = 0
    """Captured; 0 when refused."""
    payer: str | None = None
    """Whose money moved."""
    comparisons: Comparisons = field(default_factory=Comparisons)
    checks: tuple[Mapping[str, Any], ...] = ()
    """As in the audit event: name, passed, figures."""
    digests: tuple[str, ...] = ()
    """Of the frames presented."""
    event: Mapping[str, Any] | None = None
    """`id`, `seq` and `hash` of the audit event in the scratch wallet."""

    @property
    def accepted(self) -> bool:
        """The biometric answer: recognised, and taken for bona fide. Whether money moved is another question."""
        return self.matched is not None and self.pad == "bona_fide"

    @property
    def acquired(self) -> bool:
        """False for a failure to acquire (exit 12), and for a file that cannot be used (exit 2)."""
        return self.exit not in (2, 12)

    @property
    def paid(self) -> bool:
        """The whole answer."""
        return self.exit == 0

    @property
    def as_expected(self) -> bool | None:
        """None where the set expects nothing."""
        wanted = self.trial.expect
        if wanted is None:
            return None
        if wanted in ("accept", "refuse"):
            return self.paid == (wanted == "accept")
        return wanted in (self.reason, str(self.exit))
