"""A folder is there whole, or as it was before."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smilepay_cli.adapters.new_folder import UnfinishedFolder, new_folder
from smilepay_cli.vocabulary.errors import UsageProblem

LAST = "manifest.csv"


def fill(folder: UnfinishedFolder) -> None:
    folder.write("attack/blur/lin/1.png", b"picture")
    folder.write(LAST, b"rows")


def run(place: Path, then: Callable[[UnfinishedFolder], object]) -> None:
    """Fill a folder, and do something more before it is whole."""
    with new_folder(str(place), LAST) as folder:
        fill(folder)
        then(folder)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Every write that reaches past `size` fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


WHOLE = ["attack", "attack/blur", "attack/blur/lin", "attack/blur/lin/1.png", LAST]


@pytest.mark.parametrize("name", ["out", "a/b/out", "there"])
def test_a_new_or_empty_folder_is_filled(tmp_path: Path, name: str) -> None:
    """With nothing beside it, and for its owner only where it is ours."""
    (tmp_path / "there").mkdir()
    with new_folder(str(tmp_path / name), LAST) as folder:
        fill(folder)
        assert not (tmp_path / name / LAST).exists(), "not before it is whole"
    assert below(tmp_path / name) == WHOLE
    assert (tmp_path / name / LAST).stat().st_mode & 0o777 == 0o600
    assert {entry.name for entry in (tmp_path / name).parent.iterdir()} <= {name.split("/")[-1], "there"}


def test_who_stands_in_an_empty_folder_stays_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--out .` must not leave the shell in a folder that is gone."""
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    with new_folder(".", LAST) as folder:
        fill(folder)
    assert tmp_path.stat().st_ino == before and below(Path()) == WHOLE


@pytest.mark.parametrize("error", [KeyboardInterrupt(), UsageProblem("no"), RuntimeError()], ids=type)
@pytest.mark.parametrize("name", ["out", "a/b/out", "there"])
def test_what_fails_leaves_everything_as_it_was(tmp_path: Path, name: str, error: BaseException) -> None:
    (tmp_path / "there").mkdir()

    def fail(_: UnfinishedFolder) -> None:
        raise error

    with pytest.raises(type(error)):
        run(tmp_path / name, fail)
    assert below(tmp_path) == ["there"]


@pytest.mark.parametrize("name", ["full", "file", "file/below", "link", "a\0b", "x" * 300])
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written over, nothing is made on the way."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".kept").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    before = below(tmp_path)
    with pytest.raises(UsageProblem), new_folder(str(tmp_path / name), LAST):
        pytest.fail("the block must not run")
    assert below(tmp_path) == before


@pytest.mark.parametrize("name", ["out", "there"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()

    def overflow(folder: UnfinishedFolder) -> None:
        with largest_file(1000):
            folder.write("large.png", bytes(2000))

    with pytest.raises(UsageProblem, match="cannot be written"):
        run(tmp_path / name, overflow)
    assert below(tmp_path) == ["there"]


def test_a_folder_that_somebody_else_made_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Two runs into one place: the second one to end is told."""
    place = tmp_path / "out"

    def other_run(_: UnfinishedFolder) -> None:
        place.mkdir()
        (place / "theirs").write_text("x")

    with pytest.raises(UsageProblem, match="cannot be written"):
        run(place, other_run)
    assert below(tmp_path) == ["out", "out/theirs"]


def test_files_that_come_into_an_empty_folder_meanwhile_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="meanwhile"):
        run(tmp_path, lambda _: (tmp_path / "theirs").write_text("x"))
    assert below(tmp_path) == ["theirs"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x"])
def test_no_name_leads_out_of_it(tmp_path: Path, path: str) -> None:
    """Names come from people; one that led out would be a bug of ours, and is no file."""
    with pytest.raises(ValueError, match="leads out"):
        run(tmp_path / "out", lambda folder: folder.write(path, b""))
    assert below(tmp_path) == []
