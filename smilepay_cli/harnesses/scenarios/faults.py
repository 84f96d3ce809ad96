"""A check that fails with an error that nobody foresaw, for as long as a block lasts: any doubt has to deny.

It can only turn a pass into a refusal. Nothing outside of harnesses can ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from smilepay_cli.verbs.attempt import Attempt


class InjectedFault(RuntimeError):
    """What the check is made to fail with."""


@contextmanager
def failing(check: str) -> Iterator[list[str]]:
    """While it lasts, the check of that name raises at its end. The list gets the names of all checks that ran."""
    genuine = Attempt.check
    ran: list[str] = []

    @contextmanager
    def faulty(attempt: Attempt, name: str) -> Iterator[dict[str, Any]]:
        with genuine(attempt, name) as figures:
            yield figures
            ran.append(name)
            if name == check:
                raise InjectedFault("a fault that the scenario put here")

    setattr(Attempt, "check", faulty)  # noqa: B010 - types forbid it for good reason everywhere else
    try:
        yield ran
    finally:
        setattr(Attempt, "check", genuine)  # noqa: B010
