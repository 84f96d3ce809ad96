"""What doctor says of the home is what the other commands do about it; and of disks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from smilepay_cli.adapters.checks.home import look_at_disk, look_at_permissions
from smilepay_cli.adapters.checks.room import Room, nearest_there
from smilepay_cli.adapters.home import prepare_home
from smilepay_cli.adapters.key_stores import FileKeys
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.findings import Finding


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """As the program makes it, with a wallet and a key."""
    home = tmp_path / "home"
    prepare_home(home, lambda _: None)
    for name in ("wallet.db", "master.key", "master-0123456789abcdef.key"):
        (home / name).touch(0o600)
    return home


def looked_at(home: Path) -> list[Finding]:
    return list(look_at_permissions(home))


def test_a_private_home_is_well(home: Path) -> None:
    """One line."""
    (found,) = looked_at(home)
    assert found.state == "ok" and str(home) in found.told


def _open_folder(home: Path) -> None:
    home.chmod(0o755)


def _open_wallet(home: Path) -> None:
    (home / "wallet.db").chmod(0o644)


def _open_catalogue(home: Path) -> None:
    (home / "catalogue.toml").write_text("")
    (home / "catalogue.toml").chmod(0o666)


def _shared_folder(home: Path) -> None:
    (home / "holiday.jpg").touch()
    home.chmod(0o777)


def _linked_wallet(home: Path) -> None:
    (home / "wallet.db").rename(home / "elsewhere.db")
    (home / "wallet.db").symlink_to(home / "elsewhere.db")


def _dangling_link(home: Path) -> None:
    (home / "gallery.packed").symlink_to("/nowhere")


def _pipe_as_log(home: Path) -> None:
    os.mkfifo(home / "wallet.db-wal")


def _file_as_home(home: Path) -> None:
    for path in home.iterdir():
        path.unlink()
    home.rmdir()
    home.touch()


MENDED = (_open_folder, _open_wallet, _open_catalogue)
REFUSED = (_shared_folder, _linked_wallet, _dangling_link, _pipe_as_log, _file_as_home)


@pytest.mark.parametrize("change", MENDED)
def test_what_the_next_command_mends_stops_nobody(home: Path, change: Callable[[Path], None]) -> None:
    """It is a problem with the line that mends it, and nothing is mended here."""
    change(home)
    modes = {path: path.stat().st_mode for path in (home, *home.iterdir())}
    (found,) = looked_at(home)
    assert found.state == "problem" and not found.stops_paying and str(found.hint).startswith("chmod ")
    assert {path: path.stat().st_mode for path in (home, *home.iterdir())} == modes
    warnings: list[str] = []
    prepare_home(home, warnings.append)
    assert len(warnings) == 1 and looked_at(home)[0].state == "ok"


@pytest.mark.parametrize("change", REFUSED)
def test_what_the_next_command_refuses_stops_everybody(home: Path, change: Callable[[Path], None]) -> None:
    """One truth in two places."""
    change(home)
    found = looked_at(home)
    assert any(one.stops_paying and one.hint for one in found)
    with pytest.raises(StoreUnusable):
        prepare_home(home, lambda _: None)


@pytest.mark.parametrize("name", ["master", "master-0123456789abcdef"])
def test_a_key_that_others_can_read_stops_everybody(home: Path, name: str) -> None:
    """As the vault has it."""
    (home / f"{name}.key").chmod(0o604)
    (found,) = looked_at(home)
    assert found.stops_paying and f"chmod 600 {home}/{name}.key" in str(found.hint)
    with pytest.raises(StoreUnusable):
        FileKeys(home).get(name)


def test_another_users_home_stops_everybody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root's too."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert all("another user" in found.told and found.stops_paying for found in looked_at(home))


def test_a_name_with_a_blank_can_be_pasted(tmp_path: Path) -> None:
    """The hint is a line for a shell."""
    home = tmp_path / "my home"
    home.mkdir(0o755)
    home.chmod(0o755)
    (found,) = looked_at(home)
    assert found.hint == f"chmod 700 '{home}'"


def test_no_home_yet(tmp_path: Path) -> None:
    """Nothing is made; where none can be made that is a problem."""
    (found,) = looked_at(tmp_path / "a" / "home")
    assert found.state == "ok" and "no home yet" in found.told and list(tmp_path.iterdir()) == []
    (found,) = looked_at(Path("/dev/null/home"))
    assert found.state == "problem" and "--home DIR" in str(found.hint)


def room(tmp_path: Path, free: int, kind: str = "ext4", mounts: str = "") -> Room:
    table = tmp_path / "mounts"
    table.write_text(mounts or f"proc /proc proc rw 0 0\n/dev/sda1 / {kind} rw 0 0\n")
    found = os.statvfs_result((4096, 1, 10**12, 10**12, free, 0, 0, 0, 0, 255))
    return Room(lambda _: found, table)


@pytest.mark.parametrize(
    ("free", "kind", "state", "said"),
    [
        (10**11, "ext4", "ok", "100,000 MB are free"),
        (10**11, "btrfs", "ok", "on btrfs"),
        (5 * 10**7, "ext4", "note", "50 MB"),
        (10**5, "ext4", "problem", "may not be kept"),
        (10**11, "nfs4", "note", "not to be trusted"),
        (10**11, "fuse.sshfs", "note", "not to be trusted"),
        (10**11, "cifs", "note", "not to be trusted"),
        (10**11, "9p", "note", "not to be trusted"),
        (10**11, "tmpfs", "note", "switched off"),
    ],
)
def test_room_and_kind_of_the_disk(tmp_path: Path, free: int, kind: str, state: str, said: str) -> None:
    """Only a disk that takes nothing more stops paying."""
    (found,) = look_at_disk(tmp_path / "home", room(tmp_path, free, kind))
    assert found.state == state and said in found.told and (state == "ok" or found.hint)
    assert found.stops_paying is (state == "problem") and found.figures["file_system"] == kind


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    """Blanks in a mount's name are written in octal; of two on one place the later one counts."""
    share = tmp_path / "my share"
    (share / "below").mkdir(parents=True)
    escaped = str(share).replace(" ", "\\040")
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/x {escaped} ext3 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\nodd\n"
    asked = room(tmp_path, 1, mounts=mounts)
    assert asked.kind(share / "below" / "home") == "nfs4" and asked.kind(tmp_path) == "ext4"
    assert Room(mounts=tmp_path / "none").kind(tmp_path) is None


def test_this_machine_has_a_file_system_and_room() -> None:
    """The real calls."""
    real = Room()
    assert real.free(Path("/tmp/not/there")) > 0 and real.kind(Path("/proc")) == "proc"  # noqa: S108 - looked at only
    assert nearest_there(Path("/proc/nothing/below")) == Path("/proc")
