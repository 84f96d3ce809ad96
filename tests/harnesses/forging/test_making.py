"""Making a set: what of, under which names, with whom; and the same again."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.harnesses.forging import material as materials
from smilepay_cli.harnesses.forging.asking import chosen, strengths
from smilepay_cli.harnesses.forging.encoding import png
from smilepay_cli.harnesses.forging.making import ForgeResult, forge
from smilepay_cli.harnesses.forging.names import ALL
from smilepay_cli.harnesses.forging.planning import ForgeRequest
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.originals import Original
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture
from tests.verbs.paying import till_of

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels


@dataclass
class Memory:
    """An album and a folder in memory."""

    originals_: list[Original] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    place = "/somewhere/forged"

    def add(self, person: str, name: str, *pictures: Pixels, capture: bool = False) -> None:
        paths = tuple(f"{person}/{name}/{number}" for number in range(len(pictures)))
        self.files.update(zip(paths, map(png, pictures), strict=True))
        self.originals_.append(Original(person, name, paths, is_capture=capture))

    def originals(self) -> Sequence[Original]:
        return self.originals_

    def read(self, file: str) -> tuple[bytes, Pixels]:
        return self.files[file], decode_image(self.files[file], file)

    def write(self, path: str, data: bytes) -> None:
        assert path not in self.written, f"{path} is written twice"
        self.written[path] = data

    @property
    def rows(self) -> list[dict[str, str]]:
        assert list(self.written)[-1] == "manifest.csv", "what has a manifest is whole"
        return list(csv.DictReader(io.StringIO(self.written["manifest.csv"].decode(), newline="")))


@pytest.fixture
def memory() -> Memory:
    """Ann with two pictures and a capture, Bob with two, and one of nobody."""
    memory = Memory()
    memory.add("bob", "1.jpg", picture("bob", noise=1))
    memory.add("bob", "2.jpg", picture("bob", noise=2, size=(200, 280)))
    memory.add("ann", "10.jpg", picture("ann", noise=1))
    memory.add("ann", "2.jpg", picture("ann", noise=2))
    memory.add("ann", "clip", *(picture("ann", noise=3 + number) for number in range(5)), capture=True)
    memory.add("nobody", "1.jpg", empty_picture())
    return memory


SOME = ("print_halftone", "screen_bezel", "recompressed", "exact_copy", "morph", "paper_mask", "frozen", "static_noise",
        "replayed_video", "spliced", "blur", "recaptured_clip")  # fmt: skip
"""Of every way to be made, and every kind."""


def request(*words: str, strength: Sequence[str] = (), **more: Any) -> ForgeRequest:
    ways = chosen(words)
    return ForgeRequest(ways=ways, strengths=strengths(strength, ways), **more)


def made(memory: Memory, wanted: ForgeRequest, home: Path, faults: Mapping[str, Any] | None = None) -> ForgeResult:
    memory.written.clear()
    return forge(replace(till_of(home), engine=FakeEngine(faults)), memory, wanted, memory)


def test_the_set_is_what_replay_takes(memory: Memory, tmp_path: Path) -> None:
    """Every row has its files, every file its row; paths are those of the folder convention."""
    result = made(memory, request(*SOME, with_bona_fide=True, frames=4), tmp_path)
    rows = memory.rows
    assert result.trials == len(rows) == len({row["id"] for row in rows}) == len({row["path"] for row in rows})
    left = dict(memory.written)
    for row in rows:
        files = [path for path in left if path == row["path"] or path.startswith(row["path"] + "/")]
        assert files
        for path in files:
            data = left.pop(path)
            assert decode_image(data, path).shape[2] == 3
            assert row["sha256"] == ("" if path != row["path"] else sha256(data).hexdigest())
        parts = row["path"].split("/")
        if row["kind"] == "bona_fide":
            assert parts[:2] == ["bona_fide", row["subject"]] and not row["pai_species"]
        else:
            assert parts[:3] == [row["kind"], row["pai_species"], row["subject"]]
    assert set(left) == {"manifest.csv", "contact-sheet.png"}
    assert (result.people, result.pictures, result.captures) == (2, 4, 1)
    counts = Counter(row["pai_species"] for row in rows)
    assert all(counts[one.species] == one.trials for one in result.made if one.kind != "bona_fide")


def test_who_cannot_be_used_is_told_and_not_forged(memory: Memory, tmp_path: Path) -> None:
    """Nobody, two people, a file that is no picture, a name that is none: each with the reason."""
    memory.add("two", "1.jpg", picture("two", faces=2))
    memory.add("-x", "1.jpg", picture("x"))
    memory.add("a\x1bb", "1.jpg", picture("x"))
    memory.add("bad", "1.jpg", picture("bad"))
    memory.files["bad/1.jpg/0"] = b"\xff\xd8 not really"
    result = made(memory, request("blur"), tmp_path)
    assert {(left.what, left.reason) for left in result.left_out} == {
        ("nobody/1.jpg", "no_face"),
        ("two/1.jpg", "several_faces"),
        ("-x/1.jpg", "bad_name"),
        ("a\\x1bb/1.jpg", "bad_name"),
        ("bad/1.jpg", "unusable_image"),
    }
    assert {row["subject"] for row in memory.rows} == {"ann", "bob"}


def test_an_exact_copy_is_the_file_and_an_original_too(memory: Memory, tmp_path: Path) -> None:
    """A picture that was decoded and written again would not be caught by its digest."""
    made(memory, request("exact_copy", with_bona_fide=True), tmp_path)
    assert memory.written["injection/exact_copy/ann/10.png"] == memory.files["ann/10.jpg/0"]
    assert memory.written["bona_fide/ann/10.png"] == memory.files["ann/10.jpg/0"]
    clip = [data for path, data in memory.written.items() if path.startswith("bona_fide/ann/clip/")]
    assert clip == [memory.files[f"ann/clip/{number}"] for number in range(5)]


def test_partners_are_somebody_else_and_in_the_manifest(memory: Memory, tmp_path: Path) -> None:
    """Whoever reads an odd morph wants to know of whom it is."""
    memory.add("cleo", "x y;z.jpg", picture("cleo"))
    made(memory, request("morph", "paper_mask", "spliced", per_image=5), tmp_path)
    partners: Counter[str] = Counter()
    for row in memory.rows:
        tags = dict(tag.split(":", 1) for tag in row["tags"].split(";"))
        assert tags["of"].split("/")[0] == row["subject"] != tags["with"].split("/")[0]
        assert row["account"] == row["device"] == row["captured_at"] == row["amount_minor"] == ""
        partners[tags["with"]] += 1
    assert len(partners) == 8, "five stills, a capture, and two reels of stills"


def test_captures_are_made_of_captures_and_else_of_pictures(memory: Memory, tmp_path: Path) -> None:
    """As many frames as the capture has; of pictures as many as are asked for, all of one size."""
    made(memory, request("frozen", "replayed_video", "spliced", frames=7), tmp_path)
    frames = Counter(path.rpartition("/")[0] for path in memory.written if path.startswith(("attack/", "injection/")))
    for kind, species in (("injection", "frozen"), ("attack", "replayed_video")):
        assert frames[f"{kind}/{species}/ann/clip"] == 5
        assert frames[f"{kind}/{species}/bob/stills"] == 7
    for path, data in memory.written.items():
        if path.startswith("injection/spliced/bob/"):
            assert decode_image(data, path).shape == (240, 320, 3)
    frozen = {data for path, data in memory.written.items() if path.startswith("injection/frozen/ann/")}
    assert len(frozen) == 1


def test_what_lacks_its_material_is_told(tmp_path: Path) -> None:
    """One picture is no slide show, and one person no morph; the rest is made."""
    memory = Memory()
    memory.add("ann", "1.jpg", picture("ann"))
    result = made(memory, request("slide*", "morph", "spliced", "frozen", "blur"), tmp_path)
    assert [one.species for one in result.made] == ["frozen", "blur"]
    told = {left.what: left.reason for left in result.left_out}
    assert told == {
        "slide_show of ann/stills": "one_picture",
        "slides_in_motion of ann/stills": "one_picture",
        "morph": "nothing_to_make_it_of",
        "spliced": "nothing_to_make_it_of",
    }


@pytest.mark.parametrize("words", [["morph"], ["slide_show"], ["spliced"]])
def test_where_nothing_can_be_made_nothing_is_written(tmp_path: Path, words: list[str]) -> None:
    memory = Memory()
    memory.add("ann", "1.jpg", picture("ann"))
    with pytest.raises(UsageProblem, match="nothing can be made"):
        made(memory, request(*words), tmp_path)
    assert memory.written == {}


def test_no_picture_at_all_is_told_with_its_reason(tmp_path: Path) -> None:
    memory = Memory()
    with pytest.raises(UsageProblem, match="no picture can be used"):
        made(memory, request(ALL), tmp_path)
    memory.add("x", "1.jpg", empty_picture())
    with pytest.raises(UsageProblem) as caught:
        made(memory, request(ALL), tmp_path)
    assert caught.value.hint == "x/1.jpg: no face found" and memory.written == {}


def test_the_same_request_gives_the_same_bytes(memory: Memory, tmp_path: Path) -> None:
    """Whatever the order in which pictures are found, and whatever else is made."""
    made(memory, request(*SOME, seed=3, frames=4), tmp_path)
    first = dict(memory.written)
    memory.originals_.reverse()
    made(memory, request(*SOME, seed=3, frames=4), tmp_path)
    assert memory.written == first
    made(memory, request("blur", "morph", seed=3), tmp_path)
    assert all(first[path] == data for path, data in memory.written.items() if path.endswith(".png") and "/" in path)


def test_another_seed_gives_other_bytes(memory: Memory, tmp_path: Path) -> None:
    """But for what has no chance in it."""
    sets = []
    for seed in (1, 2):
        made(memory, request(*SOME, seed=seed, frames=4), tmp_path)
        sets.append(dict(memory.written))
    for path in sets[0].keys() & sets[1].keys():
        is_fixed = "exact_copy" in path or "frozen" in path
        is_spliced = "spliced" in path  # frames are whole ones of either
        assert is_spliced or (sets[0][path] == sets[1][path]) == is_fixed, path


def test_strength_and_variants(memory: Memory, tmp_path: Path) -> None:
    """Weaker is nearer to the original; a variant has a chance of its own; copies have one variant."""
    made(memory, request("low_light", "exact_copy", strength=["low_light=0.1"], per_image=2), tmp_path)
    weak = dict(memory.written)
    assert [path for path in weak if path.startswith("injection/exact_copy/bob/")] == [
        "injection/exact_copy/bob/1.png", "injection/exact_copy/bob/2.png",
    ]  # fmt: skip
    one, other = weak["bona_fide/bob/low_light-1.png"], weak["bona_fide/bob/low_light-1-v2.png"]
    assert one != other
    assert "strength:0.1" in memory.rows[-1]["tags"] and "variant:2" in memory.rows[-1]["tags"]
    made(memory, request("low_light"), tmp_path)
    original = memory.read("bob/1.jpg/0")[1].astype(int)

    def far(data: bytes) -> float:
        return float(np.abs(decode_image(data, "x") - original).mean())

    assert far(one) < far(memory.written["bona_fide/bob/low_light-1.png"])


def test_expectations_are_of_attacks_only(memory: Memory, tmp_path: Path) -> None:
    """An honest picture in the dark may be refused, or not."""
    made(memory, request("blur", "morph", expect="refuse", with_bona_fide=True), tmp_path)
    assert {(row["kind"], row["expect"]) for row in memory.rows} == {("bona_fide", ""), ("injection", "refuse")}


HOSTILE = ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", 'a"b,c', "..hidden..", "a;b c:d", "Zoë", "顔", "'")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(tmp_path: Path, name: str) -> None:
    """Of people as they are, since they are accounts' names; of files only what is harmless in a path."""
    memory = Memory()
    memory.add(name.lstrip(".").replace("/", ""), f"{name}\n\x1b[31m.jpg", picture("x"))
    memory.add("bob", "1.jpg", picture("bob"))
    result = made(memory, request("morph"), tmp_path)
    assert result.trials == 2 and len(memory.rows) == 2
    for path in memory.written:
        assert path.isprintable() and all(part and part[0] != "." for part in path.split("/"))
    subjects = {row["subject"] for row in memory.rows}
    assert subjects == {"bob", name.lstrip(".").replace("/", "")}


