"""A look at a wallet from outside: what is seen agrees with the books, and of a file that is none nothing is."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from smilepay_cli.adapters.shelf import CatalogueShelf
from smilepay_cli.adapters.store.glance import SqliteGlance
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.verbs.suggest import FEES
from smilepay_cli.vocabulary import ledger
from smilepay_cli.vocabulary.glimpses import MOST_TOLD, Glimpse, WalletState
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.money import Money
from tests.commands.conftest import Shell
from tests.fakes.fixed import CEBIT

WALLETS = Path(__file__).parent / "wallets"


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def busy(tmp_path: Path) -> Shell:
    """Orders in every state: open, held, paid, and held until it expired."""
    shell = Shell(tmp_path)
    shell.enroll("ann", deposit="400")
    for more in ([], ["--hold"], None):
        assert shell("shop", "stamp", "--image", shell.selfie("ann")).exit == 0
        if more is not None:
            assert shell("pay", "--image", shell.selfie("ann"), *more).exit == 0
    return shell


def test_orders_are_open_when_the_books_say_so(busy: Shell) -> None:
    """Also the one whose hold is over, and none that is paid."""
    glance = SqliteGlance(busy.home)
    store = SqliteStore(busy.home)
    for now in (busy.clock.now(), busy.clock.now() + timedelta(days=30)):
        seen = [order.id for order in glance.open_orders(now)]
        with store.reading() as books:
            ids = books.orders.newest_ids(10)
            states = {order_id: books.orders.by_id(order_id, now) for order_id in ids}
        assert seen == [order_id for order_id, order in states.items() if order and order.state == "open"]
    store.close()
    assert seen == ["ord_0003", "ord_0002"]
    assert glance.open_orders(busy.clock.now()) == [Glimpse("ord_0003", "ann", eur(2000))]


def test_payments_by_what_can_become_of_them(busy: Shell) -> None:
    """A hold can be captured until it is over; of a payment what is left can be given back."""
    now = busy.clock.now()
    glance = SqliteGlance(busy.home)
    assert glance.open_holds(now) == [Glimpse("pay_0002", "ann", eur(2000))]
    assert glance.open_holds(now + timedelta(days=30)) == []
    assert busy("wallet", "refund", "pay_0001", "5.50").exit == 0
    assert SqliteGlance(busy.home).captured() == [Glimpse("pay_0001", "ann", eur(1450))]
    assert busy("wallet", "refund", "pay_0001").exit == 0
    assert SqliteGlance(busy.home).captured() == []


def test_events_and_people(busy: Shell) -> None:
    """Newest first; who was forgotten has no name any more."""
    first = SqliteGlance(busy.home).events()[0]
    assert first == Glimpse("evt_0006", "ann", eur(2000), "shop done")
    assert [event.id for event in SqliteGlance(busy.home).events("evt_0003")] == ["evt_0003"]
    assert busy("wallet", "withdraw", "ann", "1").exit == 0
    assert busy("wallet", "void", "pay_0002").exit == 0
    assert busy("accounts", "forget", "ann").exit == 0
    glance = SqliteGlance(busy.home)
    assert glance.people() == []
    assert glance.captured() == [Glimpse("pay_0001", None, eur(2000))]
    assert glance.sellers() == ["philately"]


@pytest.mark.parametrize("version", [1, 2, 3, 7])
def test_an_older_wallet_shows_what_it_holds_and_stays_old(tmp_path: Path, version: int) -> None:
    """Whoever looks must not bring it up to date."""
    wallet = tmp_path / "wallet.db"
    wallet.write_bytes(before := gzip.decompress((WALLETS / f"version-{version}.db.gz").read_bytes()))
    glance = SqliteGlance(tmp_path)
    assert glance.state is WalletState.READY
    told = json.loads((WALLETS / f"version-{version}.json").read_text(encoding="utf-8"))
    assert glance.people() and str(glance.people()[0]) in json.dumps(told, ensure_ascii=False)
    assert glance.events() and glance.captured() is not None
    assert glance.open_orders(CEBIT) is not None
    assert wallet.read_bytes() == before and list(tmp_path.iterdir()) == [wallet]


@pytest.mark.parametrize("version", [1, 2, 3, 7])
def test_what_counts_against_a_terminal_is_told_of_an_older_wallet_too(tmp_path: Path, version: int) -> None:
    """As the trail has it, with or without slots; and the money of an order that is not there is no trouble."""
    (tmp_path / "wallet.db").write_bytes(gzip.decompress((WALLETS / f"version-{version}.db.gz").read_bytes()))
    glance = SqliteGlance(tmp_path)
    assert len(glance.strikes("local", CEBIT, CEBIT)) == 1
    assert glance.strikes("local", CEBIT + timedelta(days=1), CEBIT) == []
    assert glance.strikes("no such terminal", CEBIT, CEBIT) == []
    assert glance.is_affordable("ord_none", CEBIT)


def test_attempts_that_were_left_behind_count_against_a_terminal(busy: Shell) -> None:
    """As for the throttle itself; of those under way nothing is known yet."""
    now = busy.clock.now()
    with closing(sqlite3.connect(busy.home / "wallet.db")) as db, db:
        db.execute("INSERT INTO slots VALUES ('evt_x', 'local', NULL, ?, 99)", (iso(now),))
    glance = SqliteGlance(busy.home)
    assert glance.strikes("local", now - timedelta(days=1), now) == []
    assert glance.strikes("local", now - timedelta(days=1), now + timedelta(minutes=1)) == [now]


@pytest.mark.parametrize(
    ("place", "is_usable"),
    [("keyring:master-0123456789abcdef", True), ("file:master-0123456789abcdef", False), ("file:../master", False)],
    ids=["a keyring", "another file", "no place"],
)
def test_the_key_is_looked_for_where_the_wallet_says(busy: Shell, place: str, is_usable: bool) -> None:
    """A keyring is not asked; a place that nobody of ours wrote is none."""
    assert SqliteGlance(busy.home).is_key_usable()
    with closing(sqlite3.connect(busy.home / "wallet.db")) as db, db:
        db.execute("INSERT OR REPLACE INTO settings VALUES ('master_key_place', ?)", (place,))
    assert SqliteGlance(busy.home).is_key_usable() is is_usable


def test_a_log_without_its_index_gets_none(busy: Shell) -> None:
    """As after a copy by hand: SQLite would make the index and leave it there. It is told as of before the log."""
    with closing(sqlite3.connect(busy.home / "wallet.db")) as held:
        held.execute("SELECT 1 FROM people").fetchall()  # keeps the log from being emptied
        assert busy("wallet", "deposit", "ann", "5").exit == 0
        copy = busy.folder / "copy"
        copy.mkdir(mode=0o700)
        for name in ("wallet.db", "wallet.db-wal"):
            shutil.copy(busy.home / name, copy / name)
    assert (copy / "wallet.db-wal").stat().st_size
    glance = SqliteGlance(copy)
    assert glance.state is WalletState.READY and glance.people()
    assert sorted(path.name for path in copy.iterdir()) == ["wallet.db", "wallet.db-wal"]


def test_states_of_a_home(tmp_path: Path) -> None:
    """Missing, made and not filled, of somebody else, damaged, and a file where the home should be."""
    assert SqliteGlance(tmp_path / "none").state is WalletState.MISSING
    (tmp_path / "wallet.db").touch()
    assert SqliteGlance(tmp_path).state is WalletState.MISSING
    connection = sqlite3.connect(tmp_path / "wallet.db")
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    assert SqliteGlance(tmp_path).state is WalletState.UNUSABLE
    (tmp_path / "file").touch()
    assert SqliteGlance(tmp_path / "file").state is WalletState.UNUSABLE


def test_a_file_with_a_whole_head_and_a_torn_body_shows_nothing(busy: Shell) -> None:
    """The numbers in the head are read without the rest."""
    wallet = busy.home / "wallet.db"
    wallet.write_bytes(wallet.read_bytes()[:4096] + b"\xa5" * 40_000)
    glance = SqliteGlance(busy.home)
    assert glance.state is WalletState.UNUSABLE
    assert glance.people() == [] and glance.events() == [] and glance.open_orders(busy.clock.now()) == []


def test_a_row_that_makes_no_sense_is_passed_over(busy: Shell) -> None:
    """The others are still seen."""
    connection = sqlite3.connect(busy.home / "wallet.db")
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET body = 'no json' WHERE seq = 6")
    connection.commit()
    connection.close()
    assert SqliteGlance(busy.home).events()[0].id == "evt_0005"


@pytest.mark.parametrize(
    "text", ["", "items = 3", 'items = ["a"]', "sellers = 4", "[[items]]", "\x00", "a = " + "[" * 9999]
)
def test_a_catalogue_that_makes_no_sense_shows_nothing(tmp_path: Path, text: str) -> None:
    """Whoever buys is told what is wrong with it."""
    (tmp_path / "catalogue.toml").write_text(text)
    shelf = CatalogueShelf(tmp_path)
    assert list(shelf.items()) == [] and list(shelf.sellers()) == []


def test_our_catalogue_is_seen_as_it_is_read(shell_catalogue: ledger.Catalogue, tmp_path: Path) -> None:
    """Without the rules that reading it takes."""
    shelf = CatalogueShelf(tmp_path)
    assert {item.id: (item.name, item.amount) for item in shelf.items()} == {
        item.id: (item.title, item.price) for item in shell_catalogue.items.values()
    }
    assert {seller.id: seller.name for seller in shelf.sellers()} == {
        seller.id: seller.title for seller in shell_catalogue.sellers.values()
    }


@pytest.fixture
def shell_catalogue(tmp_path: Path) -> ledger.Catalogue:
    from smilepay_cli.adapters.packaged import CatalogueFile

    return CatalogueFile(tmp_path).load()


def test_the_account_of_the_fees_is_called_the_same_everywhere() -> None:
    """Suggestions do not import the ledger."""
    assert FEES == ledger.FEES


def test_of_very_many_orders_some_are_told(busy: Shell) -> None:
    """The newest; and the start page does not say that these are all."""
    store = SqliteStore(busy.home)
    with store.writing() as books:
        first = books.orders.by_id("ord_0003", busy.clock.now())
        assert first is not None
        for number in range(MOST_TOLD):
            books.orders.add(replace(first, id=f"ord_x{number:03d}"))
    store.close()
    told = SqliteGlance(busy.home).open_orders(busy.clock.now())
    assert len(told) == MOST_TOLD and told[0].id == f"ord_x{MOST_TOLD - 1:03d}"
    assert "100 orders are open, or more." in busy("--home", str(busy.home)).stdout
