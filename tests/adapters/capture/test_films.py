"""Video files through the real OpenCV: frames as meant, or one line that says why not."""

from __future__ import annotations

import math
import os
import shutil
import socket
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from smilepay_cli.adapters.capture import camera
from smilepay_cli.adapters.capture.camera import CameraSource
from smilepay_cli.adapters.capture.clip import DEFAULT_FPS
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.faces import pixel_digest
from tests.adapters.capture.doubles import FILM_FRAMES, Recorder
from tests.fakes.fixed import FixedClock


def source_of(name: Path | str, *, seconds: float = 60, fps: float | None = None) -> CameraSource:
    return CameraSource(str(name), clock=FixedClock(), seconds=seconds, fps=fps)


def refused(name: Path | str) -> UsageProblem:
    """At check(), before anything is done."""
    with pytest.raises(UsageProblem) as caught:
        source_of(name).check()
    assert caught.value.exit is ExitStatus.USAGE
    assert caught.value.message.isprintable()
    return caught.value


def test_a_film(film: Path, clip: Path) -> None:
    """Every frame, at the file's own rate, RGB, and the same at every playing."""
    source = source_of(film)
    source.check()
    frames = list(source.frames())
    assert source.is_camera
    assert source.is_virtual
    assert source.description == f"camera {film}"
    assert [frame.number for frame in frames] == list(range(FILM_FRAMES))
    assert [frame.seconds for frame in frames] == [number / 10 for number in range(FILM_FRAMES)]
    assert [frame.origin for frame in frames][:2] == ["frame 0", "frame 1"]
    assert [frame.pixel_digest for frame in frames] == [frame.pixel_digest for frame in source.frames()]
    for number, frame in enumerate(frames):
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        assert frame.pixel_digest == pixel_digest(frame.pixels)
        assert frame.file_digest is None
        with Image.open(clip / f"{number:03d}.jpg") as image:
            still = np.asarray(image.convert("RGB"), dtype=int)
        assert np.abs(frame.pixels - still).mean() < 4
        assert np.abs(frame.pixels[..., ::-1] - still).mean() > 8


def test_another_rate(film: Path) -> None:
    assert [frame.seconds for frame in source_of(film, fps=24).frames()] == [n / 24 for n in range(FILM_FRAMES)]


@pytest.mark.parametrize(("seconds", "count"), [(0.5, 6), (0.0, 1), (0.55, 6)])
def test_a_film_stops_when_its_own_time_is_over(film: Path, seconds: float, count: int) -> None:
    assert len(list(source_of(film, seconds=seconds).frames())) == count


@pytest.mark.parametrize("claimed", [90_000.0, 0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_not_believed(claimed: float, film: Path, recorder: Recorder) -> None:
    """Some containers say the ticks of their clock, or nothing."""
    recorder.claims[cv2.CAP_PROP_FPS] = claimed
    assert list(source_of(film).frames())[1].seconds == 1 / DEFAULT_FPS


@pytest.mark.parametrize(
    "name", ["x:y.avi", "http:z.avi", "-1", "00.avi", "笑 顔.avi", "new\nline.avi", "no_suffix", "a%b/f.avi"]
)
def test_names_that_mean_something_else_to_ffmpeg(
    name: str, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A protocol, an option, a number: an existing file is that file."""
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(exist_ok=True)
    shutil.copy(film, name)
    source = source_of(name)
    source.check()
    assert len(list(source.frames())) == FILM_FRAMES


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello\n" * 900, b"\0" * 5000, b"RIFF\x00\x10\x00\x00AVI LIST", b"\x1aE\xdf\xa3" + b"\0" * 99,
        b"ffconcat version 1.0\nfile lin.avi\n", b"#EXTM3U\n#EXTINF:9,\nlin.avi\n#EXT-X-ENDLIST\n",
        b"v=0\nm=video 5004 RTP/AVP 26\nc=IN IP4 127.0.0.1\n", b"YUV4MPEG2 W64 H48 F25:1\n",
    ],
    ids=["empty", "text", "zeros", "avi-start", "mkv-start", "concat", "playlist", "sdp", "y4m-start"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.avi", "7.avi", "a.txt", "a.mp4"])
def test_files_that_are_no_film(data: bytes, name: str, tmp_path: Path, film: Path) -> None:
    """Playlists among them, which would lead FFmpeg to files that nobody looked at."""
    shutil.copy(film, tmp_path / "lin.avi")
    (tmp_path / name).write_bytes(data)
    problem = refused(tmp_path / name)
    assert problem.message == f"--camera {tmp_path}/{name}: not a video that can be read"
    assert problem.reason == "unusable_image"


def test_a_film_cut_short_ends_early(film: Path, tmp_path: Path) -> None:
    """What was recorded before the disk was full is a capture; a header without a frame is none."""
    data = film.read_bytes()
    (tmp_path / "most.avi").write_bytes(data[: len(data) // 2])
    assert 0 < len(list(source_of(tmp_path / "most.avi").frames())) < FILM_FRAMES
    (tmp_path / "head.avi").write_bytes(data[:4000])
    assert refused(tmp_path / "head.avi").reason == "unusable_image"


def test_a_film_with_damage_is_frames_or_a_problem(film: Path, damaged: list[Path]) -> None:
    """Whatever comes is a proper frame."""
    ends = []
    for path in damaged:
        try:
            source = source_of(path, seconds=0.3)
            source.check()
            frames = list(source.frames())
        except UsageProblem as problem:
            ends.append(problem.reason)
        else:
            ends.append("frames")
            assert frames
            assert all(f.pixels.ndim == 3 and f.pixels.shape[2] == 3 and f.pixels.dtype == np.uint8 for f in frames)
    assert set(ends) == {"frames", "unusable_image"}


def test_too_large_a_film(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "MOST_PIXELS", 640 * 360 - 1)
    assert "640 x 360 is more than" in refused(film).message
    with pytest.raises(UsageProblem):
        list(source_of(film).frames())


def test_paths_that_are_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each at once; a FIFO is not waited for."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo.avi")
    Path("circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused("socket").message == "--camera socket: no video file"
    assert refused("fifo.avi").message == "--camera fifo.avi: no video file"
    assert refused(tmp_path).message == f"--camera {tmp_path}: a folder is no camera; use --image"
    assert refused("none.avi").message == "--camera none.avi: no such file"
    assert refused("circle").message == "circle: too many levels of symbolic links"
    assert refused("").message == "--camera needs a name"
    assert refused("none.avi").hint == refused("").hint == camera.HINT
