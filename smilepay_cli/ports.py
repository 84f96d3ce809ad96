"""Layer 2: what the verbs need from outside, and nothing about how it is done."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.events import Event, EventFilter, Slot, StoredEvent
from smilepay_cli.vocabulary.evidence import SealedFrame
from smilepay_cli.vocabulary.faces import Box, Detections, Frame, TemplateMaker
from smilepay_cli.vocabulary.ledger import (
    Balance,
    Catalogue,
    Hold,
    KeyPlace,
    KeyUse,
    Order,
    Person,
    Resolution,
    SealedReference,
    Transaction,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from typing_extensions import Buffer

    from smilepay_cli.rules.gallery import Gallery
    from smilepay_cli.vocabulary.copies import Copied
    from smilepay_cli.vocabulary.faces import Pixels, Points
    from smilepay_cli.vocabulary.findings import Examination
    from smilepay_cli.vocabulary.moments import Moment
    from smilepay_cli.vocabulary.originals import Original
    from smilepay_cli.vocabulary.trials import Trial


class Clock(Protocol):
    """Time. Verbs ask here and nowhere else."""

    def now(self) -> datetime:
        """The wall clock, with time zone UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow, for time limits."""

    def pause(self, seconds: float) -> None:
        """Wait about that long, by chance more or less: those who wait for one thing must not meet at it again."""


class Ids(Protocol):
    """Names for new things, made before they are stored."""

    def new(self, kind: str) -> str:
        """`kind` is a short prefix: ord, pay, evt, ..."""


class FrameSource(Protocol):
    """Where a capture comes from: still images, a device, a stream, or a virtual camera."""

    @property
    def description(self) -> str:
        """What people call it."""

    @property
    def is_camera(self) -> bool:
        """Frames with a time between them, rather than stills."""

    @property
    def is_virtual(self) -> bool:
        """Files that are played back, rather than a device or a stream."""

    def check(self) -> None:
        """Look at the input without capturing. Raises UsageProblem for one that cannot be used."""

    def frames(self) -> Iterator[Frame]:
        """The frames in order, from the beginning at every call; must be closed when not exhausted.

        Raises UsageProblem for input that cannot be used, Refused (NO_CAMERA) when nothing can be captured.
        """


class FaceEngine(Protocol):
    """Detection, landmarks and descriptors. Safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """`reference` or `fast`."""

    @property
    def maker(self) -> TemplateMaker:
        """What its templates are made by."""

    @property
    def landmark_model(self) -> str:
        """What finds the 68 landmarks that the smile is judged by: name and SHA-256 of its weights."""

    def detect(self, pixels: Pixels, *, smallest: int | None = None, first: Detections | None = None) -> Detections:
        """Faces, surest first.

        Without `smallest` as the engine likes best; with it, at a scale where a face of that many pixels
        in width is found. `first` is what it found on the same pixels without, and need not look for again.
        """

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """(68, 2) float64 in pixels of `pixels`, iBUG 300-W order."""

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        """(n, v, 128) float64: for each face, one descriptor for each of the v views of the maker's scheme."""


