"""Double entry: what each step posts, and that sums come out whatever the split."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.books import (
    capture_postings,
    captured_amount,
    deposit_postings,
    fee_on,
    fees_of,
    hold_state,
    order_state,
    refund_postings,
    require_balanced,
    require_capturable,
    require_open,
    require_refundable,
    share_out,
    shares_of,
    withdrawal_postings,
)
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.ledger import (
    Catalogue,
    Hold,
    OrderLine,
    Posting,
    Resolution,
    Seller,
    Share,
    order_total,
)
from smilepay_cli.vocabulary.money import Money

NOW = datetime(2015, 3, 15, 17, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def shares(*minors: int) -> tuple[Share, ...]:
    return tuple(Share(f"s{place}", eur(minor)) for place, minor in enumerate(minors))


def hold_of(*minors: int, captured: int | None = None, refunded: int = 0) -> Hold:
    return Hold(
        id="pay_1",
        account_id="acc_1",
        order_id=None,
        amount=eur(sum(minors)),
        shares=shares(*minors),
        authorized_at=NOW,
        expires_at=LATER,
        resolution=None if captured is None else Resolution("captured", eur(captured), NOW),
        refunded=eur(refunded),
    )


def legs(*postings: Posting) -> dict[str, int]:
    return {posting.account_id: posting.amount.minor for posting in postings}


class TestPostings:
    """Who gains and who loses at each step."""

    def test_a_deposit_comes_from_outside(self) -> None:
        assert legs(*deposit_postings("acc_1", eur(500))) == {"funding:EUR": -500, "acc_1": 500}

    def test_a_withdrawal_goes_outside(self) -> None:
        assert legs(*withdrawal_postings("acc_1", eur(500))) == {"acc_1": -500, "funding:EUR": 500}

    def test_a_capture_pays_each_seller(self) -> None:
        assert legs(*capture_postings(hold_of(300, 200), eur(500))) == {
            "acc_1": -500,
            "merchant:s0": 300,
            "merchant:s1": 200,
        }

    def test_a_capture_in_part_pays_the_first_seller_first(self) -> None:
        assert legs(*capture_postings(hold_of(300, 200), eur(350))) == {
            "acc_1": -350,
            "merchant:s0": 300,
            "merchant:s1": 50,
        }
        assert "merchant:s1" not in legs(*capture_postings(hold_of(300, 200), eur(300)))

    def test_a_refund_takes_back_in_the_order_of_paying(self) -> None:
        first = hold_of(300, 200, captured=500)
        assert legs(*refund_postings(first, eur(100))) == {"merchant:s0": -100, "acc_1": 100}
        second = hold_of(300, 200, captured=500, refunded=100)
        assert legs(*refund_postings(second, eur(250))) == {"merchant:s0": -200, "merchant:s1": -50, "acc_1": 250}

    def test_a_refund_takes_nothing_from_who_got_nothing(self) -> None:
        partly = hold_of(300, 200, captured=300)
        assert legs(*refund_postings(partly, eur(300))) == {"merchant:s0": -300, "acc_1": 300}

    @pytest.mark.parametrize(
        "postings",
        [
            (),
            (Posting("a", eur(1)),),
            (Posting("a", eur(1)), Posting("b", eur(-2))),
            (Posting("a", eur(1)), Posting("b", Money(-1, "USD"))),
        ],
    )
    def test_what_does_not_balance_is_a_bug(self, postings: tuple[Posting, ...]) -> None:
        with pytest.raises(ValueError, match="sum to zero"):
            require_balanced(postings)


MINORS = st.lists(st.integers(1, 10_000), min_size=1, max_size=6)


@given(MINORS, st.data())
def test_a_share_out_sums_exactly_and_takes_no_more_than_a_share(minors: list[int], data: st.DataObject) -> None:
    """Whatever part of the whole is shared out."""
    amount = data.draw(st.integers(0, sum(minors)))
    parts = share_out(eur(amount), shares(*minors))
    own = {share.seller: share.amount.minor for share in shares(*minors)}
    assert sum(part.amount.minor for part in parts) == amount
    assert all(0 < part.amount.minor <= own[part.seller] for part in parts)


@given(MINORS, st.data())
def test_a_larger_amount_never_takes_from_a_share(minors: list[int], data: st.DataObject) -> None:
    """Monotone in each share: else a second refund would have to pay a seller."""
    small, large = sorted(data.draw(st.tuples(*[st.integers(0, sum(minors))] * 2)))
    less = {part.seller: part.amount.minor for part in share_out(eur(small), shares(*minors))}
    more = {part.seller: part.amount.minor for part in share_out(eur(large), shares(*minors))}
    assert all(more.get(seller, 0) >= minor for seller, minor in less.items())


@given(MINORS)
def test_no_more_than_there_is(minors: list[int]) -> None:
    """A cent too much is a bug, not a gift."""
    with pytest.raises(ValueError, match="more than the shares"):
        share_out(eur(sum(minors) + 1), shares(*minors))


@given(MINORS, st.data())
def test_refunds_in_any_split_give_back_what_each_seller_got(minors: list[int], data: st.DataObject) -> None:
    """Capture any part, give it back in any parts: everyone ends at zero, and no step takes more than is there."""
    captured = data.draw(st.integers(1, sum(minors)))
    hold = hold_of(*minors, captured=captured)
    sums = legs(*capture_postings(hold, eur(captured)))
    left = captured
    while left:
        part = data.draw(st.integers(1, left))
        postings = refund_postings(replace(hold, refunded=eur(captured - left)), eur(part))
        require_balanced(postings)
        for posting in postings:
            sums[posting.account_id] += posting.amount.minor
        assert all(minor >= 0 for account, minor in sums.items() if account.startswith("merchant:"))
        assert all(posting.amount.minor for posting in postings)
        left -= part
    assert not any(sums.values())


@given(MINORS, st.data())
def test_every_capture_balances(minors: list[int], data: st.DataObject) -> None:
    """Also a part of a hold."""
    hold = hold_of(*minors)
    require_balanced(capture_postings(hold, eur(data.draw(st.integers(1, sum(minors))))))


class TestFees:
    """Sellers pay them, of what they keep, rounded down; nothing else changes them."""

    def test_a_capture_pays_the_seller_less_the_fee(self) -> None:
        hold = replace(hold_of(2_000), shares=(Share("philately", eur(2_000), 60),))
        assert legs(*capture_postings(hold, eur(2_000))) == {
            "acc_1": -2_000,
            "merchant:philately": 1_988,
            "fees:EUR": 12,
        }

    @pytest.mark.parametrize(("minor", "bp", "fee"), [(166, 60, 0), (167, 60, 1), (1, 9_999, 0), (5, 10_000, 5)])
    def test_it_is_rounded_down(self, minor: int, bp: int, fee: int) -> None:
        """166 x 0.6 % is 0.996: nothing. 167 x 0.6 % is 1.002: one."""
        assert fee_on(Share("s", eur(minor), bp)) == eur(fee)

    def test_nothing_is_posted_that_moves_nothing(self) -> None:
        """Neither a fee of nothing, nor a seller's part that is fee altogether."""
        small = replace(hold_of(100), shares=(Share("s", eur(100), 60),))
        assert legs(*capture_postings(small, eur(100))) == {"acc_1": -100, "merchant:s": 100}
        dear = replace(hold_of(100), shares=(Share("s", eur(100), 10_000),))
        assert legs(*capture_postings(dear, eur(100))) == {"acc_1": -100, "fees:EUR": 100}

    def test_before_the_capture_there_is_none(self) -> None:
        assert fees_of(replace(hold_of(2_000), shares=(Share("s", eur(2_000), 60),))) == eur(0)


