"""The wallet: books that are read and written inside one transaction."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.vocabulary.events import Event, EventFilter, Slot, StoredEvent
from smilepay_cli.vocabulary.evidence import SealedFrame
from smilepay_cli.vocabulary.ledger import (
    Balance,
    Hold,
    KeyUse,
    Order,
    Person,
    Resolution,
    SealedReference,
    Transaction,
)

if TYPE_CHECKING:
    pass


class Settings(Protocol):
    """A few named texts that belong to the wallet."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def unset(self, name: str) -> None: ...


class People(Protocol):
    """Customers and their references."""

    def add(self, person: Person) -> None:
        """Opens the ledger account too."""

    def by_name(self, name: str) -> Person | None:
        """Names are compared without regard to case."""

    def by_id(self, account_id: str) -> Person | None: ...

    def all(self) -> list[Person]:
        """By name."""

    def set_pin(self, account_id: str, pin_hash: str | None) -> None: ...

    def set_salt(self, account_id: str, salt: bytes) -> None:
        """Of somebody who had none."""

    def rewrap(self, account_id: str, wrapped_key: bytes) -> None:
        """The same key of a person, wrapped by another master key."""

    def add_reference(self, reference: SealedReference, made_at: datetime) -> None: ...

    def references(self, account_id: str | None = None) -> list[SealedReference]:
        """Of one account or of everyone, oldest first."""

    def reference_count(self) -> int:
        """Of everyone."""

    def gallery_version(self) -> int:
        """Another number whenever references came or went."""

    def made_otherwise(self, maker_digest: str) -> str | None:
        """The account of a reference that something else made; None when there is no such reference."""

    def forget(self, account_id: str) -> None:
        """Destroy name, key, PIN, references and kept frames; the ledger account stays."""


class Orders(Protocol):
    """What was picked."""

    def add(self, order: Order) -> None: ...

    def by_id(self, order_id: str, now: datetime) -> Order | None: ...

    def newest_open(self, account_id: str, now: datetime) -> Order | None: ...

    def is_any_open(self, now: datetime) -> bool:
        """Whether anybody who is enrolled has an order that is neither paid nor held; the newest are looked at."""

    def newest_ids(self, limit: int) -> list[str]:
        """Of everybody's orders, paid or not."""


class Ledger(Protocol):
    """Money. Facts are added, never changed."""

    def open_account(self, account_id: str, kind: str, currency: str) -> None:
        """No effect when it is open already."""

    def account_kind(self, account_id: str) -> tuple[str, str] | None:
        """(kind, currency), or None when there is no such account."""

    def balance(self, account_id: str, currency: str, now: datetime) -> Balance: ...

    def accounts(self, kind: str) -> list[tuple[str, str]]:
        """(account id, currency) of one kind, by id."""

    def spent_since(self, account_id: str, currency: str, since: datetime, now: datetime) -> int:
        """Minor units in captures and open holds authorized since then."""

    def add_hold(self, hold: Hold) -> None: ...

    def resolve(self, hold_id: str, resolution: Resolution, transaction_id: str | None) -> None: ...

    def post(self, transaction: Transaction, event_id: str) -> None:
        """Raises ValueError when the postings do not sum to zero."""

    def hold(self, hold_id: str) -> Hold | None: ...

    def newest_holds(self, limit: int) -> list[str]:
        """Ids of payments, whatever became of them."""

    def open_holds(self, account_id: str, now: datetime) -> list[Hold]: ...

    def expired_holds(self, account_id: str, now: datetime) -> list[Hold]:
        """Neither captured nor voided in their time, oldest first."""

    def statement(self, account_id: str) -> list[Transaction]:
        """Every transaction that touches the account, oldest first."""

    def transactions_of(self, hold_id: str) -> list[Transaction]:
        """The capture of a hold, then what was given back of it, oldest first."""

    def transaction_of(self, hold_id: str) -> Transaction | None:
        """The capture of a hold."""

    def key(self, digest: str) -> KeyUse | None: ...

    def consume_key(self, use: KeyUse) -> None: ...

    def transactions(self) -> Generator[tuple[Transaction, str]]:
        """Every transaction with the id of its event, oldest first."""