class PadModel(Protocol):
    """A network that tells a living face from a picture of one, by a single frame (passive PAD).

    There is one only after its files were read and tried out. It can refuse; it lets nobody in. Safe to call from
    several threads at once.
    """

    @property
    def description(self) -> str:
        """What people call it."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the network's file."""

    @property
    def threshold(self) -> float:
        """Between 0 and 1; a lower live score is an attack."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """What an audit event says of it: digests, threshold and live class, as JSON values."""

    def live_score(self, pixels: Pixels, box: Box) -> float:
        """How sure the network is, from 0 to 1, that the face in the box is alive. Never NaN.

        Raises whatever went wrong where it cannot tell, and never gives a number then.
        """


class Memory(Protocol):
    """What was measured on pictures before, by the same engine and the same rules."""

    def recall(self, frame: Frame, what: str, measure: Callable[[], Any]) -> Any:
        """The measure; taken now where it is not known. `what` names it among all measures of a frame."""

    def gallery(self, state: str, opened: Callable[[], Gallery]) -> Gallery:
        """The gallery in that state of the wallet; opened now where it is not known."""


class KeyStore(Protocol):
    """Named secrets, kept outside of the wallet. Every method may raise StoreUnusable."""

    def place(self, name: str) -> str:
        """What people call the place of a key."""

    def fits(self) -> bool:
        """Whether a new wallet may keep its key here without being told to."""

    def has(self, name: str) -> bool: ...

    def get(self, name: str) -> bytes:
        """As it lies there, of whatever length."""

    def put(self, name: str, secret: bytes) -> None:
        """A new one, whole or not at all; it is there for good when this returns."""

    def delete(self, name: str) -> None:
        """No effect when it is not there."""


class Vault(Protocol):
    """Keys of people and what they lock."""

    def unlock(self, settings: Settings, *, create: bool) -> None:
        """Read the master key; with `create` make what the wallet lacks: that key, and the packed gallery's.

        Raises StoreUnusable when the key is missing, readable by others, or not this wallet's; when the keyring it is
        in cannot be asked; and when it is not where an explicit choice wants it.
        """

    def key_place(self, settings: Settings) -> KeyPlace:
        """Where the master key is, or would be made. Reads no key."""

    def plan_key(self, settings: Settings, store: str | None) -> str:
        """Note in the wallet where the next master key will be, in the same store unless told otherwise."""

    def make_key(self, place: str) -> None:
        """The next master key, where it was planned; the wallet goes on with the old one."""

    def change_key(self, settings: Settings, place: str, wrapped: Mapping[str, bytes]) -> dict[str, bytes]:
        """Go over to the key that was made. People's keys, by account, come wrapped by the old and go by the new."""

    def sweep_keys(self, settings: Settings) -> int:
        """Destroy the master keys that nothing needs any more; how many."""

    def secret(self, settings: Settings, name: str, *, create: bool) -> bytes | None:
        """32 random bytes that belong to the wallet as a whole (`frames`, `checkpoints`), wrapped by the master key.

        None where there are none; `create` makes them. They stay the same when the master key changes.
        """

    def drop_secret(self, settings: Settings, name: str) -> None:
        """Destroy such a secret, and so whatever it locked."""

    def seal_for_wallet(self, settings: Settings, plain: bytes, label: str) -> bytes:
        """Encrypt under the secret `frames`, made when it is first used, and bind to the label."""

    def open_for_wallet(self, settings: Settings, sealed: bytes, label: str) -> bytes:
        """The reverse. Raises StoreUnusable when it does not open."""

    def new_person_key(self, account_id: str) -> bytes:
        """A fresh key for a person, wrapped by the master key."""

    def new_salt(self) -> bytes:
        """32 random bytes, with which events tell a person's name."""

    def seal(self, person: Person, plain: bytes, label: str) -> bytes:
        """Encrypt and bind to the account and the label."""

    def open(self, person: Person, sealed: bytes, label: str) -> bytes:
        """The reverse. Raises StoreUnusable when it does not open."""

    def renew_gallery_key(self, settings: Settings) -> None:
        """Destroy the packed gallery's key, so that nothing it locked can be opened again, and make another."""

    def seal_gallery(self, settings: Settings, plain: bytes, label: str) -> bytes | None:
        """Encrypt under the gallery's key and bind to the label; None where there is no key yet."""

    def open_gallery(self, settings: Settings, sealed: Buffer, label: str) -> bytes | None:
        """The reverse; None when it does not open."""


class Signer(Protocol):
    """The key that checkpoints are signed with."""

    def unlock(self, settings: Settings, *, anew: bool = False) -> bool:
        """Read the key, or make it when the wallet never had one; with `anew` make another in its place.

        True when it was made.

        Call inside `writing`. Raises StoreUnusable when it is missing, readable by others, or not this wallet's.
        """

    def public_key(self) -> bytes:
        """Ed25519, raw, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519, 64 bytes."""


class Outbox(Protocol):
    """Files for people, outside the wallet."""

    def write_new(self, path: str, chunks: Iterable[bytes]) -> str:
        """A new file of its owner's, whole or not at all; its whole path.

        Raises UsageProblem where something has that name already, or it cannot be written.
        """

    def home_file(self, folder: str, name: str) -> str:
        """Path of a file in a folder of the home, which is made where it is missing."""


class GalleryFile(Protocol):
    """Where the packed gallery is kept between calls. It may be lost at any time: the store has the truth."""

    def read(self) -> AbstractContextManager[Buffer | None]:
        """Its bytes as they lie there, mapped into memory; None when there are none."""

    def write(self, sealed: bytes) -> None:
        """In place of what was there, whole or not at all; nothing when it cannot be done."""

    def drop(self) -> None:
        """Away with it."""


class Pins(Protocol):
    """A second factor."""

    def hash(self, pin: str) -> str:
        """A slow, salted hash."""

    def verify(self, hashed: str, pin: str) -> bool:
        """Whether the PIN is the one hashed."""


class CatalogueDraft(Protocol):
    """A text that may become the catalogue; it lies beside it, readable by its owner only."""

    @property
    def path(self) -> str:
        """Where it is."""

    def read(self) -> bytes:
        """As it is now. Raises UsageProblem."""

    def put(self) -> None:
        """In the catalogue's place, in one step. Raises StoreUnusable, and then the old one is in force."""

    def discard(self) -> None:
        """Away with it."""


