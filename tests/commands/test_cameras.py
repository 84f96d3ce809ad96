"""`smilepay cameras`, with cameras of the tests, and with films and numbered images through the real OpenCV."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import Shell
from tests.fakes.cameras import FakeCameras, device
from tests.fakes.fake_engine import picture

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/envelope.json").read_text(encoding="utf-8"))
CLIP = Path(__file__).parents[2] / "sample_faces" / "lin" / "clip"
PATTERN = str(CLIP / "%03d.jpg")


@pytest.fixture
def film(tmp_path: Path) -> str:
    """Six frames of Motion JPEG, 15 a second."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15.0, (640, 360))
    for number in range(6):
        frame = cv2.imread(str(CLIP / f"{number:03d}.jpg"))
        assert frame is not None
        writer.write(frame)
    writer.release()
    return str(path)


@pytest.fixture
def two(shell: Shell) -> Shell:
    """A camera with its metadata node, and one that nobody may open."""
    devices = [device(0, name="Webcam"), device(1, kind="metadata"), device(2, trouble="no right", hint="usermod")]
    shell.cameras = FakeCameras(devices, {path: [picture("ann")] * 3 for path in ("/dev/video0", "0")})
    return shell


def test_no_camera_is_12_one_line_and_what_to_do(shell: Shell) -> None:
    """As text and as JSON."""
    shell.cameras = FakeCameras()
    answer = shell("cameras")
    assert answer.exit == 12 and answer.stdout == "" and len(answer.stderr.splitlines()) == 2
    assert "this machine has no camera" in answer.stderr and "--image FILE" in answer.stderr
    document = shell("cameras", "--json").envelope
    jsonschema.validate(document, SCHEMA)
    assert document["reason"] == "no_camera" and document["exit"] == 12


def test_the_list_names_what_to_type(two: Shell) -> None:
    """Number, name, size, rates; and what gives no pictures."""
    answer = two("cameras")
    assert answer.exit == 0
    assert "Webcam" in answer.stdout and "320 x 240, 25/s said, 1000.0/s measured, FAKE" in answer.stdout
    assert "metadata only" in answer.stdout and "/dev/video2: usermod" in answer.stdout
    assert "next: smilepay cameras 0 --face" in answer.stdout
    assert all(len(line) <= 80 for line in answer.stdout.splitlines())
    document = two("cameras", "--json").envelope
    jsonschema.validate(document, SCHEMA)
    assert [camera["device"]["kind"] for camera in document["data"]["cameras"]] == ["capture", "metadata", "capture"]
    assert document["data"]["cameras"][2]["trouble"] == "no right"
    assert not two.home.exists(), "nobody needs a wallet for it"


def test_a_list_of_which_nothing_works(shell: Shell) -> None:
    """12, and the list all the same."""
    shell.cameras = FakeCameras([device(0, trouble="no right to open it", hint="sudo usermod -aG video $USER")])
    answer = shell("cameras")
    assert answer.exit == 12 and "no right to open it" in answer.stdout and "usermod" in answer.stdout
    assert "✗ no camera works" in answer.stdout
    jsonschema.validate(shell("cameras", "--json").envelope, SCHEMA)


def test_a_film_is_tried(shell: Shell, film: str) -> None:
    """Through OpenCV."""
    answer = shell("cameras", film, "--json")
    data = answer.envelope["data"]
    jsonschema.validate(answer.envelope, SCHEMA)
    assert answer.exit == 0 and data["is_virtual"] and data["tried"]["frames"] == 6
    assert data["tried"]["driver"] == {"backend": "FFMPEG", "width": 640, "height": 360, "rate": 15.0}
    told = shell("cameras", film).stdout
    assert "said by FFMPEG: 640 x 360, 15 frames a second" in told and "6 frames were read" in told
    assert "brightness 56%" in told


def test_numbered_images_are_tried(shell: Shell) -> None:
    """As many as a second has, whatever there is."""
    told = shell("cameras", PATTERN).stdout
    assert "said by images: 640 x 360, 12 frames a second" in told and "30 frames were read" in told


def test_a_face_is_told(two: Shell) -> None:
    """Also that there is none."""
    assert "✓ a face of 100 pixels is on the last frame" in two("cameras", "0", "--face").stdout
    two.cameras = FakeCameras(pictures={"0": [np.full((240, 320, 3), 90, dtype=np.uint8)]})
    answer = two("cameras", "0", "--face")
    assert "! no face is on the last frame" in answer.stdout and "of one colour all over" in answer.stdout
    assert answer.exit == 0, "the camera works"


@pytest.mark.parametrize("name", ["frame.png", "frame.jpg", "FRAME.JPEG"])
def test_a_test_frame_is_saved(two: Shell, name: str) -> None:
    """For its owner only, and never over another."""
    path = two.folder / name
    answer = two("cameras", "0", "--save", str(path))
    assert answer.exit == 0 and str(path) in answer.stdout
    with Image.open(path) as image:
        assert image.size == (320, 240) and image.format == ("PNG" if name.endswith("png") else "JPEG")
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    again = two("cameras", "0", "--save", str(path))
    assert again.exit == 2 and "is there already" in again.stderr and path.read_bytes() == before


def test_a_saved_png_is_the_frame(two: Shell) -> None:
    """Pixel for pixel."""
    path = two.folder / "frame.png"
    two("cameras", "0", "--save", str(path))
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), picture("ann"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("0", "--save", "frame.webp"), ".jpg or .png"),
        (("0", "--save", "frame"), ".jpg or .png"),
        (("--face",), "need a camera"),
        (("--save", "frame.png"), "need a camera"),
        (("nothing.mp4",), "no such file"),
        (("file:///etc/passwd",), "a stream begins with"),
        (("",), "source is empty"),
    ],
)
def test_what_cannot_be_used_is_2_and_opens_nothing(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """One line and no picture taken."""
    there = FakeCameras(pictures={"0": [picture("ann")]})
    shell.cameras = there if words[:1] == ("0",) or "--face" in words or "--save" in words else None
    answer = shell("cameras", *words)
    assert answer.exit == 2 and said in answer.stderr and "Traceback" not in answer.stderr
    assert there.asked == []
    assert not (Path.cwd() / "frame.png").exists()


def test_a_place_for_the_frame_that_is_taken_is_told_before_a_camera_is_opened(shell: Shell) -> None:
    """Nobody waits seconds for nothing."""
    there = FakeCameras(pictures={"0": [picture("ann")]})
    shell.cameras = there
    taken = shell.folder / "frame.png"
    taken.write_text("theirs")
    answer = shell("cameras", "0", "--save", str(taken))
    assert answer.exit == 2 and "is there already" in answer.stderr
    assert there.asked == [] and taken.read_text() == "theirs"


def test_quiet_says_nothing_when_it_worked(two: Shell) -> None:
    """The exit status is the answer."""
    answer = two("cameras", "0", "--quiet")
    assert (answer.exit, answer.stdout, answer.stderr) == (0, "", "")


def test_a_camera_that_is_not_there_is_12(shell: Shell) -> None:
    """The real OpenCV, on a number that no machine has."""
    answer = shell("cameras", "98")
    assert answer.exit == 12 and "no picture from camera 98" in answer.stderr
