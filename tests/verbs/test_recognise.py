"""The template of a capture: of one frame or of several, never of several people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smilepay_cli.rules.profiles import profile
from smilepay_cli.rules.schemes import MIRROR
from smilepay_cli.rules.session import RECENT
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.faces import pixel_digest
from tests.fakes.fake_engine import FAKE_MAKER, FakeEngine, picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene

MAKER = replace(FAKE_MAKER, scheme=MIRROR.name)


@pytest.fixture
def till(scene: Scene) -> Till:
    """A till whose engine makes templates of a scheme that averages frames; ann and bob are enrolled."""
    till = replace(scene.till(profile("standard", MIRROR.name)), engine=FakeEngine({"maker": MAKER}))
    for name in ("ann", "bob"):
        assert enroll(till, name, PictureSource(picture(name)), deposit="100").refusal is None
    return till


def paid(till: Till, *frames: Any) -> PayResult:
    return pay(till, PayRequest(amount="1", merchant="kiosk"), PictureSource(*frames))


def matched(scene: Scene) -> dict[str, Any]:
    """What the newest event says of the frames that the match rests on."""
    return dict(next(check for check in scene.events()[-1]["checks"] if check["name"] == "one_person")["figures"])


def test_a_capture_of_several_frames_is_nearer_than_one_of_them(till: Till, scene: Scene) -> None:
    """What differs from frame to frame goes out with the mean."""
    frames = [picture("ann", noise=number) for number in (1, 2)] + [picture("ann", noise=3, smile=True)]
    assert paid(till, *frames).refusal is None
    several, near = matched(scene), scene.events()[-1]["decision"]
    assert paid(till, picture("ann", noise=4, smile=True)).refusal is None
    one, far = matched(scene), scene.events()[-1]["decision"]
    assert (several["frames_averaged"], one["frames_averaged"]) == (3, 1)
    assert near["dissimilarity"] < far["dissimilarity"]


def test_a_long_capture_keeps_the_last_frames(till: Till, scene: Scene) -> None:
    """No more than a few, however long somebody looked."""
    frames = [picture("ann", noise=number) for number in range(1, 21)]
    assert paid(till, *frames, picture("ann", noise=30, smile=True)).refusal is None
    assert matched(scene)["frames_averaged"] == RECENT + 1, "and the relaxed face before them"


def test_somebody_elses_frame_ends_it(till: Till, scene: Scene) -> None:
    """One person throughout: whoever shows two is refused, and it counts."""
    frames = (picture("ann", noise=1), picture("bob", noise=2), picture("ann", noise=3, smile=True))
    refusal = paid(till, *frames).refusal
    assert refusal is not None and (refusal.reason, int(refusal.exit)) == ("person_changed", 13)
    event = scene.events()[-1]
    assert event["throttle"] == "strike" and event["account"] is None
    assert [check["name"] for check in event["checks"]][-1] == "one_person", "nobody was compared with"


class TestSomebodyElsesSmile:
    """A photograph of the customer that does not smile, and a stranger who does: the stranger must not pay.

    Three places on a circle: the photograph and the stranger are each near enough to the other to be one person by the
    policy, and the photograph is near the reference; the stranger is not.
    """

    REFERENCE, PHOTO, STRANGER = 0.0, 0.28, 0.58

    @pytest.fixture
    def shown(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PayResult]:
        """Pays with pictures whose templates are at these places."""
        places: dict[str, float] = {}

        def descriptors(self: FakeEngine, faces: Sequence[tuple[Any, Any]]) -> Any:
            rows = np.zeros((len(faces), 1, 128))
            for row, (pixels, _) in zip(rows, faces, strict=True):
                turn = 2 * np.arcsin(places[pixel_digest(pixels)] / 2)
                row[0, :2] = np.cos(turn), np.sin(turn)
            return rows

        monkeypatch.setattr(FakeEngine, "descriptors", descriptors)
        till = replace(scene.till(profile("standard", MIRROR.name)), engine=FakeEngine({"maker": MAKER}))

        def at(place: float, noise: int, *, smile: bool = False) -> Any:
            pixels = picture("ann", noise=noise, smile=smile)
            places[pixel_digest(pixels)] = place
            return pixels

        assert enroll(till, "ann", PictureSource(at(self.REFERENCE, 0)), deposit="100").refusal is None

        def pays(*shown: tuple[float, bool]) -> PayResult:
            return paid(till, *(at(place, 10 + number, smile=smile) for number, (place, smile) in enumerate(shown)))

        return pays

    def test_the_photographs_do_not_pull_the_stranger_along(self, shown: Callable[..., PayResult]) -> None:
        """Three of the one and one of the other: neither is paid for by the other."""
        refusal = shown(*[(self.PHOTO, False)] * 3, (self.STRANGER, True)).refusal
        assert refusal is not None and refusal.reason == "no_match"

    def test_nor_does_one_who_is_nearer_to_the_photograph(self, shown: Callable[..., PayResult]) -> None:
        """Near enough to be averaged with it, and by itself beyond what the margin allows for."""
        refusal = shown(*[(self.PHOTO, False)] * 3, (self.PHOTO + 0.15, True)).refusal
        assert refusal is not None and refusal.reason == "no_match"

    def test_the_customer_who_smiles_is_taken(self, shown: Callable[..., PayResult]) -> None:
        """Frames of one sitting are averaged, and let somebody in whose smile alone is just too far."""
        result = shown(*[(self.PHOTO, False)] * 3, (0.36, True))
        assert result.refusal is None
        refusal = shown((0.36, True)).refusal
        assert refusal is not None and refusal.reason == "no_match"


def test_numbers_that_are_none_match_nobody(till: Till, scene: Scene) -> None:
    """A descriptor that failed is not averaged away; of one picture it matches nobody."""
    broken = FakeEngine({"maker": MAKER, "descriptors": np.full((2, 1, 128), np.nan)})
    frames = (picture("ann", noise=1), picture("ann", noise=2, smile=True))
    refusal = paid(replace(till, engine=broken), *frames).refusal
    assert refusal is not None and refusal.reason == "person_changed"
    broken = FakeEngine({"maker": MAKER, "descriptors": np.full((1, 1, 128), np.nan)})
    refusal = paid(replace(till, engine=broken), picture("ann", noise=3, smile=True)).refusal
    assert refusal is not None and refusal.reason == "no_match"


def test_face_recognitions_own_scheme_looks_at_one_frame(scene: Scene) -> None:
    """It is kept as it is, for comparison."""
    scene.enroll("ann")
    frames = PictureSource(picture("ann", noise=11), picture("ann", noise=12, smile=True))
    assert scene.pay("ann", amount="1", merchant="kiosk", source=frames).refusal is None
    assert "frames_averaged" not in matched(scene)


def test_a_policy_of_another_scheme_is_refused(scene: Scene) -> None:
    """Its numbers mean nothing for these templates: a fault of ours, and a refusal all the same."""
    till = replace(scene.till(), policy=profile("standard", "quartet"))
    refusal = paid(till, picture("ann", smile=True)).refusal
    assert refusal is not None and refusal.reason == "check_failed"
