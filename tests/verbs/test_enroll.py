"""Enrolling: one face, one name, references that nobody can read in the file."""

from __future__ import annotations

import pytest

from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable, UsageProblem
from tests.fakes.fake_engine import empty_picture, picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed


def test_one_reference_for_each_good_frame_and_a_reason_for_the_others(scene: Scene) -> None:
    """Frames without a usable face are left out, and told."""
    frames = [picture("ann", noise=1), empty_picture(), picture("ann", noise=2), picture("ann", faces=2, noise=3)]
    result = enroll(scene.till(), "ann", PictureSource(*frames), deposit="12.50")
    assert (result.added, result.references) == (2, 2)
    assert result.balance is not None and result.balance.available.minor == 1250
    assert result.warnings == ("picture 1: no face found", "picture 3: 2 faces found")


def test_the_same_picture_twice_is_one_reference(scene: Scene) -> None:
    """A repeated frame teaches nothing."""
    frame = picture("ann", noise=1)
    assert enroll(scene.till(), "ann", PictureSource(frame, frame)).added == 1


def test_a_face_has_one_name(scene: Scene) -> None:
    """Enrolled under another name already: 22, and nobody is added."""
    scene.enroll("ann")
    again = enroll(scene.till(), "bea", scene.selfie("ann"))
    assert (again.exit, again.refusal and again.refusal.reason) == (ExitStatus.WRONG_STATE, "already_enrolled")
    with scene.store.reading() as books:
        assert [person.name for person in books.people.all()] == ["ann"]


def test_a_name_has_one_face(scene: Scene) -> None:
    """Another person cannot add their face to an account, in whatever case the name is typed."""
    scene.enroll("Ann")
    other = enroll(scene.till(), "ANN", scene.selfie("bob"))
    assert other.refusal is not None and other.refusal.reason == "name_taken"


def test_the_same_person_adds_references(scene: Scene) -> None:
    """Enrolling again under the same name adds to what is there."""
    scene.enroll("ann")
    more = enroll(scene.till(), "ann", scene.selfie("ann"))
    assert (more.outcome, more.added, more.references) == ("done", 1, 2)


def test_frames_of_several_people_are_refused(scene: Scene) -> None:
    """One person at a time: a capture that shows two is nobody's."""
    source = PictureSource(picture("ann", noise=1), picture("bob", noise=1))
    result = enroll(scene.till(), "ann", source)
    assert result.refusal is not None and result.refusal.reason == "several_people"
    assert result.exit is ExitStatus.NOT_ACQUIRED


def test_nobody_there_leaves_nothing_but_the_event(scene: Scene) -> None:
    """A failure to enrol makes no account."""
    result = enroll(scene.till(), "ann", PictureSource(empty_picture()), deposit="10")
    assert result.exit is ExitStatus.NOT_ACQUIRED
    assert scene.events()[-1]["reason"] == "no_face"
    with scene.store.reading() as books:
        assert books.people.all() == []


@pytest.mark.parametrize("name", ["", "  ", "-x", "a\nb\x00", "x" * 65, "a\u202eb"])
def test_names_that_cannot_be_typed_back_are_refused(scene: Scene, name: str) -> None:
    """No control characters, no empty name, no option lookalike."""
    with pytest.raises(UsageProblem):
        enroll(scene.till(), name, scene.selfie("ann"))


def test_a_sellers_name_is_taken(scene: Scene) -> None:
    """`wallet balance kiosk` must mean one account."""
    result = enroll(scene.till(), "kiosk", scene.selfie("ann"))
    assert result.refusal is not None and result.refusal.reason == "name_taken"


@pytest.mark.parametrize("pin", ["12", "abcd", "1" * 33, "12 34"])
def test_a_pin_has_four_to_32_digits(scene: Scene, pin: str) -> None:
    """Anything else is exit 2 before the face is looked at."""
    with pytest.raises(UsageProblem):
        enroll(scene.till(), "ann", scene.selfie("ann"), pin=pin)


def test_names_are_in_no_event(scene: Scene) -> None:
    """Events carry opaque ids, so that a name can be forgotten."""
    scene.enroll("Annabella")
    scene.pay("Annabella", amount="3", merchant="kiosk")
    assert "annabella" not in str(scene.events()).casefold()


def test_templates_of_another_maker_are_never_compared(scene: Scene) -> None:
    """Other models, other numbers: 32 and what to do, rather than a wrong answer."""
    from dataclasses import replace

    from tests.fakes.fake_engine import FAKE_MAKER

    scene.enroll("ann")
    other = scene.till(faults={"maker": replace(FAKE_MAKER, encoder="another network")})
    with pytest.raises(StoreUnusable, match="another engine"):
        enroll(other, "bob", scene.selfie("bob"))


