"""What can go wrong in each check of a payment: the table that tests/verbs/test_faults.py goes through.

A check that comes a second time, where the money moves, has ` again` behind its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.rules.quality import Quality
from smilepay_cli.vocabulary.faces import Box, Candidate, Detection, Detections, MouthShape, Pose, Reference

NAN = float("nan")
NOTHING: Any = object()
"""A part that returns no numbers."""

SOURCE, ENGINE, PAD = "tests.fakes.source.PictureSource.", "tests.fakes.fake_engine.FakeEngine.", "tests.fakes.pad."
STORE, VERBS, RULES = "smilepay_cli.adapters.store.", "smilepay_cli.verbs.", "smilepay_cli.rules."


@dataclass(frozen=True)
class Fault:
    """One part of a check that is made to fail."""

    what: str
    """The function, by its dotted name."""
    call: int = 1
    """From which call on it fails."""
    only: str | None = None
    """Calls without this argument are no concern of ours."""
    nan: Any = NOTHING
    """What it returns where its numbers are none."""
    nan_ends_at: str | None = None
    """The check that has to notice; None: its own."""
    hangs: bool = False
    """Whether it runs where hanging is noticed: cameras, networks, everything that looks at pixels."""
    broken: Callable[[], Any] | None = None
    """Something to return that breaks when it is used, where raising would be too early."""

    @property
    def name(self) -> str:
        return self.what.rpartition(".")[2] if self.only is None else f"{self.what.rpartition('.')[2]} {self.only}"

    def install(self, patch: pytest.MonkeyPatch, does: Callable[[], Any], *, once: bool = False) -> None:
        """`does` in place of the part."""
        real = resolve_name(self.what)
        calls = 0

        def stand_in(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += self.only is None or self.only in arguments
            fails = calls == self.call if once else calls >= self.call
            if fails and (self.only is None or self.only in arguments):
                return does()
            return real(*arguments, **named)

        patch.setattr(self.what, stand_in)


class _Boom:
    """Has what it is given; its `attribute` raises."""

    def __init__(self, attribute: str, **rest: Any) -> None:
        self._attribute = attribute
        self.__dict__.update(rest)

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("boom") if name == self._attribute else AttributeError(name)


def _gallery_of_nan() -> Gallery:
    return Gallery.of([Reference("acc_0001", np.full(128, NAN))])


FACE = Box(110, 70, 100, 100)
_OPEN = {"id": "ord_0001", "state": "open"}

IN_EVERY_PAYMENT: Mapping[str, tuple[Fault, ...]] = {
    "input": (Fault(SOURCE + "check", hangs=True),),
    "policy_floor": (Fault(STORE + "settings.SqliteSettings.get", only="policy_floor"),),
    "idempotency_key": (Fault(STORE + "ledger.SqliteLedger.key"),),
    "lockout": (Fault(STORE + "trail.SqliteTrail.strikes_at"),),
    "capture": (
        Fault(SOURCE + "frames", hangs=True),
        Fault(ENGINE + "detect", hangs=True, nan=Detections((Detection(FACE, NAN),), 40)),
        Fault(ENGINE + "detect", nan=Detections((Detection(Box(NAN, NAN, NAN, NAN), 1.0),), 40)),  # type: ignore[arg-type]
        Fault(ENGINE + "landmarks", hangs=True, nan=np.full((68, 2), NAN)),
        Fault(VERBS + "capture.mouth_shape", hangs=True, nan=MouthShape(NAN, NAN, NAN)),
        Fault(VERBS + "capture.head_pose", hangs=True, nan=Pose(NAN, NAN, NAN)),
        Fault(VERBS + "looking.quality_of", hangs=True, nan=Quality(*[NAN] * 7)),
        Fault(VERBS + "capture.require_quality", hangs=True),
        Fault(VERBS + "capture.seen"),
        Fault(RULES + "session.overlap", nan=NAN, nan_ends_at="smile"),
        Fault(RULES + "session.smile_z", nan=NAN),
        Fault(RULES + "session.smile_change", nan=NAN, nan_ends_at="smile"),
        Fault(VERBS + "capture.watched", hangs=True),
        Fault(RULES + "cues.trace.border", hangs=True, nan=NAN, nan_ends_at="deny_cues"),
        Fault(RULES + "cues.trace.fine_pattern", hangs=True, nan=NAN, nan_ends_at="deny_cues"),
        Fault(RULES + "cues.trace.relief", hangs=True),
        Fault(RULES + "cues.pictures.change", hangs=True, nan=NAN, nan_ends_at="deny_cues"),
    ),
    "replay": (Fault(STORE + "trail.SqliteTrail.seen"),),
    "gallery": (
        Fault(VERBS + "face.record_engine"),
        Fault(VERBS + "face.open_gallery", nan=_gallery_of_nan(), nan_ends_at="match"),
    ),
    "slot": (
        Fault(STORE + "trail.SqliteTrail.strikes_at", call=2),
        Fault(STORE + "slots.SqliteSlots.take"),
        Fault(VERBS + "throttle.room", nan=NAN),
    ),
    "one_person": (
        Fault(ENGINE + "descriptors", hangs=True, nan=np.full((2, 1, 128), NAN)),
        Fault(RULES + "schemes.Euclidean.template", nan=np.full(128, NAN)),
        Fault(RULES + "schemes.Euclidean.dissimilarities", nan=np.full(2, NAN)),
    ),
    "match": (
        Fault(VERBS + "recognise.candidates", nan=[Candidate("acc_0001", NAN)]),
        Fault(VERBS + "recognise.decide"),
        Fault(VERBS + "recognise.doubts"),
    ),
    "smile": (
        Fault(VERBS + "face.relaxed_mouths", nan=(MouthShape(NAN, NAN, NAN),)),
        Fault(VERBS + "face.smile_figures"),
        Fault(VERBS + "face.require_shown", hangs=True),
    ),
    "deny_cues": (Fault(VERBS + "face.judged", hangs=True), Fault(RULES + "cues.trace._score", hangs=True, nan=NAN)),
    "pad_model": (
        Fault(PAD + "Living.live_score", hangs=True, nan=NAN),
        Fault(PAD + "Living.live_score", nan=float("inf")),
    ),
    "kept_frames": (
        Fault(VERBS + "pay.make_pictures"),
        Fault(VERBS + "keeping.as_png", hangs=True),
    ),
    "pin_asked": (Fault(VERBS + "second_factor.needed_for"), Fault(STORE + "orders.SqliteOrders.newest_open")),
    "idempotency_key again": (Fault(STORE + "ledger.SqliteLedger.key", call=2),),
    "policy_floor again": (Fault(STORE + "settings.SqliteSettings.get", only="policy_floor", call=2),),
    "lockout again": (Fault(STORE + "trail.SqliteTrail.strikes_at", call=3),),
    "replay_again": (Fault(STORE + "trail.SqliteTrail.seen", call=2),),
    "newest_order": (Fault(STORE + "orders.SqliteOrders.newest_open", call=2),),
    "payment_limit": (Fault(VERBS + "settle.require_within_payment_limit"),),
    "currency": (
        Fault(STORE + "people.SqlitePeople.by_id", call=3, broken=lambda: _Boom("currency", account_id="acc_0001")),
    ),
    "daily_limit": (
        Fault(STORE + "ledger.SqliteLedger.spent_since", nan=NAN),
        Fault(VERBS + "settle.require_within_daily_limit"),
    ),
    "pin": (
        Fault(VERBS + "second_factor.needed_for", call=2),
        Fault("smilepay_cli.adapters.pins.Argon2Pins.verify", nan=NAN),
    ),
    "funds": (
        Fault(
            STORE + "ledger.SqliteLedger.balance",
            nan=SimpleNamespace(available=SimpleNamespace(minor=NAN, currency="EUR")),
        ),
        Fault(VERBS + "settle.require_funds"),
    ),
}
"""Of a payment of the newest order, in the order of its event."""
OF_A_NAMED_ORDER: Mapping[str, tuple[Fault, ...]] = {
    "order_state": (Fault(STORE + "orders.SqliteOrders.by_id"),),
    "order_state again": (Fault(STORE + "orders.SqliteOrders.by_id", call=2),),
    "order_owner": (Fault(STORE + "orders.SqliteOrders.by_id", call=2, broken=lambda: _Boom("account_id", **_OPEN)),),
}
"""What is asked besides where the order is named."""
MONEY = tuple(
    Fault(STORE + what)
    for what in (
        "people.SqlitePeople.by_id",
        "ledger.SqliteLedger.add_hold",
        "ledger.SqliteLedger.open_account",
        "ledger.SqliteLedger.post",
        "ledger.SqliteLedger.resolve",
        "ledger.SqliteLedger.consume_key",
        "slots.SqliteSlots.give_back",
        "trail.SqliteTrail.mark_seen",
        "trail.SqliteTrail.append",
        "ledger.SqliteLedger.transaction_of",
    )
)
"""Behind the last check: what is written, and read again for the answer."""
