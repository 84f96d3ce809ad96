"""Slots: taken before a comparison, given back with the event, and what comes of those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from smilepay_cli.ports import Books
from smilepay_cli.rules.lockout import KEPT, UNDER_WAY
from smilepay_cli.verbs.accounts import unlock
from smilepay_cli.verbs.audit import of_face
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.shop import shop
from smilepay_cli.verbs.throttle import BETWEEN_LOOKS, MOST_WAITING
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable
from smilepay_cli.vocabulary.results import Result
from tests.fakes.fake_engine import picture
from tests.fakes.fixed import FixedClock
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed

SALE = PayRequest(amount="3", merchant="kiosk")
LATER = UNDER_WAY.total_seconds() + 1
BOOM = RuntimeError("boom")


def slots(scene: Scene) -> list[str]:
    with scene.store.reading() as books:
        rows = books.trail._db.execute("SELECT event_id FROM slots ORDER BY rowid").fetchall()
    return [event_id for (event_id,) in rows]


def take(scene: Scene, count: int, *, terminal: str = "local", account_id: str | None = None) -> None:
    """As many others under way."""
    with scene.store.writing() as books:
        for _ in range(count):
            books.slots.take(scene.ids.new("other"), terminal, account_id, scene.clock.now())


def checks(scene: Scene) -> dict[str, dict[str, Any]]:
    """Figures of the newest event's checks; of those of one name, the first."""
    return {check["name"]: check["figures"] for check in reversed(scene.events()[-1]["checks"])}


def account_of(scene: Scene, name: str) -> str:
    with scene.store.reading() as books:
        person = books.people.by_name(name)
    assert person is not None
    return person.account_id


PATHS: dict[str, Callable[[Scene, Till, PictureSource], Result]] = {
    "pay": lambda scene, till, face: pay(till, SALE, face),
    "shop": lambda scene, till, face: shop(till, ["latte"], face),
    "audit": lambda scene, till, face: of_face(till, face),
    "enroll": lambda scene, till, face: enroll(till, "cid", face),
}


class TestEveryPath:
    """Pay, shop, audit and enrol compare a face, so each of them takes a slot and gives it back."""

    @pytest.mark.parametrize("path", PATHS)
    def test_it_is_taken_after_the_capture_and_gone_afterwards(self, scene: Scene, path: str) -> None:
        scene.enroll("ann")
        person = "cid" if path == "enroll" else "ann"
        result = PATHS[path](scene, scene.till(), scene.selfie(person))
        assert result.outcome == "done" and slots(scene) == []
        names = [check["name"] for check in scene.events()[-1]["checks"]]
        assert (
            names.index("capture")
            < names.index("slot")
            < names.index("not_enrolled_before" if path == "enroll" else "match")
        )

    @pytest.mark.parametrize("path", PATHS)
    def test_without_a_free_one_nobody_is_compared(self, scene: Scene, path: str) -> None:
        scene.enroll("ann")
        take(scene, 5)
        before = scene.clock.moment
        result = PATHS[path](scene, scene.till(), scene.selfie("ann"))
        assert result.exit is ExitStatus.LOCKED_OUT
        assert result.refusal is not None and result.refusal.message == "too many attempts are going on at this moment"
        names = [check["name"] for check in scene.events()[-1]["checks"]]
        assert names[-1] == "slot" and scene.events()[-1]["throttle"] is None
        waited = (scene.clock.moment - before).total_seconds()
        assert MOST_WAITING <= waited < MOST_WAITING + 1
        assert len(slots(scene)) == 5, "those of the others"

    @pytest.mark.parametrize("path", PATHS)
    def test_a_crash_after_the_slot_is_a_strike(self, scene: Scene, path: str) -> None:
        """Else a check that can be made to fail would compare without end."""
        scene.enroll("ann")
        faults = {"descriptors": BOOM} if path != "enroll" else {}
        for _ in range(5):
            till = scene.till(faults=faults)
            if path == "enroll":
                till = replace(till, vault=Broken(till.vault))
            result = PATHS[path](scene, till, scene.selfie("dan"))
            assert (result.exit, scene.events()[-1]["throttle"]) == (ExitStatus.INTERNAL, "strike")
        assert slots(scene) == []
        assert PATHS[path](scene, scene.till(), scene.selfie("ann")).exit is ExitStatus.LOCKED_OUT


