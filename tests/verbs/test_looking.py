"""Every look at pixels goes through the memory where there is one, and answers the same with and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.harnesses.replay.looking import asked_by, look
from smilepay_cli.rules.profiles import PROFILES
from smilepay_cli.verbs import looking
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.faces import Box, Frame, pixel_digest
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.pad import Living
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene

BOX = Box(110, 70, 100, 100)
LOOKS: dict[str, Callable[[Till, Frame], Any]] = {
    "detect": looking.detected,
    "detect small": lambda till, frame: looking.detected(till, frame, smallest=20),
    "landmarks": lambda till, frame: looking.landmarks_of(till, frame, BOX),
    "descriptors": lambda till, frame: looking.descriptors_of(till, [(frame, BOX), (frame, BOX)]),
    "quality": lambda till, frame: looking.quality(till, frame, BOX, None),
    "cue": lambda till, frame: looking.cue_measures(till)(frame, "cue", lambda: float(frame.pixels.mean())),
}


def frame(noise: int = 0) -> Frame:
    pixels = picture("ann", noise=noise)
    return Frame(pixels, 0, 0.0, "ann", pixel_digest(pixels))


def equal(one: Any, other: Any) -> bool:
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else bool(one == other)


@pytest.mark.parametrize("what", LOOKS)
def test_a_look_is_the_same_from_memory(scene: Scene, what: str) -> None:
    """Taken once on the same pixels, under whatever number the frame comes; other pixels are looked at."""
    engine = FakeEngine()
    plain = replace(scene.till(), engine=engine)
    kept = replace(plain, memory=FaceMemory())
    truth = LOOKS[what](plain, frame())
    assert equal(LOOKS[what](kept, frame()), truth)
    engine.calls.clear()
    assert equal(LOOKS[what](kept, replace(frame(), number=5, seconds=2.0)), truth)
    assert engine.calls == []
    assert equal(LOOKS[what](kept, frame(1)), LOOKS[what](plain, frame(1)))


def test_questions_are_told_apart(scene: Scene) -> None:
    """Another box, another smallest face, with landmarks or without: other measures."""
    memory = FaceMemory()
    till = replace(scene.till(), memory=memory)
    other = Box(111, 70, 100, 100)
    looking.detected(till, frame())
    looking.detected(till, frame(), smallest=20)
    points = [looking.landmarks_of(till, frame(), box) for box in (BOX, other)]
    looking.quality(till, frame(), BOX, None)
    looking.quality(till, frame(), BOX, points[0])
    assert memory.measured == 6


@pytest.mark.parametrize("policy", ["demo", "standard", "strict"])
@pytest.mark.parametrize("is_camera", [False, True])
def test_looking_ahead_leaves_nothing_to_look_at(scene: Scene, policy: str, is_camera: bool) -> None:
    """Whatever paying asks of these frames was asked before: then it needs neither engine nor pixels."""
    scene.enroll("ann")
    faces = [picture("ann", smile=number > 5, noise=number) for number in range(12)]
    engine, memory = FakeEngine(), FaceMemory()
    till = replace(scene.till(policy), engine=engine, memory=memory)
    look(till, PictureSource(*faces[: None if is_camera else 1], is_camera=is_camera))
    assert {"detect", "descriptors"} <= set(engine.calls)
    engine.calls.clear()
    source = PictureSource(*faces[: None if is_camera else 1], is_camera=is_camera)
    challenge = "smile" if is_camera and policy == "strict" else None
    assert pay(till, PayRequest(amount="1", merchant="kiosk", challenge=challenge), source).exit != 2
    assert set(engine.calls) <= {"maker"}


def test_what_can_be_asked_has_a_name(scene: Scene) -> None:
    """By policy and kind of capture: what was asked under another one may not be all."""
    names = {asked_by(policy, None, is_camera=camera) for policy in PROFILES.values() for camera in (False, True)}
    assert len(names) == 2 * len(PROFILES)
    assert asked_by(PROFILES["demo"], None, is_camera=True) in names


class Used(Living):
    """The same network, used otherwise: another class is the live one, or the limit is another."""

    def __init__(self, live_class: int, threshold: float = 0.5) -> None:
        self.threshold, self._live_class = threshold, live_class

    @property
    def figures(self) -> dict[str, Any]:
        return {"model": self.digest, "threshold": self.threshold, "live_class": self._live_class}

    def live_score(self, pixels: Any, box: Box) -> float:
        return 0.9 if self._live_class else 0.1


def test_a_pad_model_is_not_known_by_its_network_alone(scene: Scene) -> None:
    """A sidecar that reads the output otherwise would be told what another one had passed."""
    till = replace(scene.till(), memory=FaceMemory())
    lax, strict = Used(live_class=1), Used(live_class=0)
    assert looking.live_score(till, lax, frame(), BOX) == 0.9
    assert looking.live_score(till, strict, frame(), BOX) == 0.1
    pads = (None, lax, strict, Used(live_class=1, threshold=0.95))
    asked = {asked_by(till.policy, pad, is_camera=False) for pad in pads}
    assert len(asked) == 4
