"""A picture printed on paper, held before a camera, and photographed from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import Camera, Scene, draw_camera, shoot, through_lens, wanted
from smilepay_cli.harnesses.forging.framing import Framing, coverage, framed, full, rounded, subject
from smilepay_cli.harnesses.forging.light import glare, room, smooth_field
from smilepay_cli.harnesses.forging.papers import NEWSPAPER, PRINTERS, Printer, Sheet, print_out
from smilepay_cli.harnesses.forging.surface import Surface, held

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels

SHARE = (0.35, 0.65)
"""The face's width on the printed part of a sheet: portraits."""
ASPECT = (1.0, 1.5)
"""Height by width of the printed part: square to 10 by 15 cm."""
MARGIN = (0.02, 0.16)
"""White border against the printed part's width: photo prints to A4 with wide margins."""
BEND = (-0.6, 0.6)
"""Radians from one side of a sheet to the other: paper held at its edges."""
LAMP_DEGREES = (-50.0, 50.0)
"""Where the light comes from, against the camera's axis."""
ROOM_LIGHT = (0.25, 1.0)
"""Light on what is behind the sheet against that on the sheet: who holds it up turns it to the lamp."""
UNEVEN = (0.02, 0.14)
"""Deviation of the light over the view."""
SHADOWED = 0.4
"""Share of sheets on which something, a hand or a head, throws a shadow."""
SHADOW_DEPTH = (0.15, 0.5)
CAST = (0.3, 0.7)
"""How dark the sheet's own shadow on what is behind it is."""
APERTURE = 0.29
"""Standard deviation of a square pixel's own blur, in pixels: 1/sqrt(12)."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A sheet before a camera."""

    camera: Camera
    surface: Surface
    framing: Framing
    sheet: Sheet
    lamp: float
    """Radians from the camera's axis, to the right."""
    bordered: bool


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The light on the sheet, what gloss adds, and what is behind: float32, of the sensor's rows and columns."""

    lit: NDArray[Any]
    """(rows, columns, 1), about 1."""
    gloss: NDArray[Any]
    behind: NDArray[Any] | None
    cast: float
    """Depth of the shadow that the sheet throws on what is behind."""


