"""`smilepay forge` as people and machines type it, with the real engine on the sample faces."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, DEFAULT_SCHEMES, open_engine
from smilepay_cli.adapters.sets import open_set
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.ports import FaceEngine
from tests.fakes.fake_engine import FakeEngine, picture, save

SAMPLES = Path(__file__).resolve().parents[2] / "sample_faces"
FEW = "print_full_frame,morph,blur"


@dataclass(frozen=True)
class Answer:
    exit: int
    stdout: str
    stderr: str

    @property
    def envelope(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@pytest.fixture(scope="module")
def real() -> FaceEngine:
    return open_engine(DEFAULT_ENGINE, DEFAULT_SCHEMES[DEFAULT_ENGINE], os.environ)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Two of the sample people, a picture each, and the cat."""
    folder = tmp_path / "people"
    for name in ("grace", "eileen", "no_face"):
        (folder / name).mkdir(parents=True)
        shutil.copy(SAMPLES / name / "1.jpg", folder / name / "1.jpg")
    return folder


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """Two people whom the fake engine knows."""
    for name in ("ann", "bob"):
        save(picture(name), tmp_path / "fakes" / name / "1.png")
    return tmp_path / "fakes"


def forge(*arguments: object, engine: FaceEngine | None = None) -> Answer:
    stdout, stderr = io.StringIO(), io.StringIO()
    environment = Environment(stdout=stdout, stderr=stderr, variables={}, engine=engine or FakeEngine())
    status = run(["forge", *map(str, arguments)], environment)
    return Answer(status, stdout.getvalue(), stderr.getvalue())


