"""The camera that looks at everything forged: lens, colour filters, noise, what a camera's processor does, JPEG.

Attacks and the control group go through the same code with the same chances, so that nothing can be told apart by
the camera alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.light import encoded, linear

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Box, Pixels

SENSOR_PER_PIXEL = (1.0, 1.5, 2.0)
"""Sensor pixels for one of the finished picture: a VGA web camera, up to one of 1,280 pixels scaled down to 640."""
MOST_SENSOR_PIXELS = 1_300_000
"""Beyond them a sensor has as many pixels as the picture: time, and the picture has the detail anyway."""
LENS_BLUR = (0.35, 0.8)
"""Standard deviation in sensor pixels of a lens in focus: contrast falls to a half at 0.42 down to 0.22 cycles a pixel,
the pixel's own share included, which is what slanted edges of good and of cheap small cameras give."""
FOCUSED = 0.5
"""Share of cameras that focus by themselves, or whose fixed focus happens to fit."""
DEFOCUS = (0.0, 1.0)
"""Added by the others, in pixels of the finished picture: what is held too near."""
FULL_WELL = (2_000.0, 9_000.0)
"""Electrons at white, small pixels at indoor gain; the shot noise follows (EMVA 1288: variance = electrons)."""
READ_NOISE = (3.0, 14.0)
"""Electrons, standard deviation, dark current and conversion included."""
EXPOSURE = (0.8, 1.25)
"""The exposure's error: how bright a face comes out against how bright it was."""
BALANCE = (0.3, 0.9)
"""How much of a colour cast the automatic white balance takes away."""
SMOOTHING = (0.0, 0.6)
"""Share of the camera's own noise reduction."""
SHARPENING = (0.0, 0.9)
"""Amount of its unsharp mask of one pixel."""
CONTRAST = (0.0, 0.25)
"""Share of an S curve over the sRGB curve."""
QUALITY = (72, 96)
"""JPEG quality of web cameras and of programs that keep their pictures."""
MOST_GAIN = 12.0
"""What exposure and amplification make up for at most."""
SITES = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2))
"""Row, column and colour of the four filters of a Bayer cell (US 3,971,065), red first."""


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera, as drawn."""

    size: tuple[int, int]
    """Width and height of its pictures."""
    sensor: tuple[int, int]
    """Rows and columns of its sensor, even."""
    blur: float
    """Standard deviation of lens and defocus together, in sensor pixels."""
    full_well: float
    read_noise: float
    exposure: float
    balance: float
    smoothing: float
    sharpening: float
    contrast: float
    quality: int


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is before the camera, as light on its sensor."""

    light: NDArray[Any]
    """(rows, columns, 3) float32 linear light behind the lens, in any unit."""
    subject: tuple[slice, slice]
    """Rows and columns by which is metered: the face."""
    wanted: NDArray[Any]
    """(3,) linear RGB: the mean of the subject as a right exposure and balance would show it."""
    ripple: NDArray[Any] | None = None
    """(rows, columns) float32: what varies from one sensor pixel to the next, seen through each pixel's filter."""


def draw_camera(size: tuple[int, int], rng: Generator, strength: float) -> Camera:
    """A camera whose pictures are of `size` (width, height). Strength spares or adds defocus and noise."""
    import numpy as np

    width, height = size
    per_pixel = float(rng.choice(SENSOR_PER_PIXEL))
    if width * height * per_pixel**2 > MOST_SENSOR_PIXELS:
        per_pixel = 1.0
    defocus = rng.uniform(*DEFOCUS) * strength * per_pixel * float(rng.random() >= FOCUSED)
    return Camera(
        size=size,
        sensor=(2 * round(height * per_pixel / 2), 2 * round(width * per_pixel / 2)),
        blur=float(np.hypot(rng.uniform(*LENS_BLUR), defocus)),
        full_well=float(np.exp(rng.uniform(*np.log(FULL_WELL)))),
        read_noise=rng.uniform(*READ_NOISE) * strength,
        exposure=float(np.exp(rng.uniform(*np.log(EXPOSURE)))),
        balance=rng.uniform(*BALANCE),
        smoothing=rng.uniform(*SMOOTHING),
        sharpening=rng.uniform(*SHARPENING),
        contrast=rng.uniform(*CONTRAST),
        quality=int(rng.integers(QUALITY[0], QUALITY[1] + 1)),
    )


