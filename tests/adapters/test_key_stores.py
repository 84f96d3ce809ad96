"""Where a key may be kept: a keyring is used only where it works without asking anybody, and never waited for."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import keyring
import pytest
import secretstorage
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, null
from keyring.testing.backend import BackendBasicTests
from secretstorage.exceptions import ItemNotFoundException

from smilepay_cli.adapters import key_stores
from smilepay_cli.adapters.key_stores import FILE, KEYRING, FileKeys, RingKeys
from smilepay_cli.adapters.keys import WalletVault
from smilepay_cli.verbs.deadline import within
from smilepay_cli.vocabulary.errors import StoreUnusable
from tests.adapters.test_keys import Settings
from tests.fakes.keyrings import (
    FOLDER,
    ForgetfulKeyring,
    HangingKeyring,
    KeepingKeyring,
    LockedKeyring,
    PlainKeyring,
)

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
NAME = "master-0123456789abcdef"


@pytest.fixture(autouse=True)
def _own_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ring").mkdir()
    monkeypatch.setenv(FOLDER, str(tmp_path / "ring"))
    monkeypatch.setattr("keyring.core._keyring_backend", None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir(mode=0o700)
    return tmp_path / "home"


def use(ring: KeyringBackend) -> RingKeys:
    keyring.set_keyring(ring)
    return RingKeys(within)


def vault_of(home: Path, wanted: str | None = None) -> WalletVault:
    return WalletVault({FILE: FileKeys(home), KEYRING: RingKeys(within)}, wanted)


def problem(call: Callable[[], object]) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as found:
        call()
    assert found.value.exit == 32 and found.value.hint and "\n" not in found.value.message
    return found.value


class TestTheFakeKeyring(BackendBasicTests):
    """The keyring that the other tests use keeps the library's own contract."""

    def init_keyring(self) -> KeyringBackend:
        return KeepingKeyring()


@pytest.mark.parametrize("make", [FileKeys, lambda _: use(KeepingKeyring())], ids=["file", "ring"])
class TestKeeping:
    """Files and keyring do the same."""

    def test_what_was_put_is_there_until_it_is_deleted(self, make: Callable[[Path], Any], home: Path) -> None:
        keys = make(home)
        assert not keys.has(NAME)
        problem(lambda: keys.get(NAME))
        keys.put(NAME, bytes(range(32)))
        assert make(home).get(NAME) == bytes(range(32)) and make(home).has(NAME)
        keys.delete(NAME)
        keys.delete(NAME)
        assert not keys.has(NAME)

    def test_names_do_not_mix(self, make: Callable[[Path], Any], home: Path) -> None:
        keys = make(home)
        keys.put(NAME, b"a" * 32)
        keys.put(NAME[:-1] + "0", b"b" * 32)
        keys.delete(NAME)
        assert keys.get(NAME[:-1] + "0") == b"b" * 32


def test_a_deleted_file_is_written_over_first(home: Path) -> None:
    """A second link to it shows what is left of the bytes."""
    keys = FileKeys(home)
    keys.put("master", b"k" * 32)
    (home / "other").hardlink_to(home / "master.key")
    keys.delete("master")
    assert set((home / "other").read_bytes()) == {0}


