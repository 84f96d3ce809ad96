"""Sets that somebody else made: told in words before anything runs, or one case each, and text in every report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml
from tap.parser import Parser

from tests.commands.replays.conftest import Replays, Run
from tests.fakes.fake_engine import picture, save

HOSTILE = (
    "<script>alert(1)</script>.png",
    "a\"b'c&d.png",
    "line\nbreak.png",
    "]]> --> # not ok 1.png",
    "\x1b[31mred\x07.png",
    "=1+1,@x;%s{0}.png",
    "\u202eevil \ud83d\ude00.png".encode("utf-16", "surrogatepass").decode("utf-16"),
)


def told(run: Run) -> str:
    """Everything that was said; it was no bug of ours, and nothing was begun."""
    assert run.exit == 2 and "internal" not in run.said and "Traceback" not in run.said
    assert not run.folder.exists()
    assert all(character.isprintable() or character == "\n" for character in run.said)
    return run.said


def test_everything_that_is_wrong_is_told_at_once(replay: Replays) -> None:
    """With its line; then nothing is tried."""
    replay.row("bona_fide", "ann", id="one")
    replay.row("bona_fide", "ann", id="one")
    replay.row("bona_fide", "ann", path="one.png")
    replay.row("bona_fide", "ann", path="../outside.png")
    replay.row("bona_fide", "ann", path="/etc/passwd")
    replay.row("bonafide", "ann")
    replay.row("attack", "ann", amount_minor=-5)
    replay.row("attack", "ann", sha256="12")
    replay.row("attack", "ann", expect="perhaps")
    said = told(replay())
    for line in range(3, 11):
        assert f"manifest.csv:{line}" in said
    for word in ("'one'", "'one.png' is not there", "outside.png", "passwd", "bonafide", "perhaps", "sha256"):
        assert word in said, word


def test_a_manifest_with_columns_that_nobody_knows(replay: Replays) -> None:
    """A column that is misspelt would be a check that is not made."""
    replay.picture("ann", "a.png")
    manifest = replay.set / "set.csv"
    manifest.write_text("id,path,kind,expected\n1,a.png,bona_fide,accept\n")
    assert "expect" in told(replay(images=manifest))


@pytest.mark.parametrize("text", ["", "\0\0\0", "id\n", "id,path,kind\n", "[]\n", "a" * 3_000_000])
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "txt"])
def test_a_manifest_that_is_none(replay: Replays, text: str, suffix: str) -> None:
    """Empty, binary, without a row, endless."""
    manifest = replay.set / f"set.{suffix}"
    manifest.parent.mkdir()
    manifest.write_text(text)
    told(replay(images=manifest))


def test_what_is_no_picture_to_be_opened(replay: Replays, tmp_path: Path) -> None:
    """A file of ten gigabytes, a FIFO, a circle of links, a link that leads out: found without opening them."""
    replay.set.mkdir()
    with (replay.set / "huge.png").open("wb") as file:
        file.truncate(10 * 1024**3)
    os.mkfifo(replay.set / "fifo.png")
    (replay.set / "circle.png").symlink_to("round.png")
    (replay.set / "round.png").symlink_to("circle.png")
    save(picture("ann"), tmp_path / "outside.png")
    (replay.set / "link.png").symlink_to(tmp_path / "outside.png")
    (replay.set / "loop").symlink_to(".")
    names = ("huge.png", "fifo.png", "circle.png", "link.png", "loop/huge.png")
    for name in names:
        replay.row("bona_fide", "ann", path=name)
    said = told(replay())
    for line, name in enumerate(names, start=2):
        assert f"manifest.csv:{line}" in said and name in said
    (replay.set / "bona_fide" / "ann").mkdir(parents=True)
    for name in names[:4]:
        (replay.set / name).rename(replay.set / "bona_fide" / "ann" / name)
    for stray in ("manifest.csv", "loop", "round.png"):
        (replay.set / stray).unlink()
    said = told(replay(images=replay.set))
    assert all(name in said for name in names[:4])


def test_a_file_that_is_no_good_is_one_case(replay: Replays) -> None:
    """Junk, half a picture, another file than was meant, one that vanished: unusable, and the others are tried."""
    good = replay.row("bona_fide", "ann", expect="accept")
    save(picture("bob", smile=True), replay.set / "half.png")
    (replay.set / "half.png").write_bytes((replay.set / "half.png").read_bytes()[:5000])
    (replay.set / "junk.png").write_bytes(b"junk")
    (replay.set / "empty.png").touch()
    bad = [replay.row("bona_fide", "bob", path=name, id=name) for name in ("half.png", "junk.png", "empty.png")]
    other = replay.row("bona_fide", "bob", sha256="0" * 64, expect="2")
    two = replay.row("bona_fide", "bob", sha256="0" * 64, path=replay.rows[0]["path"])
    run = replay()
    assert run.exit == 0 and run[good]["outcome"] == "accepted"
    assert {run[name]["outcome"] for name in (*bad, other, two)} == {"unusable"}
    assert run[other]["reason"] == run[two]["reason"] == "wrong_digest"
    assert run.summary["unusable"] == 5 and run.summary["rates"]["fta"]["k"] == 5
    assert all(row["moved_minor"] == 0 and row["message"] for row in run.results if row["exit"] == 2)
    cases = [case for suite in JUnitXml.fromfile(str(run.folder / "junit.xml")) for case in suite]
    assert len(cases) == 6


@pytest.mark.parametrize("form", ["folder", "jsonl"])
def test_names_stay_text_in_every_report(replay: Replays, form: str) -> None:
    """Quotes, tags, new lines, escape sequences, and bytes that are no UTF-8: in names of files, people and species."""
    kind = "attack/print <b>'\"&/ann" if form == "folder" else "pictures"
    for name in HOSTILE:
        replay.picture("ann", f"{kind}/{name}")
    os.link(replay.set / kind / HOSTILE[0], os.fsencode(replay.set / kind) + b"/\xff\xfe.png")
    names = sorted(os.listdir(replay.set / kind))  # noqa: PTH208
    given = replay.set
    if form == "jsonl":
        given = replay.set / "set.jsonl"
        rows = [
            {"id": f"{number} {name}", "path": f"pictures/{name}", "kind": "attack", "subject": f"</td>{name}"[:60],
             "pai_species": "<img src=x>"}
            for number, name in enumerate(names)
        ]  # fmt: skip
        given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = replay(images=given)
    if form == "jsonl" and run.exit == 2:  # control characters are no part of a name of a person, or an id
        assert "set.jsonl:" in told(run)
        return
    assert run.exit == 0, run.said
    assert len(run.results) == len(names)
    lines = (run.folder / "results.jsonl").read_bytes()
    assert lines.isascii() and lines.count(b"\n") == len(names)
    page = (run.folder / "report.html").read_text()
    assert "<script>alert" not in page and "<b>'" not in page and "\x1b" not in page and "\x07" not in page
    ElementTree.parse(run.folder / "junit.xml")  # noqa: S314 - ours
    cases = [case for suite in JUnitXml.fromfile(str(run.folder / "junit.xml")) for case in suite]
    assert len(cases) == len(names)
    parsed = [line for line in Parser().parse_text((run.folder / "results.tap").read_text()) if line.category == "test"]
    assert len(parsed) == len(names)
    assert "\x1b" not in run.answer.stdout + run.said


def test_a_set_of_nothing(replay: Replays, tmp_path: Path) -> None:
    """An empty folder, one of other things, no folder, a device."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "others" / "x").mkdir(parents=True)
    (tmp_path / "others" / "x" / "a.txt").write_text("x")
    os.mkfifo(tmp_path / "fifo.csv")
    for place in ("empty", "others", "nowhere", "fifo.csv", "", "nowhere.csv"):
        told(replay(images=tmp_path / place if place else ""))
    told(replay(images="/dev/zero"))
