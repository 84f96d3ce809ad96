"""Any sequence of steps: the books are those kept by hand, a key has one outcome, events say what happened."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from smilepay_cli.verbs import cash, payments
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.post import posting_facts
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.ledger import key_digest
from smilepay_cli.vocabulary.results import Result
from tests.measured import note
from tests.verbs.by_hand import HandBooks, HandHold
from tests.verbs.conftest import Scene
from tests.verbs.profile import LONG, often

STORIES, STEPS = often(24, 400), often(25, 50)
PEOPLE = ("ann", "bob")
SELLERS = ("kiosk", "cafe")
ITEMS = ("latte", "stamp", "espresso=2", "water")
HOURS = st.sampled_from((1, 7, 24, 100, 200))
"""A hold lasts for 168."""
MINORS = st.integers(1, 4_000)
KEYS = ("k1", "K1", "k1 ", "ключ 🗝", "' OR 1=1 --", "k\x001")
"""Alike for who looks at them, and never one for another."""
MOVED = ("transactions", "postings", "holds", "hold_shares", "resolutions", "orders", "order_lines", "key_uses")
"""Tables that a refusal leaves as they were."""
REFUSALS = {
    ExitStatus.DONE,
    ExitStatus.NO_MATCH,
    ExitStatus.LOCKED_OUT,
    ExitStatus.INSUFFICIENT_FUNDS,
    ExitStatus.KEY_REUSED,
    ExitStatus.WRONG_STATE,
    ExitStatus.OVER_LIMIT,
}
RUN: Counter[str] = Counter()
"""Steps by name and outcome, of all stories."""


def typed(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two people and some money, copied for every story."""
    home = tmp_path_factory.mktemp("opened") / "home"
    scene = Scene(home)
    for person in PEOPLE:
        scene.enroll(person, deposit="60")
    scene.store.close()
    return home


