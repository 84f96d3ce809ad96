"""Files at a URL, read through fsspec; the memory of this process stands for somebody's store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from smilepay_cli.adapters.capture.files import LARGEST_FILE
from smilepay_cli.adapters.far_files import FarFiles, FarSet, read_far
from smilepay_cli.rules.sets.problems import Wrong
from smilepay_cli.vocabulary.errors import UsageProblem

URL = "memory://faces"


@pytest.fixture(autouse=True)
def store() -> Iterator[None]:
    files = fsspec.filesystem("memory")
    for name in ("ann/1.jpg", "ann/clip/2.jpg", "ann/clip/10.jpg", "ann/clip/notes.txt"):
        files.pipe(f"/faces/{name}", name.encode())
    yield
    files.rm("/faces", recursive=True)


def test_a_file_is_not_looked_up() -> None:
    """A name is enough: whether it is there is found when it is read."""
    assert FarFiles(URL).of("ann/1.jpg") == (f"{URL}/ann/1.jpg",)
    assert FarFiles(f"{URL}/").of("nobody/1.jpg") == (f"{URL}/nobody/1.jpg",)
    assert read_far(f"{URL}/ann/1.jpg") == b"ann/1.jpg"


@pytest.mark.parametrize("path", ["ann/clip", "ann/clip/*"])
def test_a_capture_is_listed(path: str) -> None:
    """A folder, or what a glob finds: the images of it, as people number them."""
    found = FarFiles(URL).of(path)
    assert found == (f"{URL}/ann/clip/2.jpg", f"{URL}/ann/clip/10.jpg")
    assert read_far(found[1]) == b"ann/clip/10.jpg"


@pytest.mark.parametrize("path", ["bob/clip", "bob/*"])
def test_a_capture_without_images_is_none(path: str) -> None:
    """One unusable case, and no error of the run."""
    with pytest.raises(Wrong):
        FarFiles(URL).of(path)


def test_what_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, too large, or whatever the library of a store raises."""
    with pytest.raises(UsageProblem, match="no such file"):
        read_far(f"{URL}/ann/9.jpg")
    monkeypatch.setattr("smilepay_cli.adapters.far_files.LARGEST_FILE", 3)
    with pytest.raises(UsageProblem, match="larger than"):
        read_far(f"{URL}/ann/1.jpg")
    assert LARGEST_FILE > 3

    def broken(*_: object) -> None:
        raise RuntimeError("the store\nis closed")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.open", broken)
    with pytest.raises(UsageProblem, match="the store is closed"):
        read_far(f"{URL}/ann/1.jpg")


@pytest.mark.parametrize("url", ["faces", "nonsense://faces"])
def test_what_is_no_url_is_told_before_anything_runs(url: str) -> None:
    """A folder needs no --data; a kind of store that is not installed is named."""
    with pytest.raises(UsageProblem) as problem:
        FarFiles(url)
    assert problem.value.reason == "bad_url"


def test_a_set_is_a_manifest_and_a_url(tmp_path: Path) -> None:
    """Its words are checked as always; the URL is a part of what names it."""
    manifest = tmp_path / "set.csv"
    manifest.write_text("path,kind,subject\nann/1.jpg,bona_fide,ann\nann/clip,bona_fide,ann\n")
    found = FarSet(str(manifest), URL)
    assert [len(found.files_of(trial)) for trial in found.trials] == [1, 2]
    assert found.digest == FarSet(str(manifest), URL).digest != FarSet(str(manifest), "memory://others").digest
    manifest.write_text("path,kind,subject\nann/9,bona_fide,ann\n")
    (trial,) = (found := FarSet(str(manifest), URL)).trials
    with pytest.raises(UsageProblem) as problem:
        found.files_of(trial)
    assert problem.value.reason == "unreadable_file"
    manifest.write_text("path,kind\n../1.jpg,bona_fide\n")
    with pytest.raises(UsageProblem, match=r"\.\."):
        FarSet(str(manifest), URL)
    with pytest.raises(UsageProblem, match="no manifest"):
        FarSet(str(tmp_path), URL)
