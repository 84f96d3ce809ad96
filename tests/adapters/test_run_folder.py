"""The folder of a run: it goes on where it was, and never where something else is."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.run_folder import NOTE, RESULTS, RunFolder, rows_of
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem


class Watch:
    """A clock that is wound by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def folder_at(path: Path, key: str = "key", watch: Watch | None = None) -> RunFolder:
    return RunFolder(path, key, watch or Watch())


def begun(path: Path, rows: int = 3, *, noted: int = 2) -> RunFolder:
    """A run that was killed: so many rows were written, and so many of them noted."""
    folder = folder_at(path)
    folder.open()
    for number in range(rows):
        folder.append(json.dumps({"row": number}) + "\n")
        if number + 1 == noted:
            folder.note({"counted": noted}, 1.5)
    assert folder._results is not None
    folder._results.close()  # and neither tidied up nor noted
    folder._results = None
    return folder


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def refused(path: Path, key: str = "key", **options: bool) -> UsageProblem:
    """With one clear line, and nothing touched."""
    before = {entry: entry.read_bytes() for entry in path.rglob("*") if entry.is_file()}
    with pytest.raises(UsageProblem) as problem:
        folder_at(path, key).open(**options)
    assert (problem.value.exit, problem.value.reason) == (ExitStatus.USAGE, "unusable_folder")
    assert problem.value.message.startswith(f"--out {path}: ") and problem.value.hint
    assert {entry: entry.read_bytes() for entry in path.rglob("*") if entry.is_file()} == before
    return problem.value


@pytest.mark.parametrize("there", [False, True])
def test_a_new_run(tmp_path: Path, there: bool) -> None:
    """In a folder that is made for it, or in an empty one; results grow line by line, and at the end only they stay."""
    path = tmp_path / "a" / "run"
    if there:
        path.mkdir(parents=True)
    folder = folder_at(path)
    folder.open()
    assert (folder.rows, folder.tally, names(path)) == (0, None, [RESULTS, NOTE, "scratch"])
    assert folder.scratch.stat().st_mode & 0o777 == 0o700
    (folder.scratch / "wallet.db").write_bytes(b"x")
    for number in range(3):
        folder.append(json.dumps({"row": number}) + "\n")
    assert list(folder.results()) == [{"row": number} for number in range(3)] and folder.rows == 3
    folder.write("summary.json", [b"{", b"}"])
    folder.finish()
    assert names(path) == [RESULTS, "summary.json"] and (path / "summary.json").read_bytes() == b"{}"
    assert (path / RESULTS).stat().st_mode & 0o111 == 0
    refused(path)  # it is done
    refused(path, restart=True)


def test_a_run_goes_on_from_its_last_note(tmp_path: Path) -> None:
    """What was written behind it is made again: half a line too."""
    begun(tmp_path, rows=4, noted=2)
    with (tmp_path / RESULTS).open("ab") as file:
        file.write(b'{"row"')
    folder = folder_at(tmp_path)
    folder.open()
    assert (folder.rows, folder.seconds, folder.tally) == (2, 1.5, {"counted": 2})
    folder.append('{"row": "again"}\n')
    folder.note({"counted": 3}, 2.0)
    folder.close()
    assert list(rows_of(tmp_path / RESULTS)) == [{"row": 0}, {"row": 1}, {"row": "again"}]
    folder = folder_at(tmp_path)
    folder.open()
    assert (folder.rows, folder.tally) == (3, {"counted": 3})
    folder.close()


def test_a_run_begins_anew(tmp_path: Path) -> None:
    """When that is asked for, whatever run it was; or, of the same run only, where rows hang on each other."""
    begun(tmp_path)
    refused(tmp_path, "another", anew=True)
    for key, options in (("key", {"anew": True}), ("another", {"restart": True})):
        (tmp_path / "scratch" / "left").write_text("over")
        folder = folder_at(tmp_path, key)
        folder.open(**options)
        assert (folder.rows, folder.seconds, folder.tally) == (0, 0.0, None)
        assert (tmp_path / RESULTS).read_bytes() == b"" and names(folder.scratch) == []
        folder.append("{}\n")
        folder.note({"counted": 1}, 1.0)
        assert folder._results is not None
        folder._results.close()


def test_a_run_of_another_key(tmp_path: Path) -> None:
    """Another set, seed, wallet, policy or program: its rows would not be those of one run."""
    begun(tmp_path)
    assert "--restart" in (refused(tmp_path, "another").hint or "")


def test_results_that_are_shorter_than_the_note(tmp_path: Path) -> None:
    """Somebody cut them, or the machine lost its power."""
    begun(tmp_path)
    os.truncate(tmp_path / RESULTS, 5)
    assert "shorter" in refused(tmp_path).message


def test_a_folder_of_somebody_elses(tmp_path: Path) -> None:
    """Nothing is written among other things, and a `scratch` of theirs is not ours to clear."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "theirs").write_text("x")
    refused(tmp_path)
    refused(tmp_path, restart=True)
    (tmp_path / RESULTS).write_text('{"row": 0}\n')
    refused(tmp_path, restart=True)


@pytest.mark.parametrize(
    "note",
    [
        b"", b"\xff", b"[" * 100_000, b"[]", b"{}", b'{"format": "smilepay-run/2"}', b'{"format": "smilepay-run/1"}',
        b'{"format":"smilepay-run/1","key":"key","rows":-1,"bytes":0,"seconds":0,"tally":{}}',
        b'{"format":"smilepay-run/1","key":"key","rows":1,"bytes":"1","seconds":0,"tally":{}}',
        b'{"format":"smilepay-run/1","key":"key","rows":1,"bytes":1,"seconds":0,"tally":[]}',
    ],
)  # fmt: skip
def test_a_note_that_is_none(tmp_path: Path, note: bytes) -> None:
    """Damaged, of another version, or somebody else's file of that name: it is not believed in part."""
    begun(tmp_path)
    (tmp_path / NOTE).write_bytes(note)
    refused(tmp_path)
    (tmp_path / NOTE).unlink()
    os.mkfifo(tmp_path / NOTE)
    with pytest.raises(UsageProblem, match="not empty"):
        folder_at(tmp_path).open()