class Wallet(RuleBasedStateMachine):
    """Steps in any order. `template` is a home to start from; set by the test."""

    template: Path
    paid: Bundle[str] = Bundle("paid")
    ordered: Bundle[str] = Bundle("ordered")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="smilepay-"))
        shutil.copytree(self.template, self.folder / "home")
        self.scene = Scene(self.folder / "home")
        self.scene.ids.counts.update(dict.fromkeys(("acc", "evt", "ord", "pay", "ref", "txn"), 100))
        self.scene._selfies = 100
        self.hand = HandBooks()
        with self.scene.store.reading() as books:
            for person in books.people.all():
                self.hand.enrolled(person.name, person.account_id)
                self.hand.deposited(person.account_id, 6_000)

    def teardown(self) -> None:
        self.scene.store.close()
        shutil.rmtree(self.folder)

    # What is looked at around every step

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.scene.store.reading() as books:
            return list(books.trail._db.execute(query, values))

    def facts(self) -> dict[str, int]:
        return {table: self.read(f"SELECT count(*) FROM {table}")[0][0] for table in (*MOVED, "events")}

    def take(self, name: str, step: Callable[[], Result]) -> Result:
        """One step: a refusal leaves nothing but its event, and the event says what the result says."""
        before = self.facts()
        result = step()
        after = self.facts()
        assert result.exit in REFUSALS, result.refusal
        if getattr(result, "repeated", False):
            name += " again"
        RUN[f"{name}: {result.refusal.reason if result.refusal else 'done'}"] += 1
        if result.refusal or getattr(result, "repeated", False):
            assert {table: after[table] - before[table] for table in MOVED} == dict.fromkeys(MOVED, 0)
        event = self.event(result.events[0])
        assert event["outcome"] == ("refused" if result.refusal else "done")
        assert event["exit"] == result.exit and event["reason"] == (result.refusal and result.refusal.reason)
        self.check_ledger_facts(event, after["transactions"] - before["transactions"])
        return result

    def event(self, event_id: str) -> dict[str, Any]:
        with self.scene.store.reading() as books:
            assert books.trail._db.execute("SELECT count(*) FROM events WHERE id = ?", (event_id,)).fetchone() == (1,)
            event = books.trail.by_id(event_id)
        assert event is not None
        return dict(event.body)

    def check_ledger_facts(self, event: dict[str, Any], new: int) -> None:
        """What was posted in this step is what its event says, and nothing else was posted."""
        assert new == ("ledger" in event) and (new == 0 or event["outcome"] == "done")
        if new:
            with self.scene.store.reading() as books:
                transaction, told_by = list(books.ledger.transactions())[-1]
            assert told_by == event["id"] and event["ledger"] == posting_facts(transaction)

    def available(self, account: str) -> int:
        held = sum(self.hand.holds[payment].amount for payment in self.open_holds(account))
        return self.hand.posted[account] - held

    def open_holds(self, account: str) -> set[str]:
        """As the wallet has them; it has a say only where the clock went back over an end."""
        now = self.scene.clock.moment
        with self.scene.store.reading() as books:
            told = {hold.id for hold in books.ledger.open_holds(account, now)}
        assert self.hand.surely_open(account, now) <= told <= self.hand.perhaps_open(account, now)
        return told

    # Steps

    @rule(name=st.sampled_from((*PEOPLE, *SELLERS)), minor=MINORS)
    def deposit(self, name: str, minor: int) -> None:
        if name in self.hand.names or name in SELLERS:
            assert not self.take("deposit", lambda: cash.deposit(self.scene.till(), name, typed(minor))).refusal
            self.hand.deposited(self.hand.names.get(name), minor)

    @rule(name=st.sampled_from((*PEOPLE, *SELLERS)), minor=MINORS)
    def withdraw(self, name: str, minor: int) -> None:
        account = self.hand.names.get(name)
        if account is None and name in PEOPLE:
            return
        before = self.available(account) if account else None
        result = self.take("withdraw", lambda: cash.withdraw(self.scene.till(), name, typed(minor)))
        if before is not None:
            assert (result.refusal is None) == (before >= minor), result.refusal
        if not result.refusal:
            self.hand.withdrawn(account, minor)

    @rule(
        target=ordered,
        person=st.sampled_from(PEOPLE),
        picks=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3, unique=True),
    )
    def shop(self, person: str, picks: list[str]) -> str | MultipleResults[str]:
        result: Any = self.take("shop", lambda: self.scene.shop(person, *picks))
        if result.refusal:
            return multiple()
        self.hand.orders[result.order.id] = (self.hand.names[person], result.order.total.minor)
        return str(result.order.id)

    @rule(
        target=paid,
        person=st.sampled_from(PEOPLE),
        minor=MINORS,
        seller=st.sampled_from(SELLERS),
        hold=st.booleans(),
        key=st.none() | st.sampled_from(KEYS),
        claimed=st.sampled_from((None, None, None, *PEOPLE)),
    )
    def pay(
        self, person: str, minor: int, seller: str, hold: bool, key: str | None, claimed: str | None
    ) -> str | MultipleResults[str]:
        return self.payment(person, key, hold=hold, amount=typed(minor), merchant=seller, account=claimed)

    @rule(target=paid, person=st.sampled_from(PEOPLE), key=st.none() | st.sampled_from(KEYS), hold=st.booleans())
    def pay_the_newest_order(self, person: str, key: str | None, hold: bool) -> str | MultipleResults[str]:
        return self.payment(person, key, hold=hold)

    @rule(
        target=paid,
        person=st.sampled_from(PEOPLE),
        order=ordered,
        key=st.none() | st.sampled_from(KEYS),
        hold=st.booleans(),
    )
    def pay_an_order(self, person: str, order: str, key: str | None, hold: bool) -> str | MultipleResults[str]:
        return self.payment(person, key, hold=hold, order_id=order)

    @rule(person=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS), hold=st.booleans(), other=st.booleans())
    def retry(self, person: str, key: str, hold: bool, other: bool) -> None:
        """Whoever comes with the key, and whatever was or was not to be captured: as before, or other parameters."""
        if key in self.hand.keys:
            first = {name: value for name, value in self.hand.keys[key][0].items() if name != "claimed"}
            request = {"amount": "1.23", "merchant": "philately"} if other else first
            self.payment(person, key, hold=hold, **request)

    def payment(self, person: str, key: str | None, *, hold: bool, **request: Any) -> str | MultipleResults[str]:
        """The payment for later steps, where there is a new one."""
        claimed = request.get("account")
        if claimed is not None and claimed not in self.hand.names:
            return multiple()
        asked = {name: value for name, value in request.items() if value is not None}
        bound = {**asked, "claimed": self.hand.names.get(str(claimed))}
        before = self.hand.keys.get(key) if key else None
        account = self.hand.names.get(person)
        can_spend = self.available(account) if account else 0
        result = self.take("pay", lambda: self.scene.pay(person, key=key, hold=hold, **asked))
        assert isinstance(result, PayResult)
        if before is not None:
            self.check_key(before, bound, result)
            return multiple()
        assert not result.repeated
        if result.refusal:
            if result.refusal.reason == "insufficient_funds" and result.amount:
                assert can_spend < result.amount.minor
            return multiple()
        assert account is not None and claimed in {None, person}
        return self.new_payment(result, account, key, bound, can_spend)

    def check_key(self, before: tuple[dict[str, Any], str, str], bound: dict[str, Any], result: PayResult) -> None:
        """The first success again, or that the parameters are others: a key has no other outcome any more."""
        first, payment, event = before
        if bound == first:
            assert (
                result.refusal is None
                and result.repeated
                and result.payment is not None
                and result.payment.hold.id == payment
            )
            assert result.first_event == event and result.name is None and result.account_id is None
        else:
            assert result.exit is ExitStatus.KEY_REUSED

    def new_payment(
        self, result: PayResult, account: str, key: str | None, bound: dict[str, Any], can_spend: int
    ) -> str:
        assert result.payment is not None and result.account_id == account
        made, minor = result.payment.hold, result.payment.hold.amount.minor
        assert minor <= can_spend and made.id not in self.hand.holds
        if made.order_id:
            assert self.hand.orders[made.order_id] == (account, minor), "somebody else's order, or another price"
            assert not self.hand.order_is_paid(made.order_id), "paid twice"
        self.hand.holds[made.id] = HandHold(account, minor, made.expires_at, made.order_id)
        event = self.event(result.events[0])
        assert (event["payment"], event["order"], event["account"]) == (made.id, made.order_id, account)
        assert (event["amount_minor"], event["state"]) == (minor, result.payment.state)
        if result.payment.state == "captured":
            self.hand.captured(made.id, minor)
        if key:
            self.hand.keys[key] = (bound, made.id, event["id"])
        return made.id

    @rule(payment=paid, part=st.none() | MINORS)
    def capture(self, payment: str, part: int | None) -> None:
        hold = self.hand.holds[payment]
        is_open = payment in self.open_holds(hold.payer)
        result: Any = self.take(
            "capture", lambda: payments.capture(self.scene.till(), payment, typed(part) if part else None)
        )
        wanted = part or hold.amount
        if result.refusal:
            could = is_open and wanted <= hold.amount and not hold.was_expired
            assert not could, result.refusal
            return
        assert is_open and not (hold.order and self.hand.order_is_paid(hold.order))
        self.hand.captured(payment, wanted)
        assert result.amount.minor == wanted == self.event(result.events[0])["amount_minor"]

    @rule(payment=paid)
    def void(self, payment: str) -> None:
        is_open = payment in self.open_holds(self.hand.holds[payment].payer)
        result = self.take("void", lambda: payments.void(self.scene.till(), payment))
        assert (result.refusal is None) == is_open
        if is_open:
            self.hand.voided(payment)

    @rule(payment=paid, part=st.none() | MINORS)
    def refund(self, payment: str, part: int | None) -> None:
        hold = self.hand.holds[payment]
        left = hold.captured - hold.refunded
        result: Any = self.take(
            "refund", lambda: payments.refund(self.scene.till(), payment, typed(part) if part else None)
        )
        if result.refusal:
            assert left < (part or 1) or result.refusal.reason == "insufficient_funds", result.refusal
            return
        assert result.amount.minor == (part or left)
        self.hand.refunded(payment, result.amount.minor)

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        RUN["time passes: done"] += 1
        self.scene.clock.advance(hours=hours)

    @rule(hours=HOURS, sure=st.integers(0, 2))
    def the_clock_goes_back(self, hours: int, sure: int) -> None:
        if not sure:
            RUN["the clock goes back: done"] += 1
            self.scene.clock.advance(hours=-hours)

    @rule(person=st.sampled_from(PEOPLE), sure=st.integers(0, 2))
    def forget(self, person: str, sure: int) -> None:
        """Once in a while: a person who is gone makes most of the other steps dull."""
        if sure or person not in self.hand.names:
            return
        held = self.open_holds(self.hand.names[person])
        result: Any = self.take("forget", lambda: forget(self.scene.till(), person))
        assert (result.refusal is not None) == bool(held)
        if not held:
            assert result.paid_out.minor == self.hand.forgotten(person)

    @rule(person=st.sampled_from(PEOPLE), minor=MINORS, sure=st.integers(0, 2))
    def enrol_again(self, person: str, minor: int, sure: int) -> None:
        """After forgetting, a new account that knows nothing of the old one; before, one more reference."""
        if sure and person in self.hand.names:
            return
        selfie = self.scene.selfie(person, smile=False)
        result: Any = self.take("enroll", lambda: enroll(self.scene.till(), person, selfie, deposit=typed(minor)))
        if result.refusal:
            return
        assert result.account_id == self.hand.names.get(person, result.account_id)
        assert person in self.hand.names or result.account_id not in self.hand.posted
        self.hand.enrolled(person, result.account_id)
        self.hand.deposited(result.account_id, minor)

    # What is always so

    @invariant()
    def the_books_are_those_kept_by_hand(self) -> None:
        """Each transaction sums to zero, each balance is the sum of its postings, and both are as counted by hand."""
        self.hand.clock_is(self.scene.clock.moment)
        unbalanced = self.read("SELECT transaction_id FROM postings GROUP BY 1, currency HAVING sum(amount_minor) <> 0")
        assert unbalanced == []
        sums = dict(self.read("SELECT account_id, sum(amount_minor) FROM postings GROUP BY 1"))
        assert sum(sums.values()) == 0
        for account, posted in self.hand.posted.items():
            assert sums.pop(account, 0) == posted >= 0
        assert sums.pop("funding:EUR", 0) == -self.hand.outside
        assert sum(sums.values()) == self.hand.sellers and all(posted >= 0 for posted in sums.values())

    @invariant()
    def nobody_owes(self) -> None:
        """Available is posted less what open holds set aside; below zero only by holds that the clock came back to."""
        now = self.scene.clock.moment
        for account, posted in self.hand.posted.items():
            opened = self.open_holds(account)
            held = sum(self.hand.holds[payment].amount for payment in opened)
            with self.scene.store.reading() as books:
                balance = books.ledger.balance(account, "EUR", now)
            assert (balance.posted.minor, balance.held.minor) == (posted, held)
            assert balance.available.minor == posted - held
            revived = any(self.hand.holds[payment].was_expired for payment in opened)
            assert revived or balance.available.minor >= 0

    @invariant()
    def no_hold_gives_more_than_it_has(self) -> None:
        """Captured at most what was held, given back at most what was captured, ended once and as by hand."""
        for payment, hand in self.hand.holds.items():
            with self.scene.store.reading() as books:
                hold = books.ledger.hold(payment)
            assert hold is not None and sum(share.amount.minor for share in hold.shares) == hand.amount
            resolution = hold.resolution
            if resolution is None or resolution.kind not in {"captured", "voided"}:  # the clock may end it, as a fact
                assert hand.ended is None and (resolution is None or hand.was_expired)
                continue
            refunded = hold.refunded.minor if hold.refunded else 0
            assert (resolution.kind, resolution.amount.minor, refunded) == (hand.ended, hand.captured, hand.refunded)
            assert 0 <= refunded <= resolution.amount.minor <= hold.amount.minor

    @invariant()
    def the_chain_verifies(self) -> None:
        assert verify(self.scene.till()).count == self.facts()["events"]

    @invariant()
    def a_key_stands_for_one_payment(self) -> None:
        kept = self.read("SELECT key, hold_id, event_id FROM key_uses")
        assert {row[0]: row[1:] for row in kept} == {
            key_digest(key): (payment, event) for key, (_, payment, event) in self.hand.keys.items()
        }


