"""What each book of the store promises (ports/books.py), held against the SQLite one."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.adapters.store.wallet import SqliteBooks, SqliteStore
from smilepay_cli.rules.books import capture_postings, deposit_postings, refund_postings
from smilepay_cli.vocabulary.errors import ChainBroken, UsageProblem
from smilepay_cli.vocabulary.events import EventFilter, Slot
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.ledger import (
    Hold,
    KeyUse,
    Order,
    OrderLine,
    Person,
    Posting,
    Resolution,
    SealedReference,
    Share,
    Transaction,
    name_key,
    order_total,
)
from smilepay_cli.vocabulary.money import LARGEST_SUM, Money
from tests.fakes.fixed import CEBIT as NOW

ANN, BOB = "acc_1", "acc_2"
WEEK = timedelta(days=7)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def books(store: SqliteStore) -> Iterator[SqliteBooks]:
    """Inside one open block, with Ann and Bob enrolled."""
    with store.writing() as books:
        books.people.add(person(ANN, "Ann"))
        books.people.add(person(BOB, "Bob"))
        books.ledger.open_account("funding:EUR", "funding", "EUR")
        books.ledger.open_account("merchant:cafe", "merchant", "EUR")
        yield books


def person(account_id: str, name: str, pin_hash: str | None = None) -> Person:
    return Person(account_id, name, "EUR", NOW, b"wrapped " + account_id.encode(), pin_hash, 0)


def transaction(books: SqliteBooks, kind: str, *postings: Posting, hold: Hold | None = None) -> Transaction:
    made = Transaction(f"txn_{_next(books, 'transactions')}", kind, NOW, postings, hold.id if hold else None)
    books.ledger.post(made, "evt_1")
    return made


def deposit(books: SqliteBooks, account: str, minor: int) -> Transaction:
    return transaction(books, "deposit", *deposit_postings(account, eur(minor)))


def authorize(
    books: SqliteBooks, minor: int, *, account: str = ANN, order: str | None = None, at: datetime = NOW
) -> Hold:
    number = _next(books, "holds")
    hold = Hold(f"pay_{number}", account, order, eur(minor), (Share("cafe", eur(minor)),), at, at + WEEK)
    books.ledger.add_hold(hold)
    found = books.ledger.hold(hold.id)
    assert found is not None
    return found


def capture(books: SqliteBooks, hold: Hold, minor: int) -> Hold:
    made = transaction(books, "capture", *capture_postings(hold, eur(minor)), hold=hold)
    books.ledger.resolve(hold.id, Resolution("captured", eur(minor), NOW), made.id)
    found = books.ledger.hold(hold.id)
    assert found is not None
    return found


def void(books: SqliteBooks, hold: Hold) -> None:
    books.ledger.resolve(hold.id, Resolution("voided", eur(0), NOW), None)


def _next(books: SqliteBooks, table: str) -> int:
    (count,) = books.trail._db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count) + 1


class TestPeople:
    """Names are what people type; account ids are what everything else knows."""

    def test_what_goes_in_comes_out(self, books: SqliteBooks) -> None:
        cid = person("acc_3", "Cid", pin_hash="hashed")
        books.people.add(cid)
        assert books.people.by_id("acc_3") == books.people.by_name("Cid") == cid
        assert books.ledger.account_kind("acc_3") == ("customer", "EUR"), "the ledger account is opened too"

    @pytest.mark.parametrize("typed", ["Ann", "ann", "ANN", "\uff21nn"])
    def test_the_case_of_a_name_does_not_matter(self, books: SqliteBooks, typed: str) -> None:
        found = books.people.by_name(typed)
        assert found is not None and found.name == "Ann"

    @pytest.mark.parametrize(
        "name", ["Zoë", "Åsa", "Straße", "ΣΊΣΥΦΟΣ", "Łukasz", "Nguyễn", "한글", "ﬁona", "ǰ", "İpek", "Weiß\u0301"]
    )
    def test_a_name_is_found_however_it_is_composed(self, books: SqliteBooks, name: str) -> None:
        """Keyboards differ in how they make letters with marks: NFC and NFD are one name."""
        books.people.add(person("acc_3", name))
        for form in ("NFC", "NFD"):
            for typed in (name, name.lower(), name.casefold()):
                found = books.people.by_name(unicodedata.normalize(form, typed))
                assert found is not None and found.account_id == "acc_3", (form, typed)

    @pytest.mark.parametrize("name", ["ann", "ANN", "ａｎｎ"])
    def test_a_name_is_taken_in_every_spelling(self, books: SqliteBooks, name: str) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            books.people.add(person("acc_3", name))

    def test_nobody_is_found_by_less_than_a_name(self, books: SqliteBooks) -> None:
        """No patterns, no parts."""
        assert [books.people.by_name(typed) for typed in ("", "An", "%", "A_n", "Ann ")] == [None] * 5
        assert books.people.by_id("acc_9") is None

    def test_everybody_by_name(self, books: SqliteBooks) -> None:
        books.people.add(person("acc_0", "aaron"))
        assert [found.name for found in books.people.all()] == ["aaron", "Ann", "Bob"]

    def test_a_pin_comes_and_goes(self, books: SqliteBooks) -> None:
        for pin_hash in ("hashed", None):
            books.people.set_pin(ANN, pin_hash)
            found = books.people.by_id(ANN)
            assert found is not None and found.pin_hash == pin_hash
        bob = books.people.by_id(BOB)
        assert bob is not None and bob.pin_hash is None

    def test_references_oldest_first_and_counted(self, books: SqliteBooks) -> None:
        kept = [SealedReference(who, f"ref_{9 - n}", "maker", bytes([n])) for n, who in enumerate((BOB, ANN, BOB))]
        for reference in kept:
            books.people.add_reference(reference, NOW)
        assert books.people.references() == kept
        assert [found.references for found in books.people.all()] == [1, 2]

    def test_forgetting_takes_the_person_and_leaves_the_money(self, books: SqliteBooks) -> None:
        deposit(books, ANN, 500)
        books.people.add_reference(SealedReference(ANN, "ref_1", "maker", b"x"), NOW)
        books.people.add_reference(SealedReference(BOB, "ref_2", "maker", b"y"), NOW)
        books.people.forget(ANN)
        assert books.people.by_id(ANN) is None and books.people.by_name("Ann") is None
        assert [reference.account_id for reference in books.people.references()] == [BOB]
        assert books.ledger.balance(ANN, "EUR", NOW).posted == eur(500)
        books.people.add(person("acc_3", "ann"))


@given(st.text(max_size=10))
def test_one_name_has_one_key(name: str) -> None:
    """Whatever the letters: the key of a key is itself, and composing changes nothing."""
    key = name_key(name)
    assert name_key(key) == key
    assert {name_key(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {key}


class TestOrders:
    """Facts with a state that follows from the holds on them."""

    LINES = (
        OrderLine("latte", "Latte", "cafe", 2, Money(380, "EUR")),
        OrderLine("cake", "Cake", "cafe", 1, Money(420, "EUR")),
    )

    def order(self, books: SqliteBooks, order_id: str, *, account: str = ANN, at: datetime = NOW) -> Order:
        order = Order(order_id, account, at, self.LINES, order_total(self.LINES), "open")
        books.orders.add(order)
        return order

    def test_what_goes_in_comes_out(self, books: SqliteBooks) -> None:
        order = self.order(books, "ord_1")
        assert books.orders.by_id("ord_1", NOW) == order
        assert order.total == eur(1_180)
        assert books.orders.by_id("ord_2", NOW) is None

    def test_the_state_follows_the_holds(self, books: SqliteBooks) -> None:
        self.order(books, "ord_1")
        states = []
        for step in (lambda hold: None, lambda hold: void(books, hold), lambda hold: capture(books, hold, 1_180)):
            hold = authorize(books, 1_180, order="ord_1")
            step(hold)
            found = books.orders.by_id("ord_1", NOW)
            assert found is not None
            states.append(found.state)
        assert states == ["held", "held", "paid"]

    def test_an_expired_hold_opens_the_order_again(self, books: SqliteBooks) -> None:
        self.order(books, "ord_1")
        authorize(books, 1_180, order="ord_1")
        states = [books.orders.by_id("ord_1", NOW + wait) for wait in (timedelta(0), WEEK)]
        assert [order.state for order in states if order] == ["held", "open"]
        assert books.orders.newest_open(ANN, NOW) is None
        newest = books.orders.newest_open(ANN, NOW + WEEK)
        assert newest is not None and newest.id == "ord_1"

    def test_the_newest_open_one_of_that_shopper(self, books: SqliteBooks) -> None:
        """The one made last; what the clock said may have been set back since."""
        self.order(books, "ord_1", at=after(0))
        self.order(books, "ord_3", at=after(20))
        self.order(books, "ord_2", at=after(10))
        self.order(books, "ord_4", account=BOB, at=after(30))
        taken = []
        while order := books.orders.newest_open(ANN, NOW):
            taken.append(order.id)
            capture(books, authorize(books, 1_180, order=order.id), 1_180)
        assert taken == ["ord_2", "ord_3", "ord_1"]

    def test_of_two_in_the_same_millisecond_the_later_one(self, books: SqliteBooks) -> None:
        self.order(books, "ord_b")
        self.order(books, "ord_a")
        newest = books.orders.newest_open(ANN, NOW)
        assert newest is not None and newest.id == "ord_a"


class TestLedger:
    """Balances are derived; holds set money aside until they end or the clock ends them."""

    def test_a_balance_is_the_sum_of_the_postings(self, books: SqliteBooks) -> None:
        deposit(books, ANN, 500)
        deposit(books, BOB, 70)
        deposit(books, ANN, 25)
        posted = {account: books.ledger.balance(account, "EUR", NOW).posted.minor for account in (ANN, BOB)}
        assert posted == {ANN: 525, BOB: 70}
        assert books.ledger.balance("funding:EUR", "EUR", NOW).posted == eur(-595)
        assert books.ledger.balance(ANN, "USD", NOW).posted == Money(0, "USD")

    def test_a_hold_sets_aside_until_it_ends(self, books: SqliteBooks) -> None:
        deposit(books, ANN, 1_000)
        first, second, third = authorize(books, 300), authorize(books, 200), authorize(books, 100)
        assert self.held(books) == 600
        assert [hold.id for hold in books.ledger.open_holds(ANN, NOW)] == [first.id, second.id, third.id]
        void(books, first)
        capture(books, second, 150)
        assert self.held(books) == 100
        balance = books.ledger.balance(ANN, "EUR", NOW)
        assert (balance.posted, balance.available) == (eur(850), eur(750))
        assert self.held(books, account=BOB) == 0

    def test_a_hold_expires_with_the_clock(self, books: SqliteBooks) -> None:
        """To the millisecond, and without anybody writing anything."""
        authorize(books, 300)
        millisecond = timedelta(milliseconds=1)
        assert [self.held(books, now=NOW + WEEK + wait) for wait in (-millisecond, 0 * millisecond)] == [300, 0]
        assert books.ledger.open_holds(ANN, NOW + WEEK) == []

    def test_what_becomes_of_a_hold_is_told(self, books: SqliteBooks) -> None:
        hold = authorize(books, 300)
        assert (hold.resolution, hold.refunded) == (None, eur(0))
        captured = capture(books, hold, 250)
        assert captured.resolution == Resolution("captured", eur(250), NOW)
        transaction(books, "refund", *refund_postings(captured, eur(100)), hold=captured)
        refunded = books.ledger.hold(hold.id)
        assert refunded is not None and refunded.refunded == eur(100)
        told = books.ledger.transaction_of(hold.id)
        assert told is not None and told.kind == "capture", "not the refund"
        assert books.ledger.hold("pay_9") is None and books.ledger.transaction_of("pay_9") is None

    def test_what_was_spent(self, books: SqliteBooks) -> None:
        """Captures at what was captured, open holds in full; nothing that was voided, expired, or long ago."""
        capture(books, authorize(books, 300), 250)
        authorize(books, 40)
        void(books, authorize(books, 1_000))
        authorize(books, 7, account=BOB)
        refunded = capture(books, authorize(books, 5), 5)
        transaction(books, "refund", *refund_postings(refunded, eur(5)), hold=refunded)
        since = NOW - timedelta(hours=24)
        assert books.ledger.spent_since(ANN, "EUR", since, NOW) == 250 + 40 + 5
        assert books.ledger.spent_since(ANN, "EUR", NOW, NOW) == 0, "only what came after"
        assert books.ledger.spent_since(ANN, "EUR", since, NOW + WEEK) == 250 + 5
        assert books.ledger.spent_since(ANN, "USD", since, NOW) == 0

    def test_what_does_not_balance_is_not_posted(self, books: SqliteBooks) -> None:
        with pytest.raises(ValueError, match="sum to zero"):
            transaction(books, "deposit", Posting(ANN, eur(5)))
        assert list(books.ledger.transactions()) == []

    def test_a_statement_has_every_transaction_of_the_account(self, books: SqliteBooks) -> None:
        mine, others, capture_hold = deposit(books, ANN, 500), deposit(books, BOB, 500), authorize(books, 100)
        capture(books, capture_hold, 100)
        statement = books.ledger.statement(ANN)
        assert statement[0] == mine and statement[1].hold_id == capture_hold.id
        assert len(statement) == 2 and others not in statement
        assert [told for told, _ in books.ledger.transactions()] == [mine, others, statement[1]]
        assert {event for _, event in books.ledger.transactions()} == {"evt_1"}

    def test_accounts_are_opened_once_and_listed_by_kind(self, books: SqliteBooks) -> None:
        books.ledger.open_account("merchant:cafe", "merchant", "EUR")
        books.ledger.open_account("merchant:bakery", "merchant", "EUR")
        assert books.ledger.accounts("merchant") == [("merchant:bakery", "EUR"), ("merchant:cafe", "EUR")]
        assert books.ledger.account_kind("merchant:none") is None

    def test_a_key_stands_for_one_success(self, books: SqliteBooks) -> None:
        hold = authorize(books, 100)
        use = KeyUse("k", '{"amount_minor":100}', hold.id, "evt_1")
        books.ledger.consume_key(use)
        assert books.ledger.key("k") == use
        assert books.ledger.key("K") is None
        with pytest.raises(sqlite3.IntegrityError):
            books.ledger.consume_key(replace(use, event_id="evt_2"))

    def test_a_wallet_has_an_end(self, store: SqliteStore) -> None:
        """What an event could no longer say exactly is refused at the deposit, not found out at the payment."""
        for minor in (LARGEST_SUM - 5, 5):
            with store.writing() as books:
                books.ledger.open_account(ANN, "customer", "EUR")
                books.ledger.open_account("funding:EUR", "funding", "EUR")
                deposit(books, ANN, minor)
        with (
            pytest.raises(UsageProblem, match=r"90,071,992,547,409\.91 EUR fit into one wallet"),
            store.writing() as books,
        ):
            deposit(books, ANN, 1)
        with store.reading() as books:
            assert books.ledger.balance(ANN, "EUR", NOW).posted == eur(LARGEST_SUM)

    def held(self, books: SqliteBooks, *, account: str = ANN, now: datetime = NOW) -> int:
        return books.ledger.balance(account, "EUR", now).held.minor


def event(books: SqliteBooks, **facts: Any) -> str:
    """One more event; `at` in seconds from NOW."""
    number = _next(books, "events")
    seconds = facts.pop("at", number)
    draft = {"id": f"evt_{number}", "at": iso(after(seconds)), "terminal": "local", "outcome": "done", **facts}
    return books.trail.append(draft).id


class TestTrail:
    """Events in one chain, and the searches that decisions hang on."""

    def test_an_event_is_found_by_id_and_by_number(self, books: SqliteBooks) -> None:
        ids = [event(books, note=number) for number in range(3)]
        second = books.trail.by_id(ids[1])
        assert second is not None and second.body["note"] == 1 and second == books.trail.by_id("2")
        assert [books.trail.by_id(typed) for typed in ("evt_9", "9", "0", "-1", "", "²", "9" * 30)] == [None] * 7

    def test_the_chain_is_linked(self, books: SqliteBooks) -> None:
        for _ in range(3):
            event(books)
        first, second, third = books.trail.stored()
        assert f'"previous":"{first.hash}"' in second.body and f'"previous":"{second.hash}"' in third.body
        assert [first.seq, second.seq, third.seq] == [1, 2, 3]

    def test_the_latest_by_account_and_outcome(self, books: SqliteBooks) -> None:
        for number, (account, outcome) in enumerate(
            [(ANN, "done"), (BOB, "done"), (ANN, "refused"), (None, "refused"), (ANN, "done")], start=1
        ):
            event(books, account=account, outcome=outcome, note=number)

        def latest(limit: int = 9, **filters: Any) -> list[int]:
            return [found.seq for found in books.trail.latest(limit, EventFilter(**filters))]

        assert latest() == [5, 4, 3, 2, 1]
        assert latest(2) == [5, 4]
        assert latest(0) == []
        assert latest(account_id=ANN) == [5, 3, 1]
        assert latest(outcome="refused") == [4, 3]
        assert latest(account_id=ANN, outcome="done") == [5, 1]
        assert latest(1, account_id=ANN, outcome="done") == [5]
        assert latest(account_id="acc_9") == []

    def test_the_latest_of_a_time_though_the_clock_jumped(self, books: SqliteBooks) -> None:
        """Numbers alone do not say when: the third event's clock was ahead, the fourth's behind."""
        for second in (0, 10, 99, 5, 20):
            event(books, at=second)

        def latest(since: int | None = None, until: int | None = None) -> list[int]:
            first, last = (None if second is None else after(second) for second in (since, until))
            return [found.seq for found in books.trail.latest(9, EventFilter(since=first, until=last))]

        assert latest(since=20) == [5, 3]
        assert latest(since=21) == [3]
        assert latest(until=10) == [4, 1], "until is not included"
        assert latest(since=5, until=20) == [4, 2]
        assert latest(since=100) == latest(until=0) == []

    def test_the_latest_by_amount_reason_and_command(self, books: SqliteBooks) -> None:
        """What has no column of its own is found as well, and an unreadable event is passed over."""
        event(books, command="pay", amount_minor=300, currency="EUR", exit=0)
        event(books, command="pay", amount_minor=300, currency="JPY", exit=0)
        event(books, command="pay", amount_minor=500, currency="EUR", outcome="refused", reason="no_match", exit=10)
        event(books, command="shop", outcome="refused", reason="internal_error", exit=1)

        def latest(**filters: Any) -> list[int]:
            return [found.seq for found in books.trail.latest(9, EventFilter(**filters))]

        assert latest(min_minor=300, currency="EUR") == [3, 1]
        assert latest(max_minor=499, currency="EUR") == [1]
        assert latest(reason="no_match") == [3]
        assert latest(command="shop") == [4]
        assert (latest(outcome="refused"), latest(outcome="failed")) == ([4, 3], [4])

    def test_strikes_of_the_terminal(self, books: SqliteBooks) -> None:
        event(books, throttle="strike", at=1)
        event(books, throttle="strike", at=2, terminal="other")
        event(books, throttle=None, at=3)
        event(books, throttle="strike", at=4)
        assert books.trail.strikes_at("local", NOW) == [after(1), after(4)]
        assert books.trail.strikes_at("local", after(4)) == [after(4)], "since then, inclusive"
        assert books.trail.strikes_at("none", NOW) == []

    def test_a_success_or_an_unlock_clears_the_terminal(self, books: SqliteBooks) -> None:
        event(books, throttle="strike", at=1)
        event(books, throttle="clear", at=2, terminal="other")
        assert books.trail.strikes_at("local", NOW) == [after(1)], "only where it happened"
        event(books, throttle="clear", at=3)
        assert books.trail.strikes_at("local", NOW) == []
        event(books, throttle="strike", at=4)
        assert books.trail.strikes_at("local", NOW) == [after(4)]

    def test_strikes_against_a_claimed_account_count_at_every_terminal(self, books: SqliteBooks) -> None:
        for second, terminal in enumerate(("a", "b", "c"), start=1):
            event(books, throttle="strike", at=second, terminal=terminal, counts_against=ANN)
        assert books.trail.strikes_against(ANN, NOW) == [after(1), after(2), after(3)]
        assert books.trail.strikes_against(BOB, NOW) == books.trail.strikes_at("d", NOW) == []

    def test_only_what_claims_the_account_clears_it(self, books: SqliteBooks) -> None:
        event(books, throttle="strike", at=1, terminal="a", counts_against=ANN)
        event(books, throttle="strike", at=2, terminal="b", counts_against=ANN)
        event(books, throttle="clear", at=3, terminal="b", counts_against=BOB)
        assert books.trail.strikes_against(ANN, NOW) == [after(1), after(2)], (
            "the terminal's are cleared, Ann's are not"
        )
        event(books, throttle="clear", at=4, terminal="c", counts_against=ANN)
        assert books.trail.strikes_against(ANN, NOW) == []
        assert books.trail.strikes_at("a", NOW) == [after(1)], "terminal a has its own"

    def test_the_order_of_events_counts_not_the_clock(self, books: SqliteBooks) -> None:
        """A clock that was set back does not bring cleared strikes up again."""
        event(books, throttle="strike", at=100)
        event(books, throttle="clear", at=50)
        assert books.trail.strikes_at("local", NOW) == []

    def test_the_first_presentation_counts(self, books: SqliteBooks) -> None:
        books.trail.mark_seen(["a", "b"], "evt_1")
        books.trail.mark_seen(["c", "b", "c"], "evt_2")
        assert [books.trail.seen([digest]) for digest in "abcd"] == ["evt_1", "evt_1", "evt_2", None]
        assert books.trail.seen(["d", "c", "b"]) == books.trail.seen(["b", "c"]) == "evt_1"
        assert books.trail.seen([]) is None

    def test_a_long_capture_is_looked_up_whole(self, books: SqliteBooks) -> None:
        """More digests than SQLite takes places for values (32,766)."""
        digests = [f"{number:064x}" for number in range(40_000)]
        assert books.trail.seen(digests) is None
        books.trail.mark_seen(digests[-1:], "evt_1")
        assert books.trail.seen(digests) == "evt_1"

    def test_a_digest_is_looked_up_as_it_is(self, books: SqliteBooks) -> None:
        """Not as a number, and not as SQL."""
        books.trail.mark_seen(["1", "'", '"\\'], "evt_1")
        assert [books.trail.seen([digest]) for digest in ("1", "'", '"\\', "01", "1.0")] == ["evt_1"] * 3 + [None] * 2

    @pytest.mark.parametrize("body", ["junk", "[1]", "", "[" * 100_000])
    def test_an_event_that_is_none_any_more_is_a_broken_chain(self, books: SqliteBooks, body: str) -> None:
        """Listing does not verify, but it does not fall over either."""
        books.trail._db.execute("INSERT INTO events (seq, hash, body) VALUES (1, 'x', ?)", (body,))
        with pytest.raises(ChainBroken, match="event 1"):
            books.trail.latest(5)
        assert [row.body for row in books.trail.stored()] == [body]

    def test_guards_that_are_gone_are_named(self, books: SqliteBooks) -> None:
        assert books.trail.guards_missing() == []
        for name in ("events_no_delete", "postings_no_replace", "transactions_must_balance"):
            books.trail._db.execute(f"DROP TRIGGER {name}")
        gone = {"events_no_delete", "postings_no_replace", "transactions_must_balance"}
        assert set(books.trail.guards_missing()) == gone


class TestSettings:
    """A few named texts."""

    def test_set_replace_and_forget(self, books: SqliteBooks) -> None:
        assert books.settings.get("floor") is None
        books.settings.set("floor", "standard")
        books.settings.set("other", "x")
        books.settings.set("floor", "strict")
        assert books.settings.get("floor") == "strict"
        books.settings.unset("floor")
        books.settings.unset("floor")
        assert (books.settings.get("floor"), books.settings.get("other")) == (None, "x")

    def test_an_empty_text_is_not_none(self, books: SqliteBooks) -> None:
        books.settings.set("x", "")
        assert books.settings.get("x") == ""


class TestSlots:
    """Attempts that are under way: where they count, and when they are gone."""

    def ids(self, books: SqliteBooks, terminal: str = "local") -> list[str]:
        return [slot.event_id for slot in books.slots.at(terminal)]

    def test_a_slot_is_its_terminals_and_its_claimed_accounts(self, books: SqliteBooks) -> None:
        books.slots.take("evt_1", "local", ANN, after(1))
        books.slots.take("evt_2", "local", None, after(2))
        books.slots.take("evt_3", "other", ANN, after(3))
        assert books.slots.at("local") == [Slot("evt_1", after(1), False), Slot("evt_2", after(2), False)]
        assert [slot.event_id for slot in books.slots.against(ANN)] == ["evt_1", "evt_3"]
        assert books.slots.against(BOB) == books.slots.at("third") == []

    def test_it_is_given_back_once_and_alone(self, books: SqliteBooks) -> None:
        for name in ("evt_1", "evt_2"):
            books.slots.take(name, "local", None, NOW)
        books.slots.give_back("evt_1")
        books.slots.give_back("evt_1")
        assert self.ids(books) == ["evt_2"]

    def test_an_attempt_takes_one(self, books: SqliteBooks) -> None:
        books.slots.take("evt_1", "local", None, NOW)
        with pytest.raises(sqlite3.IntegrityError):
            books.slots.take("evt_1", "local", None, NOW)

    def test_what_came_after_it_clears_it_where_it_happened(self, books: SqliteBooks) -> None:
        """By the order of events, as strikes are cleared; a clear that was there before clears nothing."""
        event(books, throttle="clear", counts_against=ANN)
        books.slots.take("evt_slot", "local", ANN, after(-100))
        assert [slot.cleared for slot in (*books.slots.at("local"), *books.slots.against(ANN))] == [False, False]
        event(books, throttle="strike", counts_against=ANN)
        event(books, throttle="clear", terminal="other")
        assert [slot.cleared for slot in books.slots.at("local")] == [False]
        event(books, throttle="clear")
        assert [slot.cleared for slot in books.slots.at("local")] == [True]
        assert [slot.cleared for slot in books.slots.against(ANN)] == [False], "the account has its own"
        event(books, throttle="clear", terminal="other", counts_against=ANN)
        assert [slot.cleared for slot in books.slots.against(ANN)] == [True]

    def test_all_of_a_terminal_and_of_an_account_are_dropped(self, books: SqliteBooks) -> None:
        for name, terminal, account in (("a", "local", None), ("b", "other", ANN), ("c", "other", BOB)):
            books.slots.take(name, terminal, account, NOW)
        books.slots.drop(terminal="local")
        assert (self.ids(books), self.ids(books, "other")) == ([], ["b", "c"])
        books.slots.drop(account_id=ANN)
        assert self.ids(books, "other") == ["c"]
        books.slots.drop()
        assert self.ids(books, "other") == ["c"]

    def test_the_old_ones_are_swept(self, books: SqliteBooks) -> None:
        for second in (1, 2, 3):
            books.slots.take(f"evt_{second}", "local", None, after(second))
        books.slots.sweep(after(2))
        assert self.ids(books) == ["evt_2", "evt_3"]
