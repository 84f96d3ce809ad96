"""`--image`s become frames in the order meant, each looked at before the first one is used."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from smilepay_cli.adapters.capture import images
from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import Pixels

Encoded = Callable[..., bytes]


@pytest.fixture
def png(encoded: Encoded) -> bytes:
    return encoded("PNG")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def refused(*names: str | Path, stdin: bytes | None = None) -> UsageProblem:
    """By check() and by frames() alike, with a message fit to be printed."""
    with pytest.raises(UsageProblem) as caught:
        ImageSource([str(name) for name in names], io.BytesIO(stdin) if stdin else None).check()
    with pytest.raises(UsageProblem) as again:
        list(ImageSource([str(name) for name in names], io.BytesIO(stdin) if stdin else None).frames())
    assert again.value.message == caught.value.message
    assert caught.value.message.isprintable()
    return caught.value


def origins(*names: str | Path) -> list[str]:
    return [Path(frame.origin).name for frame in ImageSource([str(name) for name in names]).frames()]


def test_frames_of_files(tmp_path: Path, encoded: Encoded, picture: Image.Image) -> None:
    """In the order given, stills without a time, with both digests."""
    files = {"b.png": encoded("PNG"), "a.jpg": encoded("JPEG")}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    source = ImageSource([str(tmp_path / name) for name in files])
    source.check()
    frames = list(source.frames())

    assert not source.is_camera
    assert source.description == f"{tmp_path}/b.png and 1 more"
    assert [frame.number for frame in frames] == [0, 1]
    assert [frame.seconds for frame in frames] == [0.0, 0.0]
    assert [frame.origin for frame in frames] == [f"{tmp_path}/b.png", f"{tmp_path}/a.jpg"]
    assert [frame.file_digest for frame in frames] == [sha256(data).hexdigest() for data in files.values()]
    assert (frames[0].pixels == np.asarray(picture)).all()
    assert [frame.digests for frame in source.frames()] == [frame.digests for frame in frames]


def test_the_same_pixels_in_another_format_are_known_again(tmp_path: Path, encoded: Encoded) -> None:
    """A replayed picture that was only saved anew has another file digest but the same pixel digest."""
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    (tmp_path / "a.bmp").write_bytes(encoded("BMP"))
    (tmp_path / "b.png").write_bytes(encoded("PNG", Image.new("RGB", (90, 160))))
    (tmp_path / "c.png").write_bytes(encoded("PNG", Image.new("RGB", (160, 90))))
    png, bmp, tall, wide = ImageSource([str(tmp_path / n) for n in ("a.png", "a.bmp", "b.png", "c.png")]).frames()
    assert png.pixel_digest == bmp.pixel_digest
    assert png.file_digest != bmp.file_digest
    assert tall.pixel_digest != wide.pixel_digest


def test_a_folder_is_its_images_in_natural_order(folder: Path, png: bytes) -> None:
    """2 before 10; other files, hidden ones and folders within are not meant."""
    names = ["10.png", "2.png", "1.PNG", "b2.jpeg", "B10.png", "a.webp", "01.png"]
    for name in [*names, ".hidden.png", "notes.txt", "thumbs.db", "png", "clip.avi", ".png"]:
        (folder / name).write_bytes(png)
    (folder / "within").mkdir()
    (folder / "within" / "3.png").write_bytes(png)
    assert origins(folder) == ["01.png", "1.PNG", "2.png", "10.png", "a.webp", "b2.jpeg", "B10.png"]


def test_order_does_not_depend_on_the_file_system(folder: Path, png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that differ in case only are in a fixed order too."""
    for name in ("a1.png", "A1.png", "a1.PNG"):
        (folder / name).write_bytes(png)
    entries = sorted(folder.iterdir())
    for order in (entries, entries[::-1]):
        monkeypatch.setattr(Path, "iterdir", lambda self, order=order: iter(order))
        assert origins(folder) == ["A1.png", "a1.PNG", "a1.png"]


def test_files_and_folders_may_be_mixed(folder: Path, tmp_path: Path, png: bytes) -> None:
    for path in (folder / "x.png", folder / "y.png", tmp_path / "z.png"):
        path.write_bytes(png)
    assert origins(tmp_path / "z.png", folder, folder / "x.png") == ["z.png", "x.png", "y.png", "x.png"]


def test_a_named_file_needs_no_suffix(tmp_path: Path, png: bytes) -> None:
    (tmp_path / "picture").write_bytes(png)
    assert origins(tmp_path / "picture") == ["picture"]


@pytest.mark.parametrize("name", ["notes.txt", ".hidden.jpg", None])
def test_a_folder_without_images(folder: Path, name: str | None) -> None:
    if name:
        (folder / name).touch()
    problem = refused(folder)
    assert problem.message == f"{folder} holds no images"
    assert problem.hint is not None
    assert ".jpg" in problem.hint


def test_no_name() -> None:
    """An unset variable in a script must not mean the folder one happens to be in."""
    assert refused("").message == "--image needs a file or a folder, or - for standard input"