@given(MINORS, st.lists(st.integers(0, 10_000), min_size=6, max_size=6), st.data())
def test_any_refunds_leave_the_fee_of_what_is_kept(minors: list[int], rates: list[int], data: st.DataObject) -> None:
    """In whatever parts: net and fee are those of a payment of just what is left, and in the end there is neither."""
    parts = tuple(Share(s.seller, s.amount, bp) for s, bp in zip(shares(*minors), rates, strict=False))
    captured = data.draw(st.integers(1, sum(minors)))
    hold = replace(hold_of(*minors, captured=captured), shares=parts)
    sums = legs(*capture_postings(hold, eur(captured)))
    left = captured
    while left:
        part = data.draw(st.integers(1, left))
        postings = refund_postings(replace(hold, refunded=eur(captured - left)), eur(part))
        require_balanced(postings)
        for posting in postings:
            assert (posting.amount.minor > 0) == (posting.account_id == "acc_1"), "only the payer gains"
            sums[posting.account_id] += posting.amount.minor
        left -= part
        now = replace(hold, refunded=eur(captured - left))
        assert (
            sums.get("fees:EUR", 0)
            == fees_of(now).minor
            == sum(
                kept_by * bp // 10_000 for kept_by, bp in zip(last_kept(minors, captured, left), rates, strict=False)
            )
        )
    assert not any(sums.values())


