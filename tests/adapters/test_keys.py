"""Keys: what is sealed opens only for whom and for what it was sealed, and a key file is trusted or refused."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pytest

from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.sealing import KEY_BYTES, NONCE_BYTES
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.ledger import Person

ROOT = Path(__file__).parents[2]
TAG_BYTES = 16
PLAIN = bytes(range(64))


class Settings:
    """A ports.Settings in memory."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.texts.get(name)

    def set(self, name: str, value: str) -> None:
        self.texts[name] = value

    def unset(self, name: str) -> None:
        self.texts.pop(name, None)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def vault(tmp_path: Path, settings: Settings) -> FileVault:
    vault = FileVault(tmp_path)
    vault.unlock(settings, create=True)
    return vault


def person(vault: FileVault, account_id: str = "acc_1") -> Person:
    key = vault.new_person_key(account_id)
    return Person(account_id, "Ann", "EUR", datetime(2015, 3, 15, tzinfo=UTC), key, None, 0)


def reason(call: Callable[[], object]) -> str:
    with pytest.raises(StoreUnusable) as problem:
        call()
    assert problem.value.hint
    return problem.value.reason


class TestSealing:
    """AES-256-GCM under a key per person, bound to account and label."""

    def test_what_was_sealed_opens(self, vault: FileVault) -> None:
        ann = person(vault)
        assert vault.open(ann, vault.seal(ann, PLAIN, "ref_1"), "ref_1") == PLAIN

    def test_another_process_opens_it_too(self, vault: FileVault, tmp_path: Path, settings: Settings) -> None:
        ann = person(vault)
        again = FileVault(tmp_path)
        again.unlock(settings, create=False)
        assert again.open(ann, vault.seal(ann, PLAIN, "ref_1"), "ref_1") == PLAIN

    def test_not_under_another_label(self, vault: FileVault) -> None:
        ann = person(vault)
        sealed = vault.seal(ann, PLAIN, "ref_1")
        assert reason(lambda: vault.open(ann, sealed, "ref_2")) == "sealed_damaged"

    def test_not_for_another_person(self, vault: FileVault) -> None:
        """Neither with the other's key, nor with the right key moved into the other's row."""
        ann, bob = person(vault), person(vault, "acc_2")
        sealed = vault.seal(ann, PLAIN, "ref_1")
        assert reason(lambda: vault.open(bob, sealed, "ref_1")) == "sealed_damaged"
        moved = Person("acc_2", "Bob", "EUR", bob.enrolled_at, ann.wrapped_key, None, 0)
        assert reason(lambda: vault.open(moved, sealed, "ref_1")) == "sealed_damaged"

    def test_not_with_another_master_key(self, vault: FileVault, tmp_path: Path) -> None:
        ann = person(vault)
        sealed = vault.seal(ann, PLAIN, "ref_1")
        (tmp_path / "other").mkdir()
        other = FileVault(tmp_path / "other")
        other.unlock(Settings(), create=True)
        assert reason(lambda: other.open(ann, sealed, "ref_1")) == "sealed_damaged"

    def test_not_before_it_is_unlocked(self, vault: FileVault, tmp_path: Path) -> None:
        ann = person(vault)
        assert reason(lambda: FileVault(tmp_path).open(ann, b"", "ref_1")) == "wrong_key"

    def test_every_byte_counts(self, vault: FileVault) -> None:
        """Of a sealed template and of a wrapped key: nonce, ciphertext and tag."""
        ann = person(vault)
        sealed = vault.seal(ann, PLAIN, "ref_1")
        assert len(sealed) == NONCE_BYTES + len(PLAIN) + TAG_BYTES
        assert len(ann.wrapped_key) == NONCE_BYTES + KEY_BYTES + TAG_BYTES
        for place in range(len(sealed)):
            flipped = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
            assert reason(lambda flipped=flipped: vault.open(ann, flipped, "ref_1")) == "sealed_damaged"  # type: ignore[misc]
        for place in range(len(ann.wrapped_key)):
            key = ann.wrapped_key[:place] + bytes([ann.wrapped_key[place] ^ 1]) + ann.wrapped_key[place + 1 :]
            other = Person(ann.account_id, ann.name, "EUR", ann.enrolled_at, key, None, 0)
            assert reason(lambda other=other: vault.open(other, sealed, "ref_1")) == "sealed_damaged"  # type: ignore[misc]

    def test_every_length_counts(self, vault: FileVault) -> None:
        ann = person(vault)
        sealed = vault.seal(ann, PLAIN, "ref_1")
        for short in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\0"):
            assert reason(lambda short=short: vault.open(ann, short, "ref_1")) == "sealed_damaged"  # type: ignore[misc]

    def test_nonces_never_repeat(self, vault: FileVault) -> None:
        """A thousand seals of the same bytes differ in nonce and in everything else."""
        ann = person(vault)
        sealed = [vault.seal(ann, PLAIN, "ref_1") for _ in range(1000)]
        assert len({blob[:NONCE_BYTES] for blob in sealed}) == len({blob[NONCE_BYTES:] for blob in sealed}) == 1000

    def test_two_people_have_two_keys(self, vault: FileVault) -> None:
        """Also under one account id, as after forgetting and enrolling again."""
        first, second = person(vault), person(vault)
        sealed = vault.seal(first, PLAIN, "ref_1")
        assert reason(lambda: vault.open(second, sealed, "ref_1")) == "sealed_damaged"


