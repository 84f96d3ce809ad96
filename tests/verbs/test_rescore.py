"""Frames are kept where the policy says so, for as long as it says, and a decision comes out of them again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smilepay_cli.rules.schemes import SCHEMES, Mirrored
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.audit import prune, verify
from smilepay_cli.verbs.cash import deposit
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.keys import change_key
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.rescore import RescoreResult, rescore
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.faces import TemplateMaker, pixel_digest
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed

WEEK = 7 * 24 * 3600
KEEPING = replace(relaxed(keep_frames=WEEK), name="keeping")
FILM = [picture("ann", smile=number > 3, noise=60 + number) for number in range(9)]


def film(scene: Scene, **changes: Any) -> PayResult:
    """Ann pays in front of a camera: relaxed, then smiling."""
    policy = replace(KEEPING, smile="transition", **changes)
    return pay(scene.till(policy), PayRequest(amount="3", merchant="kiosk"), PictureSource(*FILM, is_camera=True))


def again(scene: Scene, result: PayResult, **changes: Any) -> RescoreResult:
    return rescore(scene.till(replace(KEEPING, **changes)), result.events[0])


def kept(scene: Scene) -> int:
    with scene.store.reading() as books:
        return books.kept.count()


def rows(scene: Scene) -> list[tuple[str, str | None, bytes]]:
    with scene.store.reading() as books:
        return list(books.kept._db.execute("SELECT event_id, account_id, sealed FROM kept_frames").fetchall())


@pytest.fixture
def ann(scene: Scene) -> Scene:
    scene.enroll("ann")
    scene.enroll("bob")
    return scene


class TestKeeping:
    """What is kept, of whom, and for how long."""

    def test_nothing_is_kept_unless_a_policy_says_so(self, ann: Scene) -> None:
        """Off in every named policy; the event says nothing of frames then."""
        for policy in ("demo", "standard"):
            result = ann.pay("ann", policy=policy, amount="3", merchant="kiosk")
            assert result.outcome == "done" and "kept" not in ann.events()[-1]
        assert kept(ann) == 0
        with pytest.raises(UsageProblem, match="its policy kept none") as problem:
            rescore(ann.till(KEEPING), result.events[0])
        assert problem.value.exit is ExitStatus.USAGE and "keep_frames = 604800" in str(problem.value.hint)

    def test_the_judged_frame_of_a_payment_lies_encrypted_under_the_persons_key(self, ann: Scene) -> None:
        """The event says which frame, what for, and until when; its digest is that of the pixels."""
        pixels = picture("ann", smile=True, noise=50)
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk", source=PictureSource(pixels))
        assert result.outcome == "done"
        ((event_id, account_id, sealed),) = rows(ann)
        assert event_id == result.events[0] and account_id == result.account_id
        assert pixels.tobytes()[:64] not in sealed and b"PNG" not in sealed
        event = ann.events()[-1]
        assert [(one["number"], one["for"]) for one in event["kept"]["frames"]] == [(0, ["judged", "relaxed"])]
        assert event["frames"] == [pixel_digest(pixels)]
        assert event["kept"]["until"].startswith("2015-03-22T17:00")
        names = [check["name"] for check in event["checks"]]
        assert names.index("deny_cues") < names.index("kept_frames") < names.index("funds")

    def test_of_a_film_every_frame_that_the_decision_rested_on(self, ann: Scene) -> None:
        """Relaxed and smiling; the others are not kept."""
        result = film(ann)
        assert result.outcome == "done"
        used = {one["number"]: one["for"] for one in ann.events()[-1]["kept"]["frames"]}
        assert sorted(role for roles in used.values() for role in roles) == ["judged", "relaxed", "shown"]
        assert kept(ann) == len(used) == 2

    @pytest.mark.parametrize(
        ("person", "request_", "reason", "owner"),
        [
            ("stranger", {}, "no_match", None),
            ("stranger", {"account": "ann"}, "no_match", "ann"),
            ("bob", {"account": "ann"}, "no_match", "ann"),
        ],
    )
    def test_a_refused_capture_belongs_to_who_was_claimed_or_to_nobody(
        self, ann: Scene, person: str, request_: dict[str, Any], reason: str, owner: str | None
    ) -> None:
        result = ann.pay(person, policy=KEEPING, amount="3", merchant="kiosk", **request_)
        assert result.refusal is not None and result.refusal.reason == reason
        ((_, account_id, _),) = rows(ann)
        with ann.store.reading() as books:
            found = books.people.by_name(owner) if owner else None
        assert account_id == (found.account_id if found else None)
        now = again(ann, result)
        assert (now.then.reason, now.now.reason, now.drift) == (reason, reason, False)

    def test_who_was_recognised_and_did_not_smile_is_the_owner(self, ann: Scene) -> None:
        result = ann.pay("ann", policy=KEEPING, source=ann.selfie("ann", smile=False), amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "smile_not_shown"
        ((_, account_id, _),) = rows(ann)
        assert account_id == ann.events()[-1]["account"] is not None
        assert again(ann, result).now.reason == "smile_not_shown"

    def test_a_capture_without_a_face_keeps_nothing(self, ann: Scene) -> None:
        result = ann.pay("ann", policy=KEEPING, source=PictureSource(np.zeros((240, 320, 3), np.uint8)), amount="3",
                         merchant="kiosk")  # fmt: skip
        assert result.refusal is not None and kept(ann) == 0

    def test_a_wallet_without_people_keeps_a_strangers_frame(self, scene: Scene) -> None:
        """The key for it is made then."""
        result = scene.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "no_match" and kept(scene) == 1
        assert again(scene, result).now.reason == "no_match"

    def test_a_repeated_key_keeps_nothing(self, ann: Scene) -> None:
        """It moves nothing and names nobody."""
        for _ in range(2):
            ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk", key="k")
        assert kept(ann) == 1

    def test_a_refusal_is_told_also_where_its_frames_cannot_be_kept(
        self, ann: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The event counts for more than the picture; a payment without its frames does not go through."""

        def broken(*_: object) -> None:
            raise OSError("boom")

        monkeypatch.setattr("smilepay_cli.verbs.keeping.as_png", broken)
        assert ann.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
        assert ann.events()[-1]["kept"] == {"fault": "OSError: boom"}
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "check_failed"
        monkeypatch.undo()
        monkeypatch.setattr("smilepay_cli.adapters.keys.WalletVault.seal", broken)
        with pytest.raises(OSError, match="boom"):
            ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        assert ann.balance("ann") == 10_000 and kept(ann) == 0
        assert ann.events()[-1]["kept"] == {"fault": "OSError: boom"}
        with pytest.raises(UsageProblem, match="could not be kept"):
            rescore(ann.till(KEEPING), ann.events()[-1]["id"])


