"""Prove that the trail and the books are what was written, and name the first thing that is not.

One walk over the events in their order, and beside it one over each table of facts in the order in which rows came:
what an event tells of must be the next fact there, and a fact that no event tells of must not be there at all. So
nothing is remembered but balances and people, however long the trail is. Needs no key.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from smilepay_cli.ports import Books
from smilepay_cli.rules.chain import opened
from smilepay_cli.rules.checkpoints import balances_digest, fingerprint
from smilepay_cli.verbs.enrolled import Enrolled
from smilepay_cli.verbs.post import hold_facts, key_facts, order_facts, posting_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.events import GENESIS, Checkpoint, Event
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Hold, KeyUse, Order, Resolution, Transaction
from smilepay_cli.vocabulary.results import Result

T = TypeVar("T")

WALLET_SETTING = "wallet_id"
RESOLVED = ("captured", "voided", "expired")
"""States that an event tells of which end a hold."""
SAY_EVERY = 500
"""Events between two words on how far it is."""
UNPINNED = (
    "the checkpoint's key was taken from the checkpoint itself: that proves nothing against somebody who has the home "
    "and can sign anew; give the fingerprint that you wrote down with --key"
)
UNBOUND = (
    "no event tells the names of {} {} enrolled before 0.4.0, so a change of them would not be noticed; from now on it "
    "is: smilepay audit checkpoint"
)


@dataclass(frozen=True, kw_only=True)
class VerifyResult(Result):
    """All of it holds. `head` is the hash of the last event."""

    count: int
    transactions: int
    head: str
    payments: int = 0
    orders: int = 0
    accounts: int = 0
    checkpoints: tuple[Checkpoint, ...] = ()
    key: str | None = None
    """The fingerprint that the checkpoints were held against."""


def verify(
    till: Till,
    checkpoints: Mapping[str, Checkpoint] | None = None,
    *,
    key: str | None = None,
    is_signed: Callable[[Checkpoint], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyResult:
    """Recompute everything. `checkpoints` by the names of their files; `key` is the fingerprint they must have.

    `is_signed` looks at a checkpoint's signature; without it no checkpoint holds.

    Raises ChainBroken naming the first thing that is wrong.
    """
    given = dict(checkpoints or {})
    for name, checkpoint in given.items():
        if is_signed is None or not is_signed(checkpoint):
            raise ChainBroken(tr("checkpoint {name} is not what was signed", name=name))
        _require_signed_by(key, name, checkpoint)
    with till.store.reading() as books:
        return proven(books, given, key=key, progress=progress)


def proven(
    books: Books,
    checkpoints: Mapping[str, Checkpoint] | None = None,
    *,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyResult:
    """The same in a view of the wallet that is open: whatever is read out of that view after it, is proven.

    What was signed and by whom was looked at before. Raises ChainBroken.
    """
    given = checkpoints or {}
    with closing(books.trail.stored()) as rows, closing(_Walk(books, given)) as walk:
        total = books.trail.count()
        walk.begin()
        for event in opened(rows):
            walk.take(event)
            if progress and event.seq % SAY_EVERY == 0:
                progress(event.seq, total)
        walk.end()
        with closing(books.facts.flaws()) as flaws:
            for flaw in flaws:
                raise ChainBroken(flaw)
        return walk.result(tuple(given.values()), key)


def _require_signed_by(key: str | None, name: str, checkpoint: Checkpoint) -> None:
    made_by = fingerprint(bytes.fromhex(checkpoint.public_key))
    if key is not None and made_by != key:
        raise ChainBroken(tr("checkpoint {name} was signed with another key: {made_by}", name=name, made_by=made_by))


class _Beside(Generic[T]):
    """The rows of one table, looked at one after the other."""

    def __init__(self, what: str, rows: Generator[T]) -> None:
        self.what = what
        self.close = rows.close
        self._rows = rows
        self.count = -1
        self.row: T | None = None

    def move(self) -> None:
        """On to the next row; None after the last. Raises ChainBroken for one that cannot be read."""
        try:
            self.row = next(self._rows, None)
        except (ValueError, TypeError, AttributeError):
            raise ChainBroken(
                tr("{what} number {number} cannot be read: it was changed", what=self.what, number=self.count + 2)
            ) from None
        self.count += 1


class _Walk:
    """What the events told so far, and how far the facts are."""

    def __init__(self, books: Books, checkpoints: Mapping[str, Checkpoint]) -> None:
        self._books = books
        self._wallet = books.settings.get(WALLET_SETTING)
        self._due = sorted(checkpoints.items(), key=lambda named: named[1].seq)
        self._balances: dict[tuple[str, str], int] = {}
        self._people = Enrolled()
        self._seq, self._head = 0, GENESIS
        self._orders = _Beside[Order]("order", books.facts.orders())
        self._holds = _Beside[Hold]("payment", books.facts.holds())
        self._resolutions = _Beside[tuple[str, Resolution, str | None]]("resolution", books.facts.resolutions())
        self._transactions = _Beside[tuple[Transaction, str]]("transaction", books.ledger.transactions())
        self._keys = _Beside[KeyUse]("idempotency key", books.facts.key_uses())
        self._presented = _Beside[tuple[str, str]]("presentation", books.facts.presentations())
        self._tables = (
            self._orders, self._holds, self._resolutions, self._transactions, self._keys, self._presented,
        )  # fmt: skip

    def close(self) -> None:
        """Let go of every table, however it ended: a statement that is open keeps the file."""
        for table in self._tables:
            table.close()

    def begin(self) -> None:
        """Before the first event. Raises ChainBroken for a checkpoint of another wallet."""
        for name, checkpoint in self._due:
            if checkpoint.wallet != self._wallet:
                raise ChainBroken(
                    tr(
                        "checkpoint {name} is of another wallet: {wallet}, not {self_wallet}",
                        name=name,
                        wallet=checkpoint.wallet,
                        self_wallet=self._wallet,
                    )
                )
        for table in self._tables:
            table.move()

    def take(self, event: Event) -> None:
        """Hold one event against the facts that came with it. Raises ChainBroken."""
        try:
            self._take(event)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ChainBroken(tr("event {seq} is not what this program writes", seq=event.seq)) from None
        self._seq, self._head = event.seq, event.hash
        self._meet_checkpoints()

    def _take(self, event: Event) -> None:
        body = event.body
        done = body["outcome"] == "done"
        self._told_frames(event)
        if done:
            self._people.take(event)
        if done and body["command"] == "shop":
            self._told_order(event)
        if done and body["command"] == "pay" and body.get("payment"):
            self._told_hold(event)
        if isinstance(body.get("ledger"), dict):
            self._told_transaction(event)
        if done and body.get("state") in RESOLVED:
            self._told_resolution(event)
        if isinstance(told := body.get("checkpoint"), dict):
            self._told_checkpoint(event, told)

    def end(self) -> None:
        """After the last event: nothing may be left over, and both ways to the balances meet. Raises ChainBroken."""
        for name, checkpoint in self._due:
            raise ChainBroken(
                tr(
                    "the trail was cut: checkpoint {name} covers event {seq}, the last one here is {self_seq}",
                    name=name,
                    seq=checkpoint.seq,
                    self_seq=self._seq,
                )
            )
        if self._transactions.row:
            self._no_event(*self._transactions.row)
        if row := self._keys.row:
            raise ChainBroken(
                tr("an idempotency key stands for event {event_id}, which used none", event_id=row.event_id)
            )
        if presented := self._presented.row:
            raise ChainBroken(
                tr("event {presented} is said to have presented a picture, and did not", presented=presented[1])
            )
        left = [(self._orders.what, self._orders.row.id)] if self._orders.row else []
        left += [(self._holds.what, self._holds.row.id)] if self._holds.row else []
        left += [("end of payment", self._resolutions.row[0])] if self._resolutions.row else []
        for what, named in left:
            raise ChainBroken(
                tr("{what} {named} has no event: the trail was cut or it was added later", what=what, named=named)
            )
        told = {key: minor for key, minor in self._balances.items() if minor}
        posted = {(account, currency): minor for account, currency, minor in self._books.facts.sums() if minor}
        for account, currency in sorted(told.keys() | posted.keys()):
            if told.get((account, currency)) != posted.get((account, currency)):
                raise ChainBroken(tr("the balance of {account} is not what its events add up to", account=account))
        self._people.compare(self._books)

    def result(self, checkpoints: tuple[Checkpoint, ...], key: str | None) -> VerifyResult:
        """What was looked at."""
        return VerifyResult(
            count=self._seq,
            transactions=self._transactions.count,
            head=self._head,
            payments=self._holds.count,
            orders=self._orders.count,
            accounts=sum(1 for _ in self._books.facts.accounts()),
            checkpoints=checkpoints,
            key=key if checkpoints else None,
            warnings=self._warnings(weak=bool(checkpoints) and key is None),
        )

    def _warnings(self, *, weak: bool) -> tuple[str, ...]:
        unbound = self._people.unbound
        more = (UNBOUND.format(unbound, "person" if unbound == 1 else "people"),) if unbound else ()
        return ((UNPINNED,) if weak else ()) + more

    def _told_frames(self, event: Event) -> None:
        frames = event.body.get("frames") or []
        while self._presented.row and self._presented.row[1] == event.id:
            if self._presented.row[0] not in frames or event.body.get("presented") is False:
                raise ChainBroken(tr("event {seq} is said to have presented a picture that it did not", seq=event.seq))
            self._presented.move()
        if event.body.get("presented"):
            for digest in frames:
                if not self._books.facts.is_presented(digest):
                    raise ChainBroken(tr("a picture that event {seq} presented counts as new again", seq=event.seq))

    def _told_order(self, event: Event) -> None:
        order, body = self._orders.row, event.body
        if order is None or order.id != body["order"]:
            raise ChainBroken(
                tr(
                    "order {order} is told of by event {seq}, but is not where it belongs",
                    order=body["order"],
                    seq=event.seq,
                )
            )
        told = (body["account"], body["amount_minor"], body["currency"], body.get("picked", order_facts(order)))
        if told != (order.account_id, order.total.minor, order.total.currency, order_facts(order)):
            raise ChainBroken(tr("order {order} is not what event {seq} says of it", order=order.id, seq=event.seq))
        self._orders.move()

    def _told_hold(self, event: Event) -> None:
        hold, body = self._holds.row, event.body
        if hold is None or hold.id != body["payment"]:
            raise ChainBroken(
                tr(
                    "payment {payment} is told of by event {seq}, but is not where it belongs",
                    payment=body["payment"],
                    seq=event.seq,
                )
            )
        facts = hold_facts(hold)
        sellers = [share.seller for share in hold.shares]
        told = [body[name] for name in ("account", "order", "amount_minor", "currency", "merchants")]
        there = [hold.account_id, hold.order_id, hold.amount.minor, hold.amount.currency, sellers]
        if told != there or body.get("hold", facts) != facts:
            raise ChainBroken(tr("payment {hold} is not what event {seq} says of it", hold=hold.id, seq=event.seq))
        self._holds.move()
        self._told_key(event, hold.id)

    def _told_key(self, event: Event, hold_id: str) -> None:
        use, body = self._keys.row, event.body
        if use is None or use.event_id != event.id:
            if body.get("key_use"):
                raise ChainBroken(tr("the idempotency key that event {seq} used is free again", seq=event.seq))
            return
        facts = key_facts(use)
        told = body.get("key_use", None if "hold" in body else facts)  # events of before 0.4.0 tell of neither
        if told is None:
            raise ChainBroken(tr("an idempotency key stands for event {seq}, which used none", seq=event.seq))
        if use.hold_id != hold_id or told != facts:
            raise ChainBroken(tr("the idempotency key of event {seq} is not what the event says", seq=event.seq))
        self._keys.move()

    def _told_transaction(self, event: Event) -> None:
        told = event.body["ledger"]
        found = self._transactions.row
        if found is None or found[0].id != told["transaction"]:
            self._displaced(event, told["transaction"])
        transaction, event_id = found
        facts = dict(posting_facts(transaction))
        if "at" not in told:  # events of before 0.4.0
            del facts["at"]
        if told != facts or event_id != event.id:
            raise ChainBroken(
                tr(
                    "transaction {transaction} is not what event {seq} says of it",
                    transaction=transaction.id,
                    seq=event.seq,
                )
            )
        for leg in transaction.postings:
            account = (leg.account_id, leg.amount.currency)
            self._balances[account] = self._balances.get(account, 0) + leg.amount.minor
        self._transactions.move()

    def _displaced(self, event: Event, told: str) -> NoReturn:
        """Another transaction is there than the event tells of: say which of them is wrong."""
        is_there = any(transaction.id == told for transaction, _ in self._books.ledger.transactions())
        if not is_there or self._transactions.row is None:
            raise ChainBroken(
                tr("transaction {told} is told of by event {seq}, but is not in the ledger", told=told, seq=event.seq)
            )
        self._no_event(*self._transactions.row)

    def _no_event(self, transaction: Transaction, event_id: str) -> NoReturn:
        event = self._books.trail.by_id(event_id)
        if event is None:
            raise ChainBroken(
                tr(
                    "transaction {transaction} has no event: the trail was cut or it was added later",
                    transaction=transaction.id,
                )
            )
        raise ChainBroken(
            tr(
                "transaction {transaction} is not what event {seq} says of it",
                transaction=transaction.id,
                seq=event.seq,
            )
        )

    def _told_resolution(self, event: Event) -> None:
        body, found = event.body, self._resolutions.row
        if found is None or found[0] != body["payment"]:
            raise ChainBroken(
                tr(
                    "event {seq} ended payment {payment}, but it did not end there",
                    seq=event.seq,
                    payment=body["payment"],
                )
            )
        hold_id, resolution, transaction_id = found
        captured = body["state"] == "captured"
        told_at = body["ledger"].get("at") if captured else body.get("resolved_at")
        told = (
            body["state"],
            body["amount_minor"] if captured else 0,
            body["ledger"]["transaction"] if captured else None,
            told_at or iso(resolution.at),
        )
        if told != (resolution.kind, resolution.amount.minor, transaction_id, iso(resolution.at)):
            raise ChainBroken(tr("payment {hold_id} did not end as event {seq} says", hold_id=hold_id, seq=event.seq))
        self._resolutions.move()

    def _told_checkpoint(self, event: Event, told: Mapping[str, Any]) -> None:
        """A checkpoint that was made before: the chain still holds the head that it covers."""
        covered = self._books.trail.by_id(str(int(told["seq"])))
        if covered is None or covered.seq >= event.seq or covered.hash != told["head"]:
            raise ChainBroken(
                tr(
                    "event {seq} is not the one that event {event_seq} says was signed",
                    seq=told["seq"],
                    event_seq=event.seq,
                )
            )
        if told["wallet"] != self._wallet:
            raise ChainBroken(tr("event {seq} was signed for another wallet than this", seq=event.seq))

    def _meet_checkpoints(self) -> None:
        while self._due and self._due[0][1].seq == self._seq:
            name, checkpoint = self._due.pop(0)
            if checkpoint.head != self._head:
                raise ChainBroken(
                    tr(
                        "event {seq} is not the one that checkpoint {name} covers: the chain was computed anew",
                        seq=self._seq,
                        name=name,
                    )
                )
            if (checkpoint.transactions, checkpoint.balances) != (
                self._transactions.count,
                balances_digest(self._balances),
            ):
                raise ChainBroken(
                    tr(
                        "the balances at event {seq} are not those that checkpoint {name} covers",
                        seq=self._seq,
                        name=name,
                    )
                )
