"""Numbered images play back as a camera, the same every time, each held to what a still is held to."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from smilepay_cli.adapters.capture.clip import ClipSource, is_clip
from smilepay_cli.adapters.capture.images import ImageSource, decode_image
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem

Encoded = Callable[..., bytes]


def clip_of(pattern: Path | str, *, seconds: float = 60, fps: float | None = None) -> ClipSource:
    return ClipSource(str(pattern), seconds=seconds, fps=fps)


def names(pattern: Path | str) -> list[str]:
    source = clip_of(pattern)
    source.check()
    return [Path(frame.origin).name for frame in source.frames()]


def refused(pattern: Path | str) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        clip_of(pattern).check()
    assert caught.value.message.isprintable()
    return caught.value


@pytest.fixture
def fill(tmp_path: Path, encoded: Encoded) -> Callable[..., Path]:
    """`fill(0, 1, 5)` makes 0.png, 1.png and 5.png and is the pattern of them."""

    def make(*numbers: int, pattern: str = "%d.png") -> Path:
        for number in numbers:
            (tmp_path / (pattern % number)).write_bytes(encoded("PNG"))
        return tmp_path / pattern

    return make


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("clip/%03d.jpg", True), ("%d.png", True), ("100%.jpg", True), ("clip/%s.jpg", True), ("me.JPG", True),
        ("a%b/film.avi", False), ("film.avi", False), ("film.gif", False), ("0", False), ("/dev/video0", False),
        ("http://host/%20a.jpg", False), ("http://host/still.jpg", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_a_clip(source: str, expected: bool) -> None:
    assert is_clip(source) is expected


def test_lins_clip(clip: Path) -> None:
    """34 frames; time is number / 12, whatever the clock does meanwhile."""
    source = clip_of(clip / "%03d.jpg")
    source.check()
    frames = list(source.frames())
    assert source.is_camera
    assert source.is_virtual
    assert source.description == f"camera {clip}/%03d.jpg"
    assert len(frames) == 34
    assert [frame.number for frame in frames] == list(range(34))
    assert [frame.seconds for frame in frames] == [number / 12 for number in range(34)]
    assert frames[33].origin == f"{clip}/033.jpg"
    assert [frame.digests for frame in frames] == [frame.digests for frame in source.frames()]


def test_pixels_and_digests_are_those_of_the_stills(clip: Path) -> None:
    """A clip's frame is recognised when it is presented again as a still, and the other way round."""
    stills = list(ImageSource([str(clip)]).frames())
    frames = list(clip_of(clip / "%03d.jpg").frames())
    assert [frame.digests for frame in frames] == [still.digests for still in stills]
    data = (clip / "007.jpg").read_bytes()
    assert (frames[7].pixels == decode_image(data, "x")).all()
    assert frames[7].file_digest == sha256(data).hexdigest()


def test_rate(clip: Path) -> None:
    frames = list(clip_of(clip / "%03d.jpg", fps=30).frames())
    assert [frame.seconds for frame in frames] == [number / 30 for number in range(34)]


@pytest.mark.parametrize(("seconds", "fps", "count"), [(1.0, None, 13), (0.0, None, 1), (1.0, 4, 5), (0.99, 4, 4)])
def test_stops_when_its_own_time_is_over(seconds: float, fps: float | None, count: int, clip: Path) -> None:
    assert len(list(clip_of(clip / "%03d.jpg", seconds=seconds, fps=fps).frames())) == count


@pytest.mark.parametrize("first", range(5))
def test_begins_with_one_of_the_first_five_numbers(first: int, fill: Callable[..., Path]) -> None:
    assert names(fill(first, first + 1)) == [f"{first}.png", f"{first + 1}.png"]


def test_a_later_beginning_is_a_mistake(fill: Callable[..., Path], tmp_path: Path) -> None:
    problem = refused(fill(5, 6))
    assert problem.message == f"--camera {tmp_path}/%d.png: no image {tmp_path}/0.png, nor the next four numbers"


def test_ends_at_a_hole(fill: Callable[..., Path]) -> None:
    assert names(fill(0, 1, 3)) == ["0.png", "1.png"]


@pytest.mark.parametrize("pattern", ["%d.png", "%3d.png", "%03d.png", "a-%d-b.png", "%d", "笑 %02d.png"])
def test_patterns_that_work(pattern: str, fill: Callable[..., Path]) -> None:
    assert names(fill(0, 1, 2, pattern=pattern)) == [pattern % number for number in range(3)]


