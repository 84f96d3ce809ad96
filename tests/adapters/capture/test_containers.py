"""A video file leads to no other file, and opening it leaves nothing behind in our environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from smilepay_cli.adapters.capture.camera import CameraSource
from smilepay_cli.vocabulary.errors import UsageProblem
from tests.fakes.fixed import FixedClock


@pytest.fixture
def lin(clip: Path, tmp_path: Path) -> Path:
    """Two frames of Lin as a video beside which the tests put theirs."""
    path = tmp_path / "lin.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 360))
    assert writer.isOpened(), "this OpenCV cannot write MJPG"
    for number in range(2):
        frame = cv2.imread(str(clip / f"{number:03d}.jpg"))
        assert frame is not None
        writer.write(frame)
    writer.release()
    return path


@pytest.mark.parametrize("filler", ["", "\0"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#{}\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nlin.avi\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\n#{}\nfile lin.avi\n"),
    ],
)
def test_a_playlist_cannot_make_us_open_other_files(lin: Path, name: str, text: str, filler: str) -> None:
    """Nor one with a NUL in a comment, which is no plain text."""
    path = lin.with_name(name)
    path.write_text(text.format(filler))
    with pytest.raises(UsageProblem, match="not a video"):
        CameraSource(str(path), clock=FixedClock(), seconds=1).check()


@pytest.mark.parametrize("set_before", [None, "rtsp_transport;udp"])
def test_options_of_ffmpeg_are_put_back(lin: Path, set_before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", raising=False)
    if set_before:
        monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", set_before)
    script = (
        "import os, sys\n"
        "from smilepay_cli.adapters.capture.camera import CameraSource\n"
        "from smilepay_cli.adapters.system import SystemClock\n"
        "print(len(list(CameraSource(sys.argv[1], clock=SystemClock(), seconds=1).frames())))\n"
        "print(os.environ.get('OPENCV_FFMPEG_CAPTURE_OPTIONS'), os.environ.get('OPENCV_FFMPEG_LOGLEVEL'))\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script, str(lin)], cwd=root, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"2\n{set_before} None\n", "")
