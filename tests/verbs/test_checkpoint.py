"""Checkpoints: signed, outside the wallet, told of by an event, and named when the chain no longer holds them."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from smilepay_cli.adapters.signing import VaultSigner, signature_holds
from smilepay_cli.rules.checkpoints import signed, unsigned
from smilepay_cli.verbs.verify import verify
from smilepay_cli.vocabulary.errors import ChainBroken, StoreUnusable, UsageProblem
from tests.verbs.conftest import Scene
from tests.verbs.forgery import FORGED_BOOKS, Forger, eventful, held, proven, read, sign


def test_what_is_signed_is_in_a_file_outside_the_database(scene: Scene) -> None:
    """Named by number and day, for its owner only, and what it says is what the wallet holds."""
    scene.enroll("ann")
    scene.pay("ann", amount="3", merchant="kiosk")
    made = sign(scene)
    path = Path(made.file)
    assert path == scene.home / "checkpoints" / "00000002-2015-03-15.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    whole = read(made.file)
    assert whole == made.checkpoint and signature_holds(whole) and made.new_key
    assert (whole.seq, whole.transactions) == (2, 2)
    assert b"ann" not in path.read_bytes()


def test_an_event_tells_of_it(scene: Scene) -> None:
    """The trail knows what was signed, by which key, for which wallet."""
    scene.enroll("ann")
    made = sign(scene)
    event = scene.events()[-1]
    assert event["command"] == "audit.checkpoint"
    assert event["checkpoint"] == {
        "wallet": made.checkpoint.wallet,
        "seq": 1,
        "head": made.checkpoint.head,
        "key": made.fingerprint,
    }


def test_wallet_and_key_stay_the_same_until_another_key_is_asked_for(scene: Scene) -> None:
    """A fingerprint that was written down is good for years."""
    scene.enroll("ann")
    first, second = sign(scene), sign(scene)
    assert second.checkpoint.wallet == first.checkpoint.wallet and second.checkpoint.seq == 2
    assert second.fingerprint == first.fingerprint and (first.new_key, second.new_key) == (True, False)
    third = sign(scene, new_key=True)
    assert third.new_key and third.fingerprint != first.fingerprint
    both = {"first": first.checkpoint, "second": second.checkpoint}
    assert held(scene, both, key=first.fingerprint).checkpoints == tuple(both.values())
    with pytest.raises(ChainBroken, match="third was signed with another key"):
        held(scene, {**both, "third": third.checkpoint}, key=first.fingerprint)


def test_an_empty_wallet_has_nothing_to_sign(scene: Scene) -> None:
    with pytest.raises(UsageProblem, match="nothing to sign"):
        sign(scene)


def test_where_no_file_can_be_written_no_event_says_so(scene: Scene) -> None:
    """An event of a checkpoint that is not there would lie."""
    scene.enroll("ann")
    made = sign(scene)
    with pytest.raises(UsageProblem, match="not written over"):
        sign(scene, out=made.file)
    assert len(scene.events()) == 2


def test_a_changed_head_is_not_signed(scene: Scene) -> None:
    """Our signature must not stand under what somebody else wrote there."""
    scene.enroll("ann")
    with scene.store.writing() as books:
        books.trail._db.execute("DROP TRIGGER events_no_update")
        books.trail._db.execute("UPDATE events SET body = replace(body, 'local', 'lokal')")
    with pytest.raises(ChainBroken, match="event 1 was changed"):
        sign(scene)


@pytest.mark.parametrize("sql", FORGED_BOOKS)
def test_forged_books_are_not_signed(scene: Scene, sql: str) -> None:
    """The head is right and the balances are not: signed, they would be the truth from then on."""
    eventful(scene)
    told = len(scene.events())
    forger = Forger(scene.home)
    with forger.unguarded() as db:
        db.executescript(sql)
    forger.db.close()
    out = scene.home / "signed.json"
    with pytest.raises(ChainBroken):
        sign(scene, out=str(out))
    assert not out.exists() and len(scene.events()) == told


def test_an_older_event_that_was_changed_is_not_signed_either(scene: Scene) -> None:
    """Not only the newest is looked at."""
    eventful(scene)
    with scene.store.writing() as books:
        books.trail._db.execute("DROP TRIGGER events_no_update")
        books.trail._db.execute("UPDATE events SET body = replace(body, 'local', 'lokal') WHERE seq = 3")
    with pytest.raises(ChainBroken, match="event 3 was changed"):
        sign(scene)


def test_without_the_master_key_nothing_is_signed(scene: Scene) -> None:
    """Verifying needs no key, signing does."""
    scene.enroll("ann")
    made = sign(scene)
    (scene.home / "master.key").unlink()
    with pytest.raises(StoreUnusable):
        sign(scene)
    assert proven(scene, made).warnings == ()


def test_without_a_fingerprint_the_proof_is_said_to_be_weak(scene: Scene) -> None:
    scene.enroll("ann")
    made = sign(scene)
    assert "proves nothing" in held(scene, {"f": made.checkpoint}).warnings[0]
    assert verify(scene.till()).warnings == (), "nothing was claimed"


def test_a_signature_that_nobody_looks_at_does_not_hold(scene: Scene) -> None:
    """A caller who forgets how to check one must not have it accepted."""
    scene.enroll("ann")
    with pytest.raises(ChainBroken, match="not what was signed"):
        verify(scene.till(), {"f": sign(scene).checkpoint})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"signature": "0" * 128}, "is not what was signed"),
        ({"public_key": "0" * 64}, "is not what was signed"),
        ({"seq": 1, "head": "0" * 64}, "is not what was signed"),
    ],
)
def test_a_checkpoint_that_was_changed(scene: Scene, change: dict[str, object], says: str) -> None:
    scene.enroll("ann")
    made = sign(scene)
    with pytest.raises(ChainBroken, match=says):
        held(scene, {"f": replace(made.checkpoint, **change)}, key=made.fingerprint)  # type: ignore[arg-type]


def test_a_checkpoint_of_another_wallet(scene: Scene, tmp_path: Path) -> None:
    """Files are mixed up easily."""
    other = Scene(tmp_path / "other")
    for one in (scene, other):
        one.enroll("ann")
    other.ids.new("wal")
    made, foreign = sign(scene), sign(other)
    with pytest.raises(ChainBroken, match="is of another wallet"):
        held(scene, {"foreign": foreign.checkpoint})
    assert proven(scene, made).count == 2
    other.store.close()


def test_the_balances_at_a_checkpoint_are_those_that_the_events_give(scene: Scene) -> None:
    """A checkpoint says what the books held, and that is recomputed from the events alone."""
    scene.enroll("ann")
    made = sign(scene)
    till = scene.till()
    signer = VaultSigner(till.vault)
    with scene.store.writing() as books:
        signer.unlock(books.settings)
    for lie in ({"balances": "0" * 64}, {"transactions": 7}):  # as whoever has the key could sign it
        draft = replace(made.checkpoint, **lie)
        lying = signed(draft, signer.sign(unsigned(draft)))
        with pytest.raises(ChainBroken, match="the balances at event 1 are not those that checkpoint"):
            held(scene, {"kept": lying}, key=made.fingerprint)
