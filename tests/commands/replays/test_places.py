"""Where a run is written to, who its gallery is, and what remains when it is stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.run_folder import RunFolder
from smilepay_cli.rules.replay.tally import Tally
from tests.commands.replays.conftest import Replays
from tests.fakes.fake_engine import FakeEngine, picture, save


@pytest.fixture
def three(replay: Replays) -> Replays:
    """Three rows."""
    for person in ("ann", "bob", "eve"):
        replay.row("bona_fide" if person != "eve" else "zero_effort", person, id=person)
    return replay


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WHOLE = ["junit.xml", "report.html", "results.jsonl", "results.tap", "summary.json"]


@pytest.mark.parametrize("name", ["relative/out", "d\u00e9j\u00e0 \u5fae\u7b11 'x\"", "~/out", "a b/../c"])
def test_out_may_be_any_folder(three: Replays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Relative to where one is, in one's home, in any script; nothing but results is left in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    run = three(out=name)
    assert run.exit == 0, run.said
    assert written(Path(name).expanduser()) == WHOLE
    again = three(out=name)
    assert again.exit == 2 and "not empty" in again.said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "out is empty"), ("~nobody-of-that-name/x", "nobody-of-that-name"), ("/proc/x/y", "/proc/x/y"),
        ("/dev/null", "/dev/null"), ("file", "exists"), ("\x1b[31m/\n/proc", "--out"), ("x" * 300, "too long"),
    ],
)  # fmt: skip
def test_out_that_cannot_be(
    three: Replays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    """One line, exit 2, and no bug of ours."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "\x1b[31m").touch()
    run = three(out=name) if name else None
    answer = run.answer if run else three.shell("replay", str(three.manifest()), "--out", "")
    assert answer.exit == 2 and said in answer.stderr.lower() and "internal" not in answer.stderr, answer.stderr
    assert "\x1b" not in answer.stderr


def test_out_within_the_set(three: Replays) -> None:
    """Beside a manifest it may lie; among the folders of a set that has none it is told, before anything is written."""
    run = three(out=three.set / "run")
    assert run.exit == 0 and three(out=three.set / "run 2").exit == 0
    (three.set / "bona_fide" / "ann").mkdir(parents=True)
    save(picture("ann", smile=True, noise=9), three.set / "bona_fide" / "ann" / "1.png")
    for stray in (three.set / "manifest.csv", *three.set.glob("*.png")):
        stray.unlink()
    for name in ("run", "run 2"):
        (three.set / name).rename(three.shell.folder / name)
    save(picture("ann", noise=50), three.set / "gallery" / "ann" / "1.png")
    for place in ("run", "bona_fide/ann/run", "bona_fide/run", "attack/x", "gallery/run", "."):
        refused = three(images=three.set, out=three.set / place)
        assert refused.exit == 2 and "in the " in refused.said, place
        assert place == "." or not (three.set / place).exists()
    people = str(three.set / "gallery")
    assert three("--gallery", people, out=f"{people}/run", images=three.shell.folder / "nowhere.csv").exit == 2
    assert three(images=three.set).exit == 0


def test_out_on_another_file_system(three: Replays, tmp_path: Path) -> None:
    """Drafts lie beside what they become, so that nothing has to be moved from one to the other."""
    other = Path("/dev/shm")  # noqa: S108 - another file system than the tests' own, where there is one
    folder = other / f"smilepay-test-{os.getpid()}"
    try:
        assert three(out=folder).exit == 0 and written(folder) == WHOLE
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def test_a_gallery_from_the_set(three: Replays, tmp_path: Path) -> None:
    """A folder, rows that are tagged, or the folder `gallery` of the set: the same people, the same answers."""
    for person in ("ann", "bob"):
        save(picture(person, noise=50), tmp_path / "people" / person / "1.png")
    wallet = three()
    folder = three("--gallery", str(tmp_path / "people"))
    for person in ("ann", "bob"):
        path = three.picture(person, f"enrol-{person}.png", noise=50, smile=False)
        three.row("bona_fide", person, path=path, tags="enrol")
    tagged = three("--gallery", "manifest")
    for run, where in ((wallet, "wallet"), (folder, "folder"), (tagged, "manifest")):
        assert run.exit == 0, run.said
        assert [row["reason"] for row in run.results] == [None, None, "no_match"]
        assert (run.summary["gallery"]["from"], run.summary["gallery"]["accounts"]) == (where, 2)
    assert folder.summary["rates"]["fte"]["n"] == 2


@pytest.mark.parametrize(
    "gallery", ["nowhere", "empty", "file", "files", "manifest", "~nobody-of-that-name", "", "unusable", "fifo"]
)
def test_a_gallery_of_nobody(three: Replays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gallery: str) -> None:
    """Told, and the run can be begun again in the same folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    save(picture("ann"), tmp_path / "files" / "1.png")
    (tmp_path / "unusable" / "ann").mkdir(parents=True)
    (tmp_path / "unusable" / "ann" / "1.png").write_bytes(b"junk")
    (tmp_path / "fifo" / "ann").mkdir(parents=True)
    os.mkfifo(tmp_path / "fifo" / "ann" / "1.png")
    out = tmp_path / "out"
    run = three("--gallery", gallery, out=out)
    if gallery == "":
        assert run.exit in (0, 2)
        return
    assert run.exit == 2 and "internal" not in run.said, run.said
    assert not (out / "scratch").exists()


def test_a_wallet_of_nobody(three: Replays, tmp_path: Path) -> None:
    """There is nobody to be recognised."""
    answer = three.shell("replay", str(three.manifest()), "--out", str(tmp_path / "o"), "--home", str(tmp_path / "new"))
    assert answer.exit == 2 and "nobody is enrolled" in answer.stderr


class Stops(FakeEngine):
    """Ctrl-C when the third face is looked at."""

    def detect(self, *arguments: Any, **options: Any) -> Any:
        if self.calls.count("detect") >= 6:
            raise KeyboardInterrupt
        return super().detect(*arguments, **options)


@pytest.mark.parametrize("where", ["looking", "counting", "writing", "reports"])
def test_ctrl_c_and_on(three: Replays, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Wherever it comes, the same command goes on, and in the end everything is as if it had not come."""
    for number in range(5):
        three.row("bona_fide", "ann" if number % 2 else "bob")
    whole = three("--no-cache")

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    add, count = Tally.add, 0

    def added(tally: Tally, *arguments: Any, **options: Any) -> None:
        nonlocal count
        count += 1
        add(tally, *arguments, **options)
        if count == 4:
            raise KeyboardInterrupt

    out = three.shell.folder / "stopped"
    with monkeypatch.context() as patch:
        if where == "looking":
            patch.setattr("tests.commands.conftest.FakeEngine", Stops)
        elif where == "counting":
            patch.setattr(Tally, "add", added)
        elif where == "writing":
            lines = iter(range(3))
            append = RunFolder.append
            patch.setattr(
                RunFolder, "append", lambda *row: append(*row) if next(lines, None) is not None else interrupted()
            )
        else:
            patch.setattr("smilepay_cli.render.replay.html.page", interrupted)
        stopped = three("--no-cache", out=out)
    assert stopped.exit == 130 and "Traceback" not in stopped.said
    assert not (out / "scratch").exists() and (out / "run.json").exists()
    went_on = three("--no-cache", out=out)
    assert went_on.exit == 0, went_on.said
    assert (out / "results.jsonl").read_bytes() == (whole.folder / "results.jsonl").read_bytes()
    assert written(out) == WHOLE
    assert went_on.summary["rates"] == whole.summary["rates"] and went_on.summary["rows"] == 8
    assert went_on.summary["images"] == {"looking": 2, "reports": 0}.get(where, 8)  # noted after so many rows


@pytest.mark.parametrize(("rows", "told"), [(1, "stopped after 1 row;"), (2, "stopped after 2 rows;")])
def test_how_far_it_came_is_told(replay: Replays, monkeypatch: pytest.MonkeyPatch, rows: int, told: str) -> None:
    """One row is one."""
    for _ in range(4):
        replay.row("bona_fide", "ann")
    lines, append = iter(range(rows)), RunFolder.append

    def appended(*row: Any) -> None:
        if next(lines, None) is None:
            raise KeyboardInterrupt
        append(*row)

    monkeypatch.setattr(RunFolder, "append", appended)
    stopped = replay("--no-cache")
    assert stopped.exit == 130 and told in stopped.said
