"""Money at the edges: another currency, a seller's name, a seller who is gone, a clock set back, a damaged page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from smilepay_cli.adapters.store.ledger import SqliteLedger
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.verbs import cash, payments, wallet
from smilepay_cli.verbs.audit import listed, verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused, StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.faces import Frame
from smilepay_cli.vocabulary.money import LARGEST_SUM
from tests.fakes.fake_engine import picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene

ENTRY = '[[items]]\nid = "{id}"\ntitle = "{id}"\nseller = "{seller}"\nprice = "{price}"\n'


def offer(scene: Scene, *items: tuple[str, str, str], currency: str = "EUR") -> None:
    """A catalogue of (item, seller, price)."""
    sellers = "".join(f'{seller} = "{seller}"\n' for seller in sorted({seller for _, seller, _ in items}))
    entries = "".join(ENTRY.format(id=item, seller=seller, price=price) for item, seller, price in items)
    (scene.home / "catalogue.toml").write_text(f'currency = "{currency}"\n[sellers]\n{sellers}{entries}')


def all_legs(scene: Scene) -> set[tuple[str, str]]:
    """(account, currency) of every posting."""
    with scene.store.reading() as books:
        return {
            (leg.account_id, leg.amount.currency)
            for transaction, _ in books.ledger.transactions()
            for leg in transaction.postings
        }


class TestOneCurrencyAnAccount:
    """A catalogue that changes its currency: no account ever holds two, or part of its money could not be seen."""

    def sold_in_two(self, scene: Scene) -> None:
        """ann pays the kiosk in euros; then prices are in dollars, and bob has some."""
        scene.enroll("ann")
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        offer(scene, ("badge", "kiosk", "5"), ("tea", "bar", "2"), currency="USD")
        scene.enroll("bob")

    def test_a_seller_who_was_paid_in_another_one(self, scene: Scene) -> None:
        self.sold_in_two(scene)
        result = scene.pay("bob", amount="3", merchant="kiosk")
        assert (result.exit, result.refusal and result.refusal.reason) == (22, "wrong_currency")
        assert scene.shop("bob", "badge").outcome == "done"
        ordered = scene.pay("bob")
        assert (ordered.exit, ordered.refusal and ordered.refusal.reason) == (22, "wrong_currency")
        assert ("merchant:kiosk", "USD") not in all_legs(scene)

    def test_a_seller_who_was_not(self, scene: Scene) -> None:
        self.sold_in_two(scene)
        assert scene.pay("bob", amount="3", merchant="bar").outcome == "done"
        assert {account: currency for account, currency in all_legs(scene) if account.startswith("merchant")} == {
            "merchant:kiosk": "EUR",
            "merchant:bar": "USD",
        }
        verify(scene.till())

    def test_a_hold_that_is_captured_when_the_seller_has_another_one_by_then(self, scene: Scene) -> None:
        scene.enroll("ann")
        held = scene.pay("ann", amount="3", merchant="kiosk", hold=True).payment
        offer(scene, ("badge", "kiosk", "5"), currency="USD")
        scene.enroll("bob")
        assert held and scene.pay("bob", amount="3", merchant="kiosk").outcome == "done"
        result = payments.capture(scene.till(), held.hold.id)
        assert result.refusal is not None and result.refusal.reason == "wrong_currency"
        assert payments.void(scene.till(), held.hold.id).outcome == "done"


class TestNamesOfSellers:
    """Money goes to whoever has the name, so nobody enrols under a seller's, however it is written."""

    @pytest.mark.parametrize("name", ["kiosk", "Kiosk", "KIOSK", "ｋｉｏｓｋ"])
    def test_of_the_catalogue(self, scene: Scene, name: str) -> None:
        result = scene.enroll(name)
        assert result.refusal is not None and result.refusal.reason == "name_taken"
        assert cash.deposit(scene.till(), "kiosk", "3").outcome == "done"
        assert ("merchant:kiosk", "EUR") in all_legs(scene)

    def test_of_one_who_is_no_longer_in_it(self, scene: Scene) -> None:
        scene.enroll("ann")
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        offer(scene, ("tea", "bar", "2"))
        result = scene.enroll("Kiosk")
        assert result.refusal is not None and result.refusal.reason == "name_taken"
        assert cash.withdraw(scene.till(), "kiosk", "1").outcome == "done"


