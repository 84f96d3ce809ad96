"""Replay sets on the disk: everything that is wrong is known before anything runs, and nothing leads outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from smilepay_cli.adapters import sets
from smilepay_cli.adapters.capture.files import LARGEST_FILE
from smilepay_cli.adapters.capture.images import MOST_FRAMES, SUFFIXES
from smilepay_cli.adapters.set_files import SetFiles
from smilepay_cli.adapters.sets import open_set, write_manifest
from smilepay_cli.ports import ReplaySet
from smilepay_cli.rules.sets.manifest import READERS
from smilepay_cli.rules.sets.problems import Wrong
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Kind, Trial
from tests.rules.sets.strategies import PATHS
from tests.rules.sets.strategies import sets as some_sets

LOOKED_FOR = " ".join(SUFFIXES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set's folder, beside something that is none of its business."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "1.jpg").write_bytes(b"secret")
    path = tmp_path / "set"
    path.mkdir()
    return path


def put(folder: Path, *names: str) -> None:
    """Files; nothing reads them as images here."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))


def manifest(folder: Path, *paths: str, name: str = "set.csv") -> str:
    """A manifest with a row for each path."""
    path = folder / name
    rows = [f'"{row}",zero_effort' for row in paths]
    path.write_text("\n".join(["path,kind", *rows, ""]), encoding="utf-8")
    return str(path)


def problem_of(path: str | Path) -> str:
    """What people read."""
    with pytest.raises(UsageProblem) as problem:
        open_set(str(path))
    assert problem.value.exit == 2
    return problem.value.message


def names(found: Sequence[Path | str], folder: Path) -> list[str]:
    return [str(Path(path).relative_to(folder)) for path in found]


def test_a_manifest_and_its_files(folder: Path) -> None:
    """A file, a folder and a glob: each is the frames of one capture, in natural order."""
    put(folder, "1.jpg", "clip/10.jpg", "clip/2.JPG", "clip/notes.txt", "clip/.hidden.jpg", "b/x_10.png", "b/x_9.png")
    put(folder, "c/x_1.png", "b/y.png")
    found: ReplaySet = open_set(manifest(folder, "1.jpg", "./clip/", "clip", "[bc]/x_*.png"))
    assert found.name == str(folder / "set.csv") and found.warnings == ()
    assert [names(found.files_of(trial), folder) for trial in found.trials] == [
        ["1.jpg"],
        ["clip/2.JPG", "clip/10.jpg"],
        ["clip/2.JPG", "clip/10.jpg"],
        ["b/x_9.png", "b/x_10.png", "c/x_1.png"],
    ]
    assert [trial.where for trial in found.trials] == [f"set.csv:{line}" for line in (2, 3, 4, 5)]


def test_a_file_called_like_a_pattern_is_that_file(folder: Path) -> None:
    """Names of files may hold brackets and stars."""
    put(folder, "a[1].jpg", "a1.jpg", "b*.jpg", "bc.jpg")
    found = open_set(manifest(folder, "a[1].jpg", "b*.jpg"))
    assert [names(found.files_of(trial), folder) for trial in found.trials] == [["a[1].jpg"], ["b*.jpg"]]


def test_the_folder_convention(folder: Path) -> None:
    """Real folders, in natural order; hidden ones are none of the set."""
    put(folder, "attack/print/anna/1.jpg", "bona_fide/anna/10.jpg", "bona_fide/anna/9.jpg", "bona_fide/anna/clip/1.jpg")
    put(folder, "bona_fide/anna/.git/1.jpg", ".cache/x.jpg", "README", "bona_fide/anna/notes.txt")
    found = open_set(str(folder))
    assert found.name == str(folder)
    assert [(trial.id, trial.kind, trial.subject) for trial in found.trials] == [
        ("bona_fide/anna/9.jpg", Kind.BONA_FIDE, "anna"),
        ("bona_fide/anna/10.jpg", Kind.BONA_FIDE, "anna"),
        ("bona_fide/anna/clip", Kind.BONA_FIDE, "anna"),
        ("attack/print/anna/1.jpg", Kind.ATTACK, "anna"),
    ]
    assert names(found.files_of(found.trials[2]), folder) == ["bona_fide/anna/clip/1.jpg"]
    told = "2 files were passed over; their names do not end as those of images do"
    assert found.warnings == (f"{folder}: {told}",)


