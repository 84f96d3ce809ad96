"""The wallet: whether it opens, its key, its database, who is enrolled, the policy floor, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from smilepay_cli.ports.store import NO_WALLET, OLDER_WALLET
from smilepay_cli.verbs.attempt import FLOOR_SETTING
from smilepay_cli.verbs.gallery import PACK_FROM
from smilepay_cli.verbs.keys import PROTECTS
from smilepay_cli.vocabulary.errors import ChainBroken, SmilepayError, StoreUnusable
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.instants import from_iso, iso
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.ports import Books
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.ledger import KeyPlace

FULL = 2
"""SQLite's `synchronous` with which an acknowledged payment is on the disk."""
MOST_CHANGED = 5
"""Tables, indexes and triggers that are not as they were made: how many are told."""
OF_THE_KEY = {"wrong_key", "key_unavailable", "key_elsewhere"}
"""Reasons of a wallet that is as it should be, but for its key."""
AHEAD = timedelta(minutes=2)
"""How far an event may be ahead of the clock: other machines write to a wallet too, and clocks differ."""
MENDING = marked("keep the file as it is, and restore a backup: smilepay wallet restore FILE")


def look_at_wallet(till: Till) -> Iterator[Finding]:
    """Everything that the file tells, in the order of what hangs on what."""
    try:
        with till.store.reading() as books:
            found = [*_inside(till, books)]
    except SmilepayError as error:
        yield _not_opened(error)
        return
    yield from found
    yield from _database(till)
    try:
        with till.store.reading() as books:
            yield from [*_people(till, books), _floor(books), *_clock(till, books)]
    except SmilepayError as error:
        yield _not_opened(error)


def _not_opened(error: SmilepayError) -> Finding:
    if error.reason == NO_WALLET:
        return Finding("wallet", "ok", tr("there is none yet; the first enrolment or deposit makes it"))
    if error.reason == OLDER_WALLET:
        told = tr("{message}; the next command brings it up to date", message=error.message)
        return Finding("wallet", "note", told, tr("copy wallet.db first, if an older smilepay is to read it again"))
    return Finding("wallet", "problem", error.message, error.hint)


def _inside(till: Till, books: Books) -> Iterator[Finding]:
    yield Finding("wallet", "ok", tr("it opens, and is of this version"))
    try:
        key = till.vault.key_place(books.settings)
        till.vault.unlock(books.settings, create=False)
    except StoreUnusable as error:
        if error.reason not in OF_THE_KEY:
            raise
        yield Finding("key", "problem", error.message, error.hint)
        return
    yield from _key(key, books.people.reference_count())


def _key(key: KeyPlace, references: int) -> Iterator[Finding]:
    protects = PROTECTS[key.store]
    figures = {"store": key.store, "place": key.place, "made": key.made, "protects": protects}
    if key.made:
        told = tr("it is this wallet's, in the {store}: {place}", store=tr(key.store), place=key.place)
        yield Finding("key", "ok", told, figures=figures)
    elif references:
        told = tr("somebody is enrolled, and the wallet does not say which key opens the references: that was lost")
        yield Finding("key", "problem", told, tr(MENDING), figures=figures)
    else:
        told = tr("no key is needed yet; it will be in the {store}", store=tr(key.store))
        yield Finding("key", "ok", told, figures=figures)
    if key.leftovers:
        told = tr(
            "a change of the key was broken off; a key that nothing needs may lie at {names}",
            names=", ".join(key.leftovers),
        )
        yield Finding("key", "note", told, "smilepay wallet key --rotate")


def _database(till: Till) -> Iterator[Finding]:
    """Pages, indexes and references, the wallet's own rules, and whether what was acknowledged is durable."""
    try:
        found = till.store.examine()
        with till.store.reading() as books, closing(books.facts.changed_rules()) as rules:
            problems = [*found.problems, *islice(rules, MOST_CHANGED)]
    except SmilepayError as error:
        yield Finding("database", "problem", error.message, error.hint)
        return
    for problem in problems:
        yield Finding("database", "problem", problem, tr(MENDING))
    if found.synchronous != FULL:
        told = tr("synchronous is {synchronous}: a payment could be lost", synchronous=found.synchronous)
        yield Finding("database", "problem", told, tr("put the home on a local disk"))
    elif found.journal_mode != "wal":  # as in a file that a backup made; whoever opens it to work sets it
        told = tr("its journal mode is {journal_mode}; the next command makes it wal", journal_mode=found.journal_mode)
        yield Finding("database", "note", told, tr("run doctor again after it: if it stays, use a local disk"))
    elif not problems:
        looked = (
            tr("pages, indexes and references are whole") if found.thorough else tr("pages and references are whole")
        )
        yield Finding("database", "ok", tr("{looked}; commits are synced", looked=looked))


def _people(till: Till, books: Books) -> Iterator[Finding]:
    people, references = len(books.people.all()), books.people.reference_count()
    is_packed = references >= PACK_FROM
    told = tr("enrolled: {people:,}; references: {references:,}", people=people, references=references)
    figures = {"people": people, "references": references, "packed": is_packed}
    yield Finding("people", "ok", tr("{told}, kept packed as well", told=told) if is_packed else told, figures=figures)
    try:
        maker = till.engine.maker.digest
    except SmilepayError:
        return  # the engine's own finding says why
    if books.people.made_otherwise(maker) is not None:
        yield Finding(
            "people",
            "problem",
            tr("somebody was enrolled with another engine, scheme or other models; until that is mended, nobody pays"),
            tr("use the --engine of then; or forget and enrol again: smilepay accounts list"),
        )


def _floor(books: Books) -> Finding:
    floor = books.settings.get(FLOOR_SETTING)
    if floor is None:
        told = tr("none: the payer may choose any policy")
        return Finding("policy_floor", "note", told, "smilepay policy floor standard")
    return Finding(
        "policy_floor", "ok", tr("nothing weaker than {floor} is accepted", floor=floor), figures={"floor": floor}
    )


def _clock(till: Till, books: Books) -> Iterator[Finding]:
    now = till.clock.now()
    try:
        newest = next(iter(books.trail.latest(1)), None)
        at = from_iso(newest.body["at"]) if newest else None
        is_ahead = at is not None and at > now + AHEAD
    except (ChainBroken, KeyError, TypeError, ValueError):
        yield Finding(
            "clock", "problem", tr("the newest event cannot be read"), tr("what is wrong: smilepay audit verify")
        )
        return
    if at is None:
        yield Finding("clock", "ok", tr("there is no event yet that it could contradict"))
    elif is_ahead:
        told = tr("the newest event is of {iso}, and it is {iso2} now", iso=iso(at), iso2=iso(now))
        hint = tr("set the clock: times of payments, limits of a day and lockouts follow it")
        yield Finding("clock", "note", told, hint, figures={"newest": iso(at), "now": iso(now)})
    else:
        yield Finding("clock", "ok", tr("no event is in the future"))