def print_full_frame(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture on paper that fills the view."""
    return _full_frame(pixels, face, PRINTERS[rng.integers(len(PRINTERS))], rng, strength)


def print_halftone(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture in a newspaper, filling the view."""
    return _full_frame(pixels, face, NEWSPAPER, rng, strength)


def print_bordered(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture on a sheet of paper whose borders are in view."""
    setup = bordered_setup(pixels, face, rng, strength)
    return photographed(pixels, face, setup, surroundings(setup, rng, strength), rng)


def _full_frame(pixels: Pixels, face: Box, printer: Printer, rng: Generator, strength: float) -> Pixels:
    size = (pixels.shape[1], pixels.shape[0])
    framing = full(size)
    sheet = print_out(pixels, 1.0, size[0], 0.0, printer, rng, strength)
    bent = replace(held(size, rng, strength), curvature=rng.uniform(*BEND) * strength / size[0])
    setup = Setup(
        camera=draw_camera(size, rng, strength),
        surface=bent.filling(*framing.half),
        framing=framing,
        sheet=sheet,
        lamp=_lamp(rng),
        bordered=False,
    )
    return photographed(pixels, face, setup, surroundings(setup, rng, strength), rng)


def bordered_setup(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Setup:
    """A sheet with white borders before a camera: what of the wanted part lies outside the picture is not printed."""
    size = (pixels.shape[1], pixels.shape[0])
    margin = rng.uniform(*MARGIN)
    asked = framed(size, face, rng, share=rng.uniform(*SHARE), aspect=rng.uniform(*ASPECT), border=margin)
    (x, y), (across, along) = asked.origin, (half / asked.scale for half in asked.half)
    left, top = max(0, round(x - across)), max(0, round(y - along))
    part = pixels[top : round(y + along), left : round(x + across)]
    height, width = part.shape[:2]
    framing = Framing(
        asked.scale,
        (left + width / 2, top + height / 2),
        (asked.scale * width / 2, asked.scale * height / 2),
    )
    printer = PRINTERS[rng.integers(len(PRINTERS))]
    sheet = print_out(part, framing.scale, size[0], 2 * margin * framing.half[0], printer, rng, strength)
    free = [max(0.0, side / 2 - half) for side, half in zip(size, sheet.half, strict=True)]
    centre = (float(rng.uniform(-0.7, 0.7) * free[0]), float(rng.uniform(-0.7, 0.7) * free[1]))
    surface = replace(
        held(size, rng, strength), centre=centre, curvature=rng.uniform(*BEND) * strength / (2 * sheet.half[0])
    )
    return Setup(draw_camera(size, rng, strength), surface, framing, sheet, _lamp(rng), bordered=True)


def _lamp(rng: Generator) -> float:
    import numpy as np

    return float(np.radians(rng.uniform(*LAMP_DEGREES)))


def surroundings(setup: Setup, rng: Generator, strength: float) -> Around:
    """Light and room of a setup, as long as nothing but the sheet moves."""
    import numpy as np

    sensor = setup.camera.sensor
    lit = 1 + np.float32(strength * rng.uniform(*UNEVEN)) * smooth_field(sensor, rng, 2)
    if rng.random() < SHADOWED:
        edge = smooth_field(sensor, rng, 2) * np.float32(rng.uniform(1, 6))
        lit *= 1 - np.float32(strength * rng.uniform(*SHADOW_DEPTH)) / (1 + np.exp(-edge.clip(-9, 9)))
    return Around(
        lit=lit[..., None].clip(0.1, None),
        gloss=glare(sensor, rng, strength * setup.sheet.gloss),
        behind=room(sensor, rng) * np.float32(rng.uniform(*ROOM_LIGHT)) if setup.bordered else None,
        cast=rng.uniform(*CAST),
    )


def photographed(pixels: Pixels, face: Box, setup: Setup, around: Around, rng: Generator) -> Pixels:
    """One photograph of the sheet. Lens and pixels blur the sheet before it is sampled: dots alias as they do."""
    import cv2
    import numpy as np

    camera, surface, sheet = setup.camera, setup.surface, setup.sheet
    columns = camera.sensor[1]
    across, along = surface.look_up(camera.sensor)
    finer = sheet.fineness * surface.size[0] / columns / surface.scale
    seen = cv2.GaussianBlur(sheet.reflectance, (0, 0), float(np.hypot(camera.blur, APERTURE)) * finer)
    height, width = seen.shape[:2]
    map_x, map_y = across * sheet.fineness + (width / 2 - 0.5), along * sheet.fineness + (height / 2 - 0.5)
    paper = cv2.remap(seen, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    paper *= around.lit * _shade(setup, across)
    paper += around.gloss
    if around.behind is not None:
        outline = rounded(*sheet.half, 0.0)
        inside = through_lens(coverage(surface, _finely(outline), camera.sensor)[..., 0], camera)[..., None]
        paper = paper * inside + around.behind * _cast(setup, around.cast, inside) * (1 - inside)
    where = subject(surface, setup.framing, face, camera.sensor)
    return shoot(Scene(paper, where, wanted(pixels, face)), camera, rng)


def _shade(setup: Setup, across: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns, 1): Lambert's cosine on the bent sheet, against that of its middle seen square-on."""
    import numpy as np

    turn = across * np.float32(setup.surface.curvature) - np.float32(setup.surface.yaw + setup.lamp)
    shade: NDArray[Any] = (np.cos(turn) / np.cos(np.float32(setup.lamp))).clip(0.1, None)[..., None]
    return shade


def _cast(setup: Setup, depth: float, inside: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns, 1): what the sheet's shadow, which falls away from the lamp, leaves of the room's light."""
    import cv2
    import numpy as np

    rows, columns = setup.camera.sensor
    far = 0.03 * columns
    move = np.array([[1, 0, -far * np.sin(setup.lamp) * 2], [0, 1, far]], dtype=np.float32)
    shadow = cv2.warpAffine(np.ascontiguousarray(inside[..., 0]), move, (columns, rows))
    coarse = cv2.resize(shadow, (columns // 8, rows // 8), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), far / 8), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 - np.float32(depth) * soft)[..., None]


def _finely(outline: NDArray[Any]) -> NDArray[Any]:
    """An outline with many more corners on it, for a sheet whose edges bend."""
    import numpy as np

    following = np.roll(outline, -1, axis=0)
    steps = np.linspace(0, 1, 16, endpoint=False)[None, :, None]
    return np.asarray((outline[:, None] * (1 - steps) + following[:, None] * steps).reshape(-1, 2))