class TestRetention:
    """Kept for as long as the policy said, and no longer."""

    def test_nobody_reads_what_is_expired(self, ann: Scene) -> None:
        """Also before it is removed."""
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        ann.clock.advance(seconds=WEEK + 1)
        assert kept(ann) == 1
        with pytest.raises(UsageProblem, match="they were kept until 2015-03-22"):
            again(ann, result)

    def test_the_next_change_of_the_wallet_removes_it_with_an_event(self, ann: Scene) -> None:
        ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        ann.clock.advance(seconds=WEEK - 10)
        ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        assert kept(ann) == 2
        ann.clock.advance(seconds=20)
        ann.pay("bob", amount="3", merchant="kiosk")
        assert kept(ann) == 1
        assert [(event["command"], event.get("frames_removed")) for event in ann.events()[-2:]] == [
            ("pay", None),
            ("audit.prune", 1),
        ]
        verify(ann.till())

    def test_prune_removes_it_and_says_how_much(self, ann: Scene) -> None:
        """Without an event where there was nothing; the bytes are gone from the files."""
        film(ann)
        blobs = [sealed[:200] for _, _, sealed in rows(ann)]

        def files() -> bytes:
            return b"".join(path.read_bytes() for path in ann.home.iterdir())

        assert all(blob in files() for blob in blobs)
        assert prune(ann.till()).removed == 0
        ann.clock.advance(seconds=WEEK)
        before = len(ann.events())
        result = prune(ann.till())
        assert (result.removed, result.left, result.warnings) == (2, 0, ())
        assert len(ann.events()) == before + 1
        assert not any(blob in files() for blob in blobs)