@pytest.mark.parametrize("name", sets.MANIFESTS)
def test_a_folder_with_a_manifest_is_its_manifest(folder: Path, name: str) -> None:
    """Whatever else lies there."""
    put(folder, "1.jpg", "bona_fide/anna/2.jpg")
    write_manifest(folder / name, [Trial(id="x", path="1.jpg", kind=Kind.ATTACK, pai_species="print")])
    found = open_set(str(folder))
    assert [trial.id for trial in found.trials] == ["x"] and found.name == str(folder / name)
    assert open_set(str(folder / name)).trials == found.trials


def test_no_name_is_not_the_folder_one_is_in() -> None:
    """What an unset variable of a script comes to."""
    assert problem_of("") == "a set has no name"


@pytest.mark.parametrize("name", ["a\0b", "~nobody/x.csv", "new\nline"])
def test_a_name_that_leads_nowhere_is_one_line(name: str) -> None:
    """Whatever is typed."""
    assert problem_of(name).isprintable()


def test_two_manifests_are_one_too_many(folder: Path) -> None:
    """Neither is better."""
    put(folder, "manifest.csv", "manifest.jsonl")
    assert problem_of(folder) == f"{folder} holds manifest.csv and manifest.jsonl"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("missing", "{path} is not there"),
        ("pipe", "{path} is not a regular file"),
        ("text", "{path} is no manifest by its name"),
        ("empty folder", "{path}: the folder holds no images of a set; they go into bona_fide/<subject>/"),
    ],
)
def test_what_is_no_set(folder: Path, what: str, says: str) -> None:
    """Nothing hangs on a pipe, and nothing is guessed."""
    path = folder / "x.txt"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "text":
        path.write_text("path,kind\n")
    elif what == "empty folder":
        path.mkdir()
    assert problem_of(path).startswith(says.format(path=path))


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)


def _too_many(path: Path) -> None:
    path.mkdir()
    put(path, *(f"{number}.jpg" for number in range(MOST_FRAMES + 1)))


def _holds_folder(path: Path) -> None:
    put(path, "inner.jpg/x")


