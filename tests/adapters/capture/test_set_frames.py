"""The files of a trial as frames: as `--image` and `--camera` would give them, and decoded only when unknown."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from smilepay_cli.adapters.capture import set_frames
from smilepay_cli.adapters.capture.files import read_file
from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.adapters.capture.set_frames import SetFrames
from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.faces import Frame, LaterFrame


class Reader:
    """Reads files, and remembers which."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, name: str) -> bytes:
        self.names.append(Path(name).name)
        return read_file(Path(name))


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Five different pictures."""
    for number in range(5):
        noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{number}.png")
    return [str(tmp_path / f"{number}.png") for number in range(5)]


@pytest.fixture
def read() -> Reader:
    return Reader()


def facts(frames: list[Frame]) -> list[tuple[Any, ...]]:
    return [(f.number, f.seconds, f.origin, f.pixel_digest, f.file_digest, f.pixels.tobytes()) for f in frames]


def explode(*_: Any) -> Any:
    raise AssertionError("it was decoded")


def test_stills_are_those_of_image(files: list[str], read: Reader) -> None:
    """Number, digests and pixels: what `pay --image A --image B` would have seen."""
    source = SetFrames(files, read, FaceMemory())
    source.check()
    assert not source.is_camera and source.is_virtual
    assert source.description == f"{files[0]} and 4 more" and SetFrames(files[:1], read, FaceMemory()).description
    assert facts(list(source.frames())) == facts(list(ImageSource(files).frames()))
    assert facts(list(source.frames())) == facts(list(ImageSource(files).frames()))  # and once more


def test_a_virtual_camera_has_a_time(files: list[str], read: Reader) -> None:
    """Frame number / fps, and it ends when the time of a capture is over; to begin with, one frame is looked at."""
    source = SetFrames(files, read, FaceMemory(), fps=10.0, seconds_max=0.35)
    source.check()
    assert read.names == ["0.png"]
    assert [(frame.number, frame.seconds) for frame in source.frames()] == [(0, 0.0), (1, 0.1), (2, 0.2), (3, 0.3)]
    assert source.is_camera
    whole = SetFrames(files, read, FaceMemory(), fps=10.0, seconds_max=0.4)
    assert len(list(whole.frames())) == 5


@pytest.mark.parametrize("fps", [None, 10.0])
def test_a_known_file_is_not_decoded(
    files: list[str], read: Reader, monkeypatch: pytest.MonkeyPatch, fps: float | None
) -> None:
    """That is what makes a second run cheap; its digests are the same, and its pixels are there when asked for."""
    memory = FaceMemory()
    before = facts(list(SetFrames(files, read, memory, fps=fps, seconds_max=9.0).frames()))
    noted: dict[str, tuple[str, str]] = {}
    with monkeypatch.context() as patch:
        patch.setattr(set_frames, "decode_image", explode)
        source = SetFrames(files, read, memory, fps=fps, seconds_max=9.0, noted=noted)
        source.check()
        frames = list(source.frames())
        assert [(f.pixel_digest, f.file_digest) for f in frames] == [told[3:5] for told in before]
        assert all(isinstance(frame, LaterFrame) and not frame.is_decoded for frame in frames)
        with pytest.raises(AssertionError, match="decoded"):
            _ = frames[0].pixels
    assert facts(frames) == before
    assert noted == {name: (told[4], told[3]) for name, told in zip(files, before, strict=True)}


def test_a_file_that_was_read_before_is_not_read(files: list[str], read: Reader) -> None:
    """Where somebody looked ahead: only what is known as well; a file that is not is read as ever."""
    memory = FaceMemory()
    list(SetFrames(files[:1], read, memory).frames())
    read.names.clear()
    before = {name: sha256(read_file(Path(name))).hexdigest() for name in files[:2]}
    source = SetFrames(files[:3], read, memory, read_before=before)
    source.check()
    assert read.names == ["1.png", "2.png"]
    assert [frame.file_digest for frame in source.frames()][:2] == list(before.values())


def test_another_file_than_the_set_means(files: list[str], read: Reader) -> None:
    """The set's digest is of the bytes; case does not matter, and knowing the file does not help."""
    right = sha256(read_file(Path(files[0]))).hexdigest()
    memory = FaceMemory()
    assert len(list(SetFrames(files[:1], read, memory, sha256=right.upper()).frames())) == 1
    source = SetFrames(files[:1], read, memory, sha256="0" * 64, read_before={files[0]: right})
    for look in (source.check, lambda: list(source.frames())):
        with pytest.raises(UsageProblem, match="not the file that the set means") as problem:
            look()
        assert (problem.value.exit, problem.value.reason) == (ExitStatus.USAGE, "wrong_digest")
        assert right[:12] in problem.value.message and problem.value.hint


def vanish(path: Path) -> None:
    path.unlink()


def change(path: Path) -> None:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(path)


@pytest.mark.parametrize(("harm", "said"), [(vanish, "no such file"), (change, "changed while")])
def test_a_file_that_goes_away_while_it_is_looked_at(
    files: list[str], read: Reader, harm: Callable[[Path], None], said: str
) -> None:
    """Nothing is measured on other pixels than those whose digest it is remembered under."""
    memory = FaceMemory()
    list(SetFrames(files, read, memory).frames())
    source = SetFrames(files, read, memory)
    source.check()
    frame = next(source.frames())
    harm(Path(files[0]))
    with pytest.raises(UsageProblem, match=said):
        _ = frame.pixels


@pytest.mark.parametrize("data", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture(files: list[str], read: Reader, data: bytes | None) -> None:
    """Refused with its name, and never known."""
    path = Path(files[1])
    path.unlink() if data is None else path.write_bytes(data)
    memory = FaceMemory()
    source = SetFrames(files, read, memory)
    with pytest.raises(UsageProblem) as problem:
        source.check()
    assert str(path) in problem.value.message
    assert memory.pixels_of(sha256(data or b"").hexdigest()) is None


def test_memory_of_many_large_stills_is_bounded(
    files: list[str], read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures beyond a limit are let go of and decoded again; so are those that were known and looked at none the
    less."""
    monkeypatch.setattr(set_frames, "KEPT_BYTES", 2 * 48 * 64 * 3)
    memory = FaceMemory()
    source = SetFrames(files, read, memory)
    first = facts(list(source.frames()))
    assert len(source._kept) == 2 and facts(list(source.frames())) == first
    known = SetFrames(files, read, memory)
    assert facts(list(known.frames())) == first
    assert not known._kept and not any(getattr(frame, "is_decoded", True) for frame in known.frames())


def test_names_are_fit_to_be_printed(tmp_path: Path, read: Reader) -> None:
    """A file's name is somebody else's text."""
    path = tmp_path / "a\n\x1b[31m.png"
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(path)
    source = SetFrames([str(path)], read, FaceMemory())
    (frame,) = source.frames()
    assert source.description.isprintable() and frame.origin.isprintable()
    with pytest.raises(UsageProblem) as problem:
        SetFrames([str(path)], read, FaceMemory(), sha256="0" * 64).check()
    assert problem.value.message.isprintable()