def test_a_folder_that_may_not_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faked, since root may list everything."""

    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert refused(folder).message == f"{folder}: permission denied"


def test_entries_of_a_folder_that_are_no_files(folder: Path, png: bytes) -> None:
    """Named like images, and neither waited for nor silently left out."""
    (folder / "1.jpg").write_bytes(png)
    os.mkfifo(folder / "2.jpg")
    assert refused(folder).message == f"{folder}/2.jpg: not a regular file"
    (folder / "2.jpg").unlink()
    (folder / "2.jpg").symlink_to("2.jpg")
    assert refused(folder).message == f"{folder}/2.jpg: too many levels of symbolic links"
    (folder / "2.jpg").unlink()
    (folder / "2.jpg").mkdir()
    assert refused(folder).message == f"{folder}/2.jpg: a folder, not a file"
    (folder / "2.jpg").rmdir()
    (folder / "2.jpg").symlink_to("/dev/zero")
    assert refused(folder).message == f"{folder}/2.jpg: not a regular file"


def test_what_is_named_but_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    Path("circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused("socket").message == "socket: not a regular file"
    assert refused("fifo").message == "fifo: not a regular file"
    assert refused("/dev/zero").message == "/dev/zero: not a regular file"
    assert refused("/dev/stdin").message.startswith("/dev/stdin: ")
    assert refused("circle").message == "circle: too many levels of symbolic links"
    assert refused("none.jpg").message == "none.jpg: no such file or directory"
    assert refused("a\0b.jpg").message.startswith(r"a\x00b.jpg: ")
    assert refused("\ud800.jpg").message.startswith(r"\ud800.jpg: ")


def test_a_link_to_a_good_image(tmp_path: Path, png: bytes, folder: Path) -> None:
    (tmp_path / "real.png").write_bytes(png)
    (folder / "link.png").symlink_to(tmp_path / "real.png")
    (tmp_path / "to_folder").symlink_to(folder)
    assert origins(folder / "link.png", tmp_path / "to_folder") == ["link.png", "link.png"]


def test_a_strange_name_works_and_is_shown_printable(tmp_path: Path, png: bytes) -> None:
    path = tmp_path / "a\n\x1b[31m\udcff.png"
    path.write_bytes(png)
    source = ImageSource([str(path)])
    source.check()
    assert source.description == rf"{tmp_path}/a\n\x1b[31m\udcff.png"
    assert [frame.origin for frame in source.frames()] == [source.description]
    path.write_bytes(b"junk")
    assert refused(path).message.startswith(source.description)


@pytest.mark.parametrize("bad", [b"", b"text", None], ids=["empty", "text", "half"])
def test_a_bad_second_image_is_known_before_the_first_is_used(tmp_path: Path, png: bytes, bad: bytes | None) -> None:
    (tmp_path / "1.png").write_bytes(png)
    (tmp_path / "2.png").write_bytes(png[: len(png) // 2] if bad is None else bad)
    problem = refused(tmp_path / "1.png", tmp_path / "2.png")
    assert problem.reason == "unusable_image"
    assert problem.message.startswith(f"{tmp_path}/2.png: ")


def test_stdin(png: bytes) -> None:
    """Read once, however often it is looked at."""
    source = ImageSource(["-"], io.BytesIO(png))
    source.check()
    source.check()
    first, second = [list(source.frames()) for _ in range(2)]
    assert first[0].origin == second[0].origin == "-"
    assert first[0].digests == second[0].digests
    assert first[0].file_digest == sha256(png).hexdigest()


def test_stdin_among_files(tmp_path: Path, encoded: Encoded, png: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded("JPEG"))
    frames = list(ImageSource([str(tmp_path / "a.jpg"), "-"], io.BytesIO(png)).frames())
    assert frames[1].file_digest == sha256(png).hexdigest()


def test_stdin_twice(png: bytes) -> None:
    assert "can be given once only" in refused("-", "-", stdin=png).message


def test_stdin_without_a_picture() -> None:
    assert refused("-").message == "-: there is no standard input"
    assert refused("-", stdin=b"text").message.startswith("-: not an image of a known format")
    with pytest.raises(UsageProblem, match="-: the file is empty"):
        ImageSource(["-"], io.BytesIO()).check()


def test_too_many_images(folder: Path, png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted before the first is decoded, over files and folders together."""
    for number in range(images.MOST_FRAMES):
        (folder / f"{number}.png").hardlink_to(folder / "0.png") if number else (folder / "0.png").write_bytes(png)
    source = ImageSource([str(folder)])
    assert [frame.number for frame in source.frames()] == list(range(300))
    monkeypatch.setattr(images, "decode_image", lambda data, name: pytest.fail("decoded"))
    assert refused(folder, folder / "0.png").message == "more than 300 images for one capture"


def test_decoded_once_up_to_a_limit_of_memory(tmp_path: Path, png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What check() decoded is kept, but not without bound: the rest is decoded when its turn comes."""
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(png)
    decoded: list[str] = []
    decode = images.decode_image

    def noted(data: bytes, name: str) -> Pixels:
        decoded.append(Path(name).stem)
        return decode(data, name)

    monkeypatch.setattr(images, "decode_image", noted)
    monkeypatch.setattr(images, "MOST_PIXELS_KEPT", 160 * 90 * 3)
    source = ImageSource([str(tmp_path)])
    source.check()
    assert decoded == ["0", "1", "2", "3", "4"]
    source.check()
    assert decoded[5:] == ["3", "4"]
    assert len(list(source.frames())) == 5
    assert decoded[7:] == ["3", "4"]


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    """A command that fails for another reason first must not touch the input."""
    source = ImageSource([str(tmp_path / "none")], io.BytesIO(b"x"))
    assert source.description == f"{tmp_path}/none"
    frames = source.frames()
    with pytest.raises(UsageProblem):
        next(frames)
