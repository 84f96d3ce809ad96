"""Copies of the wallet: a backup as one file, and a backup in the wallet's place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from smilepay_cli.ports import Copies, Progress
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.copies import Copied
from smilepay_cli.vocabulary.errors import SmilepayError, StoreUnusable
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result


@dataclass(frozen=True, kw_only=True)
class BackupResult(Result):
    """A backup. The master key is not in it."""

    file: str
    copied: Copied


@dataclass(frozen=True, kw_only=True)
class RestoreResult(Result):
    """What took the wallet's place, and where the wallet of before is."""

    file: str
    copied: Copied
    replaced: str | None
    """Name of the file in the home; None where there was no wallet."""
    replaced_count: int | None
    """Events in the wallet of before; None where there was none, or where it could not be read."""


def backup(till: Till, copies: Copies, file: Path, *, force: bool, progress: Progress) -> BackupResult:
    """Copy the wallet of this moment into one file, while others go on; its event is not in it, but in the wallet.

    The event comes first and the file's name last: there is no copy that the trail does not tell of.
    """
    attempt = Attempt(till, "wallet.backup")
    with copies.taken(file, replace=force, progress=progress) as copied, till.store.writing() as books:
        attempt.facts["backup"] = _facts(copied)
        attempt.record(books)
    return BackupResult(file=str(file), copied=copied, events=(attempt.event_id,))


def restore(till: Till, copies: Copies, file: Path, *, progress: Progress) -> RestoreResult:
    """Put a backup in the wallet's place, after everything about it was looked at; else nothing happens.

    Its pages, its chain and its ledger must be whole and this home's key must be its own. What it does not know of
    since it was made is in the wallet of before, which is kept. Raises StoreUnusable, ChainBroken, UsageProblem.
    """
    attempt = Attempt(till, "wallet.restore")
    stamp = f"{till.clock.now():%Y%m%dT%H%M%SZ}"
    with copies.candidate(file, stamp, progress) as candidate:
        examined = candidate.store.examine()
        if examined.problems:
            raise StoreUnusable(
                tr("the backup {file} is damaged: {problems}", file=file, problems=examined.problems[0]),
                hint=tr("use another one"),
                reason="damaged",
            )
        verify(replace(till, store=candidate.store))
        with candidate.store.reading() as books:
            till.vault.unlock(books.settings, create=False)
        before = _head(till) if copies.exists else None
        with candidate.store.writing() as books:
            attempt.facts["restored"] = _facts(candidate.copied)
            attempt.facts["replaced"] = None if before is None else {"count": before[0], "head": before[1]}
            attempt.record(books)
        till.store.close()
        replaced = candidate.take_place(before)
    till.packed.drop()
    return RestoreResult(
        file=str(file),
        copied=candidate.copied,
        replaced=replaced,
        replaced_count=before[0] if before else None,
        events=(attempt.event_id,),
    )


def _facts(copied: Copied) -> dict[str, object]:
    """What an event says of a file: never its name, which may be somebody's."""
    return {"sha256": copied.sha256, "bytes": copied.size, "count": copied.count, "head": copied.head}


def _head(till: Till) -> tuple[int, str | None] | None:
    """Number and hash of the wallet's last event; None where it cannot be read, which is why one restores."""
    try:
        with till.store.reading() as books:
            newest = books.trail.latest(1)
    except SmilepayError:
        return None
    return (newest[0].seq, newest[0].hash) if newest else (0, None)
