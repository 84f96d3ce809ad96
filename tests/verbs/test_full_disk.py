"""A disk that is full and writes that fail: one clear line, exit status 32, nothing half written, and on it goes.

Two means that need no compiler and no privileges. RLIMIT_FSIZE makes every write fail that reaches past an offset,
short writes first, as a full disk does: tried at offsets all through the log. `max_page_count` makes SQLite itself say
SQLITE_FULL, in the middle of a transaction, at every page that is one too many.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from smilepay_cli.verbs import cash, payments
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.shop import shop
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable
from smilepay_cli.vocabulary.results import Result
from tests.measured import note
from tests.verbs.paying import selfie, till_of
from tests.verbs.profile import often

FACTS = (
    "transactions",
    "postings",
    "holds",
    "hold_shares",
    "resolutions",
    "orders",
    "order_lines",
    "key_uses",
    "people",
)
PLENTY = 2**30


@dataclass(frozen=True)
class Ready:
    """A home with ann, an order, a payment and a hold; copied for every try."""

    home: Path
    captured: str
    held: str
    order: str


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    home = tmp_path_factory.mktemp("ready") / "home"
    till = till_of(home)
    enroll(till, "ann", selfie("ann", 1, smile=False), deposit="100")
    order = shop(till, ["latte", "stamp", "water=2"], selfie("ann", 2)).order
    sale = PayRequest(amount="3", merchant="kiosk")
    captured = pay(till, sale, selfie("ann", 3)).payment
    held = pay(till, PayRequest(amount="4", merchant="cafe", hold=True), selfie("ann", 4)).payment
    till.store.close()
    assert order and captured and held
    return Ready(home, captured.hold.id, held.hold.id, order.id)


STEPS: dict[str, Callable[[Till, Ready, int], Result]] = {
    "pay": lambda till, _, noise: pay(
        till, PayRequest(amount="5", merchant="philately", key="k"), selfie("ann", noise)
    ),
    "pay an order": lambda till, ready, noise: pay(
        till, PayRequest(order_id=ready.order, key="k"), selfie("ann", noise)
    ),
    "hold": lambda till, _, noise: pay(
        till, PayRequest(amount="5", merchant="kiosk", key="k", hold=True), selfie("ann", noise)
    ),
    "capture": lambda till, ready, _: payments.capture(till, ready.held, "2"),
    "void": lambda till, ready, _: payments.void(till, ready.held),
    "refund": lambda till, ready, _: payments.refund(till, ready.captured, "1"),
    "deposit": lambda till, _, __: cash.deposit(till, "ann", "7"),
    "withdraw": lambda till, _, __: cash.withdraw(till, "ann", "7"),
    "shop": lambda till, _, noise: shop(till, ["latte", "album"], selfie("ann", noise)),
    "enroll": lambda till, _, noise: enroll(till, "bob", selfie("bob", noise, smile=False), deposit="5"),
}


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No write reaches past that many bytes. Python ignores SIGXFSZ, so the write fails with EFBIG instead."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def no_page_beyond(till: Till, more: int) -> Iterator[None]:
    """The file may grow by so many pages and no more."""
    with till.store.reading():
        pass
    db = connection(till)
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + more}")
    try:
        yield
    finally:
        db.execute(f"PRAGMA max_page_count = {PLENTY}")


def connection(till: Till) -> sqlite3.Connection:
    db: sqlite3.Connection = till.store._connection  # type: ignore[attr-defined]
    return db


def facts(till: Till) -> dict[str, int]:
    with till.store.reading() as books:
        db = books.trail._db  # type: ignore[attr-defined]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT sum(amount_minor) FROM postings").fetchone() == (0,)
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in FACTS}


class Copy:
    """A copy of the home, and what the step does to it where nothing is in its way."""

    def __init__(self, ready: Ready, folder: Path, name: str) -> None:
        self.ready, self.folder, self.step = ready, folder, STEPS[name]
        self.copies = 0
        till = self.till()
        self.before = facts(till)
        assert self.step(till, ready, 100).outcome == "done"
        self.after = facts(till)
        self.log = (till.store.path.parent / "wallet.db-wal").stat().st_size  # type: ignore[attr-defined]
        till.store.close()
        assert self.before != self.after

    def till(self) -> Till:
        self.copies += 1
        home = self.folder / f"home-{self.copies}"
        shutil.copytree(self.ready.home, home)
        return till_of(home)

    def tried(self, limited: Callable[[Till], AbstractContextManager[None]], *, opened: bool) -> bool:
        """Whether the step was done under the limit. Whatever came of it, the wallet is whole and goes on."""
        till = self.till()
        if opened:
            facts(till)
        error, result = None, None
        with limited(till):
            try:
                result = self.step(till, self.ready, 200)
            except StoreUnusable as raised:
                error = raised
        done = error is None
        if error is None:
            assert result is not None and result.outcome == "done", result and result.refusal
        else:
            told = error.message
            assert (error.exit, error.reason) == (ExitStatus.STORE_UNUSABLE, "disk_full") and error.hint, told
            assert str(till.store.path) in told and "\n" not in told  # type: ignore[attr-defined]
        assert facts(till) == (self.after if done else self.before)
        verify(till)
        self.goes_on(till, done)
        shutil.rmtree(till.store.path.parent)  # type: ignore[attr-defined]
        return done

    def goes_on(self, till: Till, done: bool) -> None:
        """With space again, in this process and the next one; a step that was not done is done now, and once."""
        if not done:
            assert self.step(till, self.ready, 300).outcome == "done"
        till.store.close()
        assert facts(till) == self.after
        assert cash.deposit(till, "ann", "1").outcome == "done"
        verify(till)
        till.store.close()


@pytest.mark.parametrize("name", STEPS)
def test_writes_that_fail_at_an_offset(ready: Ready, tmp_path: Path, name: str) -> None:
    """From the first byte of the log to its last: no step is half done, and none is told as done that is not there."""
    copy = Copy(ready, tmp_path, name)
    stride = often(max(4_099, copy.log // 12), 509)  # no multiple of a page: within headers, frames and their borders
    ends = [*range(0, copy.log, stride), copy.log - 1, copy.log]
    outcomes = [copy.tried(lambda _, end=end: no_file_beyond(end), opened=True) for end in ends]  # type: ignore[misc]
    outcomes += [copy.tried(lambda _, end=end: no_file_beyond(end), opened=False) for end in (0, 4_096, 32_767)]  # type: ignore[misc]
    assert outcomes[len(ends) - 1] and not any(outcomes[: len(ends) - 2]) and not any(outcomes[-3:])
    note(f"full disk: {name}: {len(outcomes)} offsets up to {copy.log}")


@pytest.mark.parametrize("name", STEPS)
def test_a_file_that_may_not_grow(ready: Ready, tmp_path: Path, name: str) -> None:
    """SQLITE_FULL in the middle of a transaction, at each page that the step would add; small pages make them many."""
    home = shutil.copytree(ready.home, tmp_path / "small pages")
    db = sqlite3.connect(home / "wallet.db", isolation_level=None)
    for pragma in ("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM", "PRAGMA journal_mode = WAL"):
        db.execute(pragma)
    db.close()
    copy = Copy(replace(ready, home=home), tmp_path, name)
    outcomes: list[bool] = []
    while not outcomes or not outcomes[-1]:
        outcomes.append(copy.tried(lambda till: no_page_beyond(till, len(outcomes)), opened=True))
    note(f"full disk: {name}: refused at each of {len(outcomes) - 1} pages")


def test_a_checkpoint_that_fails_loses_nothing(ready: Ready, tmp_path: Path) -> None:
    """The log cannot be moved into the file while the disk is full: payments stay in the log, and are there later."""
    till = till_of(shutil.copytree(ready.home, tmp_path / "home"))
    before = facts(till)["holds"]
    connection(till).execute("PRAGMA wal_autocheckpoint = 1")
    size = (tmp_path / "home" / "wallet.db").stat().st_size
    paid, reason = [], "never full"
    with no_file_beyond(size):
        try:
            for noise in range(100, 200):
                result = pay(till, PayRequest(amount="0.01", merchant="kiosk"), selfie("ann", noise))
                assert result.payment is not None
                paid.append(result.payment.hold.id)
        except StoreUnusable as error:
            reason = error.reason
        till.store.close()
    assert reason == "disk_full"
    assert paid and (tmp_path / "home" / "wallet.db").stat().st_size <= size
    assert facts(till)["holds"] == before + len(paid)
    with till.store.reading() as books:
        assert all(books.ledger.hold(payment) for payment in paid)
    verify(till)


def test_forgetting_on_a_full_disk(ready: Ready, tmp_path: Path) -> None:
    """Whole or not at all; and where it was done, nobody is left behind half."""
    for end in range(0, 200_000, often(40_009, 4_001)):
        till = till_of(shutil.copytree(ready.home, tmp_path / f"home-{end}"))
        payments.void(till, ready.held)
        before = facts(till)
        with no_file_beyond(end), suppress(StoreUnusable):
            assert forget(till, "ann").outcome == "done"
        after = facts(till)
        assert after == before or (after["people"], after["transactions"]) == (0, before["transactions"] + 1)
        if after["people"]:
            assert forget(till, "ann").outcome == "done"
        verify(till)


@pytest.mark.parametrize("end", [0, 1, 4_096, 20_000, 40_000, 100_000])
def test_a_wallet_that_could_not_be_made_is_made_later(tmp_path: Path, end: int) -> None:
    """Tables, key and first person: what a full disk stopped is done whole next time."""
    till = till_of(tmp_path / "home")
    with no_file_beyond(end), pytest.raises(StoreUnusable, match=r"cannot be|unusable"):
        enroll(till, "ann", selfie("ann", 1, smile=False), deposit="10")
    till.store.close()
    assert enroll(till, "ann", selfie("ann", 2, smile=False), deposit="10").outcome == "done"
    assert verify(till).transactions == 1
