"""Quality of the face on one picture: whether it is worth judging at all. No attack is looked for here.

Measures bear the names of ISO/IEC 29794-5 where it has one. They are taken on the face at a width of FACE_WIDTH
pixels, so that they mean the same on every picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.upright import upright
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Box, Pixels, Points
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACE_WIDTH = 96
"""Pixels that a face is brought to: the narrowest faces that policies take (60) are enlarged little."""
DARK_BELOW, BRIGHT_ABOVE = 26, 246
"""Code values counted as black and as white, ISO/IEC 29794-5: 0 to 25 and 247 to 255."""
SKIN = (slice(19, 88), slice(14, 81))
"""Rows and columns of the square that are face: forehead to chin, without ears and background."""
EVERYWHERE = (slice(None), slice(None))
FINE, MIDDLE, COARSE = 0.7, 1.4, 2.8
"""Standard deviations in pixels: sharpness compares the detail between the first two with that between the others."""
FLOOR = 4.0
"""Code values added to a contrast before it divides: a face without any has no edges either."""

LUMINANCE_MIN = 0.19
UNDER_EXPOSURE_MAX = 0.3
DYNAMIC_RANGE_MIN = 5.4
LUMINANCE_MAX = 0.86
OVER_EXPOSURE_MAX = 0.10
SHARPNESS_MIN = 0.375
MOUTH_CONTRAST_MIN = 0.09
"""At these limits 3 of 291 bona fide pictures of the tuning half (LFW, London) are refused (two of them blurred,
one with a faint mouth), and 3 of 290 of the other, all blurred ones of LFW. They lie where the smile suffers rather
than the match: on London faces the blurred pictures that are refused move a smile's z by 0.76 (median) and those
that pass by 0.29, dark ones by 1.47 and 0.24."""
MIDDLE_GREY = 0.5
"""Luminance mean above which a face without dynamic range is too bright rather than too dark."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What one face measures. None where landmarks would have been needed."""

    luminance_mean: float
    """0 to 1, of code values."""
    under_exposure: float
    """Share of the face that is black."""
    over_exposure: float
    """Share of the face that is white."""
    dynamic_range: float
    """Entropy of the face's grey values in bits, 0 to 8."""
    sharpness: float
    """Fine against coarser detail, about 0.5; whatever the contrast."""
    inter_eye_distance: float | None = None
    """In pixels of the picture, between the centres of the eyes."""
    mouth_contrast: float | None = None
    """Steepness of the edges along the lips (the mean of |dI/dy| in a pixel), against the face's contrast: low where
    something lies before the mouth (mouth occlusion prevention)."""


def quality_of(pixels: Pixels, box: Box, landmarks: Points | None) -> Quality:
    """Quality of the face in (h, w, 3) uint8 RGB. Raises ValueError for a face without a size."""
    import cv2
    import numpy as np

    face = upright(pixels, box, landmarks, side=FACE_WIDTH)
    grey = np.asarray(cv2.cvtColor(face.pixels, cv2.COLOR_RGB2GRAY))
    skin = grey[SKIN]
    counts = np.bincount(skin.ravel(), minlength=256) / skin.size
    shares = counts[counts > 0]
    level = grey.astype(np.float32)
    return Quality(
        luminance_mean=float(skin.mean()) / 255,
        under_exposure=float(counts[:DARK_BELOW].sum()),
        over_exposure=float(counts[BRIGHT_ABOVE + 1 :].sum()),
        dynamic_range=float(-(shares * np.log2(shares)).sum()),
        sharpness=sharpness_of(level, SKIN),
        inter_eye_distance=None if landmarks is None else _inter_eye(landmarks),
        mouth_contrast=None if face.landmarks is None else _mouth_contrast(level, face.landmarks),
    )


def require_quality(
    quality: Quality,
    *,
    luminance_min: float = LUMINANCE_MIN,
    luminance_max: float = LUMINANCE_MAX,
    sharpness_min: float = SHARPNESS_MIN,
    mouth_contrast_min: float = MOUTH_CONTRAST_MIN,
) -> None:
    """Raises Refused (TOO_DARK, TOO_BRIGHT, BLURRED, MOUTH_COVERED) for a face that is no use.

    A measure that is not a number is refused as well; one that is None was not asked for. What is wrong with the
    light is told first, since it takes all else with it; white parts come last, since masks are white.
    """
    lit = quality.luminance_mean >= luminance_min and quality.under_exposure <= UNDER_EXPOSURE_MAX
    flat = not quality.dynamic_range >= DYNAMIC_RANGE_MIN
    bright = quality.luminance_mean > (MIDDLE_GREY if flat else luminance_max)
    if not bright and (flat or not lit):
        raise Refused(Reason.TOO_DARK, tr("the face is too dark"), hint=tr("turn on a light, or turn towards one"))
    if bright:
        raise _too_bright()
    if not quality.sharpness >= sharpness_min:
        raise Refused(Reason.BLURRED, tr("the picture is blurred"), hint=tr("hold still, and wipe the lens"))
    if quality.mouth_contrast is not None and not quality.mouth_contrast >= mouth_contrast_min:
        raise Refused(
            Reason.MOUTH_COVERED, tr("the mouth is covered"), hint=tr("take hand, scarf or mask away from the mouth")
        )
    if not quality.over_exposure <= OVER_EXPOSURE_MAX:
        raise _too_bright()


def _too_bright() -> Refused:
    return Refused(Reason.TOO_BRIGHT, tr("the face is too bright"), hint=tr("turn away from the window or the lamp"))


def sharpness_of(level: NDArray[Any], part: tuple[slice, slice] = EVERYWHERE) -> float:
    """Mean absolute difference of Gaussians, fine by coarse: falls with blur, whatever contrast and light.

    `level` is (h, w) float32 of code values, of which `part` is looked at.
    """
    import cv2
    import numpy as np

    fine, middle, coarse = (cv2.GaussianBlur(level, (0, 0), sigma) for sigma in (FINE, MIDDLE, COARSE))
    # 0.3 code values of noise are left over in a coarse band that holds nothing.
    detail, structure = np.abs(fine - middle)[part].mean(), np.abs(middle - coarse)[part].mean()
    return float(detail / (structure + 0.3))


def _mouth_contrast(level: NDArray[Any], landmarks: Points) -> float:
    """Lips have edges from side to side; hands and masks have none where the landmarks suppose them."""
    import cv2
    import numpy as np

    smooth = cv2.GaussianBlur(level, (0, 0), 1.0)
    down = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8
    top, bottom = landmarks[50:53, 1].min() - 3, landmarks[56:59, 1].max() + 4
    part = down[_within(top, bottom), _within(landmarks[48, 0], landmarks[54, 0] + 1)]
    return float(part.mean() / (level[SKIN].std() + FLOOR))


def _within(low: float, high: float) -> slice:
    """At least one row or column of the square."""
    start = int(min(max(low, 0), FACE_WIDTH - 1))
    return slice(start, max(start + 1, int(min(high, FACE_WIDTH))))


def _inter_eye(landmarks: Points) -> float:
    x, y = landmarks[42:48].mean(axis=0) - landmarks[36:42].mean(axis=0)
    return hypot(float(x), float(y))