def files(folder: Path) -> dict[str, str]:
    """Path and digest of everything in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in found}


def test_a_set_of_the_sample_faces(people: Path, tmp_path: Path, real: FaceEngine) -> None:
    """What people are told, what is in the folder, and what a replay would read."""
    out = tmp_path / "out"
    told = forge(people, "--species", FEW, "--seed", 7, "--with-bona-fide", "--out", out, engine=real)
    assert told.exit == 0, told.stderr
    assert "8 trials from 2 pictures of 2 people" in told.stdout
    assert "no_face/1.jpg: no face found" in told.stdout
    assert f"next: smilepay replay {out} --out {out}-replay\n" in told.stdout and "--gallery FOLDER" in told.stdout
    rows = list(csv.DictReader(io.StringIO((out / "manifest.csv").read_text(encoding="utf-8"), newline="")))
    assert [(row["id"], row["kind"], row["pai_species"]) for row in rows] == [
        ("bona_fide/eileen/1.jpg", "bona_fide", ""),
        ("bona_fide/grace/1.jpg", "bona_fide", ""),
        ("attack/print_full_frame/eileen/1.png", "attack", "print_full_frame"),
        ("attack/print_full_frame/grace/1.png", "attack", "print_full_frame"),
        ("injection/morph/eileen/1.png", "injection", "morph"),
        ("injection/morph/grace/1.png", "injection", "morph"),
        ("bona_fide/eileen/blur-1.png", "bona_fide", ""),
        ("bona_fide/grace/blur-1.png", "bona_fide", ""),
    ]
    found = open_set(str(out))
    assert [trial.path for trial in found.trials] == [row["path"] for row in rows] and not found.warnings
    assert all(found.files_of(trial) for trial in found.trials)
    made = files(out)
    assert all(made.pop(row["path"]) == row["sha256"] for row in rows)
    assert set(made) == {"manifest.csv", "contact-sheet.png"}
    assert (out / "bona_fide/grace/1.jpg").read_bytes() == (people / "grace" / "1.jpg").read_bytes()
    sheet = decode_image((out / "contact-sheet.png").read_bytes(), "sheet")
    assert sheet.shape[1] > 700 and (sheet == 255).mean() < 0.9, "not a blank page"
    for row in rows[2:6]:
        face = real.detect(decode_image((out / row["path"]).read_bytes(), "made")).found
        assert face, f"no face is left on {row['path']}"


def test_the_same_seed_gives_the_same_bytes_in_another_process(people: Path, tmp_path: Path) -> None:
    """Another working folder, other threads, other words for the same: not a byte differs. Another seed differs."""
    species = f"{FEW},print_halftone,screen_bezel,frozen,spliced"
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    calls: list[tuple[list[object], int, Path, dict[str, str]]] = [
        ([people], 7, first, {}),
        ([people / "grace" / "1.jpg", people / "eileen"], 7, second, {"OPENCV_FOR_THREADS_NUM": "1"}),
        ([people], 8, third, {"PYTHONHASHSEED": "1"}),
    ]
    for images, seed, out, variables in calls:
        words = [*images, "--species", species, "--seed", seed, "--frames", 3, "--out", out.name]
        done = subprocess.run(
            [sys.executable, "-m", "smilepay_cli", "forge", *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(SAMPLES.parent), **variables},
            cwd=out.parent,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert files(first) == files(second)
    one, other = files(first), files(third)
    assert one.keys() == other.keys() and one["manifest.csv"] != other["manifest.csv"]
    assert one["attack/print_full_frame/grace/1.png"] != other["attack/print_full_frame/grace/1.png"]


def test_only_what_there_was_is_told(tmp_path: Path) -> None:
    """A set of films is from no pictures, and nobody is told of none."""
    for number in range(3):
        save(picture("ann", noise=number), tmp_path / "people" / "ann" / "clip" / f"{number}.png")
    answer = forge(tmp_path / "people", "--species", "frozen", "--out", tmp_path / "out")
    assert "1 trial from 1 capture of 1 person" in answer.stdout, answer.stdout + answer.stderr


def test_machines_read_what_was_made(fakes: Path, tmp_path: Path) -> None:
    """One envelope; what was left out is in it, each with its reason."""
    save(picture("two", faces=2), fakes / "two" / "1.png")
    answer = forge(fakes, "--species", "blur,print_h*", "--out", tmp_path / "out", "--json")
    envelope = answer.envelope
    assert (answer.exit, envelope["command"], envelope["outcome"]) == (0, "forge", "done")
    data = envelope["data"]
    assert data["folder"] == str(tmp_path / "out") and data["trials"] == 4 and data["seed"] == 0
    assert data["made"][0] == {"species": "print_halftone", "family": "print", "kind": "attack", "trials": 2}
    assert data["left_out"] == [{"what": "two/1.png", "reason": "several_faces", "message": "2 faces found"}]


def test_the_table_of_species() -> None:
    """For people and for machines; nothing has to be named for it."""
    told = forge("--list")
    assert told.exit == 0 and "paper_mask" in told.stdout and "two people" in told.stdout
    species = forge("--list", "--json").envelope["data"]["species"]
    assert {"name": "spliced", "what": "one person's frames, then another's", "family": "digital",
            "takes": "two captures"} in species  # fmt: skip


def test_one_person_by_name(fakes: Path, tmp_path: Path) -> None:
    """Pictures whose folder is not called as the account is."""
    answer = forge(fakes / "ann" / "1.png", "--subject", "Ann Lee", "--species", "blur", "--out", tmp_path / "out")
    assert answer.exit == 0 and (tmp_path / "out" / "bona_fide" / "Ann Lee" / "blur-1.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--species", "print_halftoon"], "did you mean 'print_halftone'?"),
        (["--strength", "1.5"], "no number from 0 to 1"),
        (["--strength", "blur=0.5"], "add it: --species blur"),
        (["--seed", "-1"], "--seed"),
        (["--per-image", "0"], "--per-image"),
        (["--frames", "2"], "--frames"),
        (["--subject", "../x"], "no name for a folder"),
        (["--subject", "-x"], "no name for an account"),
        (["nothing/here.jpg"], "no such file or folder"),
        (["--policy", "nonsense"], "nonsense"),
        (["--engine", "fats"], "no face engine"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(
    fakes: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    """Exit 2 with what to do, and no folder."""
    answer = forge(fakes, *arguments, "--out", tmp_path / "out")
    assert (answer.exit, answer.stdout) == (2, "")
    assert said in answer.stderr and not (tmp_path / "out").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["fakes"]


def test_pictures_and_a_place_are_needed(fakes: Path, tmp_path: Path) -> None:
    assert forge("--out", tmp_path / "out").exit == 2
    assert "--out is needed" in forge(fakes).stderr
    assert forge(tmp_path / "fakes" / "ann" / "none", "--out", tmp_path / "out").exit == 2
    (tmp_path / "empty").mkdir()
    nothing = forge(tmp_path / "empty", "--out", tmp_path / "out")
    assert nothing.exit == 2 and "no picture can be used" in nothing.stderr


def test_nothing_is_written_over(fakes: Path, tmp_path: Path) -> None:
    """A second run into the same folder, and one into somebody's own."""
    out = tmp_path / "out"
    assert forge(fakes, "--species", "blur", "--out", out).exit == 0
    before = files(out)
    again = forge(fakes, "--species", "blur", "--out", out)
    assert again.exit == 2 and "not empty" in again.stderr and files(out) == before
    assert forge(fakes, "--species", "blur", "--out", fakes).exit == 2 and len(files(fakes)) == 2


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null", "/proc/forged"])
def test_a_place_that_takes_no_folder(fakes: Path, device: str) -> None:
    answer = forge(fakes, "--species", "blur", "--out", device)
    assert answer.exit == 2 and "--out" in answer.stderr


