"""A sheet or a screen before the camera: where its points appear, and which of its points a pixel sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

STEP = 8
"""Pixels between rays that are worked out exactly; between them the map is as good as straight."""
VIEW_DEGREES = (50.0, 78.0)
"""Horizontal angle of view: laptop and web cameras, front cameras of phones."""
TILT_DEGREES = (-12.0, 12.0)
"""About the upright and the level axis, for a thing held up by hand."""
ROLL_DEGREES = (-6.0, 6.0)
FILL_STEP = 1.02
"""Factor by which a thing comes nearer until it fills the view."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A flat thing, or one bent round an upright axis as a held sheet of paper is.

    Its own coordinates have their origin in its middle and are in pixels of the finished picture, as long as it is
    seen square-on at scale 1. A pinhole camera looks at the middle of the picture.
    """

    size: tuple[int, int]
    """Width and height of the finished picture."""
    focal: float
    """Focal length in pixels of the finished picture."""
    centre: tuple[float, float]
    """Where the origin appears, in pixels from the picture's middle."""
    yaw: float = 0.0
    """Radians, as pitch and roll."""
    pitch: float = 0.0
    roll: float = 0.0
    scale: float = 1.0
    curvature: float = 0.0
    """One over the radius in pixels; negative where the middle is nearer than the sides."""

    def project(self, points: Any) -> NDArray[Any]:
        """(n, 2) float64 pixels of the finished picture where the surface's (n, 2) points appear."""
        import numpy as np

        x, y = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
        if self.curvature:
            turn = x * self.curvature
            bent = np.stack((np.sin(turn) / self.curvature, y, (1 - np.cos(turn)) / self.curvature))
        else:
            bent = np.stack((x, y, np.zeros_like(x)))
        seen = self._rotation() @ bent + self._origin()[:, None]
        return np.asarray((seen[:2] / seen[2]).T * self.focal + np.asarray(self.size) / 2)

    def seen_by(self, x: Any, y: Any) -> tuple[Any, Any]:
        """The surface's coordinates seen at pixels (x, y) of the finished picture; arrays of one shape, float64.

        A ray meets the plane, or the cylinder of radius 1/curvature, whose arc length is the coordinate.
        """
        import numpy as np

        middle_x, middle_y = (side / 2 for side in self.size)
        turn = self._rotation().T
        ox, oy, oz = turn @ -self._origin()
        rays = np.stack(((x - middle_x) / self.focal, (y - middle_y) / self.focal, np.ones_like(x)))
        ex, ey, ez = np.tensordot(turn, rays, axes=1)
        far = -oz / ez
        if self.curvature:
            radius = 1 / self.curvature
            a = ex**2 + ez**2
            b = ox * ex + (oz - radius) * ez
            c = ox**2 + (oz - radius) ** 2 - radius**2
            root = np.sqrt(np.maximum(b * b - a * c, 0))  # a ray that misses grazes: such pixels lie past the sheet
            near, away = (-b - root) / a, (-b + root) / a
            far = np.where(np.abs(near - far) < np.abs(away - far), near, away)
            along = radius * np.arctan2((ox + far * ex) / radius, (radius - oz - far * ez) / radius)
            return along, oy + far * ey
        return ox + far * ex, oy + far * ey

    def look_up(self, shape: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The surface's coordinates at every pixel of a sensor of (rows, columns): two float32 arrays of its shape."""
        import cv2
        import numpy as np

        rows, columns = shape
        down, across = -(-rows // STEP) + 2, -(-columns // STEP) + 2
        to_picture = self.size[0] / columns
        grid_y, grid_x = np.meshgrid(
            (np.arange(-1, down - 1) + 0.5) * STEP * to_picture,
            (np.arange(-1, across - 1) + 0.5) * STEP * to_picture,
            indexing="ij",
        )
        maps = []
        for coarse in self.seen_by(grid_x, grid_y):
            fine = cv2.resize(coarse.astype(np.float32), (across * STEP, down * STEP), interpolation=cv2.INTER_LINEAR)
            maps.append(np.ascontiguousarray(fine[STEP : STEP + rows, STEP : STEP + columns]))
        return maps[0], maps[1]

    def filling(self, half_width: float, half_height: float) -> Surface:
        """The same thing, brought so near that the view ends inside its half sides."""
        import numpy as np

        width, height = self.size
        x = np.array([0, width / 2, width, 0, width, 0, width / 2, width], dtype=np.float64)
        y = np.array([0, 0, 0, height / 2, height / 2, height, height, height], dtype=np.float64)
        nearer = self
        while True:
            across, along = nearer.seen_by(x, y)
            if np.abs(across).max() <= half_width and np.abs(along).max() <= half_height:
                return nearer
            # What lies off the middle moves out as it comes nearer, unless the hand moves it back.
            centre = (nearer.centre[0] / FILL_STEP, nearer.centre[1] / FILL_STEP)
            nearer = replace(nearer, scale=nearer.scale * FILL_STEP, centre=centre)

    def _rotation(self) -> NDArray[Any]:
        import numpy as np

        cy, sy, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        turned: NDArray[Any] = about_x @ about_y @ about_z
        return turned

    def _origin(self) -> NDArray[Any]:
        import numpy as np

        depth = self.focal / self.scale
        return np.array([self.centre[0] / self.scale, self.centre[1] / self.scale, depth])


def held(size: tuple[int, int], rng: Generator, strength: float) -> Surface:
    """A flat thing held before a camera by hand, its middle in the picture's middle."""
    import numpy as np

    width = size[0]
    focal = width / 2 / np.tan(np.radians(rng.uniform(*VIEW_DEGREES)) / 2)
    yaw, pitch = np.radians(rng.uniform(*TILT_DEGREES, 2)) * strength
    roll = np.radians(rng.uniform(*ROLL_DEGREES)) * strength
    return Surface(size, float(focal), (0.0, 0.0), float(yaw), float(pitch), float(roll))
