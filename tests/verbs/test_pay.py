"""Paying: what moves, what refuses, in which order, and that each attempt leaves one event."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from smilepay_cli.rules.cues.registry import FRAMES_MIN
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.smile import UNCHANGED, is_relaxed
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.cash import withdraw
from smilepay_cli.verbs.challenge import drawn
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.gallery import open_gallery, relaxed_mouths, seal_template
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.payments import capture
from smilepay_cli.verbs.policy import set_floor
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.faces import MouthShape
from smilepay_cli.vocabulary.ledger import Person
from tests.fakes.fake_engine import empty_picture, picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed


def test_an_order_is_paid_once_and_the_books_balance(scene: Scene) -> None:
    """The main thing: one order, one hold captured, postings that sum to zero, one event."""
    scene.enroll("ann")
    order = scene.shop("ann", "latte").order
    before = len(scene.events())
    result = scene.pay("ann")
    assert result.outcome == "done"
    assert result.order is not None and order is not None and result.order.id == order.id
    assert result.order.state == "paid"
    assert scene.balance("ann") == 10_000 - 380
    assert result.payment is not None and result.payment.transaction is not None
    assert sum(leg.amount.minor for leg in result.payment.transaction.postings) == 0
    assert len(scene.events()) == before + 1
    assert scene.events()[-1]["id"] == result.events[0]


def test_a_hold_sets_money_aside_and_posts_nothing(scene: Scene) -> None:
    """--hold authorizes only."""
    scene.enroll("ann")
    posted = scene.transactions()
    result = scene.pay("ann", amount="30", merchant="kiosk", hold=True)
    assert result.payment is not None and result.payment.state == "authorized"
    assert scene.transactions() == posted
    assert scene.balance("ann") == 7_000


def test_the_newest_open_order_is_taken(scene: Scene) -> None:
    """Without a number, the order that the shopper made last."""
    scene.enroll("ann")
    scene.shop("ann", "stamp")
    newest = scene.shop("ann", "water").order
    result = scene.pay("ann")
    assert newest is not None and result.order is not None and result.order.id == newest.id


def test_sellers_of_one_order_are_each_paid(scene: Scene) -> None:
    """An order over two sellers credits both with their part."""
    scene.enroll("ann")
    scene.shop("ann", "latte=2", "stamp", "cake")
    result = scene.pay("ann")
    assert result.payment is not None and result.payment.transaction is not None
    gains = {leg.account_id: leg.amount.minor for leg in result.payment.transaction.postings}
    assert gains["merchant:cafe"] == 2 * 380 + 420 - 7, "0.6 % of 11.80 are 7 cents"
    assert gains["merchant:philately"] == 2000 - 12
    assert gains["fees:EUR"] == 7 + 12


REFUSALS = {
    "no_match": (10, True),
    "no_face": (12, False),
    "several_faces": (12, False),
    "face_too_small": (12, False),
    "smile_not_shown": (13, True),
    "insufficient_funds": (20, False),
    "no_open_order": (22, False),
    "over_payment_limit": (23, False),
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_each_refusal_moves_nothing_and_leaves_its_event(scene: Scene, reason: str) -> None:
    """One reproducer a refusal; strikes are exactly 10, 11, 13 and a wrong PIN."""
    scene.enroll("ann")
    sources = {
        "no_match": scene.selfie("stranger"),
        "no_face": PictureSource(empty_picture()),
        "several_faces": scene.selfie("ann", faces=2),
        "face_too_small": scene.selfie("ann", width=50),
        "smile_not_shown": scene.selfie("ann", smile=False),
    }
    request = {
        "insufficient_funds": {"amount": "101", "merchant": "kiosk"},
        "no_open_order": {},
        "over_payment_limit": {"amount": "501", "merchant": "kiosk"},
    }.get(reason, {"amount": "3", "merchant": "kiosk"})
    result = scene.pay("ann", source=sources.get(reason), **request)
    status, strike = REFUSALS[reason]
    assert (result.outcome, result.refusal and result.refusal.reason, int(result.exit)) == ("refused", reason, status)
    event = scene.events()[-1]
    assert (event["id"], event["reason"], event["exit"]) == (result.events[0], reason, status)
    assert (event["throttle"] == "strike") is strike
    assert scene.balance("ann") == 10_000
    assert scene.transactions() == 1
    verify(scene.till())


def test_two_people_who_look_alike_are_not_told_apart_by_chance(scene: Scene) -> None:
    """Within the margin nobody is taken; a claimed account is verified 1:1, with a PIN too."""
    scene.enroll("ann", pin="2468")
    twin = picture("bea", like="ann", apart=0.52, noise=7)
    from smilepay_cli.verbs.enroll import enroll

    loose = relaxed(dissimilarity_max=0.3)
    assert enroll(scene.till(loose), "bea", PictureSource(twin), deposit="100").outcome == "done"
    between = PictureSource(picture("bea", like="ann", apart=0.26, noise=8, smile=True))
    ambiguous = scene.pay("?", policy=relaxed(margin=0.3), source=between, amount="3", merchant="kiosk")
    assert ambiguous.exit is ExitStatus.AMBIGUOUS
    assert ambiguous.refusal is not None and ambiguous.refusal.hint == "say who you are: --account NAME --pin -"
    again = [PictureSource(picture("bea", like="ann", apart=0.26, noise=noise, smile=True)) for noise in (9, 10)]
    claim: dict[str, Any] = {"policy": relaxed(margin=0.3), "amount": "3", "merchant": "kiosk", "account": "ann"}
    assert scene.pay("?", source=again[0], **claim).exit is ExitStatus.OVER_LIMIT
    claimed = scene.pay("?", source=again[1], pin="2468", **claim)
    assert claimed.outcome == "done" and claimed.name == "ann"


def test_a_claim_by_somebody_else_is_refused(scene: Scene) -> None:
    """1:1 compares with the claimed account only."""
    scene.enroll("ann")
    scene.enroll("bob")
    result = scene.pay("bob", amount="3", merchant="kiosk", account="ann")
    assert result.exit is ExitStatus.NO_MATCH
    assert scene.balance("ann") == scene.balance("bob") == 10_000


def test_the_same_picture_pays_once(scene: Scene) -> None:
    """A picture is used up by paying, and by enrolling, also when the payment was refused."""
    scene.enroll("ann")
    selfie = scene.selfie("ann")
    assert scene.pay("ann", source=selfie, amount="3", merchant="kiosk").outcome == "done"
    again = scene.pay("ann", source=selfie, amount="3", merchant="kiosk")
    assert again.refusal is not None and again.refusal.reason == "used_before"
    enrolled = PictureSource(picture("cid", smile=True, noise=77))
    from smilepay_cli.verbs.enroll import enroll

    enroll(scene.till(), "cid", enrolled, deposit="10")
    assert scene.pay("cid", source=enrolled, amount="3", merchant="kiosk").exit is ExitStatus.ATTACK_SUSPECTED
    assert scene.balance("ann") == 9_700


def test_shopping_does_not_use_a_picture_up(scene: Scene) -> None:
    """shop needs a match only; the same selfie may pay afterwards."""
    from smilepay_cli.verbs.shop import shop

    scene.enroll("ann")
    selfie = scene.selfie("ann")
    shop(scene.till(), ["latte"], selfie)
    assert scene.pay("ann", source=selfie).outcome == "done"


def test_a_refused_picture_may_be_shown_again_only_where_the_check_is_off(scene: Scene) -> None:
    """replay_check = false is a choice by name, and the event says so."""
    scene.enroll("ann")
    selfie = scene.selfie("ann")
    policy = relaxed(replay_check=False)
    for _ in range(2):
        assert scene.pay("ann", policy=policy, source=selfie, amount="3", merchant="kiosk").outcome == "done"
    assert scene.events()[-1]["policy"]["replay_check"] is False


class TestIdempotency:
    """One key, at most one success."""

    def test_a_retry_with_a_new_selfie_tells_the_first_success(self, scene: Scene) -> None:
        scene.enroll("ann")
        first = scene.pay("ann", amount="3", merchant="kiosk", key="k")
        retry = scene.pay("ann", amount="3", merchant="kiosk", key="k")
        assert retry.outcome == "done" and retry.repeated
        assert retry.payment is not None and first.payment is not None
        assert retry.payment.hold.id == first.payment.hold.id
        assert retry.first_event == first.events[0]
        assert scene.balance("ann") == 9_700

    def test_a_repeat_names_nobody_and_looks_at_no_face(self, scene: Scene) -> None:
        scene.enroll("ann")
        scene.pay("ann", amount="3", merchant="kiosk", key="k")
        stranger = scene.selfie("stranger")
        retry = pay(scene.till(), PayRequest(amount="3", merchant="kiosk", key="k"), stranger)
        assert retry.repeated and retry.name is None and retry.account_id is None and retry.balance is None
        assert stranger.closed == 0, "the capture was started"
        assert scene.events()[-1]["account"] is None

    @pytest.mark.parametrize(
        "other", [{"amount": "4"}, {"merchant": "cafe"}, {"account": "ann"}], ids=["amount", "merchant", "account"]
    )
    def test_other_parameters_are_refused(self, scene: Scene, other: dict[str, str]) -> None:
        scene.enroll("ann")
        scene.pay("ann", amount="3", merchant="kiosk", key="k")
        result = scene.pay("ann", **{"amount": "3", "merchant": "kiosk", "key": "k", **other})
        assert result.exit is ExitStatus.KEY_REUSED
        assert scene.balance("ann") == 9_700

    def test_a_refusal_leaves_the_key_free(self, scene: Scene) -> None:
        scene.enroll("ann")
        refused = scene.pay("stranger", amount="3", merchant="kiosk", key="k")
        paid = scene.pay("ann", amount="3", merchant="kiosk", key="k")
        assert refused.outcome == "refused" and paid.outcome == "done" and not paid.repeated

    def test_an_order_paid_by_key_answers_again_without_naming_the_order(self, scene: Scene) -> None:
        scene.enroll("ann")
        scene.shop("ann")
        scene.pay("ann", key="k")
        assert scene.pay("ann", key="k").repeated
        assert scene.balance("ann") == 10_000 - 380


class TestOrders:
    """An order is its shopper's, and is paid once."""

    def test_a_paid_order_is_refused(self, scene: Scene) -> None:
        scene.enroll("ann")
        order = scene.shop("ann").order
        assert order is not None
        scene.pay("ann", order_id=order.id)
        again = scene.pay("ann", order_id=order.id)
        assert (again.exit, again.refusal and again.refusal.reason) == (ExitStatus.WRONG_STATE, "order_not_open")

    def test_somebody_elses_order_is_refused(self, scene: Scene) -> None:
        scene.enroll("ann")
        scene.enroll("bob")
        order = scene.shop("ann").order
        assert order is not None
        result = scene.pay("bob", order_id=order.id)
        assert result.refusal is not None and result.refusal.reason == "not_your_order"

    def test_the_state_of_a_named_order_is_looked_at_before_the_face(self, scene: Scene) -> None:
        """Check 3 comes before check 6: no capture for an order that cannot be paid."""
        scene.enroll("ann")
        order = scene.shop("ann").order
        assert order is not None
        scene.pay("ann", order_id=order.id)
        selfie = scene.selfie("stranger")
        assert scene.pay("?", source=selfie, order_id=order.id).exit is ExitStatus.WRONG_STATE
        assert selfie.closed == 0


