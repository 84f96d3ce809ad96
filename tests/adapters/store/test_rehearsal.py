"""A rehearsal: everything happens as in a batch, and nothing of it stays, however it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable
from tests.verbs.paying import selfie, till_of

PLENTY = 2**30


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A wallet with ann in it, and everything in the file itself."""
    till = till_of(tmp_path / "home")
    enroll(till, "ann", selfie("ann", 1, smile=False), deposit="100")
    assert till.store.scrub()
    yield till
    till.store.close()


def everything(till: Till) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with till.store.reading() as books:
        db: sqlite3.Connection = books.trail._db  # type: ignore[attr-defined]
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def digest(till: Till) -> str:
    path: Path = till.store.path  # type: ignore[attr-defined]
    return sha256(path.read_bytes()).hexdigest()


def a_payment(till: Till, noise: int, key: str | None = None) -> None:
    result = pay(till, PayRequest(amount="3", merchant="kiosk", key=key), selfie("ann", noise))
    assert result.outcome == "done"


def test_nothing_stays(till: Till) -> None:
    """Money, events, presentations and slots: within it everything is there, and afterwards nothing, in any table."""
    before, file = everything(till), digest(till)
    for _ in range(2):  # the same picture again: it was not presented before
        with till.store.rehearsal():
            a_payment(till, 2, key="k")
            within = everything(till)
            grown = {name for name in before if len(within[name]) > len(before[name])}
            assert {"events", "postings", "presentations", "key_uses"} <= grown
        assert everything(till) == before
    till.store.close()
    assert digest(till) == file
    a_payment(till, 2, key="k")
    assert verify(till).outcome == "done"


@pytest.mark.parametrize("leaves", [KeyError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_nothing_stays_whatever_ends_it(till: Till, leaves: type[BaseException]) -> None:
    """A bug, Ctrl-C, the end of the program: and the store goes on as if nothing had been."""
    before = everything(till)
    with pytest.raises(leaves), till.store.rehearsal():  # noqa: PT012
        a_payment(till, 2)
        raise leaves
    assert everything(till) == before
    a_payment(till, 2)  # a block of its own again, durable at its end
    till.store.close()
    assert len(everything(till)["events"]) == len(before["events"]) + 1


def test_ctrl_c_at_its_very_beginning(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right after the transaction began: it is not left open, where nobody else could write."""
    from smilepay_cli.adapters.store import wallet

    before = everything(till)

    def interrupted(step: object) -> None:
        step()  # type: ignore[operator]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(wallet, "patiently", interrupted)
        with till.store.rehearsal():
            pytest.fail("it began")
    other = till_of(till.store.path.parent)  # type: ignore[attr-defined]
    a_payment(other, 2)
    other.store.close()
    assert len(everything(till)["events"]) == len(before["events"]) + 1


def test_a_unit_that_fails_takes_back_itself_only(till: Till) -> None:
    """What was written before it in the same trial is still to be seen there."""
    with till.store.rehearsal():
        with till.store.writing() as books:
            books.settings.set("first", "1")
        with pytest.raises(KeyError), till.store.writing() as books:  # noqa: PT012
            books.settings.set("second", "1")
            raise KeyError
        with till.store.reading() as books:
            assert (books.settings.get("first"), books.settings.get("second")) == ("1", None)
    with till.store.reading() as books:
        assert books.settings.get("first") is None


def test_a_full_disk_within(till: Till) -> None:
    """It is told as in any unit, and the next rehearsal is as good as the first."""
    before = everything(till)
    with till.store.reading() as books:
        db: sqlite3.Connection = books.trail._db  # type: ignore[attr-defined]
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreUnusable) as full, till.store.rehearsal(), till.store.writing() as books:  # noqa: PT012
        for number in range(1000):
            books.settings.set(f"setting {number}", "x" * 500)
    assert (full.value.reason, full.value.exit) == ("disk_full", ExitStatus.STORE_UNUSABLE)
    db.execute(f"PRAGMA max_page_count = {PLENTY}")
    assert everything(till) == before
    with till.store.rehearsal():
        a_payment(till, 2)
    assert everything(till) == before


def test_a_rehearsal_that_sqlite_undid_goes_no_further(till: Till) -> None:
    """After some errors SQLite takes everything back by itself: nothing later in the trial becomes durable."""
    before = everything(till)
    with pytest.raises(StoreUnusable) as undone, till.store.rehearsal():  # noqa: PT012
        till.store._connection.execute("ROLLBACK")  # type: ignore[attr-defined]
        with till.store.writing() as books:
            books.settings.set("later", "1")
    assert undone.value.reason == "batch_undone"
    assert everything(till) == before


def test_nobody_else_writes_meanwhile(till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And others who read see the wallet as it was."""
    monkeypatch.setattr("smilepay_cli.adapters.store.waiting.LOCK_WAIT_SECONDS", 0.05)
    other = SqliteStore(tmp_path / "home")
    with till.store.rehearsal():
        a_payment(till, 2)
        with other.reading() as books:
            assert len(books.trail.latest(10)) == 1
        with pytest.raises(StoreUnusable) as locked, other.writing():
            pass
        assert locked.value.reason == "locked"
    with other.writing() as books:
        books.settings.set("now", "1")
    other.close()