class Stopping(FakeEngine):
    """Does something at its second look at a face."""

    def __init__(self, what: Callable[[], object]) -> None:
        super().__init__()
        self._what = what

    def landmarks(self, *arguments: Any, **options: Any) -> Any:
        if "landmarks" in self.calls:
            self._what()
        return super().landmarks(*arguments, **options)


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(
    "what",
    [interrupted, lambda: signal.raise_signal(signal.SIGTERM), lambda: signal.raise_signal(signal.SIGHUP)],
    ids=["Ctrl-C", "TERM", "HUP"],
)
def test_what_is_stopped_leaves_no_folder(fakes: Path, tmp_path: Path, what: Callable[[], object], there: bool) -> None:
    """Half a set must not look like one, and its pictures of people must not lie about."""
    out = tmp_path / "out"
    if there:
        out.mkdir()
    before = signal.getsignal(signal.SIGTERM)
    answer = forge(fakes, "--species", "blur", "--out", out, engine=Stopping(what))
    assert answer.exit == 130 and signal.getsignal(signal.SIGTERM) is before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == (["fakes", "out"] if there else ["fakes"])
    assert not there or list(out.iterdir()) == []


def test_a_kill_in_the_middle_leaves_nothing_that_looks_whole(people: Path, tmp_path: Path, real: FaceEngine) -> None:
    """SIGKILL cannot be cleaned up after; what is left is hidden, has no manifest, and hinders no second run."""
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "smilepay_cli", "forge", str(people), "--per-image", "50", "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(SAMPLES.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list(tmp_path.rglob("*.png")):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert not out.exists() and not list(tmp_path.rglob("manifest.csv"))
    assert all(path.parts[len(tmp_path.parts)].startswith(".") for path in tmp_path.rglob("*.png"))
    assert forge(people, "--species", "exact_copy", "--out", out, engine=real).exit == 0


def test_names_of_people_and_files_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    """Escape sequences in names are shown, not obeyed."""
    save(picture("x"), tmp_path / "in" / "ann\x1b[31m" / "1.png")
    save(picture("x", faces=2), tmp_path / "in" / "ann" / "a\x1b]0;b\n.png")
    save(picture("x"), tmp_path / "in" / "ann" / "2.png")
    answer = forge(tmp_path / "in", "--species", "blur", "--out", tmp_path / "out")
    assert answer.exit == 0 and "\x1b" not in answer.stdout and "ann\\x1b[31m/1.png" in answer.stdout
    assert "a\\x1b]0;b\\n.png: 2 faces found" in answer.stdout
