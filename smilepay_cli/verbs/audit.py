"""Read the trail: the newest events, those of a face, one of them whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smilepay_cli.ports import Books, FrameSource
from smilepay_cli.rules.periods import beginning, end
from smilepay_cli.verbs.accounts import LOG_IN_USE
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.face import check_input, recognise_shopper
from smilepay_cli.verbs.keeping import expire
from smilepay_cli.verbs.lookup import no_such_event, require_account, require_reason
from smilepay_cli.verbs.throttle import check_lockout
from smilepay_cli.verbs.till import Till
from smilepay_cli.verbs.verify import VerifyResult, verify
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.events import Event, EventFilter
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.money import parse_amount
from smilepay_cli.vocabulary.results import Refusal, Result

__all__ = ["Asked", "EventResult", "EventsResult", "VerifyResult", "listed", "of_face", "show", "verify"]


@dataclass(frozen=True, kw_only=True)
class EventsResult(Result):
    """Events, newest first. `names` tells who is behind the opaque ids, as far as it is known still."""

    found: tuple[Event, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    of: str | None = None
    narrowed: bool = field(default=False, metadata={"private": True})
    """Not all events were asked for."""
    decision: Decision | None = None
    checks: tuple[CheckResult, ...] = ()
    face: Face | None = field(default=None, metadata={"private": True})


@dataclass(frozen=True, kw_only=True)
class EventResult(Result):
    """One event, whole."""

    event: Event
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events somebody wants to see, as typed. Nothing asked is everything."""

    outcome: str | None = None
    reason: str | None = None
    command: str | None = None
    since: str | None = None
    until: str | None = None
    min_amount: str | None = None
    max_amount: str | None = None


@dataclass(frozen=True, kw_only=True)
class PruneResult(Result):
    """How many kept frames were removed since their time was up, and how many there are still."""

    removed: int
    left: int


def listed(till: Till, asked: Asked | None = None, *, limit: int = 20, account: str | None = None) -> EventsResult:
    """The newest events, of everybody or of one account."""
    catalogue = till.catalogue.load()
    with till.store.reading() as books:
        account_id, name, currency = None, None, catalogue.currency
        if account:
            account_id, name, currency = require_account(books, catalogue, account)
        wanted = _filter(till, asked or Asked(), account_id, currency)
        found = books.trail.latest(limit, wanted)
        return EventsResult(
            found=tuple(found), names=names_of(books, *found), of=name, narrowed=wanted != EventFilter()
        )


def of_face(till: Till, source: FrameSource, asked: Asked | None = None, *, limit: int = 20) -> EventsResult:
    """The events of the person in front of the camera. Needs a match only; leaves an event itself."""
    wanted = _filter(till, asked or Asked(), None, till.catalogue.load().currency)
    attempt = Attempt(till, "audit")
    attempt.record_policy()

    def body() -> EventsResult:
        check_input(attempt, source)
        with till.store.reading() as books:
            attempt.require_floor(books)
            check_lockout(attempt, books)
        recognise_shopper(attempt, source)
        with till.store.writing() as books:
            found = books.trail.latest(limit, replace(wanted, account_id=attempt.account_id))
            attempt.record(books)
            names = {person.account_id: person.name for person in books.people.all()}
        return EventsResult(
            found=tuple(found),
            narrowed=True,
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
        if event is None and event_id:
            raise no_such_event(books, event_id)
        if event is None:
            raise UsageProblem(
                tr("nothing has happened yet"), hint=tr("what there is: smilepay audit"), reason="no_such_event"
            )
        return EventResult(event=event, names=names_of(books, event))


def prune(till: Till) -> PruneResult:
    """Remove the kept frames whose time is up, as every other change of the wallet does; and empty its log."""
    with till.store.writing() as books:
        removed = expire(till, books)
        left = books.kept.count()
    scrubbed = till.store.scrub()
    return PruneResult(removed=removed, left=left, warnings=() if scrubbed else (LOG_IN_USE,))


def _filter(till: Till, asked: Asked, account_id: str | None, currency: str) -> EventFilter:
    """What was typed, understood. Raises UsageProblem."""
    now = till.clock.now().astimezone()
    least, most = (
        parse_amount(text, currency, what=what) if text else None
        for text, what in ((asked.min_amount, "--min-amount"), (asked.max_amount, "--max-amount"))
    )
    if asked.reason is not None:
        require_reason(asked.reason)
    wanted = EventFilter(
        account_id=account_id,
        outcome=asked.outcome,
        reason=asked.reason,
        command=asked.command,
        since=beginning(asked.since, now) if asked.since else None,
        until=end(asked.until, now) if asked.until else None,
        min_minor=least.minor if least else None,
        max_minor=most.minor if most else None,
        currency=currency if least or most else None,
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise UsageProblem(tr("--since is not before --until, so there is nothing to find"), reason="bad_period")
    return wanted


def names_of(books: Books, *events: Event) -> dict[str, str]:
    """Names of those whom the events speak of, and of nobody else."""
    told = str([event.body for event in events])
    return {person.account_id: person.name for person in books.people.all() if person.account_id in told}
