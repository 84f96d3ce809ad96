"""Devices and streams through the real OpenCV: frames as meant, or one line that says why not."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
import pytest

from smilepay_cli.adapters.capture import camera
from smilepay_cli.adapters.capture.camera import CameraSource
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused, UsageProblem
from tests.adapters.capture.doubles import FILM_FRAMES, Device, Recorder
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


def no_camera(name: str) -> Refused:
    """At frames(): check() leaves devices alone."""
    source = source_of(name)
    source.check()
    assert not source.is_virtual
    with pytest.raises(Refused) as caught:
        list(source.frames())
    assert caught.value.kind is Reason.NO_CAMERA
    assert caught.value.exit is ExitStatus.NOT_ACQUIRED
    assert caught.value.hint is not None
    assert "--image" in caught.value.hint
    return caught.value


def blue(shape: tuple[int, ...] = (48, 64, 3)) -> np.ndarray[Any, Any]:
    """As OpenCV has it: blue first."""
    picture = np.zeros(shape, dtype=np.uint8)
    picture[..., 0] = 255
    return picture


@pytest.mark.parametrize("name", ["-1", "0x1", "1.5", "+1", " 1", "٣", "²", "1e3", "zero", "~"])
def test_what_is_nearly_a_number_is_a_file_that_is_not_there(name: str) -> None:
    """OpenCV would take -1 for any camera at all."""
    assert refused(name).message == f"--camera {name}: no such file"


@pytest.mark.parametrize("name", ["\udcff.avi", "a\ud800", "rtsp://\udcff", "http://a\0b", "a\0b.avi", "/dev/\udcff"])
def test_names_that_crash_opencv_never_reach_it(name: str, recorder: Recorder) -> None:
    """A segmentation fault, as of OpenCV 5.0."""
    assert refused(name).message.endswith(": a name with broken characters cannot be opened")
    assert recorder.opened == []


def test_a_film_in_a_folder_with_a_broken_name(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same crash by way of the current folder."""
    (tmp_path / "\udcff").mkdir()
    shutil.copy(film, tmp_path / "\udcff" / "a.avi")
    monkeypatch.chdir(tmp_path / "\udcff")
    assert "broken characters" in refused("a.avi").message


@pytest.mark.parametrize("scheme", ["file", "FILE", "pipe", "concat", "data", "unix", "foo", "crypto+file", "fd"])
def test_streams_are_over_a_network(scheme: str, film: Path, recorder: Recorder) -> None:
    """file:// would go round the look at what kind of file it is."""
    assert "a stream begins with one of http, " in refused(f"{scheme}://{film}").message
    assert recorder.opened == []


@pytest.mark.parametrize(
    "name", ["99", "0099", "/dev/video99", "/dev/none", "/dev/null", "/dev/zero", "/dev/tty", "/dev/video%d"]
)
def test_no_camera(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """One line from us, none from OpenCV."""
    assert no_camera(name).message == f"no picture from camera {name}"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["100", "200", "1900", "9" * 20, "9" * 5000])
def test_numbers_beyond_all_cameras(name: str, recorder: Recorder) -> None:
    """To OpenCV 200 is camera 0 by another driver; and int() refuses 5000 digits."""
    assert len(no_camera(name).message) < 500
    assert recorder.opened == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL under which the files of `tmp_path` are served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def copyfile(self, source: Any, outputfile: Any) -> None:
            with suppress(ConnectionError):  # FFmpeg hangs up when it has seen enough
                super().copyfile(source, outputfile)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_stream(film: Path, tmp_path: Path, served: str) -> None:
    """Its frames come with the clock's time, not with the file's, and it is not virtual."""
    shutil.copy(film, tmp_path / "100%.avi")
    source = source_of(f"{served}/100%25.avi")
    source.check()
    frames = list(source.frames())
    assert source.kind == "url"
    assert not source.is_virtual
    assert len(frames) == FILM_FRAMES
    assert [frame.pixel_digest for frame in frames] == [frame.pixel_digest for frame in source_of(film).frames()]
    assert frames[2].seconds == pytest.approx(0.003, abs=1e-4)


def test_a_page_that_is_no_stream(tmp_path: Path, served: str) -> None:
    (tmp_path / "page.html").write_text("<html>hello</html>" * 99)
    no_camera(f"{served}/page.html")
    no_camera(f"{served}/missing")


