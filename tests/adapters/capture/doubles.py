"""Stand-ins for cv2.VideoCapture."""

from __future__ import annotations

from typing import Any

import cv2

FILM_FRAMES = 12
"""Of the film that the tests make."""
_REAL = cv2.VideoCapture


class Recorder:
    """Stands for cv2.VideoCapture and hands on to the real one. (A subclass of it crashes the garbage collector.)"""

    def __init__(self) -> None:
        self.opened: list[Any] = []
        self.released = 0
        self.claims: dict[int, float] = {}

    def __call__(self) -> Recorder:
        self.real = _REAL()
        return self

    def open(self, *args: Any) -> bool:
        self.opened.append(args[0])
        return bool(self.real.open(*args))

    def get(self, prop: int) -> float:
        return float(self.claims.get(prop, self.real.get(prop)))

    def getBackendName(self) -> str:
        return str(self.real.getBackendName())

    def read(self) -> tuple[bool, Any]:
        there, picture = self.real.read()
        return there, picture

    def release(self) -> None:
        self.released += 1
        self.real.release()


class Device:
    """A camera that is not here. Each of `pictures` is what one read() gives: an array, None, or an error."""

    def __init__(self, *pictures: Any, width: float = 640, height: float = 480) -> None:
        self.pictures = list(pictures)
        self.size = {cv2.CAP_PROP_FRAME_WIDTH: width, cv2.CAP_PROP_FRAME_HEIGHT: height}
        self.released = 0

    def __call__(self) -> Device:
        return self

    def open(self, *args: Any) -> bool:
        return True

    def get(self, prop: int) -> float:
        return self.size.get(prop, 0.0)

    def getBackendName(self) -> str:
        return "V4L2"

    def read(self) -> tuple[bool, Any]:
        picture = self.pictures.pop(0) if self.pictures else None
        if isinstance(picture, Exception):
            raise picture
        return picture is not None, picture

    def release(self) -> None:
        self.released += 1
