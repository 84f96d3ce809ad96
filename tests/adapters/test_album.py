"""Whose pictures they are, by the folders that they are in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smilepay_cli.adapters.album import FolderAlbum
from smilepay_cli.vocabulary.errors import UsageProblem


def tree(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    return folder


def found(*names: Path | str, person: str | None = None) -> list[tuple[str, str, int]]:
    originals = FolderAlbum([str(name) for name in names], person).originals()
    return [(one.person, one.name, len(one.files) if one.is_capture else 0) for one in originals]


def test_a_folder_of_people(tmp_path: Path) -> None:
    """Each folder is a person, a folder in it a capture; other files, deeper folders and hidden ones are nobody's."""
    tree(tmp_path, "lin/10.jpg", "lin/2.jpg", "lin/notes.txt", "lin/.3.jpg", "lin/clip/0.png", "lin/clip/1.png",
         "lin/clip/deep/2.png", "lin/empty/x.txt", "otto/1.PNG", ".hidden/1.jpg", "readme.md")  # fmt: skip
    assert found(tmp_path) == [("lin", "2.jpg", 0), ("lin", "10.jpg", 0), ("lin", "clip", 2), ("otto", "1.PNG", 0)]


def test_a_set_that_replay_takes(tmp_path: Path) -> None:
    """Of such a set only the bona fide pictures are forged from; attacks on attacks are nothing."""
    tree(tmp_path, "bona_fide/lin/1.jpg", "bona_fide/lin/clip/0.jpg", "attack/morph/lin/1.jpg", "contact-sheet.png")
    assert found(tmp_path) == [("lin", "1.jpg", 0), ("lin", "clip", 1)]


def test_one_persons_folder_and_single_files(tmp_path: Path) -> None:
    """The folder's name is the person's, wherever the call comes from."""
    tree(tmp_path, "lin/1.jpg", "lin/clip/0.jpg")
    both = [("lin", "1.jpg", 0), ("lin", "clip", 1)]
    assert found(tmp_path / "lin") == both
    assert found(f"{tmp_path}/lin/clip/..") == both
    assert found(tmp_path / "lin" / "1.jpg") == both[:1]
    assert found(tmp_path / "lin" / "1.jpg", tmp_path / "lin") == both, "given twice, it is there once"


def test_a_name_for_all_of_them(tmp_path: Path) -> None:
    """Every folder is one of that person then, also one of captures only."""
    tree(tmp_path, "a/0.jpg", "b/0.jpg", "b/1.jpg")
    assert found(tmp_path, person="lin") == [("lin", "a", 1), ("lin", "b", 2)]


@pytest.mark.parametrize("name", ["", "-", "nothing", "nothing/1.jpg", "fifo", "\0"])
def test_what_leads_nowhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A slip in a name must not be a set with somebody missing."""
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem):
        FolderAlbum([name]).originals()


def test_links_that_lead_round_and_nowhere(tmp_path: Path) -> None:
    """Nothing is followed without an end, and a dead link is a file that cannot be read."""
    tree(tmp_path, "lin/1.jpg")
    (tmp_path / "lin" / "loop").symlink_to(tmp_path)
    (tmp_path / "lin" / "self.jpg").symlink_to("self.jpg")
    names = [name for _, name, _ in found(tmp_path)]
    assert names == ["1.jpg", "self.jpg"]
    with pytest.raises(UsageProblem):
        FolderAlbum([]).read(str(tmp_path / "lin" / "self.jpg"))


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, line breaks, commands: a file is a file."""
    for name in (b"lin/\xff.jpg", b"lin/$(rm -rf).jpg", b"lin/a\nb.jpg", b"\xfe/1.jpg"):
        path = tmp_path / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert len(FolderAlbum([str(tmp_path)]).originals()) == 4


def test_reading_gives_bytes_and_pixels(tmp_path: Path) -> None:
    """The bytes are the file's, for copies; the pixels those that `pay` would see."""
    sample = Path(__file__).parents[2] / "sample_faces" / "lin" / "1.jpg"
    data, pixels = FolderAlbum([]).read(str(sample))
    assert data == sample.read_bytes() and pixels.shape == (540, 960, 3)
    (tmp_path / "half.jpg").write_bytes(data[:9000])
    with pytest.raises(UsageProblem):
        FolderAlbum([]).read(str(tmp_path / "half.jpg"))
