"""What was measured on pictures, in a file: found again by the next process, locked, and never trusted when damaged."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.memory_file import KEY_FILE, MemoryFile, forget_memory
from smilepay_cli.adapters.sealing import lock
from smilepay_cli.rules.quality import Quality
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.faces import Box, Detection, Detections
from smilepay_cli.vocabulary.trials import Comparisons, Kind, Outcome, Trial

ROOT = Path(__file__).parents[2]
PIXELS, FILE = "ab" * 32, "cd" * 32
TEMPLATE = np.arange(128, dtype=np.float32).reshape(1, 128) / 7
MEASURES: dict[str, Any] = {
    "detect None": Detections((Detection(Box(1, 2, 30, 40), 1.25),), 40),
    "landmarks 1 2 30 40": np.arange(136, dtype=np.float64).reshape(68, 2),
    "descriptors 1 2 30 40": TEMPLATE,
    "quality": Quality(0.5, 0.01, 0.02, 7.0, 0.5, 44.0),
    "border": 0.125,
    "score": np.float64(0.5),
    "asked 1": True,
}


def kept(folder: Path, made_by: str = "maker", **options: Any) -> MemoryFile:
    """A memory file in which one picture and one file are."""
    memory = MemoryFile(folder, made_by, **options)
    memory.put(PIXELS, MEASURES)
    memory.add_file(FILE, PIXELS)
    memory.close()
    return memory


def found(folder: Path, made_by: str = "maker") -> tuple[bool, bool]:
    """Whether picture and file are known."""
    memory = MemoryFile(folder, made_by)
    try:
        return memory.get(PIXELS) is not None, memory.pixels_of(FILE) == PIXELS
    finally:
        memory.close()


def database(folder: Path) -> Path:
    (path,) = folder.glob("faces-*.db")
    return path


def test_everything_that_is_measured_comes_back(tmp_path: Path) -> None:
    """Of the same types and the same numbers: a run with a memory decides as one without."""
    kept(tmp_path)
    memory = MemoryFile(tmp_path, "maker")
    again = memory.get(PIXELS)
    memory.close()
    assert again is not None and again.keys() == MEASURES.keys()
    for what, measure in MEASURES.items():
        assert type(again[what]) is type(measure)
        if isinstance(measure, np.ndarray):
            assert again[what].dtype == measure.dtype and np.array_equal(again[what], measure)
        else:
            assert again[what] == measure


def test_what_is_not_written_yet_is_known(tmp_path: Path) -> None:
    """And another one who uses the file need not wait for who has something to write."""
    one, other = MemoryFile(tmp_path, "maker"), MemoryFile(tmp_path, "maker")
    one.put(PIXELS, MEASURES)
    one.add_file(FILE, PIXELS)
    assert one.get(PIXELS) and one.pixels_of(FILE) == PIXELS and other.get(PIXELS) is None
    other._db.execute("PRAGMA busy_timeout = 0")
    other.put("ef" * 32, MEASURES)
    other.close()
    one.close()
    assert found(tmp_path) == (True, True)


def test_another_process_reads_it(tmp_path: Path) -> None:
    """That is what it is for."""
    kept(tmp_path)
    ask = "import sys; from pathlib import Path; from smilepay_cli.adapters.memory_file import MemoryFile as M;"
    ask += f"m = M(Path(sys.argv[1]), 'maker'); print(m.get('{PIXELS}')['border'], m.pixels_of('{FILE}')); m.close()"
    child = subprocess.run([sys.executable, "-c", ask, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert child.stdout.split() == ["0.125", PIXELS], child.stderr


def test_another_maker_has_another_file(tmp_path: Path) -> None:
    """Another engine, other models or other rules measure otherwise."""
    kept(tmp_path)
    assert found(tmp_path, "another") == (False, False)
    assert found(tmp_path) == (True, True)
    assert len(list(tmp_path.glob("faces-*.db"))) == 2


def test_no_face_is_in_the_file(tmp_path: Path) -> None:
    """Neither the numbers of a template nor their pickle, in the file or its log; the same numbers are in the plain."""
    raw = TEMPLATE.tobytes()
    assert raw in pickle.dumps(MEASURES, protocol=5)
    memory = MemoryFile(tmp_path, "maker")
    memory.put(PIXELS, MEASURES)
    memory._write()
    files = [path for path in tmp_path.iterdir() if path.name != KEY_FILE]
    assert {path.suffix for path in files} >= {".db", ".db-wal"}
    for path in files:
        data = path.read_bytes()
        assert raw not in data and raw[:32] not in data and b"descriptors" not in data and b"Detection" not in data
    memory.close()


def test_files_are_their_owners_only(tmp_path: Path) -> None:
    """Whatever the umask."""
    before = os.umask(0)
    try:
        memory = MemoryFile(tmp_path / "deep" / "cache", "maker")
        memory.put(PIXELS, MEASURES)
        memory._write()
    finally:
        os.umask(before)
    assert (tmp_path / "deep" / "cache").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "deep" / "cache").iterdir()}
    memory.close()
    assert len(modes) == 4 and set(modes.values()) == {0o600}


def test_without_its_key_nothing_is_known(tmp_path: Path) -> None:
    """Removing the key forgets everything; a copy of the file alone tells nothing, and another key opens nothing."""
    kept(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    assert found(tmp_path) == (False, False)
    kept(tmp_path)
    assert found(tmp_path) == (True, True)
    (tmp_path / KEY_FILE).write_bytes(bytes(32))
    assert found(tmp_path) == (False, False)


@pytest.mark.parametrize("table", ["pictures", "decoded"])
def test_a_row_that_was_changed_or_moved_is_not_there(tmp_path: Path, table: str) -> None:
    """A flipped bit must not become another template, or name other pixels; nor may a row stand for another picture."""
    kept(tmp_path)
    digest = PIXELS if table == "pictures" else FILE
    db = sqlite3.connect(database(tmp_path))
    (sealed,) = db.execute(f"SELECT sealed FROM {table}").fetchone()
    for place in range(0, len(sealed), max(1, len(sealed) // 25)):
        flipped = bytes(byte ^ (number == place) for number, byte in enumerate(sealed))
        db.execute(f"UPDATE {table} SET sealed = ?", (flipped,))
        db.commit()
        assert not found(tmp_path)[table == "decoded"]
    for other in (b"", sealed[:5], sealed[:-1]):
        db.execute(f"UPDATE {table} SET sealed = ?", (other,))
        db.commit()
        assert not found(tmp_path)[table == "decoded"]
    db.execute(f"UPDATE {table} SET sealed = ?, digest = ?", (sealed, "99" * 32))
    db.commit()
    db.close()
    memory = MemoryFile(tmp_path, "maker")
    assert (memory.get("99" * 32), memory.pixels_of("99" * 32)) == (None, None)
    memory.close()
    kept(tmp_path)  # measured again, it is there again
    assert found(tmp_path) == (True, True)
    assert digest in (PIXELS, FILE)


class Foreign:
    """Opening it would run something."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.system, ("echo opened > foreign",)