class CatalogueSource(Protocol):
    """What is on sale."""

    @property
    def path(self) -> str:
        """Where the home's own catalogue is, or would be."""

    def load(self) -> Catalogue:
        """Raises UsageProblem for a catalogue file that cannot be read."""

    def read(self) -> bytes:
        """The text that is in force. Raises UsageProblem."""

    def understood(self, content: bytes, path: str) -> Catalogue:
        """What a text means. Raises UsageProblem that names `path`, and the line or the key."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else changes the catalogue meanwhile. Raises StoreUnusable."""

    def draft(self, content: bytes) -> CatalogueDraft:
        """Keep a text beside the catalogue, on the disk. Raises StoreUnusable."""

    def left_behind(self) -> Sequence[CatalogueDraft]:
        """Drafts that are there still."""


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


class Store(Protocol):
    """One wallet. What happens in one `writing` block happens together or not at all."""

    def reading(self) -> AbstractContextManager[Books]:
        """One consistent view."""

    def writing(self) -> AbstractContextManager[Books]:
        """The only writer while it lasts. Raises StoreUnusable when the wallet stays locked."""

    def unusable(self, error: BaseException) -> StoreUnusable | None:
        """What an error out of the books means, where it is the file's or the disk's fault; else None."""

    def batch(self) -> AbstractContextManager[None]:
        """Many `writing` blocks that become durable together, at the end of the batch.

        Each commits or rolls back by itself as later blocks see it. A crash before the end, or an exception that
        leaves the batch, loses the whole batch and nothing else: for replays, never for a payment somebody waits for.
        """

    def rehearsal(self) -> AbstractContextManager[None]:
        """Like a batch, of which nothing is kept in the end: the wallet is as it was before."""

    def examine(self) -> Examination:
        """How the database is, by its own word."""

    def scrub(self) -> bool:
        """Leave no trace of deleted rows in the file or beside it. False when it could not be done now."""

    def mentions(self, name: str) -> list[str]:
        """Names of the files beside it that may hold a person of that name still: other wallets, and reports."""

    def close(self) -> None:
        """Let go of the file."""


Progress = Callable[[int, int], None]
"""Told again and again how much is done, and of how much."""


class Candidate(Protocol):
    """The copy of a file that may take the wallet's place."""

    @property
    def store(self) -> Store:
        """Over the copy."""

    @property
    def copied(self) -> Copied:
        """What is in the file."""

    def take_place(self, known: tuple[int, str | None] | None) -> str | None:
        """In the wallet's place, in one step; the name that the wallet of before has now.

        Raises StoreUnusable (locked) while somebody uses the wallet, or when number and hash of its last event are
        not the `known` ones any more.
        """


class Copies(Protocol):
    """Copies of the wallet as single files."""

    @property
    def exists(self) -> bool:
        """Whether there is a wallet at all."""

    def taken(self, file: Path, *, replace: bool, progress: Progress) -> AbstractContextManager[Copied]:
        """A copy of one moment. It has the name `file` when the block ends normally, and is gone otherwise.

        Raises UsageProblem where it cannot be written, or where something is and is not to be replaced.
        """

    def candidate(self, file: Path, stamp: str, progress: Progress) -> AbstractContextManager[Candidate]:
        """A copy of `file` beside the wallet, of this version; gone after the block unless it took the place.

        Raises UsageProblem for a file that cannot be read, StoreUnusable for what is no whole wallet of ours.
        """


class ReplaySet(Protocol):
    """What a replay presents: trials whose words make sense, and whose files were there when it was opened."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def trials(self) -> Sequence[Trial]:
        """In the order of the set, each with an id of its own."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is doubtful about it, a line each."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all words of all trials, in their order; of no picture."""

    def files_of(self, trial: Trial) -> tuple[Path, ...]:
        """The frames of its capture, inside of the set, not opened yet. Raises UsageProblem where they are gone."""


class Viewer(Protocol):
    """Who is shown a capture while it is watched. Nothing that goes wrong with it is anybody's but its own."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything as it was before, however the capture ended."""

    def show(self, moment: Moment) -> None:
        """The newest moment; it may be left out where moments come faster than they can be shown."""


class Album(Protocol):
    """Bona fide pictures, each with the name of whom it shows."""

    def originals(self) -> Sequence[Original]:
        """All of them, in no particular order. Raises UsageProblem for a name that leads nowhere."""

    def read(self, file: str) -> tuple[bytes, Pixels]:
        """The bytes of a file and the upright picture in them. Raises UsageProblem for one that cannot be used."""


class Folder(Protocol):
    """A folder that is being filled, and is there for others only when it is full."""

    @property
    def place(self) -> str:
        """Its whole path, once it is there."""

    def write(self, path: str, data: bytes) -> None:
        """A new file in it, `/` between the parts. Raises UsageProblem where it cannot be written."""