class TestOneNameForTwo:
    """A customer and a seller of one name: it does not come about, and where it did, nobody gets the other's money."""

    def test_a_seller_who_comes_while_somebody_enrols(self, scene: Scene) -> None:
        """The catalogue is looked at again when nobody can change it any more."""

        class Meanwhile(PictureSource):
            def frames(self) -> Iterator[Frame]:
                offer(scene, ("tea", "Zoe", "2"))
                yield from super().frames()

        result = enroll(scene.till(), "zoe", Meanwhile(picture("zoe")), deposit="50")
        assert result.refusal is not None and result.refusal.reason == "name_taken"
        with scene.store.reading() as books:
            assert books.people.all() == []
        assert scene.events()[-1]["checks"][-1]["name"] == "name_again"

    def test_nobody_enrols_between_the_event_of_an_edit_and_its_catalogue(self, scene: Scene) -> None:
        """The edit has looked at the people already, and the new catalogue is not there yet: enrolling waits."""
        with scene.store.reading():
            pass
        done = Event()

        def enrolling() -> None:
            with scene.elsewhere() as other:
                other.enroll("zoe")
            done.set()

        thread = Thread(target=enrolling)
        with scene.till().catalogue.alone():
            thread.start()
            assert not done.wait(1.0), "it waits for the edit"
            offer(scene, ("tea", "Zoe", "2"))
        thread.join(30)
        assert done.is_set()
        with scene.store.reading() as books:
            assert books.people.all() == []

    @pytest.mark.parametrize("name", ["zoe", "ZOE"])
    def test_a_catalogue_changed_by_hand(self, scene: Scene, name: str) -> None:
        """What is meant for a seller is not taken from a customer, nor the other way round."""
        scene.enroll("zoe")
        offer(scene, ("tea", "Zoe", "2"))
        for verb in (
            lambda: cash.withdraw(scene.till(), name, "3"),
            lambda: cash.deposit(scene.till(), name, "3"),
            lambda: wallet.statement(scene.till(), name),
            lambda: wallet.balance(scene.till(), name),
            lambda: listed(scene.till(), account=name),
        ):
            with pytest.raises(UsageProblem, match="of a customer and of a seller") as problem:
                verb()
            assert problem.value.reason == "ambiguous_name" and problem.value.hint
        assert scene.balance("zoe") == 10_000
        assert scene.pay("zoe", amount="3", merchant="Zoe", account="zoe").outcome == "done", "which is which is clear"
        assert [entry.name for entry in wallet.balance(scene.till()).balances] == ["zoe", "Zoe"]


class TestKeys:
    """A key tells its first success, whatever became of the seller or of the payment since."""

    def test_of_a_seller_who_is_gone(self, scene: Scene) -> None:
        """Held only, so the seller has no account yet."""
        scene.enroll("ann")
        sale: dict[str, Any] = {"amount": "3", "merchant": "kiosk", "hold": True, "key": "k"}
        first = scene.pay("ann", **sale)
        offer(scene, ("tea", "bar", "2"))
        again = scene.pay("ann", **sale)
        assert first.payment and again.payment and again.repeated
        assert again.payment.hold.id == first.payment.hold.id
        with pytest.raises(UsageProblem):
            scene.pay("ann", **{**sale, "key": "another"})

    def test_says_how_the_payment_stands_now(self, scene: Scene) -> None:
        scene.enroll("ann")
        states = []
        for key in ("voided", "expired"):
            sale: dict[str, Any] = {"amount": "3", "merchant": "kiosk", "hold": True, "key": key}
            first = scene.pay("ann", **sale).payment
            states.append(_state(scene.pay("ann", **sale)))
            assert first is not None
            if key == "voided":
                payments.void(scene.till(), first.hold.id)
            else:
                scene.clock.advance(seconds=STANDARD.hold_seconds)
            states.append(_state(scene.pay("ann", **sale)))
        assert states == ["authorized", "voided", "authorized", "expired"]