class Broken:
    """A vault that opens no reference."""

    def __init__(self, vault: Any) -> None:
        self._vault = vault

    def __getattr__(self, name: str) -> Any:
        if name == "open":
            raise BOOM
        return getattr(self._vault, name)


class TestWaiting:
    """Honest people at one till at the same moment wait for each other."""

    def test_who_waits_is_let_through_when_one_is_given_back(self, scene: Scene) -> None:
        scene.enroll("ann")
        take(scene, 5)
        first, *_ = slots(scene)

        class Patient(FixedClock):
            looks = 0

            def pause(self, seconds: float) -> None:
                super().pause(seconds)
                self.looks += 1
                if self.looks == 3:
                    with scene.store.writing() as books:
                        books.slots.give_back(first)

        clock = Patient(scene.clock.moment)
        result = pay(replace(scene.till(), clock=clock), SALE, scene.selfie("ann"))
        assert result.outcome == "done" and clock.looks == 3
        figures = checks(scene)["slot"]
        assert figures["under_way"] == 4
        assert 3 * BETWEEN_LOOKS <= figures["waited_seconds"] < 4 * BETWEEN_LOOKS
        assert len(slots(scene)) == 4

    def test_strikes_and_slots_are_counted_together(self, scene: Scene) -> None:
        """Three strikes leave two slots; with one of them taken there is room, with both there is not."""
        scene.enroll("ann")
        for _ in range(3):
            scene.pay("stranger", amount="3", merchant="kiosk")
        take(scene, 1)
        assert scene.pay("stranger", amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
        assert scene.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.LOCKED_OUT
        assert checks(scene)["slot"]["at_terminal"] == 4

    def test_strikes_alone_are_not_waited_for(self, scene: Scene) -> None:
        """Locked while somebody waits for a slot: the answer comes at once, and it is the lock's."""
        scene.enroll("ann")
        for _ in range(4):
            scene.pay("stranger", amount="3", merchant="kiosk")
        take(scene, 1)

        class Unlucky(FixedClock):
            def pause(self, seconds: float) -> None:
                scene.clock.moment = self.moment
                with scene.store.writing() as books:
                    (other,) = (slot.event_id for slot in books.slots.at("local"))
                    books.slots.give_back(other)
                pay(replace(scene.till(), clock=FixedClock(self.moment)), SALE, scene.selfie("stranger"))

        clock = Unlucky(scene.clock.moment)
        result = pay(replace(scene.till(), clock=clock), SALE, scene.selfie("ann"))
        assert result.exit is ExitStatus.LOCKED_OUT
        assert result.refusal is not None and "locked for another" in result.refusal.message
        assert (clock.moment - scene.clock.moment).total_seconds() < 1

    def test_a_claimed_account_has_its_slots_at_every_terminal(self, scene: Scene) -> None:
        scene.enroll("ann")
        scene.enroll("bob")
        for number in range(5):
            take(scene, 1, terminal=f"till-{number}", account_id=account_of(scene, "ann"))
        assert scene.pay("ann", amount="3", merchant="kiosk", account="ann").exit is ExitStatus.LOCKED_OUT
        assert scene.pay("bob", amount="3", merchant="kiosk", account="bob").outcome == "done"
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_a_claim_takes_one_of_the_account_too(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = scene.till()
        described, held, ann = till.engine.descriptors, list[str](), account_of(scene, "ann")

        def watching(faces: Any) -> Any:
            with scene.elsewhere() as other, other.store.reading() as books:
                held.extend(slot.event_id for slot in books.slots.against(ann))
            return described(faces)

        till.engine.descriptors = watching  # type: ignore[method-assign]
        result = pay(till, replace(SALE, account="ann"), scene.selfie("ann"))
        assert tuple(held) == result.events and slots(scene) == []

    def test_with_the_throttle_off_there_is_none(self, scene: Scene) -> None:
        scene.enroll("ann")
        take(scene, 5)
        assert scene.pay("ann", policy="demo", amount="3", merchant="kiosk").outcome == "done"
        assert "slot" not in checks(scene)
        scene.pay("stranger", policy="demo", amount="3", merchant="kiosk")
        assert scene.events()[-1]["throttle"] == "strike", "counted all the same, for the policies that look"


class TestOwnSlot:
    """An attempt does not stand in its own way."""

    def test_one_attempt_is_enough_to_pay(self, scene: Scene) -> None:
        """Where the first strike locks, its own slot is the only one."""
        scene.enroll("ann")
        result = scene.pay("ann", policy=relaxed(lockout_attempts=1), amount="3", merchant="kiosk")
        assert result.outcome == "done"

    def test_also_when_it_took_long(self, scene: Scene) -> None:
        """Older than a slot that was left behind would be."""
        scene.enroll("ann")
        till = scene.till(relaxed(lockout_attempts=1))
        engine = till.engine
        described = engine.descriptors

        def slowly(faces: Any) -> Any:
            scene.clock.advance(seconds=LATER)
            return described(faces)

        engine.descriptors = slowly  # type: ignore[method-assign]
        assert pay(till, SALE, scene.selfie("ann")).outcome == "done"
        assert slots(scene) == []

    def test_others_do_not_hold_up_the_money(self, scene: Scene) -> None:
        """Whoever is under way when the payment is settled may yet succeed."""
        scene.enroll("ann")
        till = scene.till(relaxed(lockout_attempts=2))
        described = till.engine.descriptors

        def meanwhile(faces: Any) -> Any:
            with scene.elsewhere() as other:
                take(other, 1)
            return described(faces)

        till.engine.descriptors = meanwhile  # type: ignore[method-assign]
        assert pay(till, SALE, scene.selfie("ann")).outcome == "done"


class TestLeftBehind:
    """A process that died has a slot and no event."""

    def test_it_is_a_strike_of_its_time(self, scene: Scene) -> None:
        scene.enroll("ann")
        take(scene, 5)
        scene.clock.advance(seconds=LATER)
        locked = scene.pay("ann", amount="3", merchant="kiosk")
        assert locked.refusal is not None and "locked for another" in locked.refusal.message
        assert [check["name"] for check in scene.events()[-1]["checks"]][-1] == "lockout", "before the capture"
        scene.clock.advance(seconds=299 - LATER)
        assert scene.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.LOCKED_OUT
        scene.clock.advance(seconds=2)
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_a_success_clears_it_like_a_strike(self, scene: Scene) -> None:
        scene.enroll("ann")
        take(scene, 4)
        scene.clock.advance(seconds=LATER)
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        for _ in range(4):
            assert scene.pay("stranger", amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_it_goes_at_last(self, scene: Scene) -> None:
        scene.enroll("ann")
        take(scene, 2)
        scene.clock.advance(seconds=KEPT.total_seconds() - 10)
        scene.pay("ann", amount="3", merchant="kiosk")
        assert len(slots(scene)) == 2
        scene.clock.advance(seconds=20)
        scene.pay("ann", amount="3", merchant="kiosk")
        assert slots(scene) == []

    def test_it_makes_the_next_lock_longer_too(self, scene: Scene) -> None:
        """As a strike would, a day later."""
        scene.enroll("ann")
        take(scene, 5)
        scene.clock.advance(days=1)
        for _ in range(5):
            assert scene.pay("stranger", amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
        locked = scene.pay("ann", amount="3", merchant="kiosk")
        assert locked.refusal is not None and "another 10 min" in locked.refusal.message

    def test_unlocking_drops_what_is_under_way(self, scene: Scene) -> None:
        """Of the terminal, and of the account where one is named, wherever."""
        scene.enroll("ann")
        take(scene, 5)
        take(scene, 5, terminal="till-2", account_id=account_of(scene, "ann"))
        take(scene, 1, terminal="till-3")
        unlock(scene.till(), None)
        assert len(slots(scene)) == 6
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        assert scene.pay("ann", amount="3", merchant="kiosk", account="ann").exit is ExitStatus.LOCKED_OUT
        unlock(scene.till(), "ann")
        assert len(slots(scene)) == 1
        assert scene.pay("ann", amount="3", merchant="kiosk", account="ann").outcome == "done"

    def test_who_was_under_way_is_a_strike_all_the_same(self, scene: Scene) -> None:
        """An unlock in the middle of an attempt does not make its refusal free."""
        scene.enroll("ann")
        till = scene.till()
        described = till.engine.descriptors

        def meanwhile(faces: Any) -> Any:
            with scene.elsewhere() as office:
                unlock(office.till(), None)
            return described(faces)

        till.engine.descriptors = meanwhile  # type: ignore[method-assign]
        assert pay(till, SALE, scene.selfie("stranger")).exit is ExitStatus.NO_MATCH
        with scene.store.reading() as books:
            assert len(books.trail.strikes_at("local", scene.clock.now() - timedelta(days=1))) == 1


class TestBrokenOff:
    """Every way to stop after a comparison."""

    def test_ctrl_c_is_a_strike(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = scene.till(faults={"descriptors": KeyboardInterrupt()})
        for _ in range(5):
            with pytest.raises(KeyboardInterrupt):
                pay(till, SALE, scene.selfie("stranger"))
            assert (scene.events()[-1]["reason"], scene.events()[-1]["throttle"]) == ("interrupted", "strike")
        assert slots(scene) == []
        assert scene.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.LOCKED_OUT

    def test_ctrl_c_before_it_is_none(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = scene.till(faults={"detect": KeyboardInterrupt()})
        for _ in range(6):
            with pytest.raises(KeyboardInterrupt):
                pay(till, SALE, scene.selfie("ann"))
            assert scene.events()[-1]["throttle"] is None
        assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_a_call_that_turns_out_to_make_no_sense_gives_its_slot_back(self, scene: Scene) -> None:
        """A deposit that the account's currency has no coins for, known only once the face was compared."""
        scene.enroll("ann")
        (scene.home / "catalogue.toml").write_text('currency = "KWD"\nitems = []\n[sellers]\n')
        from smilepay_cli.vocabulary.errors import UsageProblem

        with pytest.raises(UsageProblem):
            enroll(scene.till(), "ann", scene.selfie("ann"), deposit="1.001")
        assert slots(scene) == []
        assert (scene.events()[-1]["exit"], scene.events()[-1]["throttle"]) == (2, "strike")

    def test_a_store_that_breaks_when_the_event_is_written(self, scene: Scene) -> None:
        """Nothing moved and nothing could be written; the slot is what is left, and it counts."""
        scene.enroll("ann")
        told = len(scene.events())
        for number in range(5):
            till = replace(scene.till(), store=OneWrite(scene.store))
            with pytest.raises(StoreUnusable):
                pay(till, SALE, scene.selfie("stranger" if number % 2 else "ann"))
        assert len(slots(scene)) == 5 and len(scene.events()) == told and scene.balance("ann") == 10_000
        scene.clock.advance(seconds=LATER)
        assert scene.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.LOCKED_OUT

    def test_a_slot_that_cannot_be_written_compares_nobody(self, scene: Scene) -> None:
        scene.enroll("ann")
        till = replace(scene.till(), store=OneWrite(scene.store, writes=0))
        with pytest.raises(StoreUnusable):
            pay(till, SALE, scene.selfie("ann"))
        assert "descriptors" not in till.engine.calls  # type: ignore[attr-defined]
        assert slots(scene) == []


class OneWrite:
    """A store that can be written to once, and then no more: a disk that is full."""

    def __init__(self, store: Any, writes: int = 1) -> None:
        self.reading, self.scrub, self.close = store.reading, store.scrub, store.close
        self.unusable = store.unusable
        self.batch, self.rehearsal = store.batch, store.rehearsal
        self.examine, self.mentions = store.examine, store.mentions
        self._store, self._left = store, writes

    @contextmanager
    def writing(self) -> Iterator[Books]:
        if not self._left:
            raise StoreUnusable("the disk is full", reason="disk_full")
        self._left -= 1
        with self._store.writing() as books:
            yield books


class TestWhichEndsAreStrikes:
    """After a comparison: all but a success, and what comes once the face was accepted."""

    def paid(self, scene: Scene, **request: Any) -> tuple[str | None, str | None]:
        result: PayResult = scene.pay("ann", **{"amount": "3", "merchant": "kiosk", **request})
        return result.refusal.reason if result.refusal else None, scene.events()[-1]["throttle"]

    def test_what_is_refused_to_an_accepted_face_is_none(self, scene: Scene) -> None:
        scene.enroll("ann", pin="2468")
        assert self.paid(scene, amount="101") == ("insufficient_funds", None)
        assert self.paid(scene, amount=None, merchant=None) == ("no_open_order", None)
        assert self.paid(scene, pin="1111") == ("pin_wrong", "strike")
        assert self.paid(scene) == (None, "clear")
        assert slots(scene) == []

    def test_the_smile_of_somebody_else_is_one(self, scene: Scene) -> None:
        """A failure to acquire elsewhere; here the comparison was made, and its answer is in the refusal."""
        scene.enroll("ann")
        source = PictureSource(picture("bob", noise=60), picture("ann", smile=True, noise=61))
        assert self.paid(scene, policy="strict", source=source) == ("person_changed", "strike")

    def test_enrolling_somebody_who_is_there_is_one(self, scene: Scene) -> None:
        """It tells whose face is known."""
        scene.enroll("ann")
        assert enroll(scene.till(), "bea", scene.selfie("ann")).exit is ExitStatus.WRONG_STATE
        assert (scene.events()[-1]["reason"], scene.events()[-1]["throttle"]) == ("already_enrolled", "strike")

    def test_adding_to_somebody_elses_account_counts_against_it(self, scene: Scene) -> None:
        """A verification like any other claim, from whatever terminal."""
        scene.enroll("ann")
        for number in range(5):
            result = enroll(scene.till(terminal=f"till-{number}"), "ann", scene.selfie("bob"))
            assert result.refusal is not None and result.refusal.reason == "name_taken"
            assert scene.events()[-1]["counts_against"] == account_of(scene, "ann")
        result = enroll(scene.till(terminal="till-9"), "ann", scene.selfie("ann"))
        assert result.exit is ExitStatus.LOCKED_OUT
        assert result.refusal is not None and (result.refusal.hint or "").endswith("smilepay accounts unlock NAME")

    def test_a_sellers_name_is_refused_before_anybody_is_looked_at(self, scene: Scene) -> None:
        source = scene.selfie("ann")
        result = enroll(scene.till(), "cafe", source)
        assert result.refusal is not None and result.refusal.reason == "name_taken"
        assert source.closed == 0 and scene.events()[-1]["throttle"] is None


def test_locks_grow_until_a_success(scene: Scene) -> None:
    """Five minutes, ten, twenty; and after a payment five again."""

    def locked_for() -> str:
        for _ in range(5):
            assert scene.pay("stranger", amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
        refusal = scene.pay("ann", amount="3", merchant="kiosk").refusal
        assert refusal is not None
        return refusal.message.removeprefix("too many refused attempts; locked for another ")

    scene.enroll("ann")
    said = []
    for minutes in (5, 10, 20):
        said.append(locked_for())
        scene.clock.advance(minutes=minutes)
    assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"
    said.append(locked_for())
    unlock(scene.till(), None)
    said.append(locked_for())
    assert said == ["5 min", "10 min", "20 min", "5 min", "5 min"]