def _link(aim: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(aim)


BAD_FILES = [
    (None, "'x.jpg' is not there; paths begin at the set's own folder"),
    (_fifo, "'x.jpg' is not a regular file; name a file"),
    (_socket, "'x.jpg' is not a regular file; name a file"),
    (_huge, "'x.jpg' has 10,240 MiB; 64 MiB are the most"),
    (Path.mkdir, f"the folder 'x.jpg' holds no images; looked for {LOOKED_FOR}"),
    (_holds_folder, f"the folder 'x.jpg' holds no images; looked for {LOOKED_FOR}"),
    (_too_many, "the folder 'x.jpg' holds more than 300 images; one trial is one capture; make several of it"),
    (
        _link("../secret.jpg"),
        "'x.jpg' is a link that leads out of the set's folder; copy what it leads to into the set",
    ),
    (_link("/dev/zero"), "'x.jpg' is a link that leads out of the set's folder; copy what it leads to into the set"),
    (_link("../other"), "'x.jpg' is a link that leads out of the set's folder; copy what it leads to into the set"),
    (_link("/"), "'x.jpg' is a link that leads out of the set's folder; copy what it leads to into the set"),
    (_link("x.jpg"), "'x.jpg' is a link that leads round in a circle; take it out of the set"),
    (_link("."), "'x.jpg' is a link that leads round in a circle; take it out of the set"),
    (_link("gone.jpg"), "'x.jpg' is a link that leads nowhere; put the file into the set"),
]


@pytest.mark.parametrize(
    ("make", "says"), BAD_FILES, ids=[f"{number} {says[:50]}" for number, (_, says) in enumerate(BAD_FILES)]
)
def test_a_file_that_is_none(folder: Path, make: Callable[[Path], None] | None, says: str) -> None:
    """Told at its row before anything runs; nothing is opened, so nothing hangs and nothing is read."""
    if make:
        make(folder / "x.jpg")
    assert problem_of(manifest(folder, "x.jpg")) == f"{folder / 'set.csv'}:2: {says}"


def test_a_way_out_over_a_folder(folder: Path) -> None:
    """A link in the middle of a path, a frame of a capture, and a part of a pattern."""
    (folder / "door").symlink_to("../other")
    put(folder, "clip/1.jpg")
    (folder / "clip" / "2.jpg").symlink_to("../../secret.jpg")
    out = "is a link that leads out of the set's folder; copy what it leads to into the set"
    lines = problem_of(manifest(folder, "door/1.jpg", "clip", "d*/1.jpg", "clip/*.jpg", "door/*")).splitlines()
    assert [line.partition("set.csv:")[2] for line in lines[1:]] == [
        f"2: 'door' {out}",
        f"3: 'clip/2.jpg' {out}",
        f"4: 'door' {out}",
        f"5: 'clip/2.jpg' {out}",
        f"6: 'door' {out}",
    ]


def test_links_that_stay_inside_are_followed(folder: Path, tmp_path: Path) -> None:
    """Also where the set itself is named by a link."""
    put(folder, "real/1.jpg")
    (folder / "link.jpg").symlink_to("real/1.jpg")
    (folder / "people").symlink_to("real")
    (tmp_path / "named").symlink_to(folder)
    manifest(folder, "link.jpg", "people/1.jpg", "people", name="manifest.csv")
    found = open_set(str(tmp_path / "named"))
    assert [names(found.files_of(trial), tmp_path / "named") for trial in found.trials] == [
        ["link.jpg"],
        ["people/1.jpg"],
        ["people/1.jpg"],
    ]


def test_a_manifest_that_leads_out_is_not_read(folder: Path, tmp_path: Path) -> None:
    """What it says would be shown in messages."""
    (tmp_path / "shadow").write_text("root:x\n")
    (folder / "manifest.csv").symlink_to("../shadow")
    out = "'manifest.csv' is a link that leads out of the set's folder; copy what it leads to into the set"
    assert problem_of(folder) == f"{folder}: {out}"


def test_links_among_the_folders_of_a_set(folder: Path) -> None:
    """Out of it, round in circles and nowhere: each is told, and nothing is counted twice."""
    put(folder, "bona_fide/anna/1.jpg")
    (folder / "bona_fide" / "anna" / "again").symlink_to(".")
    (folder / "bona_fide" / "anna" / "up").symlink_to("../..")
    (folder / "bona_fide" / "otto").symlink_to("../../other")
    (folder / "bona_fide" / "anna" / "2.jpg").symlink_to("2.jpg")
    (folder / "zero_effort").symlink_to("gone")
    os.mkfifo(folder / "bona_fide" / "anna" / "3.jpg")
    lines = [line.removeprefix(f"{folder}/") for line in problem_of(folder).splitlines()[1:]]
    assert [line.partition(";")[0] for line in lines] == [
        "zero_effort: 'zero_effort' is a link that leads nowhere",
        "bona_fide/anna/2.jpg: 'bona_fide/anna/2.jpg' is a link that leads round in a circle",
        "bona_fide/anna/3.jpg: 'bona_fide/anna/3.jpg' is not a regular file",
        "bona_fide/anna/again: 'bona_fide/anna/again' is a link that leads round in a circle",
        "bona_fide/anna/up: 'bona_fide/anna/up' is a link that leads round in a circle",
        "bona_fide/otto: 'bona_fide/otto' is a link that leads out of the set's folder",
    ]


def test_patterns_that_find_nothing_or_too_much(folder: Path) -> None:
    """A trial of no frames would be no trial."""
    put(folder, "a.txt", *(f"clip/{number}.jpg" for number in range(MOST_FRAMES + 1)))
    lines = problem_of(
        manifest(folder, "*.jpg", "*.txt", "gone/*.jpg", "clip/*.jpg", "**/1?.jpg", "a.txt/*")
    ).splitlines()
    assert [line.partition("set.csv:")[2] for line in lines[1:]] == [
        f"2: '*.jpg' finds no images; looked for {LOOKED_FOR}",
        f"3: '*.txt' finds no images; looked for {LOOKED_FOR}",
        f"4: 'gone/*.jpg' finds no images; looked for {LOOKED_FOR}",
        "5: 'clip/*.jpg' finds more than 300 images; one trial is one capture; make several of it",
        f"7: 'a.txt/*' finds no images; looked for {LOOKED_FOR}",
    ]


def test_a_path_through_a_file_and_one_of_windows(folder: Path) -> None:
    """What people get wrong, and what helps."""
    put(folder, "a.jpg")
    lines = problem_of(manifest(folder, "a.jpg/b.jpg", "faces\\a.jpg", f"{'x' * 300}.jpg")).splitlines()
    assert [line.partition("set.csv:")[2] for line in lines[1:]] == [
        "2: 'a.jpg/b.jpg' cannot be read: not a directory; look at its permissions, and at its name",
        "3: 'faces\\\\a.jpg' is not there; parts of a path are separated by /",
        f"4: '{'x' * 60}'... cannot be read: file name too long; look at its permissions, and at its name",
    ]


def test_a_digest_is_of_one_file(folder: Path) -> None:
    """And it is asked when the file is read: opening a set reads no picture."""
    put(folder, "clip/1.jpg", "clip/2.jpg", "3.jpg")
    digest = sha256(b"3.jpg").hexdigest()
    text = f"path,kind,sha256\nclip,zero_effort,{digest}\n3.jpg,zero_effort,{digest}\n"
    (folder / "set.csv").write_text(text)
    says = f"{folder / 'set.csv'}:2: sha256 is of one file, and 'clip' means 2; leave it empty"
    assert problem_of(folder / "set.csv") == says
    (folder / "set.csv").write_text(text.replace("clip,", "clip/1.jpg,"))
    found = open_set(str(folder / "set.csv"))
    assert [trial.sha256 for trial in found.trials] == [digest, digest], "of another file too: its trial tells"


def test_words_and_files_are_told_together_by_line(folder: Path) -> None:
    """One look at the list, one round of putting it right."""
    (folder / "set.csv").write_text("path,kind\ngone.jpg,attack\n1.jpg,atack\n../secret.jpg,attack\n")
    lines = problem_of(folder / "set.csv").splitlines()
    where = folder / "set.csv"
    assert lines == [
        f"{where} cannot be used: 3 problems",
        f"{where}:2: 'gone.jpg' is not there; paths begin at the set's own folder",
        f"{where}:3: kind 'atack' is unknown; did you mean 'attack'?",
        f"{where}:4: path '../secret.jpg' leads out of the set's folder; put the file into the set, and write no ..",
    ]


def test_what_changes_after_the_look_is_one_trials_problem(folder: Path) -> None:
    """A file that goes, or becomes a way out, once the set is open."""
    put(folder, "1.jpg", "2.jpg")
    found = open_set(manifest(folder, "1.jpg", "2.jpg"))
    (folder / "1.jpg").unlink()
    (folder / "2.jpg").unlink()
    (folder / "2.jpg").symlink_to("../secret.jpg")
    for trial, says in zip(found.trials, ("is not there", "leads out of the set's folder"), strict=True):
        with pytest.raises(UsageProblem, match=says) as problem:
            found.files_of(trial)
        assert problem.value.reason == "unreadable_file"


HOSTILE = [
    "a\"b'c.jpg",
    "new\nline.jpg",
    "<script>alert(1)<.jpg",
    "=1+1.jpg",
    "\udcff\udcfe.jpg",
    "a,b;c.jpg",
    "\x1b[31m.jpg",
]


def test_hostile_names_lead_to_their_files(folder: Path) -> None:
    """By folder and by manifest; nothing of them breaks a line or reaches a terminal."""
    put(folder, *(f"bona_fide/anna/{name}" for name in HOSTILE))
    found = open_set(str(folder))
    assert {trial.path for trial in found.trials} == {f"bona_fide/anna/{name}" for name in HOSTILE}
    for trial in found.trials:
        (path,) = found.files_of(trial)
        assert path.read_bytes() == trial.path.encode("utf-8", "surrogateescape")
        assert trial.id.isprintable() and trial.id.encode()
    write_manifest(folder / "set.jsonl", found.trials)
    again = open_set(str(folder / "set.jsonl"))
    assert [replace(trial, where="") for trial in again.trials] == [replace(trial, where="") for trial in found.trials]
    assert again.digest == found.digest
    for trial in found.trials:
        (folder / trial.path).unlink()
    assert all(line.isprintable() for line in problem_of(folder / "set.jsonl").splitlines())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=some_sets(PATHS))
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, written: list[Trial]) -> None:
    """As files, in both forms, with the reader's own pieces; their pictures are not there."""
    place = tmp_path_factory.mktemp("written")
    for name in ("set.csv", "set.jsonl"):
        write_manifest(place / name, written)
        reading = READERS[Path(name).suffix](sets._pieces(place / name, name), name, name, lambda _: None)
        assert [replace(trial, where="") for trial in reading.trials] == written


