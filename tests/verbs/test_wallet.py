"""Money without a face."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.payments import capture, refund, void
from smilepay_cli.verbs.wallet import balance, limits, statement
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.money import Money
from tests.verbs.conftest import Scene, relaxed


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


def test_what_has_expired_says_so_everywhere(scene: Scene) -> None:
    """In the statement, to a repeated key, to capture, void and refund (22), and in the events of those."""
    scene.enroll("ann")
    first = scene.pay("ann", amount="60", merchant="kiosk", hold=True, key="k").payment
    assert first is not None
    scene.clock.advance(days=7, seconds=1)
    shown = statement(scene.till(), "ann")
    assert (shown.holds, [hold.id for hold in shown.expired]) == ((), [first.hold.id])
    again = scene.pay("ann", amount="60", merchant="kiosk", hold=True, key="k")
    assert again.repeated and again.payment is not None and again.payment.state == "expired"
    for verb in (capture, void, refund):
        late = verb(scene.till(), first.hold.id)
        assert late.exit is ExitStatus.WRONG_STATE
        assert late.refusal is not None and "is expired" in late.refusal.message
        assert scene.events()[-1]["checks"][-1]["figures"]["state"] == "expired"
    assert limits(scene.till(), "ann").spent.minor == 0


def test_a_hold_is_open_up_to_its_last_moment(scene: Scene) -> None:
    """And expired at it: nobody can capture what the payer could spend."""
    scene.enroll("ann")
    hold = scene.pay("ann", amount="60", merchant="kiosk", hold=True).payment
    assert hold is not None
    step = scene.clock.step
    scene.clock.moment = hold.hold.expires_at - 2 * step
    assert scene.balance("ann") == 4_000
    assert scene.balance("ann") == 10_000
    scene.clock.moment = hold.hold.expires_at - step
    assert capture(scene.till(), hold.hold.id).exit is ExitStatus.WRONG_STATE


def test_the_money_of_an_expired_hold_is_spent_again_and_its_order_paid(scene: Scene) -> None:
    """By another payment; the first stays expired, and cannot come back."""
    scene.enroll("ann")
    order = scene.shop("ann", "stamp=4").order
    assert order is not None
    early = scene.pay("ann", order_id=order.id, hold=True).payment
    assert early is not None
    scene.clock.advance(days=7, seconds=1)
    assert scene.pay("ann", order_id=order.id).outcome == "done"
    assert capture(scene.till(), early.hold.id).exit is ExitStatus.WRONG_STATE
    assert scene.balance("ann") == 2_000


def test_a_payment_of_just_the_limit(scene: Scene) -> None:
    """The policy's limit itself is paid, a cent more is 23; of an order too, whose amount is known after the face."""
    scene.enroll("ann")
    policy = relaxed(payment_max=Decimal("20.00"))
    assert scene.pay("ann", policy=policy, amount="20.01", merchant="kiosk").exit is ExitStatus.OVER_LIMIT
    assert scene.pay("ann", policy=policy, amount="20", merchant="kiosk").outcome == "done"
    scene.shop("ann", "stamp", "postcard")
    over = scene.pay("ann", policy=policy)
    assert (over.exit, over.refusal and over.refusal.reason) == (ExitStatus.OVER_LIMIT, "over_payment_limit")
    scene.shop("ann", "stamp")
    assert scene.pay("ann", policy=policy).outcome == "done"


def test_a_day_of_just_the_limit(scene: Scene) -> None:
    """Holds count with captures, refunds do not count back, and after 24 hours the day is over: not a moment before."""
    scene.enroll("ann")
    policy = relaxed(daily_max=Decimal("30.00"))
    held = scene.pay("ann", policy=policy, amount="10", merchant="kiosk", hold=True).payment
    taken = scene.pay("ann", policy=policy, amount="19.99", merchant="kiosk").payment
    assert held is not None and taken is not None
    refund(scene.till(), taken.hold.id)
    over = scene.pay("ann", policy=policy, amount="0.02", merchant="kiosk")
    assert (over.exit, over.refusal and over.refusal.reason) == (ExitStatus.OVER_LIMIT, "over_daily_limit")
    assert scene.pay("ann", policy=policy, amount="0.01", merchant="kiosk").outcome == "done"
    assert limits(scene.till(policy), "ann").spent == Money(3_000, "EUR")
    scene.clock.moment = held.hold.authorized_at + timedelta(hours=24) - 2 * scene.clock.step
    assert limits(scene.till(policy), "ann").spent == Money(3_000, "EUR")
    assert limits(scene.till(policy), "ann").spent == Money(2_000, "EUR"), "a day later to the moment"
    assert scene.pay("ann", policy=policy, amount="10", merchant="kiosk").outcome == "done"


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
        (1_193, 1_193, ("ann",)),
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
