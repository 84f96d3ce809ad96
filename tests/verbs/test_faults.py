"""Any doubt denies: every check of a payment raises, gives what is no number, hangs, is interrupted.

Whatever happens there is one event that names the check, and nothing else has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from smilepay_cli.rules.cues.registry import CUES, FRAMES_MIN
from smilepay_cli.rules.profiles import STRICT
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.ledger import key_digest
from tests.fakes.fake_engine import picture
from tests.fakes.pad import Living
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene
from tests.verbs.faults import IN_EVERY_PAYMENT, MONEY, NOTHING, OF_A_NAMED_ORDER, Fault

POLICY = replace(STRICT, name="faults", pin_above=Decimal(0), challenge_seconds=60.0, keep_frames=3600)
"""Everything that a policy can ask for, the PIN too."""
FILM = [picture("ann", smile=number > 3, noise=60 + number) for number in range(20)]
ORDER, KEY, PIN = "ord_0001", "key", "2468"
HANGING_SECONDS = 0.4
"""Longer than an honest check takes on a machine that is busy with something else."""
TABLE = {**IN_EVERY_PAYMENT, **OF_A_NAMED_ORDER}
BEFORE_THE_CAPTURE = ("input", "policy_floor", "idempotency_key", "order_state", "lockout")


class Sale:
    """Ann, who has 100 and owes 3.80 for an order."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        scene.enroll("ann", pin=PIN)
        assert scene.shop("ann", "latte").order is not None
        self.before = self.state()
        self.events = len(scene.events())

    def till(self, **parts: Any) -> Till:
        return replace(self.scene.till(POLICY), **{"pad": Living(), **parts})

    def pay(self, *, named: bool = False, source: PictureSource | None = None, till: Till | None = None) -> PayResult:
        request = PayRequest(order_id=ORDER if named else None, key=KEY, challenge="smile", ask_pin=lambda: PIN)
        return pay(till or self.till(), request, source or PictureSource(*FILM, is_camera=True))

    def state(self) -> tuple[Any, ...]:
        """Money, holds, the order, the key, and attempts under way."""
        scene = self.scene
        with scene.store.reading() as books:
            order, ann = books.orders.by_id(ORDER, scene.clock.now()), books.people.by_name("ann")
            assert ann is not None and order is not None
            return (
                [(transaction.id, event) for transaction, event in books.ledger.transactions()],
                books.ledger.balance(ann.account_id, "EUR", scene.clock.now()),
                books.ledger.open_holds(ann.account_id, scene.clock.now()),
                order.state,
                books.ledger.key(key_digest(KEY)),
                books.slots.at("local"),
            )

    def refused(self, check: str, result: PayResult | None = None) -> dict[str, Any]:
        """The event, after everything was looked at that must hold; the figures of what failed are returned."""
        assert self.state() == self.before
        assert self.before[3:] == ("open", None, [])
        events = self.scene.events()
        assert len(events) == self.events + 1
        event = events[-1]
        assert (event["outcome"], event["command"]) == ("refused", "pay") and event["exit"] != 0
        failed = [(at, one) for at, one in enumerate(event["checks"]) if not one["passed"]]
        assert [at for at, _ in failed] == [len(event["checks"]) - 1], "nothing goes on after the first doubt"
        assert keys(event)[-1] == check
        if result is not None:
            assert result.outcome == "refused" and int(result.exit) == event["exit"]
            assert result.events == (event["id"],)
        verify(self.scene.till())
        self.event = event
        figures: dict[str, Any] = failed[0][1]["figures"]
        return figures

    @property
    def is_compared(self) -> bool:
        return any(check["name"] == "slot" and check["passed"] for check in self.event["checks"])


def keys(event: dict[str, Any]) -> list[str]:
    """The names of the checks, as the table has them."""
    names = [check["name"] for check in event["checks"]]
    return [f"{name} again" if name in names[:at] else name for at, name in enumerate(names)]


