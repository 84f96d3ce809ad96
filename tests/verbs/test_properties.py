"""Any sequence of steps: the books balance, nobody overspends, a key has one outcome, the chain holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
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

from smilepay_cli.rules.books import fees_of
from smilepay_cli.verbs import cash, payments
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.ledger import Hold
from smilepay_cli.vocabulary.results import Result
from tests.verbs.conftest import Scene

PEOPLE = ("ann", "bob")
ITEMS = ("latte", "stamp", "espresso=2")
MINORS = st.integers(1, 4_000)
REFUSALS = {
    ExitStatus.DONE,
    ExitStatus.NO_MATCH,
    ExitStatus.LOCKED_OUT,
    ExitStatus.INSUFFICIENT_FUNDS,
    ExitStatus.KEY_REUSED,
    ExitStatus.WRONG_STATE,
    ExitStatus.OVER_LIMIT,
}


def typed(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two people and some money, copied for every run."""
    home = tmp_path_factory.mktemp("opened") / "home"
    scene = Scene(home)
    for person in PEOPLE:
        scene.enroll(person, deposit="60")
    scene.store.close()
    return home


class Wallet(RuleBasedStateMachine):
    """Steps in any order. `template` is a home to start from; set by the test."""

    template: Path
    made: Bundle[str] = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="smilepay-"))
        shutil.copytree(self.template, self.folder / "home")
        self.scene = Scene(self.folder / "home")
        self.scene.ids._counts.update(dict.fromkeys(("acc", "evt", "ord", "pay", "ref", "txn"), 100))
        self.scene._selfies = 100
        self.paid_in = 12_000
        self.paid_out = 0
        self.keys: dict[str, tuple[str, str]] = {}
        self.gone: set[str] = set()

    def teardown(self) -> None:
        verify(self.scene.till())
        self.scene.store.close()
        shutil.rmtree(self.folder)

    def attempt(self, step: Callable[[], Result]) -> bool:
        """Whether it was done; a refusal is one of those that these steps can meet."""
        result = step()
        assert result.exit in REFUSALS, result.refusal
        return result.outcome == "done"

    def known(self, person: str) -> bool:
        return person not in self.gone

    @rule(person=st.sampled_from(PEOPLE), minor=MINORS)
    def deposit(self, person: str, minor: int) -> None:
        if self.known(person) and self.attempt(lambda: cash.deposit(self.scene.till(), person, typed(minor))):
            self.paid_in += minor

    @rule(account=st.sampled_from((*PEOPLE, "kiosk", "cafe", "fees")), minor=MINORS | st.integers(1, 9))
    def withdraw(self, account: str, minor: int) -> None:
        if self.known(account) and self.attempt(lambda: cash.withdraw(self.scene.till(), account, typed(minor))):
            self.paid_out += minor

    @rule(person=st.sampled_from(PEOPLE), picks=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=2, unique=True))
    def shop(self, person: str, picks: list[str]) -> None:
        result = self.scene.shop(person, *picks)
        assert (result.outcome == "done") == self.known(person) or result.exit is ExitStatus.LOCKED_OUT

    @rule(
        target=made,
        person=st.sampled_from(PEOPLE),
        minor=MINORS,
        hold=st.booleans(),
        key=st.none() | st.sampled_from(["k1", "k2"]),
    )
    def pay(self, person: str, minor: int, hold: bool, key: str | None) -> str | MultipleResults[str]:
        return self.kept(
            key, f"{minor}", self.scene.pay(person, amount=typed(minor), merchant="kiosk", hold=hold, key=key)
        )

    @rule(target=made, person=st.sampled_from(PEOPLE), key=st.none() | st.sampled_from(["k1", "k2"]))
    def pay_the_newest_order(self, person: str, key: str | None) -> str | MultipleResults[str]:
        return self.kept(key, "order", self.scene.pay(person, key=key))

    def kept(self, key: str | None, parameters: str, result: PayResult) -> str | MultipleResults[str]:
        """The payment for later steps; a key's first outcome is its only one."""
        assert result.exit in REFUSALS, result.refusal
        before = self.keys.get(key) if key else None
        if before and result.exit is not ExitStatus.DONE:
            assert before[0] != parameters and result.exit is ExitStatus.KEY_REUSED
        if result.payment is None:
            return multiple()
        if before:
            assert (parameters, result.payment.hold.id) == before and result.repeated
            return multiple()
        assert not result.repeated
        if key:
            self.keys[key] = (parameters, result.payment.hold.id)
        return result.payment.hold.id

    @rule(payment=made, part=st.none() | MINORS)
    def capture(self, payment: str, part: int | None) -> None:
        self.attempt(lambda: payments.capture(self.scene.till(), payment, typed(part) if part else None))

    @rule(payment=made)
    def void(self, payment: str) -> None:
        self.attempt(lambda: payments.void(self.scene.till(), payment))

    @rule(payment=made, part=st.none() | MINORS)
    def refund(self, payment: str, part: int | None) -> None:
        result = payments.refund(self.scene.till(), payment, typed(part) if part else None)
        assert result.exit in REFUSALS, result.refusal
        if result.outcome == "done" and result.payment is not None and result.amount is not None:
            with self.scene.store.reading() as books:
                if books.people.by_id(result.payment.hold.account_id) is None:  # forgotten: paid out
                    self.paid_out += result.amount.minor

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.scene.clock.advance(days=days)

    @rule(person=st.sampled_from(PEOPLE), sure=st.integers(0, 3))
    def forget(self, person: str, sure: int) -> None:
        """Once in a while: a person who is gone makes most of the other steps dull."""
        if sure or not self.known(person):
            return
        result = forget(self.scene.till(), person)
        if result.outcome == "done":
            self.gone.add(person)
            self.paid_out += result.paid_out.minor if result.paid_out else 0
        else:
            assert result.refusal is not None and result.refusal.reason == "account_in_use"

    @invariant()
    def the_books_balance(self) -> None:
        """Postings sum to zero, and what is inside is what came in and did not go out."""
        with self.scene.store.reading() as books:
            legs = [leg for made, _ in books.ledger.transactions() for leg in made.postings]
        assert sum(leg.amount.minor for leg in legs) == 0
        outside = sum(leg.amount.minor for leg in legs if leg.account_id == "funding:EUR")
        assert -outside == self.paid_in - self.paid_out

    @invariant()
    def nobody_owes(self) -> None:
        """Available is posted less what open holds set aside, and never below zero."""
        now = self.scene.clock.now()
        with self.scene.store.reading() as books:
            kinds = ("customer", "merchant", "fees")
            for account_id, currency in (pair for kind in kinds for pair in books.ledger.accounts(kind)):
                balance = books.ledger.balance(account_id, currency, now)
                holds = sum(hold.amount.minor for hold in books.ledger.open_holds(account_id, now))
                assert balance.available.minor == balance.posted.minor - holds >= 0

    @invariant()
    def no_hold_gives_more_than_it_has(self) -> None:
        """Captured at most what was held, given back at most what was captured."""
        for hold in self.holds():
            captured = hold.resolution.amount.minor if hold.resolution else 0
            refunded = hold.refunded.minor if hold.refunded else 0
            assert 0 <= refunded <= captured <= hold.amount.minor
            assert sum(share.amount.minor for share in hold.shares) == hold.amount.minor

    @invariant()
    def fees_are_those_of_what_is_kept(self) -> None:
        """Whatever was refunded in whatever parts: what fees got is what the payments of today cost."""
        with self.scene.store.reading() as books:
            legs = [leg for made, _ in books.ledger.transactions() if made.hold_id for leg in made.postings]
        taken = sum(leg.amount.minor for leg in legs if leg.account_id == "fees:EUR")
        assert taken == sum(fees_of(hold).minor for hold in self.holds())

    def holds(self) -> list[Hold]:
        with self.scene.store.reading() as books:
            ids = [row[0] for row in books.trail._db.execute("SELECT id FROM holds")]
            return [hold for hold in map(books.ledger.hold, ids) if hold]


def test_any_sequence_of_steps(opened: Path) -> None:
    """A few dozen random stories; a failing one is printed as the steps that lead to it."""
    machine = type("WalletFromTemplate", (Wallet,), {"template": opened})
    run_state_machine_as_test(machine, settings=settings(max_examples=50, stateful_step_count=30, deadline=None))


def test_the_machine_notices(opened: Path) -> None:
    """The invariants are not true of everything: money that appears from nowhere is seen."""
    machine = type("Template", (Wallet,), {"template": opened})()
    machine.the_books_balance()
    machine.paid_in -= 1
    with pytest.raises(AssertionError):
        machine.the_books_balance()
    with pytest.raises(UsageProblem):
        cash.deposit(machine.scene.till(), "nobody", "1")
    machine.teardown()