def test_a_manifest_is_new_and_whole(folder: Path) -> None:
    """Nothing is written over; one that cannot be finished is not begun."""
    trial = Trial(id="1", path="1.jpg", kind=Kind.ZERO_EFFORT)
    write_manifest(folder / "set.csv", [trial])
    with pytest.raises(UsageProblem, match="is there already"):
        write_manifest(folder / "set.csv", [trial])
    with pytest.raises(UsageProblem, match="the id '1' is that of line 1 too"):
        write_manifest(folder / "other.csv", [trial, trial])
    with pytest.raises(UsageProblem, match="is no manifest by its name"):
        write_manifest(folder / "set.txt", [trial])
    assert [path.name for path in folder.iterdir()] == ["set.csv"]


def test_a_manifest_too_large_is_not_read(folder: Path) -> None:
    """Found without reading it."""
    path = folder / "set.csv"
    with path.open("wb") as file:
        file.truncate(sets.LARGEST_MANIFEST + 1)
    assert problem_of(path) == f"{path}: larger than 1,024 MiB"
    path.rename(folder / "manifest.csv")
    assert problem_of(folder) == f"{folder}: 'manifest.csv' has 1,025 MiB; 1,024 MiB are the most"


def test_a_manifest_of_nothing_but_zeros_is_one_problem(folder: Path) -> None:
    """A hole of a hundred megabytes is one line, and never in memory."""
    path = folder / "set.jsonl"
    with path.open("wb") as file:
        file.truncate(100 * 1024**2)
    assert problem_of(path) == f"{path}:1: the line is longer than 262,144 bytes; one row is one line"


