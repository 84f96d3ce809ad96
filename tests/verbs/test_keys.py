"""The master key is changed whole or not at all, whatever dies in between, and everything goes on with the new one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from smilepay_cli.adapters.key_stores import FileKeys
from smilepay_cli.verbs.accounts import LOG_IN_USE
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.doctor import doctor
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.gallery import open_gallery, relaxed_mouths
from smilepay_cli.verbs.keys import change_key, show_key
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import StoreUnusable
from tests.fakes.fake_engine import picture
from tests.fakes.keyrings import FOLDER, KeepingKeyring, LockedKeyring
from tests.fakes.rotating import till_of
from tests.fakes.source import PictureSource

ROOT = Path(__file__).parents[2]
PEOPLE = ("ann", "bob", "cid")
FILES = "smilepay_cli.adapters.key_stores.FileKeys."
RING = "tests.fakes.keyrings.KeepingKeyring."
VAULT = "smilepay_cli.adapters.keys.WalletVault."
STORE = "smilepay_cli.adapters.store."
STEPS = [
    "before " + VAULT + "plan_key",
    "after " + VAULT + "plan_key",
    "before " + VAULT + "make_key",
    "after " + VAULT + "make_key",
    "after " + VAULT + "change_key",
    "after " + STORE + "people.SqlitePeople.rewrap",
    "after " + STORE + "people.SqlitePeople.rewrap#3",
    "after " + STORE + "trail.SqliteTrail.append",
    "before " + VAULT + "sweep_keys#2",
    "after " + VAULT + "sweep_keys#2",
    "before " + STORE + "wallet.SqliteStore.scrub",
]
"""Moments at which the process dies, in the order in which they come."""


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeepingKeyring:
    """A keyring of this test alone, also for the processes that it starts."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.fakes.keyrings.KeepingKeyring")
    monkeypatch.setattr("keyring.core._keyring_backend", KeepingKeyring())
    return KeepingKeyring()


