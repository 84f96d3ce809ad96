"""What cameras promise, real ones and those of the tests. Each one's tests subclass CamerasContract."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused

if TYPE_CHECKING:
    from smilepay_cli.ports import Cameras


class CamerasContract:
    """Subclasses give the fixture `cameras`: /dev/video0 and a later device give pictures, one between tells about
    the first, and there is no camera 77.
    """

    @pytest.fixture
    def cameras(self) -> Cameras:
        """The cameras under test."""
        raise NotImplementedError

    def test_devices_come_by_number_and_once(self, cameras: Cameras) -> None:
        """The number is what people give to --camera."""
        listed = list(cameras.listed())
        assert [found.number for found in listed] == sorted({found.number for found in listed}) and len(listed) == 3
        assert [found.path.rpartition("/")[2] for found in listed] == [f"video{found.number}" for found in listed]

    def test_what_gives_no_pictures_is_told_apart(self, cameras: Cameras) -> None:
        """Half of the devices of a machine are of that kind."""
        kinds = [found.kind for found in cameras.listed()]
        assert kinds == ["capture", "metadata", "capture"]
        assert [found.gives_pictures for found in cameras.listed()] == [True, False, True]

    def test_frames_are_pictures_and_the_driver_is_known_by_then(self, cameras: Cameras) -> None:
        """RGB of 8 bits, as every capture has them."""
        source = cameras.open(next(iter(cameras.listed())).path)
        before = source.driver
        source.check()
        with closing(cast(Any, source.frames())) as frames:
            frame = next(frames)
        assert before is None and source.is_camera
        assert frame.pixels.dtype == np.uint8 and frame.pixels.ndim == 3 and frame.number == 0
        driver = source.driver
        assert driver is not None and driver.backend
        assert (driver.height, driver.width) == frame.pixels.shape[:2]
        assert driver.rate is not None and 0 < driver.rate <= 1000

    def test_a_camera_can_be_opened_again(self, cameras: Cameras) -> None:
        """Whoever tries it must not spoil it for the payment."""
        source = cameras.open(next(iter(cameras.listed())).path)
        first, second = (next(iter(source.frames())).pixel_digest for _ in range(2))
        assert first == second

    def test_no_camera_is_refused_when_frames_are_asked_for(self, cameras: Cameras) -> None:
        """With what to do."""
        source = cameras.open("77")
        source.check()
        with pytest.raises(Refused) as caught:
            list(source.frames())
        assert caught.value.kind is Reason.NO_CAMERA and caught.value.exit is ExitStatus.NOT_ACQUIRED
        assert "--image" in str(caught.value.hint)
