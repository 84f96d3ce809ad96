"""Ctrl-C at any line of ours while money moves: done and told as done, or not done and told as that. Never both."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import smilepay_cli
from smilepay_cli.verbs import cash, payments
from smilepay_cli.verbs.audit import verify
from tests.measured import note
from tests.verbs.conftest import Scene
from tests.verbs.profile import often

OURS = tuple(str(Path(smilepay_cli.__file__).parent / part) for part in ("verbs", "adapters/store", "rules"))
AROUND_THE_COMMIT = 30
"""Lines at the end of a step that are tried one by one."""
FOR_STRIKES = 400
"""Lines by which a step may be longer than the first one was: each attempt broken off is a strike to be read."""
MOVED = ("transactions", "holds", "resolutions", "orders", "key_uses")


class Interrupter:
    """Raises KeyboardInterrupt at the n-th line of ours that this thread comes to, once; 0 only counts them."""

    def __init__(self, at: int) -> None:
        self.at, self.lines, self.where = at, 0, "nowhere"

    def __enter__(self) -> Interrupter:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, event: str, _: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(OURS) else None

    def _line(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                raise KeyboardInterrupt
        return self._line


STEPS: dict[str, Callable[[Scene, str], object]] = {
    "pay": lambda scene, key: scene.pay("ann", amount="0.03", merchant="kiosk", key=key),
    "shop": lambda scene, _: scene.shop("ann", "latte"),
    "deposit": lambda scene, _: cash.deposit(scene.till(), "ann", "1"),
    "refund": lambda scene, _: payments.refund(scene.till(), first_payment(scene), "0.01"),
}


def first_payment(scene: Scene) -> str:
    with scene.store.reading() as books:
        return next(made.hold_id or "" for made, _ in books.ledger.transactions() if made.kind == "capture")


def kept(scene: Scene) -> tuple[dict[str, int], list[dict[str, Any]]]:
    with scene.store.reading() as books:
        db = books.trail._db
        counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in MOVED}
        return counts, [dict(event.body) for event in books.trail.latest(3)]


@contextmanager
def ready(folder: Path) -> Iterator[Scene]:
    scene = Scene(folder)
    scene.enroll("ann", deposit="1000")
    assert scene.pay("ann", amount="9", merchant="kiosk").outcome == "done"
    yield scene
    scene.store.close()


# Ctrl-C right behind a `with` leaves a generator that Python closes later, and says so where nobody looks.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", STEPS)
def test_ctrl_c_at_a_line(tmp_path: Path, name: str) -> None:
    """Everything moved and one event that says so; or nothing moved, and no event that says it did."""
    step = STEPS[name]
    seen: Counter[str] = Counter()
    with ready(tmp_path / "home") as scene:
        with Interrupter(0) as whole:
            step(scene, "whole")
        last = whole.lines - AROUND_THE_COMMIT
        places = [*range(1, last, often(last // 12, 1)), *range(last, whole.lines + AROUND_THE_COMMIT + FOR_STRIKES)]
        for at in places:
            before, told_before = kept(scene)
            scene.clock.advance(days=2)  # no lock from the last ones, and a new day's limit
            with Interrupter(at) as interrupter, suppress(KeyboardInterrupt):
                step(scene, f"key {at}")
            scene.store.close()  # the program ends
            after, told = kept(scene)
            new = [event for event in told if event["seq"] > told_before[0]["seq"]]
            assert len(new) <= 1, interrupter.where
            outcome = new[0]["outcome"] if new else "no event"
            assert (after != before) == (outcome == "done"), (interrupter.where, outcome)
            if outcome == "refused":
                assert new[0]["reason"] == "interrupted", interrupter.where
                assert not {"ledger", "payment"} & new[0].keys(), interrupter.where
                assert not (name == "shop" and "order" in new[0]), interrupter.where
            seen[outcome if interrupter.where != "nowhere" else "not reached"] += 1
            if at % often(1, 50) == 0:
                verify(scene.till())
            if interrupter.where == "nowhere":
                break
        verify(scene.till())
    note(f"ctrl-c: {name}: at {seen.total() - 1} of {whole.lines} lines: {dict(seen)}")
    assert seen["no event"] and seen["done"] and seen["not reached"] == 1