def test_equal_names_stay_apart(tmp_path: Path) -> None:
    """1.jpg and 1.png, two folders of one person, a picture that is called like what is made of another."""
    memory = Memory()
    for person, name in (
        ("ann", "1.jpg"),
        ("ann", "1.png"),
        (" ann ", "1.gif"),
        ("ann", "blur-1.jpg"),
        ("ann", "\ud800.jpg"),
    ):
        memory.add(person, name, picture("ann", noise=len(memory.files)))
    result = made(memory, request("blur", with_bona_fide=True, per_image=2), tmp_path)
    assert (result.people, result.trials) == (1, 15)
    assert len({row["path"] for row in memory.rows}) == 15


def test_a_picture_that_changes_meanwhile_is_left_out(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its face is elsewhere now, or gone: what would be made of it would be told of another."""
    monkeypatch.setattr(materials, "MOST_KEPT", 1)
    read, count = memory.read, Counter[str]()

    def changing(file: str) -> tuple[bytes, Pixels]:
        count[file] += 1
        if file == "bob/1.jpg/0" and count[file] > 1:
            memory.files[file] = png(picture("eve"))
        return read(file)

    monkeypatch.setattr(memory, "read", changing)
    result = made(memory, request("blur"), tmp_path)
    assert "blur of bob/1" in {left.what for left in result.left_out}
    assert result.trials == 3 and "bona_fide/bob/blur-1.png" not in memory.written


def test_a_capture_with_a_frame_that_cannot_be_read_is_left_out(memory: Memory, tmp_path: Path) -> None:
    """Never half of one; and where it is somebody's partner, that one is left out too."""
    memory.files["ann/clip/3"] = b"GIF89a"
    result = made(memory, request("replayed_video", "spliced", with_bona_fide=True), tmp_path)
    assert [path for path in memory.written if "clip" in path] == []
    assert {left.what for left in result.left_out if left.reason == "unusable_image"} == {
        "original ann/clip", "replayed_video of ann/clip", "spliced of ann/clip", "spliced of bob/stills",
    }  # fmt: skip


def test_progress_is_told(memory: Memory, tmp_path: Path) -> None:
    """First what is looked at, then what is made."""
    looked: list[tuple[int, int]] = []
    forged: list[tuple[int, int]] = []
    till = till_of(tmp_path)
    forge(till, memory, request("blur"), memory, lambda *at: looked.append(at), lambda *at: forged.append(at))
    assert looked == [(number, 6) for number in range(6)]
    assert forged == [(number, 4) for number in range(4)]


def test_a_fault_of_the_engine_is_no_skipped_picture(memory: Memory, tmp_path: Path) -> None:
    """A bug must not look like a folder without faces."""
    with pytest.raises(ZeroDivisionError):
        made(memory, request("blur"), tmp_path, {"detect": ZeroDivisionError()})