def test_an_image_of_the_largest_size_is_one(folder: Path) -> None:
    """The limit is that of reading: what passes here is not refused there for its size."""
    with (folder / "x.jpg").open("wb") as file:
        file.truncate(LARGEST_FILE)
        assert SetFiles(folder).of("x.jpg") == (folder / "x.jpg",)
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(Wrong, match="has 65 MiB"):
        SetFiles(folder).of("x.jpg")


_COUNTS = """
import resource, sys
from smilepay_cli.adapters.sets import open_set
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = open_set(sys.argv[1])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
loaded = {"numpy", "cv2", "PIL", "pydantic"} & set(sys.modules)
print(len(found.trials), len({trial.id for trial in found.trials}), grown // 1024, len(loaded))
"""


@pytest.mark.parametrize("form", ["csv", "jsonl", "folder"])
def test_a_hundred_thousand_rows(folder: Path, form: str) -> None:
    """The same pictures under different ids, as manifests; as a folder, ten thousand files. Memory stays bounded."""
    put(folder, *(f"pictures/{number}.jpg" for number in range(100)))
    many = 100_000
    if form == "folder":
        many = 10_000
        for person in range(100):
            place = folder / "faces" / "attack" / "print" / f"person {person}"
            place.mkdir(parents=True)
            for number in range(100):
                os.link(folder / "pictures" / f"{number}.jpg", place / f"{number}.jpg")
        path = folder / "faces"
    else:
        path = folder / f"set.{form}"
        write_manifest(
            path,
            (
                Trial(
                    id=f"case {number}",
                    path=f"pictures/{number % 100}.jpg",
                    kind=Kind.ATTACK,
                    pai_species="print",
                    subject=f"person {number % 50}",
                    sha256=f"{number:064x}",
                    tags=("dim", "glasses"),
                )
                for number in range(many)
            ),
        )
    done = subprocess.run([sys.executable, "-c", _COUNTS, str(path)], capture_output=True, text=True, check=True)
    trials, ids, grown_mib, loaded = map(int, done.stdout.split())
    assert (trials, ids, loaded) == (many, many, 0)
    assert grown_mib < 120, f"{grown_mib} MiB"


def test_a_hundred_thousand_problems_are_twenty_lines(folder: Path) -> None:
    """The worst set makes no longer message, and looks for no hundred thousand suggestions."""
    lines = problem_of(manifest(folder, *(f"{number}.jpg" for number in range(100_000)))).splitlines()
    assert lines[0].endswith("cannot be used: 100,000 problems")
    assert len(lines) == 22 and lines[-1] == "and 99,980 more"
