"""What a till's display may show before anybody was looked at."""

from __future__ import annotations

from typing import Any

import pytest

from smilepay_cli.verbs.bill import Bill, bill_of, has_open_order
from smilepay_cli.verbs.settle import PayRequest
from smilepay_cli.vocabulary.money import Money
from tests.verbs.conftest import Scene


@pytest.fixture
def shop(scene: Scene) -> Scene:
    scene.enroll("ann")
    return scene


def bill(shop: Scene, **request: Any) -> Bill | None:
    return bill_of(shop.till(), PayRequest(**request))


def test_an_amount_and_its_merchant(shop: Scene) -> None:
    assert bill(shop, amount="3.50", merchant="cafe") == Bill(Money(350, "EUR"), ("Café Halle 9",))


def test_a_named_order_with_each_seller_once(shop: Scene) -> None:
    order = shop.shop("ann", "latte", "stamp", "cake").order
    assert order is not None
    assert bill(shop, order_id=order.id) == Bill(order.total, ("Café Halle 9", "Hannover Philately"))


def test_the_newest_order_only_a_face_tells(shop: Scene) -> None:
    """A claimed name is no face: whoever says it must not see what somebody else picked."""
    assert shop.shop("ann").order is not None
    assert bill(shop) is None and bill(shop, account="ann") is None


@pytest.mark.parametrize(
    "request_",
    [
        {"order_id": "ord_none"},
        {"amount": "3", "merchant": "nobody"},
        {"amount": "three", "merchant": "cafe"},
        {"amount": "0", "merchant": "cafe"},
        {"amount": "3"},
        {"merchant": "cafe"},
    ],
    ids=str,
)
def test_what_pay_refuses_has_no_bill(shop: Scene, request_: dict[str, str]) -> None:
    assert bill(shop, **request_) is None


def test_an_order_that_is_paid_has_no_bill(shop: Scene) -> None:
    order = shop.shop("ann").order
    assert order is not None and shop.pay("ann").exit == 0
    assert bill(shop, order_id=order.id) is None


def test_a_key_that_was_used_has_no_bill(shop: Scene) -> None:
    """A new one has."""
    assert shop.pay("ann", amount="3", merchant="cafe", key="k").exit == 0
    assert bill(shop, amount="3", merchant="cafe", key="k") is None
    assert bill(shop, amount="3", merchant="cafe", key="another") is not None


def test_an_open_order_of_anybody(shop: Scene) -> None:
    """Neither paid nor held nor of somebody who was forgotten; and a terminal that is locked pays none."""
    assert not has_open_order(shop.till())
    assert shop.shop("ann").order is not None
    assert has_open_order(shop.till())
    for _ in range(5):
        assert shop.pay("stranger").exit == 10
    assert not has_open_order(shop.till()) and has_open_order(shop.till(terminal="another"))
    shop.clock.advance(seconds=301)
    assert has_open_order(shop.till())
    assert shop.pay("ann").exit == 0
    assert not has_open_order(shop.till())


def test_looking_writes_nothing(shop: Scene) -> None:
    before = shop.events()
    assert bill(shop, amount="3", merchant="cafe") is not None and bill(shop) is None
    assert shop.events() == before


def test_a_wallet_that_cannot_be_read_is_for_pay_to_meet(shop: Scene) -> None:
    """No bill and no error: the payment's own checks say what is wrong."""
    (shop.home / "catalogue.toml").write_text("no catalogue")
    assert bill(shop, amount="3", merchant="cafe") is None
