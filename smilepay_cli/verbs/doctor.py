"""Look at what paying needs, and say of each part whether it works and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from smilepay_cli.verbs.attempt import FLOOR_SETTING
from smilepay_cli.verbs.gallery import PACK_FROM
from smilepay_cli.verbs.keys import PROTECTS
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.ledger import KeyPlace
from smilepay_cli.vocabulary.results import Result

WALLET, KEY, DATABASE, PEOPLE, FLOOR = "wallet", "key", "database", "people", "policy floor"
FULL = 2
"""SQLite's `synchronous` with which an acknowledged payment is on the disk."""
MOST_CHANGED = 5
"""Tables, indexes and triggers that are not as they were made: how many are told."""
OF_THE_KEY = {"wrong_key", "key_unavailable", "key_elsewhere"}
"""Reasons of a wallet that is as it should be, but for its key."""


@dataclass(frozen=True, kw_only=True)
class DoctorResult(Result):
    """What was found, in the order it was looked at."""

    findings: tuple[Finding, ...]
    wallet_is_usable: bool

    @property
    def exit(self) -> ExitStatus:
        """0 when `pay --image` can work; else 32 for the wallet, 12 for the engine."""
        if not self.wallet_is_usable:
            return ExitStatus.STORE_UNUSABLE
        return ExitStatus.NOT_ACQUIRED if any(found.state == "problem" for found in self.findings) else ExitStatus.DONE

    @property
    def outcome(self) -> str:
        """`failed` where something has to be mended first."""
        return "failed" if self.exit else "done"


def doctor(till: Till, engines: Iterable[Finding]) -> DoctorResult:
    """`engines` looks at what no till knows: the face models of this machine."""
    wallet = tuple(_wallet(till))
    usable = all(found.state != "problem" for found in wallet)
    return DoctorResult(findings=(*engines, *wallet), wallet_is_usable=usable)


def _wallet(till: Till) -> Iterator[Finding]:
    try:
        maker = till.engine.maker.digest
    except SmilepayError:
        maker = None  # the engine's own finding says why
    try:
        with till.store.reading() as books:
            people, references = len(books.people.all()), books.people.reference_count()
            floor = books.settings.get(FLOOR_SETTING)
            yield Finding(WALLET, "ok", "it opens, and is of this version")
            key = till.vault.key_place(books.settings)
            till.vault.unlock(books.settings, create=False)
            yield from _key(key)
            other = books.people.made_otherwise(maker) if maker else None
    except SmilepayError as error:
        yield Finding(KEY if error.reason in OF_THE_KEY else WALLET, "problem", error.message, error.hint)
        return
    yield from _database(till)
    packed = ", kept packed as well" if references >= PACK_FROM else ""
    yield Finding(PEOPLE, "ok", f"{people} enrolled with {references} references{packed}")
    if other is not None:
        yield Finding(
            PEOPLE,
            "problem",
            "somebody was enrolled with another engine, scheme or other models; until that is mended, nobody pays",
            "use the --engine of then; or forget and enrol again: smilepay accounts list",
        )
    if floor is None:
        yield Finding(FLOOR, "note", "none: the payer may choose any policy", "smilepay policy floor standard")
    else:
        yield Finding(FLOOR, "ok", f"nothing weaker than {floor} is accepted")


def _key(key: KeyPlace) -> Iterator[Finding]:
    protects = f"that protects {PROTECTS[key.store]}"
    if key.made:
        yield Finding(KEY, "ok", f"the master key is this wallet's, in the {key.store} ({key.place}); {protects}")
    else:
        yield Finding(KEY, "ok", f"no key is needed yet; it will be in the {key.store}; {protects}")
    if key.leftovers:
        told = f"a change of the key was broken off; a key that nothing needs may lie at {', '.join(key.leftovers)}"
        yield Finding(KEY, "note", told, "smilepay wallet key --rotate")


def _database(till: Till) -> Iterator[Finding]:
    """Pages, indexes and references, the wallet's own rules, and whether what was acknowledged is durable."""
    try:
        found = till.store.examine()
        with till.store.reading() as books, closing(books.facts.changed_rules()) as rules:
            problems = [*found.problems, *islice(rules, MOST_CHANGED)]
    except SmilepayError as error:
        yield Finding(DATABASE, "problem", error.message, error.hint)
        return
    mending = "keep the file as it is, and restore a backup: smilepay wallet restore FILE"
    for problem in problems:
        yield Finding(DATABASE, "problem", problem, mending)
    if found.journal_mode != "wal" or found.synchronous != FULL:
        told = f"journal mode {found.journal_mode}, synchronous {found.synchronous}: a payment could be lost"
        yield Finding(DATABASE, "problem", told, "put the home on a local disk")
    if not problems:
        looked = "pages, indexes and references are whole" if found.thorough else "pages and references are whole"
        yield Finding(DATABASE, "ok", f"{looked}; what was acknowledged is on the disk")