def test_a_lenient_policy_lets_nobody_into_an_account(scene: Scene) -> None:
    """References are added under standard's threshold at the loosest: they count under every policy."""
    scene.enroll("ann")
    loose = relaxed(dissimilarity_max=2.0)
    result = enroll(scene.till(loose), "ann", scene.selfie("bob"))
    assert result.refusal is not None and result.refusal.reason == "name_taken"


class TestAddingToAnAccountWithAPin:
    """Whoever adds pictures pays with them from then on, so a face alone does not do."""

    def test_the_pin_is_needed(self, scene: Scene) -> None:
        scene.enroll("ann", pin="2468")
        again = enroll(scene.till(), "ann", scene.selfie("ann"))
        assert again.refusal is not None and again.refusal.reason == "pin_needed"
        assert again.exit is ExitStatus.OVER_LIMIT and scene.references("ann") == 1

    def test_a_wrong_one_is_a_strike_against_the_account(self, scene: Scene) -> None:
        """And does not replace the one that is set."""
        scene.enroll("ann", pin="2468")
        again = enroll(scene.till(), "ann", scene.selfie("ann"), pin="9999")
        assert again.refusal is not None and again.refusal.reason == "pin_wrong"
        event = scene.events()[-1]
        assert event["throttle"] == "strike" and event["counts_against"] == event["claimed"] is not None
        assert scene.references("ann") == 1
        assert enroll(scene.till(), "ann", scene.selfie("ann"), pin="2468").outcome == "done"
        assert scene.references("ann") == 2 and scene.events()[-1]["pin_set"] is False

    def test_wrong_ones_lock_it(self, scene: Scene) -> None:
        scene.enroll("ann", pin="2468")
        for _ in range(5):
            enroll(scene.till(), "ann", scene.selfie("ann"), pin="9999")
        right = enroll(scene.till(), "ann", scene.selfie("ann"), pin="2468")
        assert right.refusal is not None and right.refusal.reason == "locked_out"

    def test_it_is_asked_for_where_somebody_can_be_asked(self, scene: Scene) -> None:
        scene.enroll("ann", pin="2468")
        assert enroll(scene.till(), "ann", scene.selfie("ann"), ask_pin=lambda: "2468").outcome == "done"
        silent = enroll(scene.till(), "ann", scene.selfie("ann"), ask_pin=lambda: None)
        assert silent.refusal is not None and silent.refusal.reason == "pin_needed"

    def test_nobody_else_is_asked(self, scene: Scene) -> None:
        """A new name has none yet, and so has an account without one; there it is set by whoever brings one."""

        def ask() -> str | None:
            raise AssertionError("nobody should be asked")

        for _ in range(2):
            assert enroll(scene.till(), "ann", scene.selfie("ann"), ask_pin=ask).outcome == "done"
        assert enroll(scene.till(), "ann", scene.selfie("ann"), pin="2468").outcome == "done"
        assert scene.events()[-1]["pin_set"] is True
        refusal = enroll(scene.till(), "ann", scene.selfie("ann"), pin="1357").refusal
        assert refusal is not None and refusal.reason == "pin_wrong"

    @pytest.mark.parametrize("fault", [RuntimeError("boom"), float("nan")])
    def test_a_check_that_breaks_refuses(
        self, scene: Scene, fault: float | Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> object:
            if isinstance(fault, Exception):
                raise fault
            return fault

        scene.enroll("ann", pin="2468")
        monkeypatch.setattr("smilepay_cli.adapters.pins.Argon2Pins.verify", broken)
        assert enroll(scene.till(), "ann", scene.selfie("ann"), pin="2468").outcome == "refused"
        assert scene.references("ann") == 1


def test_a_locked_terminal_enrols_nobody(scene: Scene) -> None:
    """One throttle on every path: `already_enrolled` is an answer too."""
    scene.enroll("ann")
    for _ in range(5):
        scene.pay("stranger", amount="3", merchant="kiosk")
    assert enroll(scene.till(), "probe", scene.selfie("ann")).exit is ExitStatus.LOCKED_OUT


def test_a_deposit_is_in_the_currency_of_the_account(scene: Scene) -> None:
    """A catalogue in another currency makes no money."""
    scene.enroll("ann")
    (scene.home / "catalogue.toml").write_text('currency = "KWD"\nitems = []\n[sellers]\n')
    enroll(scene.till(), "ann", scene.selfie("ann"), deposit="100")
    assert scene.balance("ann") == 20_000
