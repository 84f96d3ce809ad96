"""Which cameras the system lists: a /dev and a /sys made for the test, and real films in the place of devices."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from smilepay_cli.adapters.capture import devices
from smilepay_cli.adapters.capture.devices import MachineCameras, ask_device, understood
from tests.contracts.cameras import CamerasContract
from tests.fakes.cameras import FakeCameras, device
from tests.fakes.fake_engine import picture
from tests.fakes.fixed import FixedClock

CAPTURE, METADATA, OUTPUT, M2M, HAS_DEVICE_CAPS = 0x1, 0x00800000, 0x2, 0x4000, 0x80000000


def answer(can: int, *, whole: int = 0x04A00001, card: bytes = b"Integrated Camera: Integrated C") -> bytes:
    """What a driver of Linux answers to VIDIOC_QUERYCAP."""
    return struct.pack("=16s32s32sIII3I", b"uvcvideo", card, b"usb-0:1", 0x60C00, whole | HAS_DEVICE_CAPS, can, 0, 0, 0)


class Machine:
    """A folder that stands for the root of a machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.answers: dict[str, bytes | None] = {}
        (root / "dev").mkdir()

    def add(self, number: int, *, name: str | None = None, can: int | None = CAPTURE, film: Path | None = None) -> Path:
        path = self.root / "dev" / f"video{number}"
        path.symlink_to(film) if film else path.touch()
        if name is not None:
            told = self.root / "sys" / "class" / "video4linux" / f"video{number}"
            told.mkdir(parents=True)
            (told / "name").write_text(f"{name}\n")
        self.answers[path.name] = None if can is None else answer(can)
        return path

    @property
    def cameras(self) -> MachineCameras:
        return MachineCameras(FixedClock(), root=self.root, query=lambda path: self.answers[path.name])


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestMachineCameras(CamerasContract):
    """The real ones, through the real VideoCapture."""

    @pytest.fixture
    def cameras(self, machine: Machine, film: Path) -> MachineCameras:
        machine.add(10, name="Second", film=film)
        machine.add(0, name="First", film=film)
        machine.add(1, name="First", can=METADATA)
        return machine.cameras


class TestFakeCameras(CamerasContract):
    """Those of the tests."""

    @pytest.fixture
    def cameras(self) -> FakeCameras:
        pictures = {f"/dev/video{number}": [picture("ann"), picture("ann", noise=1)] for number in (0, 10)}
        return FakeCameras([device(0), device(1, kind="metadata"), device(10)], pictures)


def test_a_machine_without_cameras_lists_none(tmp_path: Path, machine: Machine) -> None:
    """Nor one without /sys, or without /dev."""
    assert machine.cameras.listed() == []
    assert MachineCameras(FixedClock(), root=tmp_path / "nowhere").listed() == []


def test_names_are_the_systems_and_else_the_cards(machine: Machine) -> None:
    """A terminal must not be written to by the name of a device."""
    machine.add(0, name="HD Webcam\x1b[2J")
    machine.add(1)
    first, second = machine.cameras.listed()
    assert first.name is not None and first.name.startswith("HD Webcam") and first.name.isprintable()
    assert second.name == "Integrated Camera: Integrated C"


def test_other_files_of_dev_are_no_cameras(machine: Machine) -> None:
    """OpenCV takes numbers of three digits for something else."""
    machine.add(3)
    for name in ("video", "video100", "video1a", "vbi0", "v4l-subdev0"):
        (machine.root / "dev" / name).touch()
    assert [found.number for found in machine.cameras.listed()] == [3]


def test_a_device_that_the_container_was_not_given(machine: Machine) -> None:
    """/sys is the host's, /dev is not."""
    machine.add(0, name="Webcam").unlink()
    (found,) = machine.cameras.listed()
    assert found.name == "Webcam" and "there is no" in str(found.trouble) and "--device" in str(found.hint)
    assert found.kind == "unknown"


def test_no_right_to_a_device_names_its_group(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who has every right."""
    machine.add(0)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(devices, "_group", lambda _: "video")
    (found,) = machine.cameras.listed()
    assert "no right" in str(found.trouble) and "usermod -aG video" in str(found.hint)


def test_a_pipe_is_no_device_and_nobody_waits_for_it(machine: Machine) -> None:
    """Opening one would hang."""
    os.mkfifo(machine.root / "dev" / "video0")
    (found,) = machine.cameras.listed()
    assert "is no device" in str(found.trouble)


@pytest.mark.parametrize(
    ("can", "kind"),
    [(CAPTURE, "capture"), (0x1000, "capture"), (METADATA, "metadata"), (OUTPUT, "output"), (M2M, "output")],
)
def test_what_a_device_file_is_for(can: int, kind: str) -> None:
    """`capabilities` are those of the whole camera, so that every one of its files has CAPTURE in them."""
    assert understood(answer(can))[1] == kind


def test_an_old_driver_says_it_for_the_whole_camera() -> None:
    """Before Linux 3.4 there was no word on a single file."""
    old = struct.pack("=16s32s32sIII3I", b"old", b"Old", b"", 0, CAPTURE, 0, 0, 0, 0)
    assert understood(old) == ("Old", "capture")
    assert understood(b"too short") == (None, "unknown")


@pytest.mark.parametrize("path", ["/dev/null", "/dev/nothing", "/"])
def test_what_is_no_camera_does_not_answer(path: str) -> None:
    """The real call, on devices that there are."""
    assert ask_device(Path(path)) is None


def test_the_drivers_word_on_a_film_and_on_numbered_images(machine: Machine, film: Path, clip: Path) -> None:
    """Through OpenCV, and by our own reader."""
    for name, backend, rate in ((film, "FFMPEG", 10.0), (clip / "%03d.jpg", "images", 12.0)):
        source = machine.cameras.open(str(name))
        next(iter(source.frames()))
        assert source.driver is not None
        assert (source.driver.backend, source.driver.rate) == (backend, rate)
        assert (source.driver.width, source.driver.height) == (640, 360)