class TestLockout:
    """One throttle, also for liveness refusals; a failure to acquire is no strike."""

    def test_after_five_strikes_nobody_is_compared(self, scene: Scene) -> None:
        scene.enroll("ann")
        for attempt in range(5):
            source = scene.selfie("stranger") if attempt % 2 else scene.selfie("ann", smile=False)
            scene.pay("?", source=source, amount="3", merchant="kiosk")
        selfie = scene.selfie("ann")
        locked = scene.pay("ann", source=selfie, amount="3", merchant="kiosk")
        assert locked.exit is ExitStatus.LOCKED_OUT
        assert selfie.closed == 0
        scene.clock.advance(seconds=301)
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_shopping_is_locked_too(self, scene: Scene) -> None:
        scene.enroll("ann")
        for _ in range(5):
            scene.shop("stranger")
        assert scene.shop("ann").exit is ExitStatus.LOCKED_OUT

    def test_nobody_there_is_no_strike(self, scene: Scene) -> None:
        scene.enroll("ann")
        for number in range(8):
            scene.pay("?", source=PictureSource(empty_picture(noise=number)), amount="3", merchant="kiosk")
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_another_terminal_is_not_locked(self, scene: Scene) -> None:
        scene.enroll("ann")
        for _ in range(5):
            scene.pay("stranger", amount="3", merchant="kiosk")
        elsewhere = scene.till(terminal="till-2")
        result = pay(elsewhere, PayRequest(amount="3", merchant="kiosk"), scene.selfie("ann"))
        assert result.outcome == "done"

    def test_a_claimed_account_is_locked_at_every_terminal(self, scene: Scene) -> None:
        scene.enroll("ann")
        for number in range(5):
            till = scene.till(terminal=f"till-{number}")
            pay(till, PayRequest(amount="3", merchant="kiosk", account="ann"), scene.selfie("stranger"))
        till = scene.till(terminal="till-9")
        result = pay(till, PayRequest(amount="3", merchant="kiosk", account="ann"), scene.selfie("ann"))
        assert result.exit is ExitStatus.LOCKED_OUT

    def test_slow_strikes_here_do_not_hide_quick_ones_there(self, scene: Scene) -> None:
        """Two throttles, each judged by its own strikes."""
        scene.enroll("ann")
        for _ in range(7):
            scene.pay("stranger", amount="3", merchant="kiosk")
            scene.clock.advance(seconds=80)
        for number in range(5):
            till = scene.till(terminal=f"till-{number}")
            pay(till, PayRequest(amount="3", merchant="kiosk", account="ann"), scene.selfie("stranger"))
        result = scene.pay("ann", amount="3", merchant="kiosk", account="ann")
        assert result.exit is ExitStatus.LOCKED_OUT