@pytest.mark.parametrize("foreign", [Foreign(), {"x": Path("x")}, {"x": print}, ["no dict"], b"", 3])
def test_only_measures_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, foreign: Any) -> None:
    """Whoever has the key may write what they want; it does not run, and is measured again."""
    monkeypatch.chdir(tmp_path)
    memory = MemoryFile(tmp_path, "maker")
    memory._new["pictures", PIXELS] = lock(memory._key, pickle.dumps(foreign), f"pictures {PIXELS}")
    memory.close()
    assert found(tmp_path)[0] is False
    assert not (tmp_path / "foreign").exists()


def test_a_damaged_part_of_the_file_is_measured_again(tmp_path: Path) -> None:
    """SQLite says that the file is malformed; trials go on, and what cannot be written is told once."""
    memory = MemoryFile(tmp_path, "maker")
    for number in range(400):
        memory.put(f"{number:064x}", MEASURES)
    memory.close()
    with database(tmp_path).open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(database(tmp_path).stat().st_size - 8192))
    said: list[str] = []
    memory = MemoryFile(tmp_path, "maker", warn=said.append)
    assert [memory.get(f"{number:064x}") for number in range(400)] == [None] * 400
    for number in range(600):
        memory.put(f"{number:064x}", MEASURES)
    memory.close()
    assert len(said) == 1 and "malformed" in said[0]


