"""What every verb returns: a frozen result, ready to be rendered for people or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from smilepay_cli.vocabulary.errors import ExitStatus, Refused, SmilepayError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the answer was no."""

    reason: str
    exit: ExitStatus
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, error: SmilepayError) -> Refusal:
        """The same as a value."""
        return cls(error.reason, error.exit, error.message, error.hint)


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of all results. `events` are the ids of the audit events that this call wrote."""

    refusal: Refusal | None = None
    events: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    is_report: ClassVar[bool] = False
    """Whether it is told whole even where it ends with a refusal: that is what it was made for."""

    @property
    def outcome(self) -> str:
        """`done` or `refused`; errors have no result."""
        return "refused" if self.refusal else "done"

    @property
    def is_told_quietly(self) -> bool:
        """Whether people are told of it under --quiet too."""
        return self.refusal is not None

    @property
    def exit(self) -> ExitStatus:
        """The exit status of the command."""
        return self.refusal.exit if self.refusal else ExitStatus.DONE


__all__ = ["Refusal", "Refused", "Result"]
