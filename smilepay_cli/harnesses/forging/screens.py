"""A picture shown on a phone, a tablet or a laptop, and photographed from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import Camera, Scene, draw_camera, mosaic, shoot, through_lens, wanted
from smilepay_cli.harnesses.forging.displays import DEVICES, Display, curve_of, draw_display
from smilepay_cli.harnesses.forging.framing import Framing, coverage, framed, full, rounded, subject
from smilepay_cli.harnesses.forging.light import glare, room
from smilepay_cli.harnesses.forging.subpixels import grid
from smilepay_cli.harnesses.forging.surface import Surface, held

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels

PIXELS_ACROSS_VIEW = (500.0, 2200.0)
"""Display pixels across the picture where a screen fills it: a window on a monitor, up to a whole phone or tablet."""
AMBIENT = (0.08, 0.8)
"""Light of a white wall against that of the display's white: dark room to bright office."""
BEZEL_REFLECTANCE = (0.01, 0.06)
"""Black glass and dark plastic."""
RIM_REFLECTANCE = (0.03, 0.6)
"""The device's edge: black plastic to bare aluminium."""


@dataclass(frozen=True, slots=True)
class Body:
    """What surrounds a display, in surface units, and how it looks."""

    half: tuple[float, float]
    """Half width and height."""
    corner: float
    """Radius."""
    rim: float
    """Width of the edge."""
    reflectance: float
    rim_reflectance: float


@dataclass(frozen=True, slots=True)
class Setup:
    """A display before a camera."""

    camera: Camera
    surface: Surface
    framing: Framing
    display: Display
    ambient: float
    body: Body | None = None
    """None where the display fills the view."""


def screen_full_frame(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture on a screen that fills the view."""
    setup = full_frame_setup(pixels, rng, strength)
    return photographed(pixels, face, setup, surroundings(setup, rng, strength), rng)


def screen_bezel(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture on a phone, tablet or laptop whose borders are in view."""
    setup = bezel_setup(pixels, face, rng, strength)
    return photographed(pixels, face, setup, surroundings(setup, rng, strength), rng)


def full_frame_setup(pixels: Pixels, rng: Generator, strength: float) -> Setup:
    """A screen before a camera, larger than the view."""
    import numpy as np

    size = (pixels.shape[1], pixels.shape[0])
    framing = full(size)
    across = float(np.exp(rng.uniform(*np.log(PIXELS_ACROSS_VIEW))))
    return Setup(
        camera=draw_camera(size, rng, strength),
        surface=held(size, rng, strength).filling(*framing.half),
        framing=framing,
        display=draw_display(rng, strength, across / size[0]),
        ambient=rng.uniform(*AMBIENT),
    )


def bezel_setup(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Setup:
    """A device before a camera, in view as a whole or with its ends outside."""
    size = (pixels.shape[1], pixels.shape[0])
    device = DEVICES[rng.integers(len(DEVICES))]
    bezel, chin = rng.uniform(*device.bezel), rng.uniform(*device.chin)
    framing = framed(
        size, face, rng, share=rng.uniform(*device.share), aspect=rng.uniform(*device.aspect), border=bezel
    )
    width = 2 * framing.half[0]
    body = Body(
        half=(width * (0.5 + bezel), framing.half[1] + width * (bezel + chin)),
        corner=width * rng.uniform(*device.corner),
        rim=width * rng.uniform(0.004, 0.02),
        reflectance=rng.uniform(*BEZEL_REFLECTANCE),
        rim_reflectance=rng.uniform(*RIM_REFLECTANCE),
    )
    free = [max(0.0, side / 2 - half) for side, half in zip(size, body.half, strict=True)]
    centre = (float(rng.uniform(-0.7, 0.7) * free[0]), float(rng.uniform(-0.7, 0.7) * free[1]))
    return Setup(
        camera=draw_camera(size, rng, strength),
        surface=replace(held(size, rng, strength), centre=centre),
        framing=framing,
        display=draw_display(rng, strength, rng.uniform(*device.pixels) / width),
        ambient=rng.uniform(*AMBIENT),
        body=body,
    )


def surroundings(setup: Setup, rng: Generator, strength: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """What is behind the device, and what its glass reflects: (rows, columns, 3) float32 linear light each."""
    import numpy as np

    sensor = setup.camera.sensor
    behind = np.zeros((*sensor, 3), dtype=np.float32) if setup.body is None else room(sensor, rng)
    return behind * np.float32(setup.ambient), glare(sensor, rng, strength)


def later(setup: Setup, surface: Surface, frames: int) -> Setup:
    """The same device elsewhere, so many frames on: what flickers has gone on flickering."""
    display = setup.display
    drifted = replace(display, band_phase=display.band_phase + frames * display.band_drift)
    return replace(setup, surface=surface, display=drifted)


def photographed(
    pixels: Pixels, face: Box, setup: Setup, around: tuple[NDArray[Any], NDArray[Any]], rng: Generator
) -> Pixels:
    """One photograph of the picture on the display. `around` is what `surroundings` gave."""
    camera, surface, display = setup.camera, setup.surface, setup.display
    background, veil = around
    across, along = surface.look_up(camera.sensor)
    shown = _shown(pixels, setup, across, along)
    lattice = grid(display.subpixels, across * display.pitch, along * display.pitch, camera.blur)
    if setup.body is None:
        other = veil
    else:
        glass = coverage(surface, rounded(*setup.framing.half, setup.body.corner * 0.7), camera.sensor)
        shown *= glass
        other = _unlit(setup, setup.body, glass, background, veil)
    light = through_lens(shown + other, camera)
    ripple = None if lattice is None else lattice * mosaic(through_lens(shown, camera))
    where = subject(surface, setup.framing, face, camera.sensor)
    return shoot(Scene(light, where, wanted(pixels, face), ripple), camera, rng)


def _shown(pixels: Pixels, setup: Setup, across: NDArray[Any], along: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns, 3) float32: the display's own light at the sensor, before the lens."""
    import cv2
    import numpy as np

    display = setup.display
    map_x, map_y = setup.framing.picture_map(across, along)
    curve = curve_of(display)
    border = curve[round(display.letterbox)].tolist()
    light = cv2.remap(cv2.LUT(pixels, curve[None]), map_x, map_y, cv2.INTER_LINEAR, borderValue=border)
    rows = np.arange(len(light), dtype=np.float32) / len(light)
    wave = np.cos(2 * np.pi * (display.band_cycles * rows + display.band_phase))
    light *= (1 + np.float32(display.band_depth) * wave)[:, None, None].astype(np.float32)
    return np.asarray(light)


def _unlit(setup: Setup, body: Body, glass: NDArray[Any], background: NDArray[Any], veil: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns, 3) float32: the light that is not the display's: room, edge, bezel, reflections."""
    outer = coverage(setup.surface, rounded(*body.half, body.corner), setup.camera.sensor)
    inner = [half - body.rim for half in body.half]
    front = coverage(setup.surface, rounded(inner[0], inner[1], max(body.corner - body.rim, 0.0)), setup.camera.sensor)
    rim, bezel = setup.ambient * body.rim_reflectance, setup.ambient * body.reflectance
    light: NDArray[Any] = background * (1 - outer) + veil * front
    light += rim * (outer - front) + bezel * (front - glass)
    return light