def test_any_sequence_of_steps(opened: Path) -> None:
    """A failing story is printed as the steps that lead to it. The short profile tells the same ones every time."""
    RUN.clear()
    machine = type("WalletFromTemplate", (Wallet,), {"template": opened})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            suppress_health_check=list(HealthCheck),
        ),
    )
    reached = RUN.total()
    done = {step.removesuffix(": done") for step in RUN if step.endswith(": done")}
    note(f"properties: {reached} steps in {STORIES} stories, {len(RUN)} kinds of outcome")
    for step, times in sorted(RUN.items()) if LONG else ():
        note(f"  {times:6} {step}")
    assert reached >= often(200, 10_000)
    assert done >= {"deposit", "withdraw", "shop", "pay", "capture", "refund"}
    assert not LONG or done >= {"void", "forget", "enroll", "pay again"}


def test_the_machine_notices(opened: Path) -> None:
    """The checks are not true of everything: money from nowhere, a debt, a key that stands for something else."""
    machine: Any = type("Template", (Wallet,), {"template": opened})()
    machine.the_books_are_those_kept_by_hand()
    machine.hand.outside += 1
    with pytest.raises(AssertionError):
        machine.the_books_are_those_kept_by_hand()
    machine.hand.keys["k1"] = ({}, "pay_1", "evt_1")
    with pytest.raises(AssertionError):
        machine.a_key_stands_for_one_payment()
    machine.hand.posted[machine.hand.names["ann"]] -= 1
    with pytest.raises(AssertionError):
        machine.nobody_owes()
    with pytest.raises(UsageProblem):
        cash.deposit(machine.scene.till(), "nobody", "1")
    machine.teardown()
