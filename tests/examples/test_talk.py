"""The talk: told with sample faces, in front of a camera at a terminal, and when something goes wrong on the stage."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.examples.running import SAMPLES, Desk

SCENES = 7
ENOUGH = 10
"""Frames, of 13 a second: lin's smile has come by then."""


def test_the_story_is_told(desk: Desk) -> None:
    """With sample faces, nobody asked for anything, from any folder; the wallet of who runs it is left alone."""
    done = desk.run("talk/talk.sh", SMILEPAY_HOME=str(desk.folder / "mine"))
    assert done.returncode == 0, done.stdout
    said = done.stdout
    places = [said.index(f"\n{number}. ") for number in range(1, SCENES + 1)]
    assert places == sorted(places) and "[Enter]" not in said and "\033" not in said
    for told in ("hello lin", "refused: not recognised", "paid with a smile by lin", "used_before", "6 events"):
        assert told in said
    assert desk.left_behind == [] and not (desk.folder / "mine").exists()


def test_a_scene_that_goes_wrong_is_told(desk: Desk) -> None:
    """Somebody who does not smile does not pay, and the script does not end as if all were well."""
    faces = shutil.copytree(SAMPLES, desk.folder / "faces")
    shutil.copy(SAMPLES / "lin" / "2.jpg", faces / "lin" / "5.jpg")
    done = desk.run("talk/talk.sh", FACES="faces")
    assert done.returncode == 1
    assert "talk: it ended with 13 where 0 was expected" in done.stdout
    assert "talk: 1 of 7 scenes did not end as they should" in done.stdout
    assert desk.left_behind == []


def film(frames: Path, of: Path, quality: int) -> None:
    """Another film of the same person in the camera's place: encoded anew, so that no frame was shown before."""
    shutil.rmtree(frames, ignore_errors=True)
    frames.mkdir()
    for path in sorted(of.glob("*.jpg"))[:ENOUGH]:
        Image.open(path).save(frames / path.name, quality=quality)


class Terminal:
    """What is on a terminal of 80 by 24, and what is typed there."""

    def __init__(self, process: subprocess.Popen[bytes], file: int) -> None:
        self.process, self._file, self.seen = process, file, ""

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """What came since the last time, up to and with the text."""
        until = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < until, f"no {text!r} in {self.seen[-2000:]}"
            if select.select([self._file], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self._file, 65536).decode(errors="replace")
                except OSError:  # the other side is gone
                    assert text in self.seen, self.seen[-2000:]
        shown, _, self.seen = self.seen.partition(text)
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)

    def type(self, text: str) -> None:
        os.write(self._file, text.encode())


@contextmanager
def terminal(desk: Desk, **variables: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        desk.command("talk/talk.sh"),
        cwd=desk.folder,
        env=desk.variables(COLUMNS="80", LINES="24", **variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_in_front_of_a_camera(desk: Desk) -> None:
    """The films behind the pattern are changed between scenes, as people change in front of a camera. One time the
    wrong person still sits there: asked, the presenter has it tried once more."""
    frames = desk.folder / "camera"
    film(frames, SAMPLES / "lin" / "clip", quality=95)
    with terminal(desk, CAMERA="camera/%03d.jpg", CUSTOMER="ada") as stage:
        assert "enroll ada" in stage.wait_for("[Enter]")
        stage.type("\n")
        assert "hello ada" in stage.wait_for("[Enter]")
        film(frames, SAMPLES / "otto" / "clip_talking", quality=94)
        stage.type("\n")
        assert "refused: not recognised" in stage.wait_for("[Enter]")
        film(frames, SAMPLES / "otto" / "clip_still", quality=93)
        stage.type("\n")
        assert "it ended with 10 where 0 was expected" in stage.wait_for("[Enter] once more")
        film(frames, SAMPLES / "lin" / "clip", quality=92)
        stage.type("\n")
        assert "paid with a smile by ada" in stage.wait_for("\n[Enter]")
        for told in ("a live, new smile was not shown", "used_before", "audit verify"):
            stage.type("\n")
            assert told in stage.wait_for("\n[Enter]")
        stage.type("\n")  # the last scene stays until somebody has seen it
        assert "That was Smile to Pay" in stage.wait_for("The wallet is gone.")
        assert stage.process.wait(30) == 0
    assert desk.left_behind == []


def test_who_leaves_the_stage_leaves_nothing(desk: Desk) -> None:
    """Ctrl-C in the middle: 130, no wallet with faces in it, and that is said on a line of its own."""
    with terminal(desk) as stage:
        stage.wait_for("[Enter]")
        assert desk.left_behind != []
        stage.process.send_signal(2)
        assert stage.wait_for("The wallet is gone.\r\n").endswith("\r\nThe talk was broken off. ")
        assert stage.process.wait(30) == 130
    assert desk.left_behind == []
