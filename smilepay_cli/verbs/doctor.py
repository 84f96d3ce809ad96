"""Look at what paying needs, and say of each part whether it works and what to do about it.

What is looked at, and where: `vocabulary/findings.py` has the ids, `verbs/checks/` what goes through ports,
`adapters/checks/` the rest. `commands/doctor.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from smilepay_cli.verbs.checks.wallet import look_at_wallet
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.findings import INSTALL, REPORT, SUBJECTS, Check, Finding
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Refusal, Result

CHECK_SECONDS = 60.0
"""How long one check may take. The slowest known: some 3 s, the fast engine held against dlib."""
LESSER = ("cameras", "terminal")
"""Groups without which a payment by picture works."""


@dataclass(frozen=True, kw_only=True)
class DoctorResult(Result):
    """What was found, in the order of the subjects."""

    is_report: ClassVar[bool] = True

    findings: tuple[Finding, ...]
    wallet_is_usable: bool
    problems_only: bool = field(default=False, metadata={"private": True})
    """Whether people are told of nothing else."""

    @property
    def outcome(self) -> str:
        """`failed` where something has to be mended first."""
        return "failed" if self.refusal else "done"

    @property
    def is_told_quietly(self) -> bool:
        """A problem is."""
        return any(found.state == "problem" for found in self.findings)


def doctor(till: Till, checks: Iterable[Check], *, problems_only: bool = False) -> DoctorResult:
    """0 when `pay --image` can work; else 32 for the wallet, 12 for the rest. Never raises for what a check does.

    `checks` look at what no till knows: the machine, its face models, cameras and terminal, the home.
    """
    every = (*checks, Check("wallet", lambda: look_at_wallet(till), here=True))
    places = {subject: place for place, subject in enumerate(SUBJECTS)}
    findings = sorted((found for check in every for found in _found(check)), key=lambda found: places[found.id])
    stopping = [found for found in findings if found.stops_paying]
    of_the_wallet = [found for found in stopping if found.group == "wallet"]
    refusal = None
    if stopping:
        first = (of_the_wallet or stopping)[0]
        status = ExitStatus.STORE_UNUSABLE if of_the_wallet else ExitStatus.NOT_ACQUIRED
        reason = "store_unusable" if of_the_wallet else "not_ready"
        refusal = Refusal(
            reason, status, tr("nobody can pay here: {what}: {told}", what=tr(first.what), told=first.told), first.hint
        )
    return DoctorResult(
        findings=tuple(findings),
        wallet_is_usable=not of_the_wallet,
        problems_only=problems_only,
        refusal=refusal,
    )


def _found(check: Check) -> list[Finding]:
    """What a check finds; where it fails, what it had found before and that it failed."""
    found: list[Finding] = []

    def look() -> None:
        found.extend(check.look())  # what came before a crash is kept

    try:
        if check.here:
            look()
        else:
            within(look, CHECK_SECONDS)
    except SmilepayError as error:
        return [*found, _failed(check, error.message, error.hint)]
    except TimeoutError as error:
        return [*found, _failed(check, tr("this could not be looked at: {error}", error=error), None)]
    except ImportError as error:
        return [*found, _failed(check, tr("a package cannot be loaded: {error}", error=_line(error)), tr(INSTALL))]
    except Exception as error:  # a check that fails is a finding, and never that all is well
        told = tr("this could not be looked at: {name}: {line}", name=type(error).__name__, line=_line(error))
        return [*found, _failed(check, told, tr(REPORT))]
    return found


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _failed(check: Check, told: str, hint: str | None) -> Finding:
    is_lesser = SUBJECTS[check.id].group in LESSER
    return Finding(check.id, "note" if is_lesser else "problem", told, hint)