class TestAnyDoubtDenies:
    """Each check broken in turn: a refusal, an event, no money moved."""

    @pytest.mark.parametrize("method", ["detect", "landmarks", "descriptors", "maker"])
    def test_a_check_that_raises_refuses(self, scene: Scene, method: str) -> None:
        scene.enroll("ann")
        till = scene.till(faults={method: RuntimeError("boom")})
        result = pay(till, PayRequest(amount="3", merchant="kiosk"), scene.selfie("ann"))
        assert result.refusal is not None and result.refusal.reason == "check_failed"
        assert result.exit is ExitStatus.INTERNAL
        assert scene.events()[-1]["id"] == result.events[0]
        assert scene.balance("ann") == 10_000

    def test_a_descriptor_that_is_no_number_matches_nobody(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = scene.till(faults={"descriptors": np.full((1, 128), np.nan)})
        result = pay(till, PayRequest(amount="3", merchant="kiosk"), scene.selfie("ann"))
        assert result.exit is ExitStatus.NO_MATCH

    def test_landmarks_that_are_no_numbers_do_not_smile(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = scene.till(faults={"landmarks": np.full((68, 2), np.nan)})
        result = pay(till, PayRequest(amount="3", merchant="kiosk"), scene.selfie("ann"))
        assert result.outcome == "refused" and scene.balance("ann") == 10_000

    def test_a_policy_weaker_than_the_floor_is_refused(self, scene: Scene) -> None:
        """The payer must not choose a weaker policy."""
        scene.enroll("ann")
        set_floor(scene.till(), "standard")
        result = scene.pay("ann", policy="demo", amount="3", merchant="kiosk")
        assert (result.exit, result.refusal and result.refusal.reason) == (ExitStatus.OVER_LIMIT, "below_floor")
        assert scene.events()[-1]["reason"] == "below_floor"
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_a_presented_picture_that_cannot_be_decoded_leaves_an_event(self, scene: Scene) -> None:
        scene.enroll("ann")
        result = scene.pay("ann", source=PictureSource(junk=True), amount="3", merchant="kiosk")
        assert result.exit is ExitStatus.USAGE
        assert scene.events()[-1]["reason"] == "unusable_image"

    def test_so_does_one_presented_for_anything_else(self, scene: Scene) -> None:
        """Shopping, enrolling, looking into the trail: every attempt."""
        from smilepay_cli.verbs.audit import of_face
        from smilepay_cli.verbs.enroll import enroll
        from smilepay_cli.verbs.shop import shop

        junk = PictureSource(junk=True)
        results = (shop(scene.till(), ["latte"], junk), enroll(scene.till(), "ann", junk), of_face(scene.till(), junk))
        assert [result.exit for result in results] == [ExitStatus.USAGE] * 3
        told = [(event["command"], event["reason"]) for event in scene.events()]
        assert told == [(command, "unusable_image") for command in ("shop", "enroll", "audit")]

    def test_a_frozen_feed_is_refused(self, scene: Scene) -> None:
        scene.enroll("ann")
        neutral = picture("ann", noise=500)
        result = scene.pay("ann", source=PictureSource(*[neutral] * 5, is_camera=True), amount="3", merchant="kiosk")
        assert result.outcome == "refused"
        smiling = picture("ann", smile=True, noise=501)
        source = PictureSource(neutral, neutral, neutral, neutral, smiling, is_camera=True)
        frozen = scene.pay("ann", policy=relaxed(replay_check=False), source=source, amount="3", merchant="kiosk")
        assert frozen.refusal is not None and frozen.refusal.reason == "frozen_feed"

    def test_a_clean_picture_first_does_not_hide_a_border_on_the_judged_one(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scene.enroll("ann")
        neutral, smiling = picture("ann", noise=502), picture("ann", smile=True, noise=503)
        monkeypatch.setattr(
            "smilepay_cli.rules.cues.trace.border", lambda pixels, _: float(np.array_equal(pixels, smiling))
        )
        source = PictureSource(neutral, smiling)
        bordered = scene.pay("ann", policy="strict", source=source, amount="3", merchant="kiosk")
        assert bordered.refusal is not None and bordered.refusal.reason == "border"


class TestStrict:
    """strict asks for a change within one capture, by one person, and for a challenge on a camera."""

    def test_a_still_cannot_pay(self, scene: Scene) -> None:
        scene.enroll("ann")
        result = scene.pay("ann", policy="strict", amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "transition_not_shown"

    def test_neutral_then_smile_pays(self, scene: Scene) -> None:
        scene.enroll("ann")
        source = PictureSource(picture("ann", noise=60), picture("ann", smile=True, noise=61))
        assert scene.pay("ann", policy="strict", source=source, amount="3", merchant="kiosk").outcome == "done"

    def test_the_smile_of_somebody_else_does_not(self, scene: Scene) -> None:
        scene.enroll("ann")
        source = PictureSource(picture("bob", noise=60), picture("ann", smile=True, noise=61))
        result = scene.pay("ann", policy="strict", source=source, amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "person_changed"

    @staticmethod
    def film(first: int, *, is_virtual: bool = True, count: int = 20) -> PictureSource:
        """A camera that sees ann relaxed, then smiling."""
        frames = [picture("ann", smile=number > 3, noise=first + number) for number in range(count)]
        source = PictureSource(*frames, is_camera=True)
        source.is_virtual = is_virtual
        return source

    def test_a_camera_gets_a_challenge_that_a_smile_alone_does_not_meet(self, scene: Scene) -> None:
        """Drawn by a nonce; the event has both."""
        scene.enroll("ann")
        result = scene.pay("ann", policy="strict", source=self.film(60), amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "challenge_not_shown"
        told = scene.events()[-1]["challenge"]
        assert tuple(told["steps"]) == drawn(told["nonce"]) and told["fixed"] is False

    def test_a_fixed_challenge_is_met_by_a_file_and_the_event_says_so(self, scene: Scene) -> None:
        scene.enroll("ann")
        shown = {"policy": "strict", "amount": "3", "merchant": "kiosk"}
        assert scene.pay("ann", source=self.film(60), challenge="smile", **shown).outcome == "done"
        assert scene.events()[-1]["challenge"] == {"steps": ["smile"], "nonce": None, "fixed": True}

    @pytest.mark.parametrize(("count", "outcome"), [(FRAMES_MIN - 1, "refused"), (FRAMES_MIN, "done")])
    def test_what_gives_the_cues_no_answer_does_not_pass(self, scene: Scene, count: int, outcome: str) -> None:
        """A film that ends once the smile is shown; a camera is watched on, and not a frame longer than needed."""
        scene.enroll("ann")
        shown = {"policy": "strict", "amount": "3", "merchant": "kiosk", "challenge": "smile"}
        result = scene.pay("ann", source=self.film(60, count=count), **shown)
        assert result.outcome == outcome
        assert (result.refusal and result.refusal.reason) == (None if outcome == "done" else "too_few_frames")
        assert scene.pay("ann", source=self.film(200, count=60), **shown).outcome == "done"
        capture = next(check for check in scene.events()[-1]["checks"] if check["name"] == "capture")
        assert capture["figures"]["frames"] == FRAMES_MIN

    @pytest.mark.parametrize("words", ["grin", "smile,smile", "", "smile,,turn_left"])
    def test_a_challenge_that_is_none_is_told(self, scene: Scene, words: str) -> None:
        with pytest.raises(UsageProblem, match="--challenge"):
            scene.pay("ann", policy="strict", source=self.film(60), challenge=words, amount="3", merchant="kiosk")

    def test_a_real_camera_and_stills_take_no_fixed_challenge(self, scene: Scene) -> None:
        """Whoever stands there must not choose what is asked of them."""
        shown = {"policy": "strict", "amount": "3", "merchant": "kiosk", "challenge": "smile"}
        for source in (self.film(60, is_virtual=False), scene.selfie("ann")):
            with pytest.raises(UsageProblem, match="virtual camera"):
                scene.pay("ann", source=source, **shown)
        with pytest.raises(UsageProblem, match="gives no challenge"):
            scene.pay("ann", source=self.film(60), **{**shown, "policy": "standard"})

    def test_under_a_floor_nobody_fixes_a_challenge(self, scene: Scene) -> None:
        """Whatever the floor: it is weaker than what the policy would do."""
        scene.enroll("ann")
        set_floor(scene.till(), "demo")
        shown = {"policy": "strict", "amount": "3", "merchant": "kiosk", "challenge": "smile"}
        result = scene.pay("ann", source=self.film(60), **shown)
        assert result.refusal is not None and result.refusal.reason == "below_floor"
        assert result.exit == 23 and scene.events()[-1]["reason"] == "below_floor"

    @pytest.mark.parametrize(("floor", "reason"), [("strict", "below_floor"), ("standard", None)])
    def test_under_a_strict_floor_no_files_pay(self, scene: Scene, floor: str, reason: str | None) -> None:
        """They cannot be given a challenge, so whoever may choose the source could choose not to be asked."""
        scene.enroll("ann")
        set_floor(scene.till(), floor)
        both = PictureSource(picture("ann", noise=500), picture("ann", smile=True, noise=501))
        result = scene.pay("ann", policy="strict", source=both, amount="3", merchant="kiosk")
        assert (result.refusal and result.refusal.reason) == reason
        if result.refusal:
            assert result.exit == 23 and "image files" in result.refusal.message
            assert scene.events()[-1]["checks"][-1]["figures"]["weaker"] == ["source"]


class TestRelaxedFace:
    """Smiles are told against the relaxed mouth that enrolment kept."""

    def test_enrolment_keeps_it_with_the_template(self, scene: Scene) -> None:
        scene.enroll("ann")
        with scene.store.reading() as books:
            ann = books.people.by_name("ann")
            assert ann is not None
            (relaxed,) = relaxed_mouths(scene.till(), books, ann.account_id)
            assert relaxed is not None and is_relaxed(relaxed, STANDARD)
        assert scene.events()[-1]["relaxed_mouths"] == 1

    def test_a_smiling_enrolment_keeps_none(self, scene: Scene) -> None:
        """Then a smile is told by itself."""
        assert enroll(scene.till(), "ann", scene.selfie("ann"), deposit="100").outcome == "done"
        with scene.store.reading() as books:
            ann = books.people.by_name("ann")
            assert ann is not None and relaxed_mouths(scene.till(), books, ann.account_id) == (None,)
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        figures = next(check for check in scene.events()[-1]["checks"] if check["name"] == "smile")["figures"]
        assert figures["change_from_enrolled"] is None

    def test_pictures_that_are_added_cannot_move_it(self, scene: Scene) -> None:
        """A smile has to differ from the relaxed mouth of every sitting, not from their mean."""
        scene.enroll("ann")
        till = scene.till()
        with scene.store.writing() as books:
            ann = books.people.by_name("ann")
            assert ann is not None
            vector = open_gallery(till, books).vectors[0].astype("float64")
            (before,) = relaxed_mouths(till, books, ann.account_id)
            assert before is not None
            pursed = MouthShape(before.width - 0.3, before.lift - 0.1, 0.0)
            for number in range(6):
                books.people.add_reference(seal_template(till, ann, f"ref_{number}", vector, pursed), scene.clock.now())
            assert relaxed_mouths(till, books, ann.account_id) == (before, pursed)
        anything = relaxed(smile_z_min=-50.0)
        still = scene.selfie("ann", smile=False)
        refusal = scene.pay("ann", policy=anything, source=still, amount="3", merchant="kiosk").refusal
        assert refusal is not None and refusal.reason == "smile_not_shown"
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_somebody_who_always_looks_so_does_not_smile(self, scene: Scene) -> None:
        """The same mouth as enrolled is no smile, whatever it would be by itself."""
        wide = relaxed(smile_z_min=2.0)
        source = PictureSource(picture("ann", noise=70))
        assert enroll(scene.till(), "ann", source, deposit="100").outcome == "done"
        refusal = scene.pay("ann", policy=wide, source=scene.selfie("ann", smile=False), amount="3", merchant="kiosk")
        assert refusal.refusal is not None and refusal.refusal.reason == "smile_not_shown"
        figures = next(check for check in scene.events()[-1]["checks"] if check["name"] == "smile")["figures"]
        assert figures["change_from_enrolled"] == pytest.approx(UNCHANGED)

    def test_references_of_before_have_none(self, scene: Scene) -> None:
        """128 numbers and nothing behind them, as they were kept until version 0.2."""
        till = scene.till()
        scene.enroll("ann")
        with scene.store.writing() as books:
            ann, bob = books.people.by_name("ann"), Person("acc_bob", "bob", "EUR", scene.clock.now(), b"", None, 0)
            assert ann is not None
            vector = open_gallery(till, books).vectors[0].astype("float64")
            bob = replace(bob, wrapped_key=till.vault.new_person_key(bob.account_id))
            books.people.add(bob)
            books.people.add_reference(seal_template(till, bob, "ref_old", vector, None), scene.clock.now())
            assert relaxed_mouths(till, books, "acc_bob") == (None,)
            assert len(relaxed_mouths(till, books, ann.account_id)) == 1
            assert np.array_equal(open_gallery(till, books).only("acc_bob").vectors[0], vector)


class TestPin:
    """A second factor above an amount; a wrong one is a strike."""

    def test_above_the_limit_a_pin_is_needed(self, scene: Scene) -> None:
        from decimal import Decimal

        scene.enroll("ann", pin="2468")
        policy = relaxed(pin_above=Decimal(20))
        without = scene.pay("ann", policy=policy, amount="21", merchant="kiosk")
        wrong = scene.pay("ann", policy=policy, amount="21", merchant="kiosk", pin="1111")
        right = scene.pay("ann", policy=policy, amount="21", merchant="kiosk", pin="2468")
        below = scene.pay("ann", policy=policy, amount="20", merchant="kiosk")
        reasons = [r.refusal.reason if r.refusal else None for r in (without, wrong, right, below)]
        assert reasons == ["pin_needed", "pin_wrong", None, None]
        strikes = [event["throttle"] for event in scene.events()[-4:]]
        assert strikes == [None, "strike", "clear", "clear"]

    def twins(self, scene: Scene, *, apart: float, pin: str | None = "2468") -> None:
        """ann, and bea who looks like her."""
        from smilepay_cli.verbs.enroll import enroll

        scene.enroll("ann", pin=pin)
        source = PictureSource(picture("bea", like="ann", apart=apart, noise=7))
        assert enroll(scene.till(relaxed(dissimilarity_max=0.1)), "bea", source, deposit="100").outcome == "done"

    def pin_check(self, scene: Scene) -> dict[str, Any]:
        """Figures of the newest event's check."""
        return dict(next(check["figures"] for check in scene.events()[-1]["checks"] if check["name"] == "pin"))

    def test_who_has_a_lookalike_needs_one(self, scene: Scene) -> None:
        """Whichever of the two pays, and with a claim as without one; the event says why."""
        self.twins(scene, apart=0.45)
        sale = {"amount": "3", "merchant": "kiosk"}
        assert scene.pay("ann", **sale).exit is ExitStatus.OVER_LIMIT
        assert self.pin_check(scene) == {"needed": True, "needed_for": ["lookalike"], "reason": "pin_needed"}
        assert scene.events()[-1]["throttle"] is None, "the face was accepted"
        wrong = scene.pay("ann", pin="1111", **sale)
        assert wrong.refusal is not None and wrong.refusal.reason == "pin_wrong"
        assert scene.pay("ann", pin="2468", **sale).outcome == "done"
        assert self.pin_check(scene) == {"needed": True, "needed_for": ["lookalike"]}
        bea = PictureSource(picture("bea", like="ann", apart=0.45, noise=8, smile=True))
        unset = scene.pay("?", source=bea, **sale)
        assert unset.refusal is not None and unset.refusal.hint == "set one: smilepay accounts pin NAME"
        assert unset.refusal.reason == "pin_needed"

    def test_a_claim_that_the_face_alone_would_not_give_needs_one(self, scene: Scene) -> None:
        """bea's face, claimed to be ann's: near enough to ann, nearer to bea."""
        self.twins(scene, apart=0.4)
        source = PictureSource(picture("bea", like="ann", apart=0.4, noise=8, smile=True))
        result = scene.pay("?", source=source, amount="3", merchant="kiosk", account="ann")
        assert result.refusal is not None and result.refusal.reason == "pin_needed"
        assert self.pin_check(scene)["needed_for"] == ["ambiguity", "lookalike"]
        assert scene.balance("ann") == 10_000

    def test_a_policy_can_do_without(self, scene: Scene) -> None:
        self.twins(scene, apart=0.45, pin=None)
        result = scene.pay("ann", policy=relaxed(pin_for_lookalikes=False), amount="3", merchant="kiosk")
        assert result.outcome == "done" and self.pin_check(scene) == {"needed": False}

    def test_a_doubt_that_cannot_be_looked_into_refuses(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """A check like any other: it crashes, and the payment is refused."""
        scene.enroll("ann")

        def boom(*_: object) -> bool:
            raise RuntimeError("boom")

        monkeypatch.setattr("smilepay_cli.rules.second_factor.has_lookalike", boom)
        assert scene.shop("ann").outcome == "done", "nobody pays there"
        result = scene.pay("ann", amount="3", merchant="kiosk")
        assert result.exit is ExitStatus.INTERNAL and scene.events()[-1]["throttle"] == "strike"
        assert scene.balance("ann") == 10_000

    def test_it_is_asked_for_when_it_turns_out_to_be_needed(self, scene: Scene) -> None:
        """Once, between the face and the money, outside of any transaction; the same selfie goes on to pay."""
        self.twins(scene, apart=0.45)
        asked: list[int] = []

        def ask() -> str:
            with scene.store.writing() as books:  # a transaction of ours would be in the way
                asked.append(len(books.slots.at("local")))
            return "2468"

        result = scene.pay("ann", ask_pin=ask, amount="3", merchant="kiosk")
        assert result.outcome == "done" and asked == [1], "the slot is held meanwhile"
        names = [check["name"] for check in scene.events()[-1]["checks"]]
        assert names.index("deny_cues") < names.index("pin_asked") < names.index("replay_again") < names.index("pin")
        assert "2468" not in str(scene.events())

    @pytest.mark.parametrize("answer", [None, ""])
    def test_no_answer_is_a_refusal(self, scene: Scene, answer: str | None) -> None:
        """As if nobody had been asked; no strike, for the face was accepted."""
        self.twins(scene, apart=0.45)
        result = scene.pay("ann", ask_pin=lambda: answer, amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "pin_needed"
        assert scene.events()[-1]["throttle"] is None and scene.balance("ann") == 10_000

    def test_a_wrong_answer_is_a_strike(self, scene: Scene) -> None:
        self.twins(scene, apart=0.45)
        result = scene.pay("ann", ask_pin=lambda: "1111", amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "pin_wrong"
        assert scene.events()[-1]["throttle"] == "strike"
        assert result.decision is not None and result.decision.account_id is not None
        assert scene.events()[-1]["counts_against"] == result.decision.account_id

    def test_asking_that_breaks_refuses(self, scene: Scene) -> None:
        """Any doubt denies; and after a comparison it is a strike."""
        self.twins(scene, apart=0.45)

        def broken() -> str:
            raise RuntimeError("boom")

        result = scene.pay("ann", ask_pin=broken, amount="3", merchant="kiosk")
        assert (result.exit, scene.events()[-1]["throttle"]) == (ExitStatus.INTERNAL, "strike")
        assert scene.balance("ann") == 10_000

    def test_nobody_is_asked_for_what_is_not_needed(self, scene: Scene) -> None:
        """Nor for a PIN that was given, nor for one that is not set, nor after a refusal of the face."""
        from decimal import Decimal

        def never() -> str:
            raise AssertionError("asked")

        scene.enroll("ann", pin="2468")
        scene.enroll("bob")
        policy = relaxed(pin_above=Decimal(3))
        assert scene.pay("ann", policy=policy, ask_pin=never, amount="3", merchant="kiosk").outcome == "done"
        paid = scene.pay("ann", policy=policy, ask_pin=never, pin="2468", amount="4", merchant="kiosk")
        assert paid.outcome == "done"
        unset = scene.pay("bob", policy=policy, ask_pin=never, amount="4", merchant="kiosk")
        assert unset.refusal is not None and unset.refusal.message == "no PIN is set for this account"
        stranger = scene.pay("stranger", policy=policy, ask_pin=never, amount="4", merchant="kiosk")
        assert stranger.exit is ExitStatus.NO_MATCH
        empty = scene.pay("ann", policy=policy, ask_pin=never)
        assert empty.refusal is not None and empty.refusal.reason == "no_open_order"

    @pytest.mark.parametrize("named", [True, False])
    def test_the_amount_of_an_order_counts_too(self, scene: Scene, named: bool) -> None:
        from decimal import Decimal

        scene.enroll("ann", pin="2468")
        order = scene.shop("ann", "latte").order
        assert order is not None
        request = {"order_id": order.id} if named else {}
        policy = relaxed(pin_above=Decimal("3.79"))
        assert scene.pay("ann", policy=policy, ask_pin=lambda: "2468", **request).outcome == "done"
        assert self.pin_check(scene)["needed_for"] == ["amount"]

    def test_the_pin_is_not_in_the_file(self, scene: Scene) -> None:
        scene.enroll("ann", pin="24681357")
        scene.store.scrub()
        assert b"24681357" not in (scene.home / "wallet.db").read_bytes()


@pytest.mark.parametrize(
    "request_",
    [
        PayRequest(amount="3"),
        PayRequest(merchant="kiosk"),
        PayRequest(order_id="ord_1", amount="3", merchant="kiosk"),
        PayRequest(amount="0", merchant="kiosk"),
        PayRequest(amount="3", merchant="kisok"),
        PayRequest(order_id="ord_none"),
        PayRequest(amount="3", merchant="kiosk", account="nobody"),
        PayRequest(amount="3", merchant="kiosk", key=""),
    ],
)
def test_a_request_that_makes_no_sense_is_a_usage_problem(scene: Scene, request_: PayRequest) -> None:
    """Exit 2, nothing done, no event."""
    scene.enroll("ann")
    before = len(scene.events())
    with pytest.raises(UsageProblem):
        pay(scene.till(), request_, scene.selfie("ann"))
    assert len(scene.events()) == before


def test_money_set_aside_cannot_be_spent_or_withdrawn(scene: Scene) -> None:
    """Available is posted less held, on every path."""
    scene.enroll("ann")
    scene.pay("ann", amount="60", merchant="kiosk", hold=True)
    assert scene.pay("ann", amount="41", merchant="kiosk").exit is ExitStatus.INSUFFICIENT_FUNDS
    assert withdraw(scene.till(), "ann", "41").exit is ExitStatus.INSUFFICIENT_FUNDS


def test_the_daily_limit_counts_holds_and_captures_of_the_last_24_hours(scene: Scene) -> None:
    """A limit per day, and a day later it is free again."""
    from decimal import Decimal

    scene.enroll("ann")
    policy = relaxed(daily_max=Decimal(50))
    scene.pay("ann", policy=policy, amount="30", merchant="kiosk")
    scene.pay("ann", policy=policy, amount="15", merchant="kiosk", hold=True)
    over = scene.pay("ann", policy=policy, amount="6", merchant="kiosk")
    assert over.refusal is not None and over.refusal.reason == "over_daily_limit"
    scene.clock.advance(hours=25)
    assert scene.pay("ann", policy=policy, amount="6", merchant="kiosk").outcome == "done"


@pytest.mark.parametrize("hours_back", [71, 49, 25])
def test_a_clock_that_goes_back_does_not_double_a_days_limit(scene: Scene, hours_back: int) -> None:
    """A hold that had expired when the day's limit was used again looks open: captured, it would come on top."""
    policy = relaxed(daily_max=Decimal("100.00"), hold_seconds=86_400 * 2)
    scene.enroll("ann", deposit="500")
    held = scene.pay("ann", policy=policy, amount="90", merchant="kiosk", hold=True)
    assert held.payment is not None
    scene.clock.advance(hours=72)
    assert scene.pay("ann", policy=policy, amount="90", merchant="kiosk").outcome == "done"
    scene.clock.advance(hours=-hours_back)
    refused = capture(scene.till(policy), held.payment.hold.id)
    assert refused.exit is ExitStatus.OVER_LIMIT and refused.refusal is not None
    assert refused.refusal.reason == "over_daily_limit" and scene.balance("ann") <= 41_000
    assert capture(scene.till(policy), held.payment.hold.id, "10").outcome == "done", "what the limit leaves"


def test_a_hold_is_captured_by_the_limit_of_the_day_when_it_was_authorized(scene: Scene) -> None:
    """Later payments of other days, and a stricter policy at the till that captures, change nothing of it."""
    policy = relaxed(daily_max=Decimal("100.00"))
    scene.enroll("ann", deposit="500")
    held = [scene.pay("ann", policy=policy, amount="45", merchant="kiosk", hold=True) for _ in range(2)]
    for _ in range(3):
        scene.clock.advance(hours=25)
        assert scene.pay("ann", policy=policy, amount="90", merchant="kiosk").outcome == "done"
    for one in held:
        assert one.payment is not None
        assert capture(scene.till(relaxed(daily_max=Decimal("10.00"))), one.payment.hold.id).outcome == "done"


def test_a_clock_that_goes_back_pays_no_order_twice(scene: Scene) -> None:
    """An expired hold that looks open again is not captured once its order is paid."""

    scene.enroll("ann")
    order = scene.shop("ann", "latte").order
    held = scene.pay("ann", hold=True)
    assert order is not None and held.payment is not None
    scene.clock.advance(days=8)
    assert scene.pay("ann", order_id=order.id).outcome == "done"
    withdraw(scene.till(), "ann", "96.20")
    scene.clock.advance(days=-7)
    assert capture(scene.till(), held.payment.hold.id).exit is ExitStatus.WRONG_STATE
    with scene.store.reading() as books:
        assert books.ledger.balance(held.account_id or "", "EUR", scene.clock.now()).posted.minor == 0


def test_a_pin_is_guessed_five_times_wherever(scene: Scene) -> None:
    """Wrong PINs count against the account, at every terminal, and shopping does not clear them."""
    from decimal import Decimal

    scene.enroll("ann", pin="2468")
    policy = relaxed(pin_above=Decimal(1))
    request = PayRequest(amount="3", merchant="kiosk", pin="0000")
    reasons = []
    for number in range(7):
        till = scene.till(policy, terminal=f"till-{number}")
        result = pay(till, request, scene.selfie("ann"))
        reasons.append(result.refusal.reason if result.refusal else None)
        scene.shop("ann")
    assert reasons == ["pin_wrong"] * 5 + ["locked_out"] * 2


def test_a_floor_set_during_the_capture_holds(scene: Scene) -> None:
    """What was true before the capture is looked at again with the money."""
    scene.enroll("ann")

    class Slow(PictureSource):
        def frames(self):  # type: ignore[no-untyped-def]  # as the base
            with scene.elsewhere() as office:
                set_floor(office.till(), "strict")
            yield from super().frames()

    result = scene.pay("ann", source=Slow(picture("ann", smile=True, noise=900)), amount="3", merchant="kiosk")
    assert result.refusal is not None and result.refusal.reason == "below_floor"


def test_an_interrupted_payment_leaves_its_event(scene: Scene) -> None:
    """Once a sample was looked at, the trail says so."""
    scene.enroll("ann")
    till = scene.till(faults={"descriptors": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        pay(till, PayRequest(amount="3", merchant="kiosk"), scene.selfie("ann"))
    assert scene.events()[-1]["reason"] == "interrupted"
    verify(scene.till())