class TestAgain:
    """The same frames, the engine and the policy of now."""

    def test_nothing_changed_nothing_drifts(self, ann: Scene) -> None:
        """To the last of the six decimals; no money moves, nothing counts, and one event tells of it."""
        still = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        for result, smile in ((still, "still"), (film(ann), "transition")):
            balance, events = ann.balance("ann"), len(ann.events())
            told = again(ann, result, smile=smile)
            assert told.dissimilarity_drift == 0.0 and not told.drift and told.now.accepted and told.then.accepted
            assert (told.then.smile_z, told.then.nearest) == (told.now.smile_z, told.now.nearest)
            assert told.names[told.then.nearest or ""] == "ann"
            assert ann.balance("ann") == balance and len(ann.events()) == events + 1
            event = ann.events()[-1]
            assert event["command"] == "audit.rescore" and event["rescored"]["event"] == result.events[0]
            assert event["throttle"] is None and event["account"] == result.account_id
        verify(ann.till())

    def test_it_can_be_judged_any_number_of_times(self, ann: Scene) -> None:
        """The replay check and the lockout are about payments."""
        result = ann.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk")
        for _ in range(8):
            assert again(ann, result).now.reason == "no_match"
        assert ann.pay("ann", amount="3", merchant="kiosk").outcome == "done"

    def test_a_threshold_that_moved_is_named(self, ann: Scene) -> None:
        """With the numbers of then and now."""
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        told = again(ann, result, dissimilarity_max=0.05, payment_max=None)
        assert told.drift and told.decision_drift and told.dissimilarity_drift == 0.0
        assert (told.then.accepted, told.now.accepted, told.now.reason) == (True, False, "no_match")
        assert told.causes == ("threshold",) and told.policy == {"dissimilarity_max": (0.5, 0.05)}
        asks_more = again(ann, result, smile="transition")
        assert asks_more.now.reason == "transition_not_shown" and asks_more.policy == {"smile": ("still", "transition")}

    def test_references_that_came_are_named(self, ann: Scene) -> None:
        """Somebody who looks alike was enrolled afterwards."""
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        ann.enroll("cid")
        told = again(ann, result)
        assert not told.drift and told.differs == ("gallery",) and told.causes == ()
        tight = ann.till(relaxed(dissimilarity_max=0.02, margin=0.0))
        enroll(tight, "ann2", PictureSource(picture("ann2", like="ann", apart=0.15, noise=1)))
        told = again(ann, result)
        assert told.decision_drift and told.now.reason == "ambiguous_match" and told.causes == ("gallery",)

    def test_another_engine_is_named(self, ann: Scene) -> None:
        """One that makes the same templates by another name; and one whose templates cannot be compared."""
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")

        class Renamed(FakeEngine):
            name = "other"

        class Shifted(Renamed):
            def descriptors(self, faces: Any) -> Any:
                return super().descriptors(faces) + 0.001

        class Another(FakeEngine):
            maker = TemplateMaker("another", "chip", "euclidean")

        told = rescore(replace(ann.till(KEEPING), engine=Renamed()), result.events[0])
        assert told.differs == ("engine",) and not told.drift
        told = rescore(replace(ann.till(KEEPING), engine=Shifted()), result.events[0])
        assert told.drift and not told.decision_drift and told.causes == ("engine",) and told.dissimilarity_drift
        told = rescore(replace(ann.till(KEEPING), engine=Another()), result.events[0])
        assert told.now.reason == "other_maker" and told.causes == ("engine",) and told.now.dissimilarity is None

    def test_a_drift_without_a_cause_is_said_to_be_one(self, ann: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing that is known of differs, and yet the number does."""
        result = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        real = FakeEngine.descriptors
        monkeypatch.setattr(FakeEngine, "descriptors", lambda self, faces: real(self, faces) + 0.001)
        assert again(ann, result).causes == ("unexplained",)

    def test_what_cannot_come_again_is_no_drift(self, ann: Scene) -> None:
        """A picture that was used before: of its face, only what the match says now is told."""
        source = ann.selfie("ann")
        ann.pay("ann", policy=KEEPING, source=source, amount="3", merchant="kiosk")
        result = ann.pay("ann", policy=KEEPING, source=source, amount="3", merchant="kiosk")
        assert result.refusal is not None and result.refusal.reason == "used_before"
        told = again(ann, result)
        assert told.not_repeated == ("whether the picture was used before",) and not told.drift and told.now.accepted

    def test_a_payment_that_was_refused_for_money_had_its_face_accepted(self, ann: Scene) -> None:
        result = ann.pay("ann", policy=KEEPING, amount="400", merchant="kiosk")
        assert result.exit is ExitStatus.INSUFFICIENT_FUNDS
        told = again(ann, result)
        assert told.then.accepted and told.then.reason is None and not told.drift

    def test_the_mean_of_a_capture_comes_out_again(self, ann: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a scheme that averages frames, the last ones are kept too, and summed in the same order."""

        class Averaging(Mirrored):
            landmarks, averages_frames = 5, True

        monkeypatch.setitem(SCHEMES, "euclidean",
                            Averaging("euclidean", 0.25))  # fmt: skip
        result = film(ann)
        assert result.outcome == "done" and kept(ann) > 2
        told = again(ann, result, smile="transition")
        assert told.dissimilarity_drift == 0.0 and not told.drift

    def test_after_a_change_of_the_master_key_it_opens_still(self, ann: Scene) -> None:
        """Frames of somebody, and of nobody."""
        results = [ann.pay(who, policy=KEEPING, amount="3", merchant="kiosk") for who in ("ann", "stranger")]
        change_key(ann.till(), rotate=True)
        assert [again(ann, result).drift for result in results] == [False, False]

    def test_a_frame_that_was_changed_moved_or_exchanged_does_not_count(
        self, ann: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither its bytes, nor another event's in its place."""
        first, second = (ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk") for _ in range(2))
        blobs = {event_id: sealed for event_id, _, sealed in rows(ann)}
        for blob in (blobs[second.events[0]], blobs[first.events[0]][:-1] + b"x"):
            with ann.store.writing() as books:
                books.kept._db.execute("UPDATE kept_frames SET sealed = ? WHERE event_id = ?", (blob, first.events[0]))
            with pytest.raises(StoreUnusable) as problem:
                again(ann, first)
            assert problem.value.reason == "sealed_damaged"
        other = pixel_digest(picture("bob"))
        monkeypatch.setattr("smilepay_cli.verbs.keeping.pixel_digest", lambda _: other)
        with pytest.raises(ChainBroken, match="none that the event tells of"):
            again(ann, second)

    @pytest.mark.parametrize("event_id", ["evt_none", "999"])
    def test_an_event_that_is_not_there(self, ann: Scene, event_id: str) -> None:
        with pytest.raises(UsageProblem, match="no event"):
            rescore(ann.till(KEEPING), event_id)

    def test_an_event_that_looked_at_no_face(self, ann: Scene) -> None:
        event = deposit(ann.till(), "ann", "1").events[0]
        with pytest.raises(UsageProblem, match="no kept frames"):
            rescore(ann.till(KEEPING), event)


class TestForgetting:
    """Forgetting reaches every frame that may show the person."""

    def test_ones_own_and_those_of_nobody_go_and_other_peoples_stay(self, ann: Scene) -> None:
        """Whoever was not recognised may have been the person that is forgotten."""
        mine = ann.pay("ann", policy=KEEPING, amount="3", merchant="kiosk")
        hers = ann.pay("bob", policy=KEEPING, amount="3", merchant="kiosk")
        claimed = ann.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk", account="ann")
        nobodys = ann.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk")
        assert kept(ann) == 4
        assert forget(ann.till(), "ann").frames_of_nobody == 1
        assert [event_id for event_id, _, _ in rows(ann)] == [hers.events[0]]
        assert ann.events()[-1]["frames_of_nobody_removed"] == 1
        for result in (mine, claimed, nobodys):
            with pytest.raises(UsageProblem, match="forgotten, and they went too"):
                again(ann, result)
        assert not again(ann, hers).drift
        later = ann.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk")
        assert again(ann, later).now.reason == "no_match", "a new key is made for what comes"
        verify(ann.till())