def test_a_file_that_may_not_grow_is_told_once(tmp_path: Path) -> None:
    """A full disk costs time, and no trial."""
    said: list[str] = []
    memory = MemoryFile(tmp_path, "maker", warn=said.append)
    memory._db.execute("PRAGMA max_page_count = 6")
    for number in range(600):
        memory.put(f"{number:064x}", MEASURES)
    memory.close()
    assert len(said) == 1 and "full" in said[0] and str(tmp_path) in said[0]


def unwritable(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"")


def linked_key(folder: Path) -> None:
    (folder / KEY_FILE).rename(folder / "elsewhere")
    (folder / KEY_FILE).symlink_to("elsewhere")


def linked_database(folder: Path) -> None:
    path = database(folder)
    path.rename(folder / "elsewhere")
    path.symlink_to("elsewhere")


def fifo_key(folder: Path) -> None:
    (folder / KEY_FILE).unlink()
    os.mkfifo(folder / KEY_FILE)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (unwritable, "exists"),
        (linked_key, "faces.key"),
        (fifo_key, "no key"),
        (lambda folder: (folder / KEY_FILE).write_bytes(b"short"), "no key"),
        (lambda folder: (folder / KEY_FILE).write_bytes(bytes(33)), "no key"),
        (linked_database, "is a link"),
        (lambda folder: database(folder).write_bytes(b"no database" * 1000), "not a database"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, harm: Callable[[Path], None], said: str) -> None:
    """In one line, before anything runs, with what to do."""
    folder = tmp_path / "cache"
    kept(folder)
    harm(folder)
    with pytest.raises(UsageProblem, match=said) as problem:
        MemoryFile(folder, "maker")
    assert problem.value.exit is ExitStatus.USAGE and problem.value.hint and "\n" not in problem.value.message
    assert str(folder) in problem.value.message


def test_outcomes(tmp_path: Path) -> None:
    """What came of a trial, whole; a row that holds something else, or is damaged, is none."""
    trial = Trial(id="1", path="a.png", kind=Kind.ATTACK, pai_species="print", tags=("x",))
    comparisons = Comparisons(mated=0.25, others=(0.5, 0.75))
    outcome = Outcome(trial=trial, exit=0, matched="ann", comparisons=comparisons, checks=({"name": "match"},))
    memory = MemoryFile(tmp_path, "maker")
    memory.put_outcome("run 1", outcome)
    memory._new["outcomes", "run 2"] = lock(memory._key, pickle.dumps({"border": 0.5}), "outcomes run 2")
    memory._new["outcomes", "run 3"] = lock(memory._key, pickle.dumps(outcome), "outcomes run 1")
    memory._new["pictures", "run 4"] = lock(memory._key, pickle.dumps(outcome), "pictures run 4")
    memory.close()
    memory = MemoryFile(tmp_path, "maker")
    assert memory.outcome("run 1") == outcome
    assert [memory.outcome(f"run {number}") for number in (2, 3, 4)] == [None] * 3 and memory.get("run 4") is None
    memory.close()


def test_forgetting(tmp_path: Path) -> None:
    """Everything that was kept, of every maker; and nothing else in the folder."""
    (tmp_path / "theirs").write_text("x")
    assert forget_memory(tmp_path) is False
    kept(tmp_path)
    kept(tmp_path, "another")
    assert forget_memory(tmp_path) is True
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]
