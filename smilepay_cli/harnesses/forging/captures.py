"""Whole captures as attacks: a frozen or a faked feed, a still waved about, a video on a screen, two clips as one.

Each takes the frames of a bona fide capture and gives as many: what is made of one still takes the first. `face` is
the face on the first frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smilepay_cli.harnesses.forging import prints, screens
from smilepay_cli.harnesses.forging.digital import recompressed
from smilepay_cli.harnesses.forging.surface import Surface

if TYPE_CHECKING:
    from numpy.random import Generator

    from smilepay_cli.vocabulary.faces import Box, Pixels

FRAMES_A_SECOND = 15.0
"""What a web camera gives indoors; movements are in seconds."""
NOISE = (0.8, 6.0)
"""Deviation of faked sensor noise in code values: real cameras show 1 to 5."""
WAVES = 3
"""Sines that a movement is the sum of."""
CYCLES_A_SECOND = (0.15, 1.6)
"""Hands wave slowly and tremble faster than cameras see; what is in between moves the picture."""
WAVED_DEGREES = (3.0, 14.0)
"""How far a print is turned to and fro to feign life."""
WAVED_ASIDE = (0.01, 0.06)
"""Sideways against the picture's width."""
WAVED_NEARER = (0.01, 0.08)
FADES = 4
"""Most frames of a cross-fade: a quarter of a second."""
SHAKY = (0.02, 0.15)
"""How much of such a waving is left where somebody tries to hold a device still; 0 would be a stand."""
BORDERED = 0.5
"""Share of replayed videos on a device whose borders are in view."""


def frozen(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:  # noqa: ARG001
    """The first frame again and again, bit by bit."""
    return [frames[0].copy() for _ in frames]


def static_noise(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:  # noqa: ARG001
    """The first frame with Gaussian noise of its own on each: an injection that feigns a sensor."""
    import numpy as np

    sigma = np.float32(strength * rng.uniform(*NOISE))
    still = frames[0].astype(np.float32) + 0.5
    return [
        (still + sigma * rng.standard_normal(still.shape, dtype=np.float32)).clip(0, 255).astype(np.uint8)
        for _ in frames
    ]


def recoded_still(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """Copies of the first frame, each cropped, resized and encoded by itself, all of the first one's size."""
    import cv2
    import numpy as np

    height, width = frames[0].shape[:2]
    copies = (recompressed(frames[0], face, rng, strength) for _ in frames)
    return [np.asarray(cv2.resize(copy, (width, height), interpolation=cv2.INTER_LINEAR)) for copy in copies]


def slide_show(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """Two photographs, the first frame and the one in the middle, one fading into the other: all encoded anew."""
    return [recoded_still([shown], face, rng, strength)[0] for shown in _slides(frames, rng)]


def print_in_motion(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """The first frame on paper that is waved before the camera."""
    setup = prints.bordered_setup(frames[0], face, rng, strength)
    around = prints.surroundings(setup, rng, strength)
    path = _path(setup.surface, len(frames), rng, strength)
    return [prints.photographed(frames[0], face, replace(setup, surface=at), around, rng) for at in path]


def screen_in_motion(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """The first frame on a device that is waved before the camera."""
    return _on_a_waved_screen([frames[0]] * len(frames), face, rng, strength)


def slides_in_motion(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """Two photographs on a device that is waved before the camera, one after the other."""
    return _on_a_waved_screen(_slides(frames, rng), face, rng, strength)


def replayed_video(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """Every frame on a screen, with or without its borders in view, in a hand that does not quite hold still."""
    bezel = rng.random() < BORDERED
    if bezel:
        setup = screens.bezel_setup(frames[0], face, rng, strength)
    else:
        setup = screens.full_frame_setup(frames[0], rng, strength)
    around = screens.surroundings(setup, rng, strength)
    path = _path(setup.surface, len(frames), rng, strength * rng.uniform(*SHAKY))
    if not bezel:
        nearest = max(at.filling(*setup.framing.half).scale / at.scale for at in path)
        path = [replace(at, scale=at.scale * nearest, centre=_times(at.centre, 1 / nearest)) for at in path]
    return [
        screens.photographed(frame, face, screens.later(setup, at, number), around, rng)
        for number, (frame, at) in enumerate(zip(frames, path, strict=True))
    ]


def spliced(first: Sequence[Pixels], then: Sequence[Pixels], rng: Generator) -> list[Pixels]:
    """A capture that begins as the first and ends as the other: cut somewhere in the middle third of the shorter."""
    length = min(len(first), len(then))
    cut = int(rng.integers(length // 3, max(length // 3 + 1, 2 * length // 3)))
    return [*first[:cut], *then[cut:]]


def _slides(frames: Sequence[Pixels], rng: Generator) -> list[Pixels]:
    """The first frame, blends of the two for up to FADES frames, the middle one."""
    import numpy as np

    half, fades = len(frames) // 2, int(rng.integers(0, FADES + 1))
    first, then = (frames[place].astype(np.float32) for place in (0, half))
    weights = [0.0] * (half - fades // 2) + [(step + 1) / (fades + 1) for step in range(fades)]
    weights = [*weights, *[1.0] * len(frames)][: len(frames)]
    return [np.rint(first + weight * (then - first)).astype(np.uint8) for weight in weights]


def _on_a_waved_screen(shown: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    setup = screens.bezel_setup(shown[0], face, rng, strength)
    around = screens.surroundings(setup, rng, strength)
    path = _path(setup.surface, len(shown), rng, strength)
    return [
        screens.photographed(frame, face, screens.later(setup, at, number), around, rng)
        for number, (frame, at) in enumerate(zip(shown, path, strict=True))
    ]


def _path(surface: Surface, count: int, rng: Generator, strength: float) -> list[Surface]:
    """`count` places round the one drawn: turned, moved and brought nearer along smooth curves."""
    import numpy as np

    width = surface.size[0]
    turned = np.radians(rng.uniform(*WAVED_DEGREES)) * strength
    aside = rng.uniform(*WAVED_ASIDE) * width * strength
    nearer = rng.uniform(*WAVED_NEARER) * strength
    yaw, pitch, roll, x, y, z = (_wave(count, rng) for _ in range(6))
    return [
        replace(
            surface,
            yaw=surface.yaw + turned * yaw[i],
            pitch=surface.pitch + turned * pitch[i],
            roll=surface.roll + turned * roll[i] / 2,
            centre=(surface.centre[0] + aside * x[i], surface.centre[1] + aside * y[i]),
            scale=surface.scale * (1 + nearer * z[i]),
        )
        for i in range(count)
    ]


def _wave(count: int, rng: Generator) -> list[float]:
    """`count` values between about -1 and 1 of a few sines, at FRAMES_A_SECOND."""
    import numpy as np

    seconds = np.arange(count) / FRAMES_A_SECOND
    cycles, phases = rng.uniform(*CYCLES_A_SECOND, WAVES), rng.uniform(0, 2 * np.pi, WAVES)
    sines = np.sin(2 * np.pi * cycles * seconds[:, None] + phases) / cycles**0.5
    values: list[float] = (sines.sum(axis=1) / (cycles**-0.5).sum()).tolist()
    return values


def _times(pair: tuple[float, float], factor: float) -> tuple[float, float]:
    return pair[0] * factor, pair[1] * factor