@pytest.fixture(params=["file", "keyring"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A wallet with three people, its key in a file or in the keyring, and a secret of its own."""
    home = tmp_path / "home"
    if request.param == "file":  # a key that lies there comes before the keyring
        home.mkdir(mode=0o700)
        FileKeys(home).put("master", bytes(range(32)))
    till = till_of(home)
    for number, name in enumerate(PEOPLE):
        assert enroll(till, name, PictureSource(picture(name, noise=number)), deposit="100").outcome == "done"
    with till.store.writing() as books:
        till.vault.secret(books.settings, "checkpoints", create=True)
    till.store.close()
    return home


@pytest.fixture
def till(home: Path) -> Iterator[Till]:
    till = till_of(home)
    yield till
    till.store.close()


def opened(till: Till) -> dict[str, Any]:
    """Everything that the master key opens, in the clear."""
    with till.store.reading() as books:
        people = books.people.all()
        till.vault.unlock(books.settings, create=False)
        block = till.vault.seal_gallery(books.settings, b"block", "label")
        assert block is not None and till.vault.open_gallery(books.settings, block, "label") == b"block"
        return {
            "templates": open_gallery(till, books).vectors.tobytes(),
            "mouths": [relaxed_mouths(till, books, person.account_id) for person in people],
            "secret": till.vault.secret(books.settings, "checkpoints", create=False),
        }


def wrapped(till: Till) -> dict[str, bytes]:
    with till.store.reading() as books:
        return {person.name: person.wrapped_key for person in books.people.all()}


def keys_there(home: Path, ring: KeepingKeyring) -> int:
    return len(list(home.glob("*.key*"))) + len(ring.entries)


@pytest.mark.parametrize("store", [None, "file", "keyring"])
def test_a_new_key_opens_what_the_old_one_did(till: Till, home: Path, store: str | None, ring: KeepingKeyring) -> None:
    """In the same store or in the other: one key is left, every wrapping is another, and one event tells of it."""
    before, old, master = opened(till), wrapped(till), till.vault._master  # type: ignore[attr-defined]
    began = show_key(till).key
    result = change_key(till, store=store, rotate=True)
    assert result.changed and result.people == 3 and result.warnings == ()
    assert result.key.store == (store or began.store) and result.key.leftovers == ()
    fresh = till_of(home)
    assert opened(fresh) == opened(till) == before
    assert fresh.vault._master != master  # type: ignore[attr-defined]
    assert all(wrapped(till)[name] != old[name] for name in PEOPLE)
    assert keys_there(home, ring) == 1
    if result.key.store == "file":
        (path,) = home.glob("*.key")
        assert path.stat().st_mode & 0o777 == 0o600 and str(path) == result.key.place
    with fresh.store.reading() as books:
        (event,) = (event for event in books.trail.latest(9) if event.body["command"] == "wallet.key")
    assert event.id == result.events[0]
    assert event.body["key"] == {"store_before": began.store, "store": result.key.store, "people": 3}
    verify(fresh)
    selfie = PictureSource(picture("ann", smile=True, noise=77))
    assert pay(fresh, PayRequest(amount="3", merchant="kiosk"), selfie).outcome == "done"
    assert enroll(fresh, "dan", PictureSource(picture("dan", noise=5))).outcome == "done"
    fresh.store.close()


def test_the_old_wrappings_are_gone_from_the_files(till: Till, home: Path) -> None:
    """Who has the old key, for which it was changed, must not find what it opens."""
    old = wrapped(till)
    change_key(till, rotate=True)
    left = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert not [name for name, key in old.items() if key in left]
    assert all(key in left for key in wrapped(till).values()), "the search would find them"


def test_a_log_that_cannot_be_emptied_is_told(till: Till, home: Path) -> None:
    """A reader keeps the old wrappings in the log; people are told."""
    reader = sqlite3.connect(home / "wallet.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with till.store.reading():
        pass
    till.store._connection.execute("PRAGMA busy_timeout = 50")  # type: ignore[attr-defined]
    result = change_key(till, rotate=True)
    reader.close()
    assert result.changed and result.warnings == (LOG_IN_USE,)


@pytest.mark.parametrize("store", ["file", "keyring"])
def test_a_key_that_dies_on_its_way_leaves_a_wallet_that_opens(home: Path, store: str, ring: KeepingKeyring) -> None:
    """SIGKILL at every step: the wallet opens, its people are there, and the next change leaves one key, not two."""
    till = till_of(home)
    before = opened(till)
    for step in STEPS:
        till.store.close()
        died = subprocess.run(
            [sys.executable, "-m", "tests.fakes.rotating", str(home), store, step], cwd=ROOT, capture_output=True
        )
        assert died.returncode == -9, (step, died.stderr)
        till = till_of(home)
        assert opened(till) == before, step
        verify(till)
        findings = {found.id: found for found in doctor(till, ()).findings if found.id == "key"}
        assert findings["key"].state in ("ok", "note"), step
        assert (findings["key"].state == "note") is bool(show_key(till).key.leftovers), step
        assert keys_there(home, ring) <= 1 + len(show_key(till).key.leftovers), f"{step}: a key that nobody knows of"
    assert change_key(till, store=store, rotate=True).changed
    assert opened(till) == before
    assert keys_there(home, ring) == 1 and show_key(till).key.leftovers == ()
    till.store.close()


def test_moving_to_where_it_is_changes_nothing_but_sweeps(till: Till, home: Path, ring: KeepingKeyring) -> None:
    """No event, no new key; what an earlier change left over goes."""
    began = show_key(till).key
    with till.store.writing() as books:
        place = till.vault.plan_key(books.settings, None)
    till.vault.make_key(place)
    assert keys_there(home, ring) == 2 and len(show_key(till).key.leftovers) == 1
    with till.store.reading() as books:
        head = books.trail.latest(1)[0].id
    result = change_key(till, store=began.store)
    assert not result.changed and result.events == () and result.key.place == began.place
    assert keys_there(home, ring) == 1 and show_key(till).key.leftovers == ()
    with till.store.reading() as books:
        assert books.trail.latest(1)[0].id == head


def test_two_changes_at_once_do_not_destroy_each_others_key(till: Till, home: Path, ring: KeepingKeyring) -> None:
    """The slower one finds its plan gone, says so, and changes nothing."""
    with till.store.writing() as books:
        place = till.vault.plan_key(books.settings, None)
    till.vault.make_key(place)
    other = till_of(home)
    assert change_key(other, rotate=True).changed
    other.store.close()
    with pytest.raises(StoreUnusable, match="a moment ago"), till.store.writing() as books:
        till.vault.change_key(books.settings, place, {})
    assert opened(till_of(home)) == opened(till)
    assert keys_there(home, ring) == 1


def test_who_had_the_old_key_in_memory_goes_on_with_the_new_one(till: Till, home: Path) -> None:
    """A till that was open all the while enrols and pays; nothing is wrapped by a key that is gone."""
    opened(till)
    other = till_of(home)
    change_key(other, rotate=True)
    other.store.close()
    assert enroll(till, "dan", PictureSource(picture("dan", noise=5)), deposit="10").outcome == "done"
    fresh = till_of(home)
    selfie = PictureSource(picture("dan", smile=True, noise=78))
    assert pay(fresh, PayRequest(amount="3", merchant="kiosk"), selfie).outcome == "done"
    fresh.store.close()


def test_a_person_whose_key_is_damaged_stops_the_change(till: Till, home: Path) -> None:
    """Nothing is wrapped anew, the old key stays, and the plan is swept by the next change."""
    before = show_key(till).key.place
    with till.store.writing() as books:
        (bob,) = (person for person in books.people.all() if person.name == "bob")
        books.people.rewrap(bob.account_id, bob.wrapped_key[:-1] + bytes([bob.wrapped_key[-1] ^ 1]))
    with pytest.raises(StoreUnusable) as problem:
        change_key(till, rotate=True)
    assert problem.value.reason == "sealed_damaged"
    assert show_key(till_of(home)).key.place == before
    with till.store.writing() as books:
        books.people.rewrap(bob.account_id, bob.wrapped_key)
    assert len(opened(till)["templates"]) > 0


def test_an_old_key_that_cannot_be_destroyed_is_told_and_destroyed_later(
    till: Till, home: Path, ring: KeepingKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is done; what is left is named, in the result and by doctor."""
    before = show_key(till).key

    def refuses(*_: object) -> None:
        raise StoreUnusable("it cannot be removed", hint="by hand")

    with monkeypatch.context() as patch:
        patch.setattr(FILES + "delete", refuses)
        patch.setattr("smilepay_cli.adapters.key_stores.RingKeys.delete", refuses)
        result = change_key(till, rotate=True)
    assert result.changed and before.place in result.warnings[0]
    assert show_key(till).key.leftovers == (before.place,)
    assert keys_there(home, ring) == 2
    change_key(till, store=before.store)
    assert keys_there(home, ring) == 1


def test_doctor_says_where_the_key_is_and_what_that_protects(till: Till, home: Path) -> None:
    """And that a keyring which is locked is the key's matter, not the wallet's."""
    key = show_key(till).key
    (found,) = (found for found in doctor(till, ()).findings if found.id == "key")
    assert found.state == "ok" and f"in the {key.store}" in found.told
    assert found.figures["protects"] == show_key(till).protects and found.figures["place"] == key.place
    if key.store == "keyring":
        keyring.set_keyring(LockedKeyring())
        result = doctor(till_of(home), ())
        (found,) = (found for found in result.findings if found.id == "key")
        assert found.state == "problem" and "Failed to unlock the collection" in found.told
        assert int(result.exit) == 32
