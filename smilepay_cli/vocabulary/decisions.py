"""The biometric answer. A Decision says whose face it is; it moves no money (see ledger.Authorization)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from smilepay_cli.vocabulary.faces import Candidate


@dataclass(frozen=True, slots=True)
class Decision:
    """Result of an identification (1:N) or a verification (1:1).

    `nearest` and `runner_up` are different accounts. `margin` is how much farther the runner-up is;
    None when there is none.
    """

    accepted: bool
    reason: str | None
    mode: str
    """`identification`, or `verification` when an account was claimed."""
    nearest: Candidate | None
    runner_up: Candidate | None
    dissimilarity_max: float
    margin_min: float

    @property
    def account_id(self) -> str | None:
        """The recognised account, only when accepted."""
        return self.nearest.account_id if self.accepted and self.nearest else None

    @property
    def is_alone(self) -> bool:
        """Whether there was nobody to compare with: nobody is enrolled."""
        return self.nearest is None and self.mode == "identification"

    @property
    def margin(self) -> float | None:
        """Dissimilarity of the runner-up minus that of the nearest."""
        if self.nearest is None or self.runner_up is None:
            return None
        return self.runner_up.dissimilarity - self.nearest.dissimilarity


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check that ran: its name, whether it let the attempt go on, and its figures."""

    name: str
    passed: bool
    figures: dict[str, Any] = field(default_factory=dict)
