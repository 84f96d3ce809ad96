"""A face engine that is told by the picture itself what to see.

`picture("ann", smile=True)` is a picture whose first bytes carry, as JSON, who is on it; FakeEngine reads them
back. The bytes survive PNG (`save`), so that a fake capture can go through real files. Anything that is not
such a picture shows nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smilepay_cli.adapters.faces.chips import checked
from smilepay_cli.vocabulary.faces import Box, Detection, Detections, TemplateMaker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Pixels, Points

MAGIC = b"fake face picture:"
SURE_FROM = 40
"""Without being asked for smaller faces, the fake sees those from this width on, as the real engine does."""
NOISE_LENGTH = 0.14
"""Two samples of one person are about sqrt(2) times this apart; two people, about sqrt(2)."""
FAKE_MAKER = TemplateMaker(encoder="fake-encoder sha256:" + "0" * 64, chip="fake-chip", scheme="euclidean")


def picture(
    person: str,
    *,
    smile: bool = False,
    faces: int = 1,
    width: int | Sequence[int] = 100,
    noise: int = 0,
    size: tuple[int, int] = (240, 320),
    score: float = 1.5,
    side_score: float | None = None,
    like: str | None = None,
    apart: float = 0.1,
) -> Pixels:
    """(height, width, 3) uint8 on which FakeEngine sees what is said here.

    `faces` people of `width` pixels each (or as many as `width` lists): `person`, `person#2`, ... from left to
    right, the first one the surest, with `score`. `noise` tells samples of one person apart; the same noise is
    the same descriptor. `side_score` adds a side detection, as wide as the first face, with that score.
    `like` makes the person's descriptors lie `apart` away from another person's.
    """
    widths = [width] * faces if isinstance(width, int) else list(width)
    people = [
        {"person": person if place == 0 else f"{person}#{place + 1}", "width": wide, "score": score - 0.1 * place}
        for place, wide in enumerate(widths)
    ]
    if side_score is not None:
        people.append({"person": f"{person}#side", "width": widths[0], "score": side_score})
    facts = {"people": people, "smile": smile, "noise": noise, "like": like, "apart": apart}
    return _written(facts, size)


def empty_picture(size: tuple[int, int] = (240, 320), *, noise: int = 0) -> Pixels:
    """A picture of nobody."""
    return _written({"people": [], "noise": noise}, size)


def save(pixels: Pixels, path: Path) -> Path:
    """Write the picture as a PNG file, which keeps every byte; the path again, for one-liners."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, format="PNG")
    return path


