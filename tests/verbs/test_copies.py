"""Backup and restore: a copy of one moment, and one in the wallet's place only after it proved to be whole."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from smilepay_cli.adapters.store.copies import WalletCopies
from smilepay_cli.adapters.store.schema import VERSION
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.cash import deposit
from smilepay_cli.verbs.copies import BackupResult, RestoreResult, backup, restore
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, SmilepayError, StoreUnusable, UsageProblem
from tests.verbs.conftest import Scene

ROOT = Path(__file__).parents[2]


def quiet(done: int, total: int) -> None:
    """Nobody watches."""
    assert done <= total


def backed_up(scene: Scene, file: Path, *, force: bool = False) -> BackupResult:
    return backup(scene.till(), WalletCopies(scene.home), file, force=force, progress=quiet)


def restored(scene: Scene, file: Path) -> RestoreResult:
    return restore(scene.till(), WalletCopies(scene.home), file, progress=quiet)


def refused(scene: Scene, file: Path) -> SmilepayError:
    """Why the file was not taken; and then nothing changed, to the byte."""
    scene.store.close()
    before = {path.name: path.read_bytes() for path in scene.home.iterdir()}
    with pytest.raises(SmilepayError) as problem:
        restored(scene, file)
    scene.store.close()
    assert {path.name: path.read_bytes() for path in scene.home.iterdir()} == before
    return problem.value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@pytest.fixture
def story(scene: Scene, file: Path) -> Scene:
    """Two people and a payment, backed up; then another payment."""
    scene.enroll("ann")
    scene.enroll("bob")
    scene.pay("ann", amount="3", merchant="kiosk")
    backed_up(scene, file)
    scene.pay("ann", amount="5", merchant="kiosk")
    return scene


class TestBackup:
    """A copy that is whole, private, and told of."""

    def test_the_event_tells_the_file(self, story: Scene, file: Path) -> None:
        """Digest and size, and how far the copy goes; never the file's name, which may be somebody's."""
        told = next(event for event in story.events() if event["command"] == "wallet.backup")
        assert told["backup"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert told["backup"]["bytes"] == file.stat().st_size
        assert told["backup"]["count"] == 3 and told["previous"] == told["backup"]["head"]
        assert "backup.db" not in str(told)

    def test_it_is_one_private_file_without_the_key(self, story: Scene, file: Path) -> None:
        """Nothing beside it belongs to it; names are in it, and templates that only the key opens."""
        assert S_IMODE(file.stat().st_mode) == 0o600
        assert sorted(path.name for path in file.parent.iterdir()) == ["backup.db", "home"]
        key = (story.home / "master.key").read_bytes()
        assert key not in file.read_bytes()
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()

    def test_a_file_that_is_there_stays_without_force(self, story: Scene, file: Path) -> None:
        """And with it the new one comes in one step."""
        before = file.read_bytes()
        with pytest.raises(UsageProblem) as problem:
            backed_up(story, file)
        assert problem.value.reason == "file_exists" and file.read_bytes() == before
        assert backed_up(story, file, force=True).copied.count == 5

    @pytest.mark.parametrize("name", ["wallet.db", "wallet.db-wal", "master.key", "gallery.packed"])
    def test_the_wallet_is_not_overwritten_with_itself(self, story: Scene, name: str) -> None:
        """Not even by --force."""
        with pytest.raises(UsageProblem, match="belongs to the wallet itself"):
            backed_up(story, story.home / name, force=True)

    def test_where_it_cannot_go(self, story: Scene, tmp_path: Path) -> None:
        """A folder that is not there, and one in the file's place."""
        for place in (tmp_path / "none" / "b.db", tmp_path):
            with pytest.raises(UsageProblem) as problem:
                backed_up(story, place)
            assert problem.value.reason == "cannot_write"

    def test_no_wallet_is_made_to_be_copied(self, scene: Scene, file: Path) -> None:
        """A mistyped --home must not end as an empty backup."""
        with pytest.raises(UsageProblem) as problem:
            backed_up(scene, file)
        assert problem.value.reason == "no_wallet" and not file.exists() and not scene.home.exists()

    def test_a_full_trail_leaves_no_file(self, story: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The event comes first: where it cannot be written there is no copy that the trail does not tell of."""
        monkeypatch.setattr("smilepay_cli.adapters.store.waiting.LOCK_WAIT_SECONDS", 0.05)
        with story.elsewhere() as other, other.store.writing(), pytest.raises(StoreUnusable) as problem:
            backed_up(story, tmp_path / "second.db")
        assert problem.value.reason == "locked"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.db", "home"]

    def test_others_write_meanwhile(self, story: Scene, tmp_path: Path) -> None:
        """The copy is of the moment when it began: a payment in the middle of it is not in it, and not lost."""
        paid: list[int] = []

        def pay_in_between(done: int, total: int) -> None:
            if not paid:
                with story.elsewhere() as other:
                    deposit(other.till(), "ann", "1")
                paid.append(done)

        result = backup(story.till(), WalletCopies(story.home), tmp_path / "c.db", force=False, progress=pay_in_between)
        assert paid and result.copied.count == 5
        assert [event["command"] for event in story.events()][-2:] == ["wallet.deposit", "wallet.backup"]
        assert verify(story.till()).count == 7

    @pytest.mark.parametrize("length", [250, 300])
    def test_a_name_that_no_file_can_have(self, story: Scene, tmp_path: Path, length: int) -> None:
        """Longer than file systems take, by itself or with what a draft adds: one line and 2."""
        told = len(story.events())
        with pytest.raises(UsageProblem, match="File name too long"):
            backed_up(story, tmp_path / ("x" * length))
        assert len(story.events()) == told

    @pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
    def test_a_home_in_which_nothing_can_be_put(
        self, story: Scene, file: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        """Read-only or full: the home is unusable (32), not the backup that cannot be read."""
        really = os.open

        def opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
            if "restoring-" in str(path):
                raise OSError(number, os.strerror(number), str(path))
            return really(path, flags, *more, **named)

        def unlinked(self: Path, **_: Any) -> None:
            raise OSError(number, os.strerror(number), str(self))

        monkeypatch.setattr(os, "open", opened)
        monkeypatch.setattr(Path, "unlink", unlinked)
        with pytest.raises(StoreUnusable, match=os.strerror(number)) as problem:
            restored(story, file)
        assert problem.value.hint and problem.value.exit is ExitStatus.STORE_UNUSABLE


class TestRestore:
    """The wallet of then, in one step, and nothing of the one of before is lost."""

    def test_it_is_the_wallet_of_then(self, story: Scene, file: Path) -> None:
        """Balances, people and trail; what came later is in the file that was set aside."""
        assert story.balance("ann") == 9_200
        result = restored(story, file)
        assert story.balance("ann") == 9_700 and story.references("bob") == 1
        assert verify(story.till()).count == 4
        told = story.events()[-1]
        assert told["command"] == "wallet.restore" and told["restored"]["count"] == 3
        assert told["restored"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert told["replaced"]["count"] == result.replaced_count == 5
        assert story.pay("ann", amount="3", merchant="kiosk").outcome == "done"
        assert result.replaced is not None and S_IMODE((story.home / result.replaced).stat().st_mode) == 0o600
        restored(story, story.home / result.replaced)
        assert story.balance("ann") == 9_200, "the wallet of before can be put back in the same way"

    def test_into_an_empty_home(self, story: Scene, file: Path, tmp_path: Path) -> None:
        """On another machine: the key first, then the file."""
        other = Scene(tmp_path / "other")
        other.ids = story.ids
        with pytest.raises(StoreUnusable) as problem:
            restored(other, file)
        assert problem.value.reason == "wrong_key" and not (other.home / "wallet.db").exists()
        (other.home / "master.key").write_bytes((story.home / "master.key").read_bytes())
        (other.home / "master.key").chmod(0o600)
        assert restored(other, file).replaced is None
        assert other.balance("ann") == 9_700
        assert other.pay("ann", amount="3", merchant="kiosk").exit is ExitStatus.DONE
        other.store.close()

    def test_a_key_of_another_wallet(self, story: Scene, file: Path, tmp_path: Path) -> None:
        """Nobody could pay any more: refused, as doctor says it."""
        other = Scene(tmp_path / "other")
        other.enroll("eve")
        problem = refused(other, file)
        assert problem.reason == "wrong_key" and problem.exit is ExitStatus.STORE_UNUSABLE
        assert other.balance("eve") == 10_000
        other.store.close()

    def test_a_packed_gallery_of_another_state_is_not_used(
        self, story: Scene, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is bound to a version that is drawn at every change; and it goes with the wallet it was made from."""
        monkeypatch.setattr("smilepay_cli.verbs.gallery.PACK_FROM", 1)
        story.pay("ann", amount="1", merchant="kiosk")
        assert (story.home / "gallery.packed").exists()
        forget(story.till(), "bob")
        story.pay("ann", amount="1", merchant="kiosk")
        packed = (story.home / "gallery.packed").read_bytes()
        restored(story, file)
        assert not (story.home / "gallery.packed").exists()
        (story.home / "gallery.packed").write_bytes(packed)
        (story.home / "gallery.packed").chmod(0o600)
        assert story.pay("bob", amount="1", merchant="kiosk").name == "bob"

    def test_a_changed_backup(self, story: Scene, file: Path) -> None:
        """The chain is recomputed before anything happens."""
        connection = sqlite3.connect(file)
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET body = replace(body, 'pay', 'pax') WHERE seq = 3")
        connection.commit()
        connection.close()
        problem = refused(story, file)
        assert isinstance(problem, ChainBroken) and "event 3" in problem.message

    def test_an_index_that_does_not_fit(self, story: Scene, file: Path) -> None:
        """The chain does not show it; the pages do."""
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'amount_minor)', 'account_id)')"
                           " WHERE name = 'postings_by_account'")  # fmt: skip
        connection.commit()
        connection.close()
        assert refused(story, file).exit is ExitStatus.STORE_UNUSABLE

    @pytest.mark.parametrize("place", [0.3, 0.9])
    def test_a_file_cut_short(self, story: Scene, file: Path, place: float) -> None:
        os.truncate(file, int(file.stat().st_size * place))
        problem = refused(story, file)
        assert problem.reason == "damaged" and str(file) in problem.message

    def test_a_newer_one(self, story: Scene, file: Path) -> None:
        connection = sqlite3.connect(file)
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
        problem = refused(story, file)
        assert problem.reason == "too_new" and str(file) in problem.message

    def test_no_wallet_at_all(self, story: Scene, tmp_path: Path) -> None:
        """A database of another program, a text, an empty file, a folder, a pipe, nothing."""
        theirs = sqlite3.connect(tmp_path / "theirs.db")
        theirs.execute("CREATE TABLE theirs (x)")
        theirs.close()
        (tmp_path / "text").write_text("Dear diary, " * 500)
        (tmp_path / "empty").touch()
        os.mkfifo(tmp_path / "pipe")
        for name, reason in (
            ("theirs.db", "damaged"), ("text", "damaged"), ("empty", "cannot_read"), ("home", "cannot_read"),
            ("pipe", "cannot_read"), ("none", "cannot_read"),
        ):  # fmt: skip
            assert refused(story, tmp_path / name).reason == reason, name

    def test_a_wallet_in_use_is_no_backup(self, story: Scene, tmp_path: Path) -> None:
        """Half of it is in its log."""
        other = Scene(tmp_path / "other")
        other.enroll("eve")
        problem = refused(story, other.home / "wallet.db")
        assert "in use" in problem.message and problem.hint
        other.store.close()

    def test_not_while_another_smilepay_has_it_open(
        self, story: Scene, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even one that does nothing at the moment: it would go on writing to the file that was set aside."""
        monkeypatch.setattr("smilepay_cli.adapters.store.copies.OTHERS_SECONDS", 0.05)
        child = subprocess.Popen(
            [sys.executable, "-c", HOLDS_IT_OPEN, str(story.home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None and child.stdout.readline() == "open\n"
        with pytest.raises(StoreUnusable) as problem:
            restored(story, file)
        assert problem.value.reason == "locked" and story.balance("ann") == 9_200
        child.communicate("done\n")
        story.store.close()
        assert restored(story, file).replaced

    def test_not_while_another_program_reads_it(
        self, story: Scene, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SQLite's own lock tells of those that know nothing of ours."""
        monkeypatch.setattr("smilepay_cli.adapters.store.copies.OTHERS_SECONDS", 0.05)
        other = sqlite3.connect(story.home / "wallet.db")
        other.execute("SELECT count(*) FROM events").fetchone()
        with pytest.raises(StoreUnusable) as problem:
            restored(story, file)
        assert problem.value.reason == "locked"
        other.close()

    def test_a_damaged_wallet_is_replaced_and_kept(self, story: Scene, file: Path) -> None:
        """That is what one restores for."""
        story.store.close()
        damaged = b"\xa5" * 50_000
        (story.home / "wallet.db").write_bytes(damaged)
        (story.home / "wallet.db-shm").write_bytes(b"what was beside it")
        result = restored(story, file)
        assert result.replaced and (story.home / result.replaced).read_bytes() == damaged
        assert (story.home / f"{result.replaced}-shm").read_bytes() == b"what was beside it"
        assert story.balance("ann") == 9_700 and result.replaced_count is None

    def test_killed_in_the_middle(self, story: Scene, file: Path) -> None:
        """At the last moment before the change of place: the wallet is the one of before."""
        story.store.close()
        child = subprocess.run(
            [sys.executable, "-c", KILLED_BEFORE_IT_TOOK_PLACE, str(story.home), str(file)], cwd=ROOT, check=False
        )
        assert child.returncode == -9
        assert story.balance("ann") == 9_200 and verify(story.till()).count == 5
        assert restored(story, file).replaced_count == 5


HOLDS_IT_OPEN = """
import sys
from pathlib import Path
from smilepay_cli.adapters.store.wallet import SqliteStore

store = SqliteStore(Path(sys.argv[1]))
with store.reading():
    pass
print("open", flush=True)
sys.stdin.readline()
store.close()
"""
KILLED_BEFORE_IT_TOOK_PLACE = """
import os, signal, sys
from pathlib import Path
from smilepay_cli.adapters.store.copies import WalletCopies
from smilepay_cli.verbs.copies import restore
from tests.verbs.paying import till_of

Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
restore(till_of(Path(sys.argv[1])), WalletCopies(Path(sys.argv[1])), Path(sys.argv[2]), progress=lambda *_: None)
"""


def test_a_store_of_another_name_is_the_same_program(tmp_path: Path) -> None:
    """What a candidate rests on: a wallet file beside the wallet, with its own log."""
    store = SqliteStore(tmp_path, name="other.db")
    with store.writing() as books:
        books.settings.set("x", "1")
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["other.db"]