@pytest.mark.parametrize(
    ("ring", "fits"),
    [
        (KeepingKeyring, True),
        (PlainKeyring, False),
        (LockedKeyring, False),
        (HangingKeyring, False),
        (ForgetfulKeyring, False),
        (null.Keyring, False),
        (fail.Keyring, False),
    ],
)
def test_a_new_wallet_uses_a_keyring_that_works_and_no_other(
    ring: type[KeyringBackend], fits: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked and nothing is left of the trial; where there is a doubt the key goes into a file."""
    monkeypatch.setattr(key_stores, "RING_SECONDS", 0.3)
    assert use(ring()).fits() is fits
    vault, settings = vault_of(home), Settings()
    vault.unlock(settings, create=True)
    assert vault.key_place(settings).store == (KEYRING if fits else FILE)
    assert (home / "master.key").exists() is not fits
    assert len(KeepingKeyring().entries) == (1 if fits else 0), "the key, and nothing of the trial"
    again = vault_of(home)
    again.unlock(settings, create=False)
    assert again._master == vault._master


def test_a_wallet_whose_key_is_in_a_file_asks_no_keyring(home: Path) -> None:
    """It takes a tenth of a second to load, and may talk to a service that hangs."""
    settings = Settings()
    vault_of(home, FILE).unlock(settings, create=True)

    def never(work: Callable[[], T], seconds: float | None = None) -> T:
        raise AssertionError("the keyring was asked")

    vault = WalletVault({FILE: FileKeys(home), KEYRING: RingKeys(never)})
    vault.unlock(settings, create=True)
    vault.unlock(settings, create=False)
    assert vault.key_place(settings).store == FILE
    assert vault.sweep_keys(settings) == 0


def test_a_key_file_that_is_there_is_used_before_any_keyring(home: Path) -> None:
    """A wallet file that was lost is made anew with the key that lies there."""
    FileKeys(home).put("master", b"k" * 32)
    use(KeepingKeyring())
    vault, settings = vault_of(home), Settings()
    vault.unlock(settings, create=True)
    assert vault._master == b"k" * 32 and KeepingKeyring().entries == {}


@pytest.mark.parametrize("wanted", [FILE, KEYRING])
def test_an_explicit_choice_comes_first_and_is_never_passed_over(wanted: str, home: Path) -> None:
    """For a new wallet it decides; where the key is elsewhere, nothing is opened and nothing is made."""
    use(KeepingKeyring())
    settings = Settings()
    vault_of(home, wanted).unlock(settings, create=True)
    assert vault_of(home).key_place(settings).store == wanted
    vault_of(home, wanted).unlock(settings, create=False)
    vault_of(home).unlock(settings, create=False)
    other = KEYRING if wanted == FILE else FILE
    before = dict(settings.texts)
    for create in (False, True):
        found = problem(lambda create=create: vault_of(home, other).unlock(settings, create=create))  # type: ignore[misc]
        assert found.reason == "key_elsewhere" and f"--store {other}" in str(found.hint)
    assert settings.texts == before


@pytest.mark.parametrize("ring", [LockedKeyring, HangingKeyring, null.Keyring, fail.Keyring, ForgetfulKeyring])
def test_a_keyring_that_was_chosen_and_does_not_work_is_no_file(
    ring: type[KeyringBackend], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32, and no key anywhere."""
    monkeypatch.setattr(key_stores, "RING_SECONDS", 0.3)
    use(ring())
    settings = Settings()
    assert problem(lambda: vault_of(home, KEYRING).unlock(settings, create=True)).reason == "key_unavailable"
    assert settings.texts == {} and list(home.iterdir()) == []


@pytest.mark.parametrize("ring", [LockedKeyring, HangingKeyring, null.Keyring, fail.Keyring])
def test_a_keyring_that_locks_hangs_or_vanishes_is_told_in_one_line_and_makes_no_key(
    ring: type[KeyringBackend], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key may be as it should be: nothing is made in its place, and it opens when the keyring is back."""
    use(KeepingKeyring())
    vault, settings = vault_of(home), Settings()
    vault.unlock(settings, create=True)
    before, entries = dict(settings.texts), KeepingKeyring().entries
    monkeypatch.setattr(key_stores, "RING_SECONDS", 0.3)
    use(ring())
    for create in (False, True):
        began = time.monotonic()
        found = problem(lambda create=create: vault_of(home).unlock(settings, create=create))  # type: ignore[misc]
        assert found.reason == "key_unavailable" and time.monotonic() - began < 3
    assert (settings.texts, KeepingKeyring().entries, list(home.iterdir())) == (before, entries, [])
    use(KeepingKeyring())
    again = vault_of(home)
    again.unlock(settings, create=False)
    assert again._master == vault._master


def test_an_entry_that_is_gone_or_another_is_not_made_anew(home: Path) -> None:
    """As with a file: a new key would open nothing."""
    ring = KeepingKeyring()
    use(ring)
    settings = Settings()
    vault_of(home).unlock(settings, create=True)
    (entry,) = ring.entries
    service, _, name = entry.partition("/")
    for other in ("junk", "a" * 44, "", None):
        if other is None:
            ring.delete_password(service, name)
        else:
            ring.set_password(service, name, other)
        for create in (False, True):
            found = problem(lambda create=create: vault_of(home).unlock(settings, create=create))  # type: ignore[misc]
            assert found.reason == "wrong_key"


def test_a_wallet_cannot_name_a_file_that_is_no_key(home: Path) -> None:
    """Who can write the wallet must not make us read or destroy something else."""
    settings = Settings()
    vault_of(home, FILE).unlock(settings, create=True)
    for place in ("file:../master", "file:/etc/passwd", "file:master-1", "file:gallery", "keyring:", ""):
        settings.texts["master_key_leftovers"] = place or "x"
        assert problem(lambda: vault_of(home).sweep_keys(settings)).reason in ("damaged", "wrong_key")
    settings.texts["master_key_leftovers"] = "file:master"
    assert vault_of(home).sweep_keys(settings) == 0 and (home / "master.key").exists(), "nor the key that is in use"
    settings.texts["master_key_place"] = "file:../master"
    assert problem(lambda: vault_of(home).unlock(settings, create=False)).reason == "damaged"


class TestSecretService:
    """A locked collection would open a dialog: it is asked first, and not used."""

    @pytest.fixture
    def collection(self, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        """What the service would say of its default collection."""
        state = SimpleNamespace(locked=False, missing=False, asked=[])

        def opened(bus: object, path: str) -> object:
            state.asked.append(path)
            if state.missing:
                raise ItemNotFoundException("no such collection")
            return SimpleNamespace(is_locked=lambda: state.locked)

        monkeypatch.setattr(secretstorage, "dbus_init", lambda: SimpleNamespace(close=lambda: None))
        monkeypatch.setattr(secretstorage, "Collection", opened)
        return state

    @pytest.mark.parametrize(("locked", "missing"), [(False, False), (True, False), (False, True)])
    def test_it_is_asked_whether_it_is_locked(
        self, collection: SimpleNamespace, locked: bool, missing: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        collection.locked, collection.missing = locked, missing
        ring = SecretService.Keyring()
        monkeypatch.setattr(chainer.ChainerBackend, "backends", [KeepingKeyring(), ring])
        for one in (ring, chainer.ChainerBackend()):
            assert key_stores._is_locked(one) is (locked or missing)
        assert len(collection.asked) == 2
        assert key_stores._is_locked(KeepingKeyring()) is False and len(collection.asked) == 2

    def test_the_chosen_collection_is_the_one_that_is_asked(
        self, collection: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "/org/freedesktop/secrets/collection/own")
        key_stores._is_locked(SecretService.Keyring())
        assert collection.asked == ["/org/freedesktop/secrets/collection/own"]


DEAF_BUS = """
import sys, time
from pathlib import Path
from smilepay_cli.adapters import key_stores
from smilepay_cli.adapters.key_stores import FileKeys, RingKeys
from smilepay_cli.adapters.keys import WalletVault
from smilepay_cli.verbs.deadline import within
from tests.adapters.test_keys import Settings

key_stores.RING_SECONDS = 1.0
began = time.monotonic()
settings = Settings()
vault = WalletVault({"file": FileKeys(Path(sys.argv[1])), "keyring": RingKeys(within)})
vault.unlock(settings, create=True)
print(vault.key_place(settings).store, time.monotonic() - began < 8)
"""


def test_a_bus_that_takes_the_call_and_never_answers_does_not_hang_us(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real library, the real D-Bus code, and a socket at which nobody speaks."""
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        bus.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        done = subprocess.run(
            [sys.executable, "-c", DEAF_BUS, str(home)], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert (done.stdout, done.stderr) == ("file True\n", "")
    assert (home / "master.key").exists()