def test_a_percent_sign_in_a_folders_name(tmp_path: Path, encoded: Encoded) -> None:
    """Only the file's name is a pattern."""
    for folder in ("100%", "%d", "%s%n"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0.png").write_bytes(encoded("PNG"))
        assert names(tmp_path / folder / "%d.png") == ["0.png"]


@pytest.mark.parametrize(
    "pattern",
    ["%d-%d.png", "%s.png", "%.png", "100%.jpg", "100%%.jpg", "%%%d.png", "%x.png", "%f.png", "%999d.png", "%-3d.png",
     "%(a)d.png", "%n%n%n.png", "% d.png", "%*d.png", "%d%"],
)  # fmt: skip
def test_patterns_that_make_no_sense(pattern: str, tmp_path: Path, encoded: Encoded) -> None:
    """Also where a file of exactly this name exists: one meaning for a percent sign is enough."""
    (tmp_path / pattern).write_bytes(encoded("PNG"))
    problem = refused(tmp_path / pattern)
    assert problem.message == f"--camera {tmp_path}/{pattern}: a pattern has one number, like clip/%03d.jpg"
    assert problem.reason == "bad_pattern"
    assert problem.exit is ExitStatus.USAGE


@pytest.mark.parametrize("pattern", ["none/%d.png", "a\0%d.png", "\ud800%d.png", "line\n%d.png", "x" * 300 + "%d.png"])
def test_patterns_of_nothing(pattern: str) -> None:
    assert refused(pattern).reason == "unreadable_file"


@pytest.mark.parametrize("damage", ["half", "text", "empty", "fifo", "folder", "device", "circle", "small", "bomb"])
def test_a_bad_image_within_is_not_the_end(
    damage: str, fill: Callable[..., Path], tmp_path: Path, encoded: Encoded, png_bomb: bytes
) -> None:
    """It is refused when its turn comes; OpenCV would show half a face, wait for the FIFO, or unpack the bomb."""
    pattern = fill(0, 1, 3)
    bad = tmp_path / "2.png"
    data = {"half": encoded("PNG")[:5000], "text": b"text", "empty": b"", "bomb": png_bomb}
    data["small"] = encoded("PNG", Image.new("RGB", (4, 4)))
    if damage in data:
        bad.write_bytes(data[damage])
    elif damage == "fifo":
        os.mkfifo(bad)
    elif damage == "folder":
        bad.mkdir()
    else:
        bad.symlink_to("/dev/zero" if damage == "device" else bad)
    source = clip_of(pattern)
    source.check()
    frames = source.frames()
    assert [next(frames).number, next(frames).number] == [0, 1]
    with pytest.raises(UsageProblem) as caught:
        next(frames)
    assert caught.value.message.startswith(f"{bad}: ")


@pytest.mark.parametrize("bad", [b"", b"text", b"\xff\xd8\xff\xe0"])
def test_a_bad_first_image_is_known_at_once(bad: bytes, tmp_path: Path, fill: Callable[..., Path]) -> None:
    pattern = fill(1)
    (tmp_path / "0.png").write_bytes(bad)
    assert refused(pattern).reason == "unusable_image"


def test_every_kind_of_image_is_upright_rgb(tmp_path: Path, encoded: Encoded, picture: Image.Image) -> None:
    """Grey, see-through, 16 bits and turned ones, mixed in one clip."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    deep = Image.fromarray(np.full((90, 160), 40_000, dtype=np.uint16))
    for number, data in enumerate(
        [
            encoded("PNG", picture.convert("L")), encoded("PNG", picture.convert("RGBA")), encoded("PNG", deep),
            encoded("PNG", turned, exif=exif), encoded("JPEG", picture.convert("L")),
        ]
    ):  # fmt: skip
        (tmp_path / f"{number}.img").write_bytes(data)
    frames = list(clip_of(tmp_path / "%d.img").frames())
    assert [frame.pixels.shape for frame in frames] == [(90, 160, 3)] * 5
    assert {frame.pixels.dtype for frame in frames} == {np.dtype("uint8")}
    assert all(frame.pixels.flags.c_contiguous for frame in frames)
    assert (frames[3].pixels == np.asarray(picture)).all()
    assert frames[3].pixel_digest == frames[1].pixel_digest


def test_one_image_is_a_clip_of_one_frame(clip: Path) -> None:
    """OpenCV opens a single picture too; it does not go on with its neighbours."""
    assert names(clip / "005.jpg") == ["005.jpg"]


def test_one_image_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"text")
    assert refused(tmp_path / "a.jpg").reason == "unusable_image"
    assert refused(tmp_path / "none.jpg").message == f"{tmp_path}/none.jpg: no such file or directory"
