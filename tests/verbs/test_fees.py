"""What a payment costs the seller: fixed when it is authorized, given back with a refund, an account like others."""

from __future__ import annotations

import pytest

from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.payments import capture, refund
from smilepay_cli.verbs.wallet import balance, statement
from smilepay_cli.vocabulary.errors import ExitStatus
from tests.verbs.conftest import Scene

CATALOGUE = """
currency = "EUR"
fee = "{all}"
items = []
[sellers]
kiosk = "Kiosk"
cafe = {{ title = "Cafe", fee = "{cafe}" }}
"""


def with_fees(scene: Scene, *, all_others: str, cafe: str) -> None:
    scene.home.mkdir(exist_ok=True)
    (scene.home / "catalogue.toml").write_text(CATALOGUE.format(all=all_others, cafe=cafe))


def posted(scene: Scene) -> dict[str, int]:
    return {named.name: named.balance.posted.minor for named in balance(scene.till()).balances}


def paid(scene: Scene, amount: str, merchant: str = "kiosk", *, hold: bool = False) -> str:
    result = scene.pay("ann", amount=amount, merchant=merchant, hold=hold)
    assert result.payment is not None
    return result.payment.hold.id


def test_a_seller_may_have_a_fee_of_their_own(scene: Scene) -> None:
    """And the others have everybody's. The payer pays the price and no more."""
    with_fees(scene, all_others="1 %", cafe="2.5%")
    scene.enroll("ann")
    paid(scene, "10")
    paid(scene, "10", "cafe")
    assert posted(scene) == {"ann": 8_000, "cafe": 975, "kiosk": 990, "fees": 35}
    verify(scene.till())


def test_a_payment_keeps_the_fee_it_was_authorized_at(scene: Scene) -> None:
    """Captured and given back after the fee went up: both at the old one. A new payment has the new one."""
    with_fees(scene, all_others="1 %", cafe="1 %")
    scene.enroll("ann")
    early = paid(scene, "20", hold=True)
    with_fees(scene, all_others="10 %", cafe="10 %")
    taken = capture(scene.till(), early)
    assert taken.fee is not None and taken.fee.minor == 20
    given = refund(scene.till(), early, "10")
    assert given.fee is not None and given.fee.minor == 10
    assert posted(scene) == {"ann": 9_000, "kiosk": 990, "fees": 10}
    paid(scene, "10")
    assert posted(scene)["fees"] == 110


def test_the_event_of_the_authorization_tells_the_fee(scene: Scene) -> None:
    """So that what is captured later can be held against it."""
    scene.enroll("ann")
    paid(scene, "20", hold=True)
    assert scene.events()[-1]["hold"]["shares"] == [{"seller": "kiosk", "minor": 2_000, "fee_bp": 60}]


def test_without_a_fee_there_is_no_account_of_fees(scene: Scene) -> None:
    """A home's own catalogue that says nothing of fees takes none."""
    scene.home.mkdir()
    (scene.home / "catalogue.toml").write_text('currency = "EUR"\nitems = []\n[sellers]\nkiosk = "Kiosk"\n')
    scene.enroll("ann")
    paid(scene, "10")
    assert posted(scene) == {"ann": 9_000, "kiosk": 1_000}


def test_fees_are_paid_out_like_any_account(scene: Scene) -> None:
    """By the name `fees`: balance, statement, withdrawal, and no more than is there."""
    scene.enroll("ann")
    paid(scene, "50")
    assert withdraw(scene.till(), "fees", "0.31").exit is ExitStatus.INSUFFICIENT_FUNDS
    assert withdraw(scene.till(), "fees", "0.30").outcome == "done"
    shown = statement(scene.till(), "fees")
    assert [(line.amount.minor, line.gross) for line in shown.lines] == [(30, None), (-30, None)]
    assert [line.others for line in shown.lines] == [("kiosk",), ("outside",)] and shown.balance.posted.minor == 0
    (one,) = balance(scene.till(), "fees").balances
    assert (one.name, one.kind) == ("fees", "fees")
    verify(scene.till())


def test_a_refund_needs_the_fee_that_it_gives_back(scene: Scene) -> None:
    """Fees that were paid out are not there any more: 20, and the hint says whose account lacks them."""
    scene.enroll("ann")
    payment = paid(scene, "50")
    withdraw(scene.till(), "fees", "0.30")
    short = refund(scene.till(), payment)
    assert short.refusal is not None and short.exit is ExitStatus.INSUFFICIENT_FUNDS
    assert short.refusal.message == "fees: 0.00 EUR available, 0.30 EUR needed"
    deposit(scene.till(), "fees", "0.30")
    assert refund(scene.till(), payment).outcome == "done"
    assert posted(scene) == {"ann": 10_000, "kiosk": 0, "fees": 0}


@pytest.mark.parametrize("name", ["fees", "Fees", "KIOSK"])
def test_nobody_is_enrolled_under_the_name_of_an_account_that_is_no_customers(scene: Scene, name: str) -> None:
    """Else a payout to that name would be somebody else's; names are told apart without regard to case."""
    refused = enroll(scene.till(), name, scene.selfie("ann", smile=False))
    assert refused.refusal is not None and refused.refusal.reason == "name_taken"


def test_a_statement_tells_gross_and_fee_of_each_part(scene: Scene) -> None:
    """Of an order of two sellers, given back in parts: each line is what the seller's own part came to."""
    scene.enroll("ann")
    scene.shop("ann", "latte=5", "stamp")
    order = scene.pay("ann")
    assert order.payment is not None
    (line,) = statement(scene.till(), "ann").lines[-1:]
    assert line.others == ("cafe", "philately") and line.fee is None, "the payer has nothing to do with fees"
    for part in ("9", "15", None):
        assert refund(scene.till(), order.payment.hold.id, part).outcome == "done"
    for seller, parts in {
        "cafe": [(1_900, 11), (-900, -5), (-1_000, -6)],
        "philately": [(2_000, 12), (-500, -3), (-1_500, -9)],
    }.items():
        lines = statement(scene.till(), seller).lines
        assert [(line.gross and line.gross.minor, line.fee and line.fee.minor) for line in lines] == parts
        assert all(line.gross and line.fee and line.amount == line.gross - line.fee for line in lines)
