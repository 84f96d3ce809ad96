"""What a report on the trail tells: counts, money, refusals over time, what was decided by, and whether it is whole."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.verbs.till import Till
from smilepay_cli.verbs.verify import SAY_EVERY, verify
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Result

FOLDER = "reports"
MOST_ROWS = 500
"""Payments and refusals that are listed one by one, the newest; the counts are of all."""
MOST_DAYS = 10_000
"""Days that are counted one by one: a clock gone mad must not make the report endless."""
_MONEY_COMMANDS = ("pay", "wallet.deposit", "wallet.withdraw", "wallet.capture", "wallet.void", "wallet.refund")


@dataclass(frozen=True, kw_only=True)
class ReportResult(Result):
    """Everything that the page shows. Who is who is in `names`, and only where that was asked for."""

    made_at: datetime
    file: str | None = None
    wallet: str | None = None
    events_told: int
    unreadable: int
    first_at: datetime | None
    last_at: datetime | None
    head_seq: int
    head: str
    commands: tuple[tuple[str, int, int], ...]
    """(command, done, refused), most first."""
    reasons: tuple[tuple[str, int], ...]
    days: tuple[tuple[str, int, int], ...]
    """(day in UTC, done, refused), every day with an event."""
    money: tuple[tuple[str, str, int, int], ...]
    """(kind of account, currency, accounts, minor units in all)."""
    policies: tuple[tuple[str, int], ...]
    engines: tuple[tuple[str, int], ...]
    checkpoint: Mapping[str, Any] | None
    """The last one, as its event tells of it."""
    broken: str | None
    """What is wrong with the trail; None when all of it holds."""
    rows: tuple[Event, ...] = field(default=(), metadata={"private": True})
    names: Mapping[str, str] = field(default_factory=dict)


def report(till: Till, *, names: bool = False, progress: Callable[[int, int], None] | None = None) -> ReportResult:
    """Look at everything once, and verify it. A broken trail is reported, not refused."""
    broken = None
    try:
        verify(till, progress=progress)
    except ChainBroken as error:
        broken = error.message
    told = _Told()
    with till.store.reading() as books:
        head = books.trail.head()
        total = books.trail.count()
        for event in books.trail.readable():
            told.take(event)
            if progress and told.count % SAY_EVERY == 0:
                progress(told.count, total)
        return ReportResult(
            made_at=till.clock.now(),
            wallet=told.checkpoint["wallet"] if told.checkpoint else None,
            events_told=told.count,
            unreadable=total - told.count,
            first_at=told.first_at,
            last_at=told.last_at,
            head_seq=head.seq if head else 0,
            head=head.hash if head else "",
            commands=told.by_command(),
            reasons=tuple(told.reasons.most_common()),
            days=told.by_day(),
            money=tuple(_money(books)),
            policies=tuple(told.policies.most_common()),
            engines=tuple(told.engines.most_common()),
            checkpoint=told.checkpoint,
            broken=broken,
            rows=tuple(reversed(told.rows)),
            names={person.account_id: person.name for person in books.people.all()} if names else {},
        )


class _Told:
    """What the events tell, added up."""

    def __init__(self) -> None:
        self.count = 0
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None
        self.commands: Counter[tuple[str, bool]] = Counter()
        self.reasons: Counter[str] = Counter()
        self.days: Counter[tuple[str, bool]] = Counter()
        self.policies: Counter[str] = Counter()
        self.engines: Counter[str] = Counter()
        self.checkpoint: Mapping[str, Any] | None = None
        self.rows: deque[Event] = deque(maxlen=MOST_ROWS)

    def take(self, event: Event) -> None:
        """One more. Events of a broken trail may hold anything."""
        body = event.body
        self.count += 1
        done = body.get("outcome") == "done"
        command = str(body.get("command"))
        at = _moment(body.get("at"))
        if at is not None:
            self.first_at = min(self.first_at or at, at)
            self.last_at = max(self.last_at or at, at)
            day = (f"{at:%Y-%m-%d}", done)
            if day in self.days or len(self.days) < MOST_DAYS:
                self.days[day] += 1
        self.commands[command, done] += 1
        if not done:
            self.reasons[str(body.get("reason"))] += 1
        if isinstance(policy := body.get("policy"), Mapping):
            self.policies[_policy(policy)] += 1
        if isinstance(engine := body.get("engine"), Mapping):
            self.engines[_engine(engine)] += 1
        if isinstance(told := body.get("checkpoint"), Mapping):
            self.checkpoint = {"at": body.get("at"), **told}
        if not done or command in _MONEY_COMMANDS:
            self.rows.append(event)

    def by_command(self) -> tuple[tuple[str, int, int], ...]:
        """(command, done, refused), most first."""
        names = {name for name, _ in self.commands}
        counts = [(name, self.commands[name, True], self.commands[name, False]) for name in names]
        return tuple(sorted(counts, key=lambda row: (-row[1] - row[2], row[0])))

    def by_day(self) -> tuple[tuple[str, int, int], ...]:
        """(day, done, refused), oldest first."""
        return tuple(
            (day, self.days[day, True], self.days[day, False]) for day in sorted({day for day, _ in self.days})
        )


def _policy(policy: Mapping[str, Any]) -> str:
    """Its name and a digest of its numbers: two files of one name are told apart."""
    from hashlib import sha256
    from json import dumps

    numbers = sha256(dumps(policy, sort_keys=True, default=str).encode()).hexdigest()[:12]
    return f"{policy.get('name')} (numbers {numbers})"


def _engine(engine: Mapping[str, Any]) -> str:
    return f"{engine.get('name')}, scheme {engine.get('scheme')}, maker {str(engine.get('maker'))[:12]}"


def _money(books: Books) -> Iterator[tuple[str, str, int, int]]:
    kinds = {account: kind for account, kind, _ in books.facts.accounts()}
    found: dict[tuple[str, str], list[int]] = {}
    for account, currency, minor in books.facts.sums():
        found.setdefault((kinds.get(account, "unknown"), currency), []).append(minor)
    for (kind, currency), minors in sorted(found.items()):
        yield kind, currency, len(minors), sum(minors)


def _moment(text: Any) -> datetime | None:
    try:
        return from_iso(text)
    except (ValueError, TypeError):
        return None


def amount_of(event: Event) -> Money | None:
    """What an event is about; None where it tells no amount."""
    minor, currency = event.body.get("amount_minor"), event.body.get("currency")
    return Money(minor, currency) if type(minor) is int and isinstance(currency, str) else None