class TestKeyFile:
    """`master.key`: made once, 0600, and refused when in doubt."""

    def test_it_is_made_once_and_only_the_owner_reads_it(
        self, vault: FileVault, tmp_path: Path, settings: Settings
    ) -> None:
        before = (tmp_path / "master.key").read_bytes()
        assert S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
        FileVault(tmp_path).unlock(settings, create=True)
        assert (tmp_path / "master.key").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["master.key"], "nothing else is left beside it"

    def test_a_strict_umask_and_a_lax_one_make_the_same_file(self, tmp_path: Path) -> None:
        for place, mask in enumerate((0o000, 0o077)):
            home = tmp_path / str(place)
            home.mkdir()
            before = os.umask(mask)
            try:
                FileVault(home).unlock(Settings(), create=True)
            finally:
                os.umask(before)
            assert S_IMODE((home / "master.key").stat().st_mode) == 0o600

    def test_a_wallet_without_people_needs_no_key(self, tmp_path: Path) -> None:
        FileVault(tmp_path).unlock(Settings(), create=False)
        assert list(tmp_path.iterdir()) == []

    def test_the_wallet_knows_the_key_but_does_not_hold_it(
        self, vault: FileVault, tmp_path: Path, settings: Settings
    ) -> None:
        assert set(settings.texts) == {"master_key_fingerprint", "gallery_key"}
        assert len(settings.texts["master_key_fingerprint"]) == 64
        key = (tmp_path / "master.key").read_bytes()
        for text in settings.texts.values():
            assert key.decode() not in text and (vault._master or b"").hex() not in text

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
    def test_a_key_that_others_can_touch_is_refused(
        self, vault: FileVault, tmp_path: Path, settings: Settings, mode: int
    ) -> None:
        (tmp_path / "master.key").chmod(mode)
        assert reason(lambda: FileVault(tmp_path).unlock(settings, create=False)) == "wrong_key"

    @pytest.mark.parametrize(
        "content",
        [b"", b"junk", b"\xff" * 44, b64encode(b"k" * 31), b64encode(b"k" * 33), b64encode(b"k" * 32), b"=" * 44],
        ids=["empty", "short", "binary", "31 bytes", "33 bytes", "another key", "padding"],
    )
    def test_what_is_not_the_key_is_refused(
        self, vault: FileVault, tmp_path: Path, settings: Settings, content: bytes
    ) -> None:
        (tmp_path / "master.key").write_bytes(content)
        for create in (False, True):
            assert reason(lambda create=create: FileVault(tmp_path).unlock(settings, create=create)) == "wrong_key"  # type: ignore[misc]
        assert (tmp_path / "master.key").read_bytes() == content, "never overwritten"

    def test_a_key_that_is_gone_is_not_made_anew(self, vault: FileVault, tmp_path: Path, settings: Settings) -> None:
        """A new key would open nothing; the old one may still be in a backup."""
        (tmp_path / "master.key").unlink()
        for create in (False, True):
            assert reason(lambda create=create: FileVault(tmp_path).unlock(settings, create=create)) == "wrong_key"  # type: ignore[misc]
        assert not (tmp_path / "master.key").exists()

    def test_a_link_is_refused(self, vault: FileVault, tmp_path: Path, settings: Settings) -> None:
        """Also one to the right key, and one to nowhere, for a wallet that has a key and for a new one."""
        real = (tmp_path / "master.key").rename(tmp_path / "real.key")
        for target in (real, tmp_path / "nowhere"):
            (tmp_path / "master.key").symlink_to(target)
            for known in (settings, Settings()):
                assert reason(lambda known=known: FileVault(tmp_path).unlock(known, create=True)) == "wrong_key"  # type: ignore[misc]
            (tmp_path / "master.key").unlink()
        assert not (tmp_path / "nowhere").exists()

    def test_what_is_no_file_is_refused_and_never_waited_for(self, tmp_path: Path) -> None:
        """A folder, and a pipe that nobody writes to."""
        for make in (Path.mkdir, os.mkfifo):
            make(tmp_path / "master.key")
            assert reason(lambda: FileVault(tmp_path).unlock(Settings(), create=True)) == "wrong_key"
            if make is Path.mkdir:
                (tmp_path / "master.key").rmdir()

    def test_a_full_disk_leaves_no_half_of_a_key(self, tmp_path: Path) -> None:
        """Else the wallet would be unusable after there is space again."""

        status = subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path)], cwd=ROOT).returncode
        assert status == 32
        assert list(tmp_path.iterdir()) == []
        FileVault(tmp_path).unlock(Settings(), create=True)
        assert (tmp_path / "master.key").stat().st_size == 44


ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.vocabulary.errors import StoreUnusable
from tests.adapters.test_keys import Settings

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    FileVault(Path(sys.argv[1])).unlock(Settings(), create=True)
except StoreUnusable as problem:
    sys.exit(problem.exit)
"""

FIRST_USE = """
import sys
from pathlib import Path
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.store.wallet import SqliteStore

home = Path(sys.argv[1])
sys.stdin.readline()
store, vault = SqliteStore(home), FileVault(home)
with store.writing() as books:
    vault.unlock(books.settings, create=True)
print(vault.new_person_key("acc_1").hex())
"""


def test_two_processes_at_once_make_one_key(tmp_path: Path) -> None:
    """What either of them locked opens afterwards."""
    home = tmp_path / "home"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_USE, str(home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    wrapped = [bytes.fromhex(child.communicate()[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    store, vault = SqliteStore(home), FileVault(home)
    with store.reading() as books:
        vault.unlock(books.settings, create=False)
    store.close()
    for key in wrapped:
        ann = Person("acc_1", "Ann", "EUR", datetime(2015, 3, 15, tzinfo=UTC), key, None, 0)
        assert vault.open(ann, vault.seal(ann, PLAIN, "ref_1"), "ref_1") == PLAIN
    assert {path.name for path in home.iterdir()} == {"master.key", "wallet.db"}