def test_a_run_that_ended_before_its_first_note(tmp_path: Path) -> None:
    """It left nothing: the folder is as good as an empty one."""
    (tmp_path / RESULTS).touch()
    (tmp_path / f".{NOTE}.draft").write_bytes(b"{")
    folder = folder_at(tmp_path)
    folder.open()
    assert folder.rows == 0
    folder.finish()
    assert names(tmp_path) == [RESULTS]


def test_two_runs_in_one_folder(tmp_path: Path) -> None:
    """The second one is told; it neither writes into the results of the first nor clears its wallet."""
    first = folder_at(tmp_path)
    first.open()
    first.append("{}\n")
    (first.scratch / "wallet.db").write_bytes(b"x")
    assert "another replay" in refused(tmp_path).message
    refused(tmp_path, restart=True)
    first.note({}, 1.0)
    first.close()
    second = folder_at(tmp_path)
    second.open()
    second.close()


def test_notes_are_taken_from_time_to_time(tmp_path: Path) -> None:
    """By the clock, and not by the row."""
    watch = Watch()
    folder = folder_at(tmp_path, watch=watch)
    folder.open()
    due = []
    for second in range(6):
        watch.seconds = float(second)
        due.append(folder.note_is_due())
        if due[-1]:
            folder.note({}, 1.0)
    folder.close()
    assert due == [False, False, True, False, True, False]


def test_notes_that_take_long_are_taken_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of very many people take a while to be written: a run must not consist of notes."""
    watch = Watch()
    folder = folder_at(tmp_path, watch=watch)
    folder.open()
    replace = Path.replace

    def slowly(path: Path, target: Path) -> Path:
        watch.seconds += 1
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", slowly)
    folder.note({}, 1.0)
    watch.seconds += 39
    assert not folder.note_is_due()
    watch.seconds += 1
    assert folder.note_is_due()
    folder.close()


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def many(folder: RunFolder) -> None:
    for _ in range(50):
        folder.append(json.dumps({"row": "x" * 1000}) + "\n")
    folder.note({"counted": 50}, 9.0)


@pytest.mark.parametrize(
    "write",
    [
        many,
        lambda folder: folder.note({"x": "y" * 9000}, 1.0),
        lambda folder: folder.write("report.html", [b"x" * 9000]),
    ],
)
def test_a_full_disk(tmp_path: Path, write: Callable[[RunFolder], Any]) -> None:
    """One clear line; with room again the run goes on from its last note, and no draft is left."""
    begun(tmp_path, rows=2, noted=2)
    folder = folder_at(tmp_path)
    folder.open()
    with no_file_beyond(4096), pytest.raises(UsageProblem, match=r"large|space") as problem:
        write(folder)
    assert "make room" in (problem.value.hint or "") and problem.value.exit is ExitStatus.USAGE
    with no_file_beyond(4096):
        folder.close()
    assert names(tmp_path) == [RESULTS, NOTE]
    folder = folder_at(tmp_path)
    folder.open()
    assert (folder.rows, folder.tally) == (2, {"counted": 2})
    write(folder)
    folder.finish()
    assert next(rows_of(tmp_path / RESULTS)) == {"row": 0}


def test_reports_are_whole_or_not_there(tmp_path: Path) -> None:
    """Ctrl-C while one is written."""
    folder = folder_at(tmp_path)
    folder.open()

    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.write("report.html", chunks())
    assert "report.html" not in " ".join(names(tmp_path))
    folder.close()


@pytest.mark.parametrize("where", ["file", "read only", "link"])
def test_a_place_that_cannot_be_written_to(tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, before anything runs."""
    path = tmp_path / "out"
    if where == "file":
        path.write_text("x")
    elif where == "link":
        path.mkdir()
        begun(path)
        (path / RESULTS).rename(tmp_path / "elsewhere")
        (path / RESULTS).symlink_to(tmp_path / "elsewhere")
    else:
        path = Path("/proc/none/out")
    with pytest.raises(UsageProblem) as problem:
        folder_at(path).open()
    assert problem.value.message.startswith(f"--out {path}: ")


@pytest.mark.parametrize("text", [b"[1]\n", b"{\n", b"\xff\n", b"[" * 100_000, b"\0" * 9_000_000, b'{}\n"x"\n'])
def test_rows_of_a_file_that_holds_none(tmp_path: Path, text: bytes) -> None:
    """The results of a baseline are whatever somebody named."""
    (tmp_path / "theirs").write_bytes(text)
    with pytest.raises(UsageProblem, match="theirs") as problem:
        list(rows_of(tmp_path / "theirs"))
    assert problem.value.reason == "bad_results"
    with pytest.raises(UsageProblem, match="No such file"):
        list(rows_of(tmp_path / "nowhere"))
