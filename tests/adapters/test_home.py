"""The home: its owner's only, nothing in it leads elsewhere, and two users' homes never mix."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest

from smilepay_cli.adapters.home import FILES, InUse, prepare_home
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.outbox import FolderOutbox
from smilepay_cli.adapters.store.copies import WalletCopies
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable, UsageProblem

ROOT = Path(__file__).parents[2]
SOMEBODY = 65_533
"""A user who is not us."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A wallet with a key, closed."""
    home = tmp_path / "home"
    store = SqliteStore(home)
    with store.writing() as books:
        FileVault(home).unlock(books.settings, create=True)
    store.close()
    return home


def opened(home: Path) -> list[str]:
    """What was warned of when the wallet was opened."""
    warned: list[str] = []
    store = SqliteStore(home, warn=warned.append)
    try:
        with store.writing() as books:
            books.settings.set("x", "1")
    finally:
        store.close()
    return warned


def refused(home: Path) -> str:
    """The line that says why not; it ends with 32 and a hint."""
    with pytest.raises(StoreUnusable) as problem:
        opened(home)
    assert problem.value.exit is ExitStatus.STORE_UNUSABLE and problem.value.hint
    return problem.value.message


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


class TestWider:
    """What others could look into is made private again, and said once."""

    def test_all_of_it_at_once(self, home: Path) -> None:
        """Folder and files in one warning; the next call has nothing to say."""
        home.chmod(0o755)
        (home / "wallet.db").chmod(0o644)
        (home / "gallery.packed").write_bytes(b"")
        (home / "gallery.packed").chmod(0o666)
        warned = opened(home)
        assert len(warned) == 1
        for told in (str(home), "the folder (0755)", "wallet.db (0644)", "gallery.packed (0666)"):
            assert told in warned[0]
        assert (mode(home), mode(home / "wallet.db"), mode(home / "gallery.packed")) == (0o700, 0o600, 0o600)
        assert opened(home) == []

    def test_a_key_that_others_could_read_is_not_mended(self, home: Path) -> None:
        """It may be known already: it is refused where it is needed (keys.py), and stays as it is until then."""
        (home / "master.key").chmod(0o644)
        assert opened(home) == [] and mode(home / "master.key") == 0o644

    def test_a_folder_with_other_things_in_it(self, tmp_path: Path) -> None:
        """A project's folder is not ours to close; what we make in it is private all the same."""
        tmp_path.chmod(0o755)
        (tmp_path / "README").touch()
        assert opened(tmp_path) == [] and mode(tmp_path) == 0o755
        assert mode(tmp_path / "wallet.db") == 0o600

    @pytest.mark.parametrize("wide", [0o775, 0o757, 0o1777])
    def test_but_not_one_that_others_write_to(self, tmp_path: Path, wide: int) -> None:
        """They could put files of theirs in the place of ours: /tmp is no home."""
        (tmp_path / "theirs").touch()
        tmp_path.chmod(wide)
        assert "others may write to it" in refused(tmp_path)
        assert mode(tmp_path) == wide and not (tmp_path / "wallet.db").exists()

    def test_everything_made_is_private(self, home: Path) -> None:
        """Log, its index and key too, whatever the umask says."""
        before = os.umask(0)
        try:
            store = SqliteStore(home)
            with store.writing() as books:
                books.settings.set("x", "1")
            modes = {path.name: mode(path) for path in home.iterdir()}
            store.close()
        finally:
            os.umask(before)
        assert set(modes) == {"wallet.db", "wallet.db-wal", "wallet.db-shm", "master.key"}
        assert set(modes.values()) == {0o600}


class TestLinks:
    """Nothing in a home leads elsewhere."""

    @pytest.mark.parametrize("name", FILES)
    def test_a_link_in_the_home(self, home: Path, tmp_path: Path, name: str) -> None:
        """Not even to a file that would be fine: what it leads to is not looked at."""
        elsewhere = tmp_path / "elsewhere"
        (home / "wallet.db").rename(elsewhere) if name == "wallet.db" else elsewhere.touch()
        (home / name).unlink(missing_ok=True)
        (home / name).symlink_to(elsewhere)
        before = elsewhere.read_bytes()
        told = refused(home)
        assert "symbolic link" in told and str(home / name) in told
        assert elsewhere.read_bytes() == before

    @pytest.mark.parametrize("name", ["wallet.db-wal", "wallet.db-shm", "wallet.db-journal"])
    def test_a_pipe_beside_the_wallet(self, home: Path, name: str) -> None:
        """SQLite opens what has such a name, and would wait for a writer for ever."""
        os.mkfifo(home / name)
        assert "it is no regular file" in refused(home)

    def test_a_link_that_leads_nowhere(self, home: Path, tmp_path: Path) -> None:
        """SQLite would make the file at its end."""
        (home / "wallet.db").unlink()
        (home / "wallet.db").symlink_to(tmp_path / "new")
        assert "symbolic link" in refused(home)
        assert not (tmp_path / "new").exists()

    def test_the_home_itself_may_be_reached_by_one(self, home: Path, tmp_path: Path) -> None:
        """Its name is the caller's choice; what it leads to is looked at like any home."""
        (tmp_path / "link").symlink_to(home)
        assert opened(tmp_path / "link") == []
        home.chmod(0o750)
        assert "the folder (0750)" in opened(tmp_path / "link")[0] and mode(home) == 0o700