def last_kept(minors: list[int], captured: int, left: int) -> list[int]:
    """What each keeps, told another way: who was paid first gave back first, so what is left is the last of it."""
    paid: list[int] = []
    gone = captured - left
    for minor in minors:
        paid.append(min(minor, captured - sum(paid)))
    for place, minor in enumerate(paid):
        paid[place] -= (back := min(minor, gone))
        gone -= back
    return paid


class TestStates:
    """States follow from the facts and the clock."""

    def test_of_a_hold(self) -> None:
        hold = hold_of(500)
        assert hold_state(hold, NOW) == "open"
        assert hold_state(hold, LATER - timedelta(milliseconds=1)) == "open"
        assert hold_state(hold, LATER) == "expired"
        assert hold_state(hold_of(500, captured=500), LATER) == "captured", "what was captured does not expire"
        voided = replace(hold, resolution=Resolution("voided", eur(0), NOW))
        assert hold_state(voided, NOW) == hold_state(voided, LATER) == "voided"
        assert captured_amount(voided) == eur(0)

    def test_of_an_order(self) -> None:
        held, paid = hold_of(500), hold_of(500, captured=500)
        voided = replace(held, resolution=Resolution("voided", eur(0), NOW))
        assert order_state([], NOW) == order_state([voided], NOW) == order_state([held], LATER) == "open"
        assert order_state([held], NOW) == order_state([voided, held], NOW) == "held"
        assert order_state([paid], LATER) == order_state([voided, paid], NOW) == "paid"

    def test_only_an_open_hold_ends(self) -> None:
        require_open(hold_of(500), NOW)
        for hold, moment in ((hold_of(500, captured=500), NOW), (hold_of(500), LATER)):
            with pytest.raises(Refused) as refused:
                require_open(hold, moment)
            assert refused.value.kind is Reason.HOLD_NOT_OPEN

    def test_no_more_is_captured_than_was_authorized(self) -> None:
        require_capturable(hold_of(500), eur(500), NOW)
        with pytest.raises(Refused) as refused:
            require_capturable(hold_of(500), eur(501), NOW)
        assert refused.value.kind is Reason.OVER_CAPTURE

    def test_no_more_is_given_back_than_was_captured(self) -> None:
        partly = hold_of(500, captured=300, refunded=100)
        assert require_refundable(partly, None, NOW) == eur(200)
        assert require_refundable(partly, eur(200), LATER) == eur(200)
        with pytest.raises(Refused) as refused:
            require_refundable(partly, eur(201), NOW)
        assert refused.value.kind is Reason.OVER_CAPTURE

    @pytest.mark.parametrize("hold", [hold_of(500), hold_of(500, captured=300, refunded=300)])
    def test_nothing_captured_nothing_given_back(self, hold: Hold) -> None:
        with pytest.raises(Refused) as refused:
            require_refundable(hold, None, NOW)
        assert refused.value.kind is Reason.NOT_CAPTURED


def test_shares_of_an_order_are_per_seller_in_order() -> None:
    """Two lines of one seller are one share; they sum to the order's total."""
    lines = [
        OrderLine("latte", "Latte", "cafe", 2, eur(380)),
        OrderLine("stamp", "Stamp", "philately", 1, eur(2_000)),
        OrderLine("cake", "Cake", "cafe", 1, eur(420)),
    ]
    catalogue = Catalogue("EUR", {"cafe": Seller("cafe", "Cafe", 45)}, {}, fee_bp=60)
    shared = shares_of(lines, catalogue)
    assert shared == (Share("cafe", eur(1_180), 45), Share("philately", eur(2_000), 60)), "the fee of each, or all's"
    assert order_total(lines) == eur(3_180)