def _state(result: PayResult) -> str | None:
    return result.payment.state if result.payment and result.repeated else None


def test_an_order_that_no_wallet_could_pay(scene: Scene) -> None:
    """Beyond 2**53 an event could not tell the amount exactly."""
    scene.enroll("ann")
    offer(scene, *[(f"palace-{n}", "bar", "10000000000") for n in range(10)])
    whole = [f"palace-{n}=999" for n in range(10)]
    with pytest.raises(UsageProblem, match="more than any wallet holds"):
        scene.shop("ann", *whole)
    order = scene.shop("ann", *whole[:9]).order
    assert order is not None and 0.99 * LARGEST_SUM < order.total.minor <= LARGEST_SUM
    assert scene.events()[-1]["amount_minor"] == order.total.minor


def test_the_order_made_last_is_the_newest_though_the_clock_went_back(scene: Scene) -> None:
    scene.enroll("ann")
    scene.shop("ann", "stamp")
    scene.clock.advance(days=-1)
    last = scene.shop("ann", "latte").order
    paid = scene.pay("ann")
    assert last and paid.order and paid.order.id == last.id


def test_a_refusal_behind_the_hold_takes_it_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule refuses there today; one that does tomorrow must not leave money set aside."""

    def refuse(*_: object) -> None:
        raise Refused(Reason.OVER_CAPTURE, "too late")

    scene.enroll("ann")
    monkeypatch.setattr(SqliteLedger, "resolve", refuse)
    result = scene.pay("ann", amount="3", merchant="kiosk", key="k")
    assert result.refusal is not None and result.refusal.reason == "over_capture"
    assert scene.balance("ann") == 10_000 and scene.events()[-1]["outcome"] == "refused"
    assert not {"payment", "ledger"} & scene.events()[-1].keys()
    monkeypatch.undo()
    assert scene.pay("ann", amount="3", merchant="kiosk", key="k").outcome == "done"


def test_a_refund_after_the_sellers_payout(scene: Scene) -> None:
    """The seller has not got it any more: refused, and done once they have it again."""
    scene.enroll("ann")
    payment = scene.pay("ann", amount="3", merchant="kiosk").payment
    with scene.store.reading() as books:
        gained = books.ledger.balance("merchant:kiosk", "EUR", scene.clock.now()).available
    assert payment and cash.withdraw(scene.till(), "kiosk", str(gained.decimal)).outcome == "done"
    assert payments.refund(scene.till(), payment.hold.id, "1").exit is ExitStatus.INSUFFICIENT_FUNDS
    assert scene.balance("ann") == 9_700
    cash.deposit(scene.till(), "kiosk", "1")
    assert payments.refund(scene.till(), payment.hold.id, "1").outcome == "done"
    assert scene.balance("ann") == 9_800


class TestFaultsOfTheFile:
    """They come out inside checks too, and are no bug of ours then, nor a refusal of the payer: 32."""

    def test_a_damaged_page_under_the_last_check(self, scene: Scene) -> None:
        """The index that balances are added up from."""
        scene.enroll("ann")
        scene.store.close()
        damage(scene.home / "wallet.db", "postings_by_account")
        with pytest.raises(StoreUnusable, match="damaged") as caught:
            scene.pay("ann", amount="3", merchant="kiosk")
        assert caught.value.reason == "damaged" and caught.value.hint

    def test_a_disk_that_is_full_where_a_hold_ends(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """Though the event of a refusal would fit: there was none."""
        scene.enroll("ann")
        held = scene.pay("ann", amount="3", merchant="kiosk", hold=True).payment
        told = len(scene.events())

        def full(*_: object) -> None:
            with sqlite3.connect(":memory:") as small:
                small.execute("PRAGMA max_page_count = 1")
                small.execute("CREATE TABLE t (x)")

        monkeypatch.setattr(SqliteLedger, "resolve", full)
        assert held is not None
        with pytest.raises(StoreUnusable) as caught:
            payments.capture(scene.till(), held.hold.id)
        assert caught.value.reason == "disk_full" and len(scene.events()) == told
        assert scene.transactions() == 1


def damage(path: Path, index: str) -> None:
    """Overwrite the index's first page with what no page looks like."""
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