class TestOthers:
    """Two users' homes never mix. The tests need root, to give things away; they say so where they are not."""

    @pytest.fixture(autouse=True)
    def _as_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without root nothing can be given away: then we are the one who is somebody else."""
        if os.geteuid() != 0:
            own = os.geteuid()
            monkeypatch.setattr("os.chown", lambda *_: monkeypatch.setattr("os.geteuid", lambda: own + 1))

    def test_a_folder_of_another_user(self, home: Path) -> None:
        """Also when we are root and could read it: sudo with the caller's HOME."""
        os.chown(home, SOMEBODY, SOMEBODY)
        assert "belongs to another user" in refused(home)

    @pytest.mark.parametrize("name", ["wallet.db", "master.key"])
    def test_a_file_of_another_user(self, home: Path, name: str) -> None:
        os.chown(home / name, SOMEBODY, SOMEBODY)
        assert "belongs to another user" in refused(home)

    def test_sudo_makes_no_home_in_the_callers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would be root's, and lock the caller out of their own."""
        monkeypatch.setattr("os.geteuid", lambda: 0)
        monkeypatch.setenv("SUDO_UID", str(tmp_path.stat().st_uid or SOMEBODY))
        if tmp_path.stat().st_uid == 0:
            os.chown(tmp_path, SOMEBODY, SOMEBODY)
        told = refused(tmp_path / ".local" / "share" / "smilepay")
        assert "who called sudo" in told and not (tmp_path / ".local").exists()

    def test_each_user_has_a_home_of_their_own(self, tmp_path: Path) -> None:
        """By HOME and XDG_DATA_HOME; SMILEPAY_HOME goes before both."""

        def balance(**variables: str) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "smilepay_cli", "wallet", "balance"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **variables},
                capture_output=True,
                text=True,
                check=True,
            )
            return done.stdout

        ann, bob = {"HOME": str(tmp_path / "ann")}, {"HOME": str(tmp_path / "bob")}
        subprocess.run(
            [sys.executable, "-m", "smilepay_cli", "wallet", "deposit", "kiosk", "5"],
            cwd=ROOT, env={"PATH": os.environ["PATH"], **ann}, check=True, capture_output=True,
        )  # fmt: skip
        assert "5.00 EUR" in balance(**ann)
        assert "nobody is enrolled" in balance(**bob)
        assert "nobody is enrolled" in balance(**ann, XDG_DATA_HOME=str(tmp_path / "data"))
        assert "nobody is enrolled" in balance(**ann, SMILEPAY_HOME=str(tmp_path / "mine"))
        assert (tmp_path / "ann" / ".local" / "share" / "smilepay" / "wallet.db").exists()


class TestInUse:
    """Who uses a home says so, for whoever wants to put another wallet there."""

    def test_alone_or_not(self, home: Path) -> None:
        """Many use it together; alone is who has no company, and then the others wait."""
        first, second = InUse(home), InUse(home)
        assert first.alone(0.05) is False
        second.close()
        assert first.alone(0.05) is True
        first.close()

    def test_nobody_opens_a_home_that_is_held(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever went on would write to a file that is about to be set aside."""
        monkeypatch.setattr("smilepay_cli.adapters.home.RESTORE_SECONDS", 0.05)
        restore = InUse(home)
        assert restore.alone(0.05)
        assert "held by a restore" in refused(home)
        restore.close()
        assert opened(home) == []

    @pytest.mark.parametrize("fault", [OSError("no locks here"), PermissionError("not this folder")])
    def test_where_nothing_can_be_said_nothing_stops(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
    ) -> None:
        """A file system without such locks must not stop a payment."""

        def broken(*_: object) -> None:
            raise fault

        monkeypatch.setattr("fcntl.flock", broken)
        assert opened(home) == []
        in_use = InUse(home)
        assert in_use.alone(0.05) is True
        in_use.close()


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo], ids=["file", "pipe"])
def test_a_home_that_is_no_folder(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "home")
    with pytest.raises(StoreUnusable, match="it is no folder"):
        prepare_home(tmp_path / "home", lambda _: None)


def test_the_command_line_warns_once_on_standard_error(home: Path) -> None:
    """The answer itself is as always."""
    (home / "wallet.db").chmod(0o644)
    done = subprocess.run(
        [sys.executable, "-m", "smilepay_cli", "wallet", "balance", "--home", str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("warning: others could look into") == 1 and "nobody is enrolled" in done.stdout


class TestNamesOfOurs:
    """What has a meaning in a home is no name for a file for people, whether it is there or not."""

    OURS = (
        "wallet.db", "wallet.db-journal", "wallet.db.restoring-0a1b2c3d", "wallet.db.before-restore-1", ".wallet.db.0a",
        "gallery.packed", "gallery.x.draft", "catalogue.toml", "catalogue.lock", "catalogue.x.draft.toml", "master.key",
        "master-0123456789abcdef.key", "master.key.0a1b2c3d", "Master.KEY",
    )  # fmt: skip

    @pytest.mark.parametrize("name", OURS)
    def test_no_export_or_backup_takes_one(self, home: Path, name: str) -> None:
        """Not with --force either, and not by another way to the same folder."""
        before = {path.name: path.read_bytes() for path in home.iterdir()}
        (home.parent / "link").symlink_to(home)
        for folder in (home, home.parent / "link", home / ".." / "home"):
            with pytest.raises(UsageProblem, match="belongs to the wallet itself"):
                FolderOutbox(home).write_new(str(folder / name), [b"x"])
            with (
                pytest.raises(UsageProblem, match="belongs to the wallet itself"),
                WalletCopies(home).taken(folder / name, replace=True, progress=lambda _done, _total: None),
            ):
                pass
        assert {path.name: path.read_bytes() for path in home.iterdir()} == before

    def test_other_names_are_free(self, home: Path) -> None:
        """In the home too; and elsewhere all of them."""
        for path in (home / "monday.db", home / "checkpoint.json", home.parent / "wallet.db"):
            assert FolderOutbox(home).write_new(str(path), [b"x"]) == str(path)
