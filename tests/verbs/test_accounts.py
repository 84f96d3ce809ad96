"""People: forgetting them leaves the books and the trail whole."""

from __future__ import annotations

import sqlite3

from smilepay_cli.verbs.accounts import LOG_IN_USE, forget, listed, lookalikes, set_pin, show, unlock
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.policy import policies, set_floor
from smilepay_cli.vocabulary.errors import ExitStatus
from tests.fakes.fake_engine import picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed


def test_forgetting_destroys_the_name_and_the_face(scene: Scene) -> None:
    """Neither the name nor the sealed template is left in the file or its log; the face is unknown again."""
    scene.enroll("Annabella")
    scene.enroll("bob")
    with scene.store.reading() as books:
        sealed = books.people.references()[0].sealed
        wrapped = books.people.all()[0].wrapped_key
    scene.pay("Annabella", amount="3", merchant="kiosk")
    result = forget(scene.till(), "annabella")
    assert result.paid_out is not None and result.paid_out.minor == 9_700
    scene.store.close()
    left = b"".join(path.read_bytes() for path in scene.home.iterdir() if path.name.startswith("wallet.db"))
    for secret in (b"Annabella", b"annabella", sealed, wrapped):
        assert secret not in left
    assert scene.pay("Annabella", amount="3", merchant="kiosk").exit is ExitStatus.NO_MATCH
    verify(scene.till())
    assert [account.name for account in listed(scene.till()).accounts] == ["bob"]


def test_a_person_with_money_set_aside_is_not_forgotten(scene: Scene) -> None:
    """A hold must be captured or voided first."""
    scene.enroll("ann")
    scene.pay("ann", amount="3", merchant="kiosk", hold=True)
    result = forget(scene.till(), "ann")
    assert result.refusal is not None and result.refusal.reason == "account_in_use"
    assert scene.pay("ann", amount="3", merchant="kiosk").outcome == "done"


def test_a_forgotten_name_can_be_enrolled_again(scene: Scene) -> None:
    """By the same face or another; it is a new account."""
    first = scene.enroll("ann").account_id
    forget(scene.till(), "ann")
    again = scene.enroll("ann")
    assert again.outcome == "done" and again.account_id != first and scene.balance("ann") == 10_000


def test_lookalikes_are_told(scene: Scene) -> None:
    """Pairs within maximum plus margin, nearest first."""
    scene.enroll("ann")
    tight = relaxed(dissimilarity_max=0.3)
    enroll(scene.till(tight), "bea", PictureSource(picture("bea", like="ann", apart=0.4, noise=9)))
    assert lookalikes(scene.till(tight)).pairs == ()
    pairs = lookalikes(scene.till()).pairs
    assert [pair[:2] for pair in pairs] == [("ann", "bea")]


def test_a_pin_is_set_and_removed(scene: Scene) -> None:
    """`accounts show` tells whether there is one, never which."""
    scene.enroll("ann")
    set_pin(scene.till(), "ann", "2468")
    assert show(scene.till(), "ann").account.has_pin
    set_pin(scene.till(), "ann", None)
    assert not show(scene.till(), "ann").account.has_pin


def test_unlock_lifts_the_lock(scene: Scene) -> None:
    """The throttle of the terminal, and of a claimed account."""
    scene.enroll("ann")
    for _ in range(5):
        scene.pay("stranger", amount="3", merchant="kiosk", account="ann")
    assert scene.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.LOCKED_OUT
    unlock(scene.till(), "ann")
    assert scene.pay("ann", amount="3", merchant="kiosk", account="ann").outcome == "done"


def test_the_floor_is_shown_and_taken_away(scene: Scene) -> None:
    """`policy floor none` ends it; each change leaves an event."""
    set_floor(scene.till(), "strict")
    assert policies(scene.till()).floor == "strict"
    set_floor(scene.till(), "none")
    assert policies(scene.till()).floor is None
    assert [event["command"] for event in scene.events()] == ["policy.floor", "policy.floor"]


def test_forgetting_while_somebody_reads_says_what_is_left(scene: Scene) -> None:
    """The log cannot be emptied under a reader; people are told."""
    scene.enroll("ann")
    reader = sqlite3.connect(scene.home / "wallet.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with scene.store.reading():
        pass
    assert scene.store._connection is not None
    scene.store._connection.execute("PRAGMA busy_timeout = 50")
    result = forget(scene.till(), "ann")
    reader.close()
    assert result.outcome == "done" and result.warnings == (LOG_IN_USE,)
    assert scene.store.scrub()
