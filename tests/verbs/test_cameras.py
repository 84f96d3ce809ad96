"""Trying cameras: each by itself, never for longer than agreed, and always closed again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.outbox import FolderOutbox
from smilepay_cli.verbs import cameras as verb
from smilepay_cli.verbs.cameras import FRAMES, list_cameras, try_source
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused, UsageProblem
from tests.fakes.cameras import HANGS, FakeCameras, device
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.fixed import FixedClock

BLACK = np.zeros((240, 320, 3), dtype=np.uint8)


def anns(count: int) -> list[Any]:
    return [picture("ann", noise=number) for number in range(count)]


def test_every_device_is_told_with_what_it_gave() -> None:
    """And which of them give no pictures; those are not opened."""
    there = FakeCameras(
        [device(0), device(1, kind="metadata"), device(2, trouble="no right", hint="usermod")],
        {"/dev/video0": anns(40)},
    )
    result = list_cameras(there, FixedClock())
    first, second, third = result.cameras
    assert first.tried is not None and first.tried.frames == FRAMES and first.tried.driver is not None
    assert (first.tried.last.width, first.tried.last.height) == (320, 240)
    assert (second.tried, second.trouble) == (None, None)
    assert (third.trouble, third.hint) == ("no right", "usermod")
    assert there.asked == ["/dev/video0"] and result.exit is ExitStatus.DONE
    assert there.sources["/dev/video0"].closed == 1


def test_the_rate_is_measured_by_the_clock() -> None:
    """Whatever the driver promises: the clock of the test moves on by a millisecond a frame."""
    (told,) = list_cameras(FakeCameras([device(0)], {"/dev/video0": anns(9)}), FixedClock()).cameras
    assert told.tried is not None and told.tried.rate == pytest.approx(1000, rel=0.01)
    assert told.tried.driver is not None and told.tried.driver.rate == 25.0
    (one,) = list_cameras(FakeCameras([device(0)], {"/dev/video0": anns(1)}), FixedClock()).cameras
    assert one.tried is not None and one.tried.rate is None, "one frame has no rate"


def test_no_camera_at_all_is_12_with_what_to_do() -> None:
    """One line, and one more."""
    with pytest.raises(Refused) as caught:
        list_cameras(FakeCameras(), FixedClock())
    assert caught.value.kind is Reason.NO_CAMERA and "--image FILE" in str(caught.value.hint)


def test_a_device_that_crashes_or_hangs_keeps_nobody_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drivers do both."""
    monkeypatch.setattr(verb, "PATIENCE", 0.2)
    pictures: dict[str, list[Any]] = {
        "/dev/video0": [RuntimeError("driver\nbug")],
        "/dev/video1": [HANGS],
        "/dev/video2": anns(3),
    }
    there = FakeCameras([device(number) for number in range(4)], pictures)
    crashed, hung, well, silent = list_cameras(there, FixedClock()).cameras
    assert crashed.trouble == "trying it failed: RuntimeError: driver bug"
    assert "no answer within 0.2 s" in str(hung.trouble) and "unplug" in str(hung.hint)
    assert well.tried is not None and "no picture from camera /dev/video3" in str(silent.trouble)


def test_a_list_in_which_nothing_works_is_12_and_told_whole() -> None:
    """Somebody has to see which one it was."""
    result = list_cameras(FakeCameras([device(0, trouble="no right", hint="usermod -aG video")]), FixedClock())
    assert result.exit is ExitStatus.NOT_ACQUIRED and result.is_report and len(result.cameras) == 1
    assert result.refusal is not None and result.refusal.hint == "usermod -aG video"


def test_a_search_for_devices_that_hangs_is_12(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading what the system knows may hang as a driver may."""
    monkeypatch.setattr(verb, "PATIENCE", 0.2)
    there = FakeCameras([device(0)])
    monkeypatch.setattr(there, "listed", lambda: time.sleep(2))
    with pytest.raises(Refused, match="took too long: no answer within") as caught:
        list_cameras(there, FixedClock())
    assert caught.value.kind is Reason.NO_CAMERA


def test_a_source_that_hangs_is_12(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a hang of ours."""
    monkeypatch.setattr(verb, "PATIENCE", 0.2)
    with pytest.raises(Refused, match="gives no picture: no answer") as caught:
        try_source(FakeCameras(pictures={"0": [HANGS]}), FixedClock(), "0")
    assert caught.value.kind is Reason.NO_CAMERA


@pytest.mark.parametrize(("pictures", "faces", "width"), [(anns(3), 1, 100), ([BLACK], 0, None)])
def test_a_face_is_looked_for_where_it_is_asked(pictures: list[Any], faces: int, width: int | None) -> None:
    """On the last frame; without being asked, no engine is needed."""
    there = FakeCameras(pictures={"0": pictures})
    assert try_source(there, FixedClock(), "0").tried.face is None
    seen = try_source(there, FixedClock(), "0", engine=FakeEngine()).tried.face
    assert seen is not None and (seen.faces, seen.width) == (faces, width)


def test_the_first_and_the_last_frame_are_told_apart() -> None:
    """Many cameras begin in the dark."""
    tried = try_source(FakeCameras(pictures={"0": [BLACK, *anns(4)]}), FixedClock(), "0").tried
    assert tried.first.is_black and not tried.last.is_black and tried.frames == 5


def test_the_last_frame_is_saved_once_and_never_over_another(tmp_path: Path) -> None:
    """A new file, whole."""
    there, path = FakeCameras(pictures={"0": anns(3)}), tmp_path / "frame.png"
    save = (str(path), lambda frame: frame.pixels.tobytes(), FolderOutbox(tmp_path / "home"))
    assert try_source(there, FixedClock(), "0", save=save).saved == str(path)
    assert path.read_bytes() == anns(3)[-1].tobytes()
    with pytest.raises(UsageProblem, match="is there already"):
        try_source(there, FixedClock(), "0", save=save)
    assert not (tmp_path / "home").exists()