class FakeEngine:
    """A ports.FaceEngine for pictures made by `picture`.

    `faults` maps the name of a method (or `maker`) to an exception to raise, or to a value to return instead of
    the true one: `FakeEngine({"descriptors": np.full((1, 128), np.nan)})`. `calls` keeps what was asked.
    """

    name = "fake"

    def __init__(self, faults: Mapping[str, Any] | None = None) -> None:
        self._faults = dict(faults or {})
        self.calls: list[str] = []

    @property
    def maker(self) -> TemplateMaker:
        answer: TemplateMaker = self._answer("maker", FAKE_MAKER)
        return answer

    @property
    def landmark_model(self) -> str:
        return "fake-landmarks sha256:" + "0" * 64

    def detect(
        self,
        pixels: Pixels,
        *,
        smallest: int | None = None,
        first: Detections | None = None,
    ) -> Detections:
        sure_from = SURE_FROM if smallest is None else min(SURE_FROM, smallest)
        found = [
            Detection(box, person["score"]) for person, box in _people(checked(pixels)) if person["width"] >= sure_from
        ]
        found.sort(key=lambda detection: -detection.score)
        answer: Detections = self._answer("detect", Detections(tuple(found), sure_from))
        return answer

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        facts = _facts(checked(pixels)) or {}
        answer: Points = self._answer("landmarks", _landmarks(box, smile=facts.get("smile", False)))
        return answer

    def descriptors(self, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[Any]:
        rows = [
            _descriptor(checked(pixels), box).astype(np.float32) for pixels, box in faces
        ]  # as a network gives them
        answer: NDArray[Any] = self._answer("descriptors", np.array(rows, dtype=np.float64).reshape(-1, 1, 128))
        return answer

    def _answer(self, what: str, truth: Any) -> Any:
        self.calls.append(what)
        fault = self._faults.get(what, truth)
        if isinstance(fault, BaseException):
            raise fault
        return fault


def _written(facts: dict[str, Any], size: tuple[int, int]) -> Pixels:
    text = MAGIC + json.dumps(facts, sort_keys=True).encode() + b"\0"
    chance = np.random.default_rng(list(sha256(text).digest()))
    grey = chance.normal(90 + facts["noise"] % 100, 25, size).clip(1, 245).astype(np.uint8)  # sharp, and well lit
    pixels = np.repeat(grey[:, :, None], 3, axis=2)
    assert len(text) <= pixels.size, f"{size} is too small a picture to carry {len(text)} bytes"
    pixels.reshape(-1)[: len(text)] = np.frombuffer(text, dtype=np.uint8)
    return pixels


def _facts(pixels: Pixels) -> dict[str, Any] | None:
    flat = pixels.reshape(-1)
    if flat[: len(MAGIC)].tobytes() != MAGIC:
        return None
    facts: dict[str, Any] = json.loads(flat.tobytes()[len(MAGIC) :].split(b"\0", 1)[0])
    return facts


def _people(pixels: Pixels) -> list[tuple[dict[str, Any], Box]]:
    """Everyone on the picture with a box; the boxes stand side by side, centred on equal parts of the width."""
    people = (_facts(pixels) or {"people": []})["people"]
    height, width = pixels.shape[:2]
    return [
        (person, Box(int((place + 0.5) * width / len(people)) - wide // 2, height // 2 - wide // 2, wide, wide))
        for place, person in enumerate(people)
        for wide in [int(person["width"])]
    ]


def _descriptor(pixels: Pixels, box: Box) -> NDArray[np.float64]:
    facts, people = _facts(pixels), _people(pixels)
    if facts is None or not people:
        raise ValueError("nobody is on this picture")
    person = min(people, key=lambda other: abs(other[1].left - box.left) + abs(other[1].top - box.top))[0]
    who = _direction(person["person"])
    if facts["like"] is not None:
        who = _direction(facts["like"]) + facts["apart"] * who
    return who + NOISE_LENGTH * _direction(f"noise {facts['noise']} {facts['smile']} {person['person']}")


def _direction(seed: str) -> NDArray[np.float64]:
    """(128,) of length 1; those of two seeds are nearly at right angles."""
    numbers = np.random.default_rng(list(sha256(seed.encode()).digest())).standard_normal(128)
    return numbers / np.linalg.norm(numbers)


def _landmarks(box: Box, *, smile: bool) -> Points:
    """68 points in the iBUG 300-W order: a level face, 0.4 box widths between the eyes' centres."""
    points = np.zeros((68, 2))
    turn = np.linspace(np.pi, 0, 17)
    points[0:17] = np.column_stack([0.5 + 0.45 * np.cos(turn), 0.4 + 0.55 * np.sin(turn)])
    for start, middle in ((17, 0.3), (22, 0.7)):
        points[start : start + 5] = [(middle + x, 0.28) for x in (-0.1, -0.05, 0, 0.05, 0.1)]
    points[27:31] = [(0.5, y) for y in (0.4, 0.46, 0.52, 0.58)]
    points[31:36] = [(x, 0.62) for x in (0.43, 0.465, 0.5, 0.535, 0.57)]
    eye = np.array([(-0.06, 0), (-0.02, -0.02), (0.02, -0.02), (0.06, 0), (0.02, 0.02), (-0.02, 0.02)])
    points[36:42], points[42:48] = eye + np.array((0.3, 0.4)), eye + np.array((0.7, 0.4))
    points[48:68] = _mouth(half_width=0.21 if smile else 0.16, lift=0.03 if smile else 0.0)
    return points * box.width + (box.left, box.top)


def _mouth(*, half_width: float, lift: float) -> Points:
    """(20, 2): 12 points of the outer lip, then 8 of the inner, from the right corner over the top lip."""
    middle = np.array((0.5, 0.76))
    outer = np.linspace(np.pi, -np.pi, 12, endpoint=False)
    inner = np.linspace(np.pi, -np.pi, 8, endpoint=False)
    rings = [
        np.column_stack([half_width * reach * np.cos(turn), -drop * np.sin(turn)])
        for turn, reach, drop in ((outer, 1.0, 0.05), (inner, 0.9, 0.02))
    ]
    lips: Points = np.vstack(rings) + middle
    lips[:, 1] -= lift * np.abs(lips[:, 0] - middle[0]) / half_width
    return lips
