"""The control group: bona fide pictures that passed the attacks' camera, but neither a print nor a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.camera import Camera, Scene, draw_camera, shoot, through_lens, wanted
from smilepay_cli.harnesses.forging.framing import Framing, full, subject
from smilepay_cli.harnesses.forging.light import linear
from smilepay_cli.harnesses.forging.surface import Surface, held

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels


@dataclass(frozen=True, slots=True)
class View:
    """A camera before a picture that stands for the scene itself."""

    camera: Camera
    surface: Surface
    framing: Framing


def recaptured_bona_fide(pixels: Pixels, face: Box, rng: Generator, strength: float) -> Pixels:
    """The picture as if it were the scene itself before the camera that the attacks are taken with: no attack.

    Position, zoom and camera are drawn as for `screen_full_frame` and `print_full_frame`; there is no display, no
    ink, no reflection and no light of its own. Who tells attacks from these does not tell them by our camera.
    """
    return exposed(linear(pixels), wanted(pixels, face), face, draw_view(pixels, rng, strength), rng)


def recaptured_clip(frames: Sequence[Pixels], face: Box, rng: Generator, strength: float) -> list[Pixels]:
    """Every frame as the scene itself, before one camera that stands still: no attack. See `recaptured_bona_fide`."""
    view = draw_view(frames[0], rng, strength)
    colour = wanted(frames[0], face)
    return [exposed(linear(frame), colour, face, view, rng) for frame in frames]


def draw_view(pixels: Pixels, rng: Generator, strength: float) -> View:
    """A camera, and where it stands."""
    size = (pixels.shape[1], pixels.shape[0])
    framing = full(size)
    camera = draw_camera(size, rng, strength)
    return View(camera, held(size, rng, strength).filling(*framing.half), framing)


def exposed(light: NDArray[Any], colour: NDArray[Any], face: Box, view: View, rng: Generator) -> Pixels:
    """One exposure of (h, w, 3) linear light, in which the face comes out with the mean `colour`."""
    import cv2

    maps = view.framing.picture_map(*view.surface.look_up(view.camera.sensor))
    seen = through_lens(cv2.remap(light, *maps, cv2.INTER_LINEAR), view.camera)
    where = subject(view.surface, view.framing, face, view.camera.sensor)
    return shoot(Scene(seen, where, colour), view.camera, rng)
