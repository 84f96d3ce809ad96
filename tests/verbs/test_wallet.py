"""Money without a face."""

from __future__ import annotations

import pytest

from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.payments import capture, refund, void
from smilepay_cli.verbs.wallet import balance, limits, statement
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from tests.verbs.conftest import Scene


@pytest.fixture
def payment(scene: Scene) -> str:
    """Ann has authorized 60 of her 100 to the kiosk."""
    scene.enroll("ann")
    result = scene.pay("ann", amount="60", merchant="kiosk", hold=True)
    assert result.payment is not None
    return result.payment.hold.id


def test_a_hold_is_captured_once(scene: Scene, payment: str) -> None:
    """The second capture is 22 and moves nothing."""
    assert capture(scene.till(), payment).outcome == "done"
    again = capture(scene.till(), payment)
    assert (again.exit, again.refusal and again.refusal.reason) == (ExitStatus.WRONG_STATE, "hold_not_open")
    assert scene.balance("ann") == 4_000


def test_a_part_is_captured_and_the_rest_set_free(scene: Scene, payment: str) -> None:
    """Capture of less than was authorized."""
    capture(scene.till(), payment, "25.50")
    assert scene.balance("ann") == 10_000 - 2_550


def test_no_more_than_was_authorized(scene: Scene, payment: str) -> None:
    """Over the hold is 23."""
    assert capture(scene.till(), payment, "60.01").exit is ExitStatus.OVER_LIMIT


def test_a_voided_hold_is_free_again_and_stays_void(scene: Scene, payment: str) -> None:
    """void, then neither capture nor refund."""
    void(scene.till(), payment)
    assert scene.balance("ann") == 10_000
    assert capture(scene.till(), payment).exit is ExitStatus.WRONG_STATE
    assert refund(scene.till(), payment).exit is ExitStatus.WRONG_STATE


def test_an_expired_hold_is_free_again_and_cannot_be_captured(scene: Scene, payment: str) -> None:
    """Seven days later the money is the payer's again."""
    scene.clock.advance(days=7, seconds=1)
    assert scene.balance("ann") == 10_000
    late = capture(scene.till(), payment)
    assert late.refusal is not None and "expired" in late.refusal.message


def test_refunds_never_exceed_the_capture(scene: Scene, payment: str) -> None:
    """In parts, up to the captured amount, not a cent more."""
    capture(scene.till(), payment, "50")
    assert refund(scene.till(), payment, "20").outcome == "done"
    assert refund(scene.till(), payment, "30.01").exit is ExitStatus.OVER_LIMIT
    rest = refund(scene.till(), payment)
    assert rest.amount is not None and rest.amount.minor == 3_000
    assert refund(scene.till(), payment).exit is ExitStatus.WRONG_STATE
    assert scene.balance("ann") == 10_000


def test_a_refund_of_several_sellers_takes_from_each_what_it_got(scene: Scene) -> None:
    """Refunds in parts over an order of two sellers leave both at zero in the end."""
    scene.enroll("ann")
    scene.shop("ann", "latte", "stamp")
    paid = scene.pay("ann")
    assert paid.payment is not None
    for part in ("5", "5", "5", None):
        assert refund(scene.till(), paid.payment.hold.id, part).outcome == "done"
    accounts = {named.name: named.balance.posted.minor for named in balance(scene.till()).balances}
    assert accounts == {"ann": 10_000, "cafe": 0, "philately": 0, "fees": 0}


def test_a_merchant_is_paid_out(scene: Scene) -> None:
    """Merchants are accounts: statement and withdraw work as for customers; what they get is less the fee."""
    scene.enroll("ann")
    scene.pay("ann", amount="12", merchant="kiosk")
    assert withdraw(scene.till(), "kiosk", "11.94").exit is ExitStatus.INSUFFICIENT_FUNDS
    assert withdraw(scene.till(), "kiosk", "11.93").outcome == "done"
    lines = statement(scene.till(), "kiosk").lines
    assert [(line.amount.minor, line.balance.minor, line.others) for line in lines] == [
        (1_193, 1_193, ("ann", "fees")),
        (-1_193, 0, ("outside",)),
    ]
    assert [(line.gross and line.gross.minor, line.fee and line.fee.minor) for line in lines] == [
        (1_200, 7),
        (None, None),
    ]


def test_the_statement_runs_up_to_the_balance(scene: Scene, payment: str) -> None:
    """The last line's balance is the posted one; holds are listed apart."""
    deposit(scene.till(), "ann", "5")
    shown = statement(scene.till(), "ann")
    assert shown.lines[-1].balance == shown.balance.posted
    assert [hold.id for hold in shown.holds] == [payment]


def test_what_was_spent_is_told_with_the_limits(scene: Scene, payment: str) -> None:
    """A hold counts as spent until it is voided."""
    assert limits(scene.till(), "ann").spent.minor == 6_000
    void(scene.till(), payment)
    assert limits(scene.till(), "ann").spent.minor == 0


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "abc", "1e30", "NaN", "", "Infinity", "1_0"])
def test_amounts_that_are_none(scene: Scene, amount: str) -> None:
    """Exit 2, in words."""
    scene.enroll("ann")
    before = scene.transactions()
    with pytest.raises(UsageProblem, match="amount"):
        deposit(scene.till(), "ann", amount)
    assert scene.transactions() == before


def test_refused_movements_leave_an_event_too(scene: Scene) -> None:
    """Every attempt, also without a face."""
    scene.enroll("ann")
    withdraw(scene.till(), "ann", "500")
    assert scene.events()[-1]["command"] == "wallet.withdraw"
    assert scene.events()[-1]["reason"] == "insufficient_funds"


def test_a_refund_to_somebody_forgotten_leaves_the_wallet(scene: Scene) -> None:
    """Not into an account that nobody can use; and still never more than was captured."""
    scene.enroll("ann")
    paid = scene.pay("ann", amount="10", merchant="kiosk")
    assert paid.payment is not None
    forget(scene.till(), "ann")
    assert refund(scene.till(), paid.payment.hold.id, "4").outcome == "done"
    assert refund(scene.till(), paid.payment.hold.id, "6.01").exit is ExitStatus.OVER_LIMIT
    assert refund(scene.till(), paid.payment.hold.id).outcome == "done"
    with scene.store.reading() as books:
        assert books.ledger.balance(paid.account_id or "", "EUR", scene.clock.now()).posted.minor == 0
        assert books.ledger.balance("funding:EUR", "EUR", scene.clock.now()).posted.minor == 0


def test_a_seller_gives_back_only_what_is_there(scene: Scene) -> None:
    """After a payout there is nothing to refund from: 20, and no seller goes below zero."""
    scene.enroll("ann")
    paid = scene.pay("ann", amount="10", merchant="kiosk")
    assert paid.payment is not None
    withdraw(scene.till(), "kiosk", "6.96")
    assert refund(scene.till(), paid.payment.hold.id).exit is ExitStatus.INSUFFICIENT_FUNDS
    assert refund(scene.till(), paid.payment.hold.id, "3.01").exit is ExitStatus.INSUFFICIENT_FUNDS
    assert refund(scene.till(), paid.payment.hold.id, "3").outcome == "done", "2.98 of the seller's, 0.02 of the fees"
