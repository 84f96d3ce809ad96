"""Files for people: whole or not at all, never over another, their owner's only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from smilepay_cli.adapters.outbox import FolderOutbox, read_small
from smilepay_cli.vocabulary.errors import UsageProblem


@pytest.fixture
def outbox(tmp_path: Path) -> FolderOutbox:
    return FolderOutbox(tmp_path / "home")


def test_a_new_file_is_its_owners_only(outbox: FolderOutbox, tmp_path: Path) -> None:
    path = Path(outbox.write_new(str(tmp_path / "new"), [b"a", b"b"]))
    assert path.read_bytes() == b"ab" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["new"], "no draft is left"  # noqa: PTH208


@pytest.mark.parametrize("there", ["file", "folder", "dangling link"])
def test_nothing_is_written_over(outbox: FolderOutbox, tmp_path: Path, there: str) -> None:
    """A link is not followed either, wherever it leads."""
    path = tmp_path / "there"
    if there == "file":
        path.write_text("old")
    elif there == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "victim")
    with pytest.raises(UsageProblem, match="not written over"):
        outbox.write_new(str(path), [b"new"])
    assert os.listdir(tmp_path) == ["there"]  # noqa: PTH208
    assert there != "file" or path.read_text() == "old"


def test_a_place_is_tried_out_and_left_as_it_was(outbox: FolderOutbox, tmp_path: Path) -> None:
    """What `write_new` would refuse is refused beforehand, and where it would not nothing is left behind."""
    outbox.require_new(str(tmp_path / "new"))
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    (tmp_path / "there").write_text("old")
    for name, says in (("there", "not written over"), ("no/such/folder", "cannot be written"), ("x" * 300, "written")):
        with pytest.raises(UsageProblem, match=says):
            outbox.require_new(str(tmp_path / name))
    with pytest.raises(UsageProblem):
        outbox.require_new(str(tmp_path / "home" / "wallet.db"))
    assert os.listdir(tmp_path) == ["there"] and (tmp_path / "there").read_text() == "old"  # noqa: PTH208


def test_a_file_that_comes_meanwhile_stays(outbox: FolderOutbox, tmp_path: Path) -> None:
    """Between the look and the end somebody else took the name."""

    def chunks() -> Iterator[bytes]:
        yield b"ours"
        (tmp_path / "name").write_text("theirs")

    with pytest.raises(UsageProblem, match="not written over"):
        outbox.write_new(str(tmp_path / "name"), chunks())
    assert (tmp_path / "name").read_text() == "theirs" and os.listdir(tmp_path) == ["name"]  # noqa: PTH208


@pytest.mark.parametrize("no_links", [False, True])
def test_what_breaks_off_leaves_nothing(
    outbox: FolderOutbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_links: bool
) -> None:
    """No half of an export has the name; also where the file system knows no links."""
    if no_links:
        monkeypatch.setattr(os, "link", _refuses)
        assert Path(outbox.write_new(str(tmp_path / "whole"), [b"x"])).read_bytes() == b"x"
        (tmp_path / "whole").unlink()

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("a chain that is broken in the middle")

    with pytest.raises(ValueError, match="broken in the middle"):
        outbox.write_new(str(tmp_path / "half"), chunks())
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def _refuses(*_: object) -> None:
    raise PermissionError("no links here")


def test_a_folder_of_the_home_is_made_and_not_followed(outbox: FolderOutbox, tmp_path: Path) -> None:
    """Somebody else's link must not lead our files elsewhere."""
    path = Path(outbox.home_file("checkpoints", "1.json"))
    assert path.parent.is_dir() and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (tmp_path / "home" / "reports").symlink_to(tmp_path)
    with pytest.raises(UsageProblem, match="link"):
        outbox.home_file("reports", "x.html")


@pytest.mark.parametrize("what", ["missing", "folder", "pipe", "large", "binary", "null"])
def test_what_is_read_is_a_small_text_file(tmp_path: Path, what: str) -> None:
    """One line, and no hanging on a pipe."""
    path = tmp_path / "file"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what in ("large", "binary"):
        path.write_bytes(b"x" * 11 if what == "large" else b"\xff")
    with pytest.raises(UsageProblem):
        read_small(str(path) + ("\0" if what == "null" else ""), 10)
    path = tmp_path / "good"
    path.write_text("0123456789")
    assert read_small(str(path), 10) == "0123456789"