def through_lens(light: NDArray[Any], camera: Camera) -> NDArray[Any]:
    """The light as the lens blurs it: a Gaussian stands for diffraction, aberration and defocus."""
    import cv2

    return cv2.GaussianBlur(light, (0, 0), camera.blur)


def shoot(scene: Scene, camera: Camera, rng: Generator) -> Pixels:
    """The finished picture, (height, width, 3) uint8 RGB. Each call draws the noise of one exposure."""
    import cv2
    import numpy as np

    rows, columns = camera.sensor
    gains = _gains(scene, camera)
    raw = mosaic(scene.light)
    if scene.ripple is not None:
        raw += scene.ripple
    for row, column, colour in SITES:
        raw[row::2, column::2] *= gains[colour]
    np.clip(raw, 0, 1, out=raw)
    noise = rng.standard_normal((rows, columns), dtype=np.float32)
    raw += noise * np.sqrt(raw / camera.full_well + (camera.read_noise / camera.full_well) ** 2)
    counts = np.clip(raw * 65535, 0, 65535).astype(np.uint16)
    colours = cv2.cvtColor(counts, cv2.COLOR_BayerRGGB2RGB)
    if camera.size != (columns, rows):
        colours = cv2.resize(colours, camera.size, interpolation=cv2.INTER_AREA)
    return jpeg(_processed(colours, camera), camera.quality)


def mosaic(light: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns) float32: of (rows, columns, 3), what passes each pixel's filter."""
    import numpy as np

    raw = np.empty(light.shape[:2], dtype=np.float32)
    for row, column, colour in SITES:
        raw[row::2, column::2] = light[row::2, column::2, colour]
    return raw


def wanted(pixels: Pixels, face: Box) -> NDArray[Any]:
    """(3,) linear RGB: the mean of the face, or of the whole picture where the face lies outside."""
    top, left = max(face.top, 0), max(face.left, 0)
    part = pixels[top : face.top + face.height, left : face.left + face.width]
    mean: NDArray[Any] = linear(part if part.size else pixels).reshape(-1, 3).mean(axis=0)
    return mean


def _gains(scene: Scene, camera: Camera) -> Any:
    """(3,) float: exposure by the subject's green, and as much of the colour cast as the balance takes away."""
    import numpy as np

    seen = np.maximum(scene.light[scene.subject].reshape(-1, 3).mean(axis=0), 1e-6)
    ratio = np.maximum(scene.wanted, 1e-6) / seen
    level = ratio[1] * camera.exposure
    return np.minimum(level * (ratio / ratio[1]) ** camera.balance, MOST_GAIN / max(float(seen.max()), 0.05))


def _processed(counts: NDArray[Any], camera: Camera) -> Pixels:
    """Tone curve, colour noise taken out, smoothing and sharpening: (h, w, 3) uint8."""
    import cv2
    import numpy as np

    curve = encoded(np.arange(65536, dtype=np.float32) / 65535)
    curve += camera.contrast * (curve * curve * (3 - 2 * curve) - curve)
    picture = (curve * 255).astype(np.float32)[counts]
    parts = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    luma = parts[..., 0]
    smooth = cv2.GaussianBlur(luma, (0, 0), 1.0)
    luma = luma + camera.smoothing * 0.5 * (smooth - luma)
    luma += camera.sharpening * (luma - cv2.GaussianBlur(luma, (0, 0), 1.0))
    chroma = cv2.GaussianBlur(parts[..., 1:], (0, 0), 0.5 + 1.5 * camera.smoothing)
    finished = cv2.cvtColor(np.dstack((luma, chroma)), cv2.COLOR_YCrCb2RGB)
    values: Pixels = np.clip(finished + 0.5, 0, 255).astype(np.uint8)
    return values


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Encoded and decoded again."""
    import cv2
    import numpy as np

    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1])