@pytest.mark.parametrize("scheme", ["rtsp", "http", "tcp", "RTSP"])
def test_a_stream_that_nobody_offers(scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        no_camera(f"{scheme}://127.0.0.1:{unused.getsockname()[1]}/x")


@pytest.mark.parametrize("scheme", ["rtsp", "http", "tcp"])
def test_a_stream_that_takes_the_call_and_says_nothing(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends by our limit: nobody at the other end ever hangs up."""
    monkeypatch.setattr(camera, "OPEN_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        no_camera(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/x")


QUIET = """
import sys
from smilepay_cli.adapters.capture import camera
from smilepay_cli.vocabulary.errors import SmilepayError
from tests.adapters.capture.doubles import FILM_FRAMES, Device, Recorder
from tests.fakes.fixed import FixedClock
camera.OPEN_SECONDS = 0.3
for name in sys.argv[1:]:
    try:
        source = camera.CameraSource(name, clock=FixedClock(), seconds=1)
        source.check()
        print(len(list(source.frames())))
    except SmilepayError as error:
        print(error.reason)
"""


def test_nothing_on_standard_error(film: Path, damaged: list[Path], tmp_path: Path) -> None:
    """In a fresh process, as people have it: FFmpeg reads how loud to be once, when it is first used."""
    (tmp_path / "half.avi").write_bytes(film.read_bytes()[:60_000])
    (tmp_path / "zeros.mp4").write_bytes(bytes(5000))
    (tmp_path / "text.avi").write_bytes(b"\0" + b"text" * 99)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        names = [
            "99", "/dev/video99", "/dev/null", "http://127.0.0.1:9/x", "rtsp://127.0.0.1:9/x",
            f"http://127.0.0.1:{port}", f"rtsp://127.0.0.1:{port}",
            tmp_path / "zeros.mp4", tmp_path / "text.avi", film, tmp_path / "half.avi", *damaged,
        ]  # fmt: skip
        command = [sys.executable, "-W", "error", "-c", QUIET, *map(str, names)]
        done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0
    said = done.stdout.split()
    assert said[:7] == ["no_camera"] * 7
    assert said[7:10] == ["unusable_image", "unusable_image", str(FILM_FRAMES - 1)]
    assert len(said) == len(names)


def test_released_however_it_ends(film: Path, recorder: Recorder) -> None:
    """At the end, when closed early, when thrown into, when it cannot be opened, and after check()."""
    list(source_of(film).frames())
    assert recorder.released == 1
    frames: Any = source_of(film).frames()
    next(frames)
    frames.close()
    assert recorder.released == 2
    frames = source_of(film).frames()
    next(frames)
    with pytest.raises(KeyboardInterrupt):
        frames.throw(KeyboardInterrupt)
    assert recorder.released == 3
    source_of(film).check()
    assert recorder.released == 4
    no_camera("99")
    assert recorder.released == 5


def test_nothing_is_opened_before_it_is_asked_for(recorder: Recorder) -> None:
    """No webcam lights up for a command that fails for another reason first."""
    source = source_of("0")
    source.check()
    source.frames()
    assert recorder.opened == []


def test_a_device_lives_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """And `fps` has no say in it."""
    device = Device(*[blue()] * 50)
    monkeypatch.setattr(cv2, "VideoCapture", device)
    clock = FixedClock()
    frames = CameraSource("0", clock=clock, seconds=2.0, fps=100).frames()
    times = []
    for frame in frames:
        times.append(frame.seconds)
        clock.advance(milliseconds=499)
    assert times == pytest.approx([0.001, 0.501, 1.001, 1.501], abs=1e-4)
    assert device.released == 1


def test_a_device_gives_rgb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blue stays blue; four channels and one become three."""
    grey = np.full((48, 64), 7, dtype=np.uint8)
    monkeypatch.setattr(cv2, "VideoCapture", Device(blue(), blue((48, 64, 4)), grey))
    frames = list(source_of("0").frames())
    assert [frame.pixels.shape for frame in frames] == [(48, 64, 3)] * 3
    assert [frame.pixels[0, 0].tolist() for frame in frames] == [[0, 0, 255], [0, 0, 255], [7, 7, 7]]
    assert all(frame.pixels.flags.c_contiguous for frame in frames)
    assert [frame.origin for frame in frames] == ["frame 0", "frame 1", "frame 2"]


@pytest.mark.parametrize(
    "fault", [None, cv2.error("gone"), blue((48, 64, 2)), blue((0, 0, 3)), blue().astype("uint16")]
)
def test_a_device_that_fails(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once: no camera. Later, as when the plug is pulled: the end of the capture."""
    device = Device(fault)
    monkeypatch.setattr(cv2, "VideoCapture", device)
    no_camera("0")
    device.pictures = [blue(), fault, blue()]
    assert len(list(source_of("0").frames())) == 1
    assert device.released == 2


def test_a_stream_of_too_large_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's phone; refused before the first is decoded."""
    monkeypatch.setattr(cv2, "VideoCapture", Device(AssertionError("read"), width=50_000, height=50_000))
    with pytest.raises(UsageProblem, match="50000 x 50000 is more than 50 megapixels"):
        list(source_of("http://host/x").frames())


def test_opencv_speaks_as_loud_as_before(film: Path) -> None:
    before = cv2.utils.logging.getLogLevel()
    list(source_of(film).frames())
    with pytest.raises(Refused):
        list(source_of("99").frames())
    assert cv2.utils.logging.getLogLevel() == before