class Trail(Protocol):
    """The audit events."""

    def append(self, draft: Mapping[str, Any]) -> Event: ...

    def stored(self) -> Generator[StoredEvent]:
        """All rows as they lie in the file, oldest first."""

    def by_id(self, event_id: str) -> Event | None: ...

    def latest(self, limit: int, wanted: EventFilter | None = None) -> list[Event]:
        """Newest first; with a filter, those it asks for."""

    def newest_ids(self, limit: int) -> list[str]:
        """Ids of events, newest first."""

    def head(self) -> StoredEvent | None:
        """The newest row as it lies in the file."""

    def count(self) -> int:
        """How many rows there are."""

    def readable(self) -> Generator[Event]:
        """All that can be read at all, oldest first, believed or not."""

    def strikes_at(self, terminal: str, since: datetime) -> list[datetime]:
        """Strikes at a terminal since then, after the last success or unlock there."""

    def strikes_against(self, account_id: str, since: datetime) -> list[datetime]:
        """Strikes that count against an account since then, after the last that cleared it."""

    def seen(self, digests: Sequence[str]) -> str | None:
        """Id of the event that first presented one of these digests."""

    def mark_seen(self, digests: Sequence[str], event_id: str) -> None: ...

    def guards_missing(self) -> list[str]:
        """Names of the triggers against UPDATE and DELETE that are not there."""


class Facts(Protocol):
    """Everything as it lies there, for whoever recomputes it. Iterators stream, in the order in which rows came."""

    def flaws(self) -> Generator[str]:
        """What the file itself shows to be wrong, no event asked: guards, definitions, indexes, keys, sums."""

    def changed_rules(self) -> Generator[str]:
        """Which table, index, trigger or view is missing, was changed, or does not belong."""

    def accounts(self) -> Generator[tuple[str, str, str]]:
        """(id, kind, currency), by kind and id."""

    def people(self) -> Generator[tuple[Person, str]]:
        """Everybody who is enrolled, with what their name is compared by."""

    def sums(self) -> Generator[tuple[str, str, int]]:
        """(account, currency, minor units posted)."""

    def period(self) -> tuple[str, str] | None:
        """Time of the first and of the last transaction or payment, by their clocks; None when there is none."""

    def transaction_count(self) -> int:
        """How many transactions there are."""

    def orders(self) -> Generator[Order]:
        """Every order; its state is not looked at."""

    def holds(self) -> Generator[Hold]:
        """Every payment with its resolution."""

    def resolutions(self) -> Generator[tuple[str, Resolution, str | None]]:
        """(hold, how it ended, its transaction)."""

    def key_uses(self) -> Generator[KeyUse]:
        """Every idempotency key that stands for something."""

    def presentations(self) -> Generator[tuple[str, str]]:
        """(digest, id of the event that presented it)."""

    def is_presented(self, digest: str) -> bool:
        """Whether a picture of that digest counts as presented."""


class Slots(Protocol):
    """Attempts that are under way. No facts: they come and go."""

    def take(self, event_id: str, terminal: str, account_id: str | None, taken_at: datetime) -> None:
        """Open one, for the attempt whose event will have that id. Call inside `writing`."""

    def give_back(self, event_id: str) -> None:
        """Close it; no effect when it is gone already."""

    def at(self, terminal: str) -> list[Slot]:
        """Those at a terminal, oldest first."""

    def against(self, account_id: str) -> list[Slot]:
        """Those that claim an account, at every terminal, oldest first."""

    def drop(self, *, terminal: str | None = None, account_id: str | None = None) -> None:
        """Away with all of a terminal, and all that claim an account."""

    def sweep(self, before: datetime) -> None:
        """Away with those taken before then."""


class KeptFrames(Protocol):
    """Frames that decisions rested on, encrypted and for a time. No facts."""

    def add(self, frame: SealedFrame) -> None: ...

    def of(self, event_id: str, now: datetime) -> list[SealedFrame]:
        """Those of one event whose time is not up, in the order of the capture."""

    def count(self) -> int:
        """Of everybody."""

    def expire(self, now: datetime) -> int:
        """Away with those whose time is up; how many there were."""

    def drop_of_nobody(self) -> int:
        """Away with those of attempts in which nobody was recognised or claimed; how many there were."""


class Books(Protocol):
    """Everything that one transaction of the store can see."""

    @property
    def settings(self) -> Settings: ...

    @property
    def people(self) -> People: ...

    @property
    def orders(self) -> Orders: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def trail(self) -> Trail: ...

    @property
    def facts(self) -> Facts: ...

    @property
    def slots(self) -> Slots: ...

    @property
    def kept(self) -> KeptFrames: ...
