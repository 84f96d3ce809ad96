"""Read the trail, and prove that it is what was written."""

from __future__ import annotations

from dataclasses import dataclass, field

from smilepay_cli.ports import Books, FrameSource
from smilepay_cli.rules.chain import opened
from smilepay_cli.verbs.accounts import LOG_IN_USE
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.face import check_input, recognise_shopper
from smilepay_cli.verbs.keeping import expire
from smilepay_cli.verbs.lookup import require_account
from smilepay_cli.verbs.post import posting_facts
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import ChainBroken, UsageProblem
from smilepay_cli.vocabulary.events import GENESIS, Event
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.results import Refusal, Result


@dataclass(frozen=True, kw_only=True)
class EventsResult(Result):
    """Events, newest first. `names` tells who is behind the opaque ids, as far as it is known still."""

    found: tuple[Event, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    of: str | None = None
    decision: Decision | None = None
    checks: tuple[CheckResult, ...] = ()
    face: Face | None = field(default=None, metadata={"private": True})


@dataclass(frozen=True, kw_only=True)
class EventResult(Result):
    """One event, whole."""

    event: Event
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class VerifyResult(Result):
    """The chain holds. `head` is the hash of the last event."""

    count: int
    transactions: int
    head: str


@dataclass(frozen=True, kw_only=True)
class PruneResult(Result):
    """How many kept frames were removed since their time was up, and how many there are still."""

    removed: int
    left: int


def listed(till: Till, *, limit: int = 20, account: str | None = None, outcome: str | None = None) -> EventsResult:
    """The newest events, of everybody or of one account."""
    with till.store.reading() as books:
        account_id, name = None, None
        if account:
            account_id, name, _ = require_account(books, till.catalogue.load(), account)
        found = books.trail.latest(limit, account_id=account_id, outcome=outcome)
        return EventsResult(found=tuple(found), names=names_of(books, *found), of=name)


def of_face(till: Till, source: FrameSource, *, limit: int = 20, outcome: str | None = None) -> EventsResult:
    """The events of the person in front of the camera. Needs a match only; leaves an event itself."""
    attempt = Attempt(till, "audit")
    attempt.record_policy()

    def body() -> EventsResult:
        check_input(attempt, source)
        with till.store.reading() as books:
            attempt.require_floor(books)
            check_lockout(attempt, books)
        recognise_shopper(attempt, source)
        with till.store.writing() as books:
            found = books.trail.latest(limit, account_id=attempt.account_id, outcome=outcome)
            attempt.record(books)
            names = {person.account_id: person.name for person in books.people.all()}
        return EventsResult(
            found=tuple(found),
            names={key: name for key, name in names.items() if key == attempt.account_id},
            of=names.get(attempt.account_id or ""),
            **attempt.findings(),
        )

    def refused(refusal: Refusal) -> EventsResult:
        return EventsResult(
            refusal=refusal,
            **attempt.findings(),
        )

    return answered(attempt, body, refused)


def show(till: Till, event_id: str | None = None) -> EventResult:
    """One event by its id or its number, or the newest. Raises UsageProblem when there is none."""
    with till.store.reading() as books:
        event = books.trail.by_id(event_id) if event_id else next(iter(books.trail.latest(1)), None)
        if event is None:
            named = f"no event {event_id!r}" if event_id else "nothing has happened yet"
            raise UsageProblem(named, hint="what there is: smilepay audit", reason="no_such_event")
        return EventResult(event=event, names=names_of(books, event))


def verify(till: Till) -> VerifyResult:
    """Recompute the chain, and hold every transaction against the event that tells of it.

    Raises ChainBroken naming the first thing that is wrong. Reads no name and needs no key.
    """
    with till.store.reading() as books:
        count, head, told = 0, GENESIS, set[str]()
        for event in opened(books.trail.stored()):
            count, head = event.seq, event.hash
            if isinstance(ledger := event.body.get("ledger"), dict):
                told.add(str(ledger.get("transaction")))
        transactions = _require_told(books, told)
        if missing := books.trail.guards_missing():
            raise ChainBroken(f"the wallet's own guards against changes were removed: {', '.join(missing[:3])}")
    return VerifyResult(count=count, transactions=transactions, head=head)


def prune(till: Till) -> PruneResult:
    """Remove the kept frames whose time is up, as every other change of the wallet does; and empty its log."""
    with till.store.writing() as books:
        removed = expire(till, books)
        left = books.kept.count()
    scrubbed = till.store.scrub()
    return PruneResult(removed=removed, left=left, warnings=() if scrubbed else (LOG_IN_USE,))


def _require_told(books: Books, told: set[str]) -> int:
    """How many transactions there are; each is in `told`, as it is, and nothing else. Raises ChainBroken."""
    found = 0
    for transaction, event_id in books.ledger.transactions():
        found += 1
        event = books.trail.by_id(event_id)
        if event is None:
            raise ChainBroken(f"transaction {transaction.id} has no event: the trail was cut or it was added later")
        if event.body.get("ledger") != posting_facts(transaction):
            raise ChainBroken(f"transaction {transaction.id} is not what event {event.seq} says of it")
        told.discard(transaction.id)
    if told:
        raise ChainBroken(f"transaction {min(told)} is told of by an event, but is not in the ledger")
    return found


def names_of(books: Books, *events: Event) -> dict[str, str]:
    """Names of those whom the events speak of, and of nobody else."""
    told = str([event.body for event in events])
    return {person.account_id: person.name for person in books.people.all() if person.account_id in told}