@pytest.fixture
def sale(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Sale:
    monkeypatch.setattr("smilepay_cli.verbs.throttle.MOST_WAITING", 0.2)
    return Sale(scene)


def cases(choose: Callable[[Fault], bool] = lambda _: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("check", "fault"),
        [
            pytest.param(check, fault, id=f"{check}-{fault.name}")
            for check, faults in TABLE.items()
            for fault in faults
            if choose(fault)
        ],
    )


def raising(error: BaseException) -> Callable[[], Any]:
    def does() -> Any:
        raise error

    return does


@pytest.mark.parametrize("named", [False, True])
def test_the_table_has_every_check(sale: Sale, named: bool) -> None:
    """Who adds a check to a payment has to say here how it fails."""
    assert sale.pay(named=named).outcome == "done"
    found = keys(sale.scene.events()[-1])
    wanted = [*IN_EVERY_PAYMENT, *OF_A_NAMED_ORDER] if named else list(IN_EVERY_PAYMENT)
    if named:
        wanted.remove("newest_order")
    assert sorted(found) == sorted(wanted)
    assert all(TABLE[name] for name in found)
    assert sale.state() != sale.before


@cases()
def test_a_check_that_raises_refuses(sale: Sale, check: str, fault: Fault) -> None:
    """Whatever it raises; once a face was compared it is a strike."""
    with pytest.MonkeyPatch.context() as patch:
        fault.install(patch, fault.broken or raising(RuntimeError("boom")))
        result = sale.pay(named=check in OF_A_NAMED_ORDER)
    figures = sale.refused(check, result)
    assert (sale.event["reason"], figures["fault"]) == ("check_failed", "RuntimeError: boom")
    assert (sale.event["throttle"] == "strike") is sale.is_compared
    assert sale.is_compared is (list(TABLE).index(check) > list(TABLE).index("slot") and check != "order_state")


@cases(lambda fault: fault.nan is not NOTHING)
def test_what_is_no_number_refuses(sale: Sale, check: str, fault: Fault) -> None:
    """NaN compares as false with everything: it has to fall to the refusing side."""
    with pytest.MonkeyPatch.context() as patch:
        fault.install(patch, lambda: fault.nan)
        result = sale.pay()
    figures = sale.refused(fault.nan_ends_at or check, result)
    assert figures.get("fault") or figures["reason"] == sale.event["reason"]
    assert (sale.event["throttle"] == "strike") is sale.is_compared


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Work that comes back when the test is over, and would have passed then."""
    go_on = threading.Event()
    monkeypatch.setattr("smilepay_cli.verbs.deadline.CHECK_SECONDS", HANGING_SECONDS)
    yield go_on.wait
    go_on.set()


@cases(lambda fault: fault.hangs)
def test_a_check_that_hangs_refuses(sale: Sale, hanging: Callable[[], Any], check: str, fault: Fault) -> None:
    """The others read the wallet, or calculate with a few numbers: they may fail, but have nothing to wait for."""
    with pytest.MonkeyPatch.context() as patch:
        fault.install(patch, hanging)
        result = sale.pay()
    figures = sale.refused(check, result)
    assert figures["fault"].startswith("TimeoutError: no answer within")
    assert (sale.event["throttle"] == "strike") is sale.is_compared


def test_a_camera_that_cannot_be_let_go_of_refuses(sale: Sale, hanging: Callable[[], Any]) -> None:
    """Everything was shown already; and the next payment is not in its way."""

    class Stuck(PictureSource):
        def frames(self) -> Iterator[Any]:
            try:
                yield from super().frames()
            finally:
                hanging()

    result = sale.pay(source=Stuck(*FILM, is_camera=True))
    assert sale.refused("capture", result)["fault"].startswith("TimeoutError")
    assert sale.pay().outcome == "done"


@cases(lambda fault: fault.broken is None)
def test_ctrl_c_in_a_check_leaves_nothing_half_done(sale: Sale, check: str, fault: Fault) -> None:
    """An event once a capture has begun, and a strike once a face was compared; before, nobody was looked at."""
    with pytest.MonkeyPatch.context() as patch:
        fault.install(patch, raising(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            sale.pay(named=check in OF_A_NAMED_ORDER)
    if check in BEFORE_THE_CAPTURE:
        assert sale.state() == sale.before and len(sale.scene.events()) == sale.events
        return
    assert sale.refused(check)["fault"].startswith("KeyboardInterrupt")
    assert (sale.event["reason"], sale.event["exit"]) == ("interrupted", ExitStatus.INTERRUPTED)
    assert (sale.event["throttle"] == "strike") is sale.is_compared


class Wordless(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SystemExit(0), "SystemExit: 0"),
        (GeneratorExit(), "GeneratorExit:"),
        (MemoryError(), "MemoryError:"),
        (TimeoutError("no answer"), "TimeoutError: no answer"),
        (StopIteration(), "StopIteration:"),
        (Wordless(), "Wordless"),
        (RuntimeError("\udc80 \x00\n\n" + "x" * 100_000), "RuntimeError: \\udc80"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("check", ["gallery", "one_person", "funds"])
def test_whatever_is_raised_is_told_in_an_event(sale: Sale, check: str, error: BaseException, told: str) -> None:
    """What ends programs with status 0, what generators mean something by, and texts that JSON does not take."""
    with pytest.MonkeyPatch.context() as patch:
        TABLE[check][0].install(patch, raising(error))
        result = sale.pay()
    fault = sale.refused(check, result)["fault"]
    assert fault.startswith(told) and len(fault) <= 400 and "\n" not in fault
    assert result.exit == ExitStatus.INTERNAL and result.refusal is not None and "\n" not in result.refusal.message


@pytest.mark.parametrize("fault", MONEY, ids=lambda fault: fault.name)
@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyboardInterrupt("boom")], ids=["raises", "ctrl-c"])
def test_behind_the_last_check_all_or_nothing(sale: Sale, fault: Fault, error: BaseException) -> None:
    """Holds, postings, the key, the event itself: what fails there takes back everything before it."""
    call = 3 if fault.name == "by_id" else 1
    with pytest.MonkeyPatch.context() as patch:
        replace(fault, call=call).install(patch, raising(error), once=True)
        with pytest.raises(type(error)):
            sale.pay()
    assert sale.state() == sale.before
    event = sale.scene.events()[-1]
    assert len(sale.scene.events()) == sale.events + 1
    assert event["reason"] == ("internal_error" if isinstance(error, RuntimeError) else "interrupted")
    assert event["throttle"] == "strike"
    if isinstance(error, RuntimeError):
        assert event["fault"] == "RuntimeError: boom"
    verify(sale.scene.till())


def test_an_event_that_cannot_be_written_leaves_a_slot_that_counts(sale: Sale) -> None:
    """No trail, no payment; and nobody gets attempts for nothing that way."""
    with pytest.MonkeyPatch.context() as patch:
        Fault("smilepay_cli.adapters.store.trail.SqliteTrail.append").install(patch, raising(RuntimeError("boom")))
        with pytest.raises(RuntimeError):
            sale.pay()
    *rest, slots = sale.state()
    assert rest == list(sale.before[:-1]) and len(sale.scene.events()) == sale.events
    assert len(slots) == 1


def test_enrolling_that_fails_at_its_event_tells_of_no_deposit(scene: Scene) -> None:
    """The deposit was taken back: `audit verify` would look for it in vain."""
    with pytest.MonkeyPatch.context() as patch:
        append = Fault("smilepay_cli.adapters.store.trail.SqliteTrail.append")
        append.install(patch, raising(RuntimeError("boom")), once=True)
        with pytest.raises(RuntimeError):
            scene.enroll("ann")
    event = scene.events()[-1]
    assert event["reason"] == "internal_error" and "ledger" not in event and "references_added" not in event
    verify(scene.till())
    assert scene.enroll("ann").outcome == "done"


class TestCues:
    """Each by itself; one that cannot tell denies."""

    @pytest.mark.parametrize("cue", CUES)
    def test_a_score_that_is_no_number_denies(self, sale: Sale, monkeypatch: pytest.MonkeyPatch, cue: str) -> None:
        from smilepay_cli.rules.cues import trace

        real = trace._score
        monkeypatch.setattr(
            trace, "_score", lambda seen, name, shown: float("nan") if name == cue else real(seen, name, shown)
        )
        result = sale.pay()
        assert sale.refused("deny_cues", result)["reason"] == cue
        assert sale.event["exit"] == ExitStatus.ATTACK_SUSPECTED and sale.event["throttle"] == "strike"

    @pytest.mark.parametrize("cue", CUES)
    def test_a_cue_that_raises_refuses(self, sale: Sale, monkeypatch: pytest.MonkeyPatch, cue: str) -> None:
        from smilepay_cli.rules.cues import trace

        real = trace._score
        boom = raising(RuntimeError("boom"))
        monkeypatch.setattr(
            trace, "_score", lambda seen, name, shown: boom() if name == cue else real(seen, name, shown)
        )
        assert sale.refused("deny_cues", sale.pay())["fault"] == "RuntimeError: boom"

    @pytest.mark.parametrize(("part", "cue"), [("pictures.change", "copied_frames"), ("trace.hypot", "flat_face")])
    def test_so_does_what_it_is_made_from(
        self, sale: Sale, monkeypatch: pytest.MonkeyPatch, part: str, cue: str
    ) -> None:
        """These two have an answer only after a second of video."""
        film = [picture("ann", smile=number > 19, noise=100 + number) for number in range(24)]
        monkeypatch.setattr(f"smilepay_cli.rules.cues.{part}", lambda *_: float("nan"))
        result = sale.pay(source=PictureSource(*film, is_camera=True))
        assert sale.refused("deny_cues", result)["reason"] == cue


def test_times_that_are_no_numbers_are_no_time(sale: Sale) -> None:
    """A camera's clock that fails must not give as long as one likes for a challenge."""

    class Timeless(PictureSource):
        def frames(self) -> Iterator[Any]:
            for frame in super().frames():
                yield replace(frame, seconds=float("nan"))

    result = sale.pay(source=Timeless(*FILM, is_camera=True))
    assert sale.refused("smile", result)["reason"] == "challenge_not_shown"


class Viewer:
    """Shows nobody anything, and fails at one place."""

    def __init__(self, place: str = "", error: BaseException | None = None, *, swallows: bool = False) -> None:
        self.place, self.error, self.swallows = place, error, swallows
        self.calls: list[str] = []

    def _at(self, place: str) -> None:
        self.calls.append(place)
        if place == self.place and self.error:
            raise self.error

    def make(self) -> Any:
        self._at("make")
        return self

    def __enter__(self) -> Viewer:
        self._at("enter")
        return self

    def __exit__(self, *_: object) -> bool:
        self._at("exit")
        return self.swallows

    def show(self, _: object) -> None:
        self._at("show")


class TestViewer:
    """It decides nothing: its faults neither refuse nor pass a payment, and the event has them."""

    @pytest.mark.parametrize("place", ["make", "enter", "show", "exit"])
    def test_a_fault_of_its_own_does_not_refuse(self, sale: Sale, place: str) -> None:
        viewer = Viewer(place, RuntimeError("boom"))
        assert sale.pay(till=sale.till(viewer=viewer.make)).outcome == "done"
        capture = next(check for check in sale.scene.events()[-1]["checks"] if check["name"] == "capture")
        assert capture["passed"] and capture["figures"]["viewer_fault"] == "RuntimeError"
        assert ("exit" in viewer.calls) is (place in ("show", "exit")), "what was taken is given back"
        assert viewer.calls.count("show") == {"show": 1, "exit": FRAMES_MIN}.get(place, 0), "shown nothing more"

    def test_a_moment_that_cannot_be_made_does_not_refuse(self, sale: Sale) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("smilepay_cli.verbs.capture.moment_of", lambda *_: 1 / 0)
            assert sale.pay(till=sale.till(viewer=Viewer().make)).outcome == "done"

    @pytest.mark.parametrize("place", ["make", "enter", "show", "exit"])
    def test_nor_does_it_let_anybody_pass(self, sale: Sale, place: str) -> None:
        film = [picture("bob", smile=number > 3, noise=number) for number in range(20)]
        till = sale.till(viewer=Viewer(place, RuntimeError("boom")).make)
        result = sale.pay(source=PictureSource(*film, is_camera=True), till=till)
        assert sale.refused("match", result)["reason"] == "no_match"

    def test_it_swallows_no_fault_of_a_check(self, sale: Sale) -> None:
        """`__exit__` that returns true would end the capture as if all had been seen."""
        viewer = Viewer(swallows=True)
        with pytest.MonkeyPatch.context() as patch:
            Fault("tests.fakes.fake_engine.FakeEngine.detect", call=8).install(patch, raising(RuntimeError("boom")))
            Fault("smilepay_cli.verbs.looking.quality_of", call=6).install(patch, raising(RuntimeError("boom")))
            result = sale.pay(till=sale.till(viewer=viewer.make))
        assert sale.refused("capture", result)["fault"] == "RuntimeError: boom"
        assert viewer.calls[-1] == "exit"

    @pytest.mark.parametrize("place", ["make", "enter", "show", "exit"])
    def test_ctrl_c_in_it_is_ctrl_c(self, sale: Sale, place: str) -> None:
        viewer = Viewer(place, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            sale.pay(till=sale.till(viewer=viewer.make))
        assert sale.refused("capture")["fault"].startswith("KeyboardInterrupt")
        assert (sale.event["reason"], sale.event["exit"]) == ("interrupted", ExitStatus.INTERRUPTED)
        assert ("exit" in viewer.calls) is (place in ("show", "exit"))

    def test_ctrl_c_between_two_frames(self, sale: Sale) -> None:
        """In the camera itself; the camera and the terminal are given back."""

        class Cut(PictureSource):
            def frames(self) -> Iterator[Any]:
                for frame in super().frames():
                    yield frame
                    if frame.number == 2:
                        raise KeyboardInterrupt

        viewer, source = Viewer(), Cut(*FILM, is_camera=True)
        with suppress(KeyboardInterrupt):
            sale.pay(source=source, till=sale.till(viewer=viewer.make))
        assert sale.refused("capture")["frames"] == 3
        assert viewer.calls[-1] == "exit" and source.closed == 1
