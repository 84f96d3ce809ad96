"""The file beside a PAD network that says what it has to be given, and what its output means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smilepay_cli.rules.profiles import nearest_name
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

Triple = tuple[float, float, float]

RANGES: dict[str, tuple[float, float]] = {"0..255": (0.0, 1 / 255), "0..1": (0.0, 1.0), "-1..1": (0.5, 0.5)}
"""What pixels are turned into: mean and standard deviation, of pixels from 0 to 1."""
COLOUR_ORDERS = ("rgb", "bgr")
LAYOUTS = ("nchw", "nhwc")
ACTIVATIONS = ("softmax", "sigmoid", "none")
RESIZES = ("linear", "smooth")
LONGEST_TEXT = 200
"""Characters of a name or a source."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """How a picture becomes the network's input, and its output a live score."""

    sha256: str
    """Of the network's file, hex."""
    input_size: tuple[int, int]
    """Height and width in pixels."""
    crop_scale: float
    """Side of the square crop, in widths of the face's box."""
    colour_order: str
    mean: Triple
    """Taken off each channel, in `colour_order`, of pixels from 0 to 1."""
    std: Triple
    """What each channel is then divided by."""
    live_class: int
    """Which of the outputs is the living face's, from 0."""
    threshold: float
    """Between 0 and 1; a lower live score is an attack."""
    layout: str = "nchw"
    activation: str = "softmax"
    """What makes probabilities of the outputs."""
    resize: str = "linear"
    """How the crop gets to `input_size`: crop.py has both ways."""
    name: str | None = None
    source: str | None = None


def sidecar_from(text: bytes) -> Sidecar:
    """From the file's bytes. Raises UsageProblem (`bad_pad_model`) in one line, which does not name the file."""
    import tomllib

    try:
        table = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, numbers or nesting without end
        raise _problem(tr("is not TOML in UTF-8: {error}", error=error)) from None
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in READERS:
            raise _problem(
                tr("unknown key {key!r}", key=key),
                tr(
                    "{nearest_name}keys: {readers}", nearest_name=nearest_name(key, READERS), readers=", ".join(READERS)
                ),
            )
        values[key] = READERS[key](value, key)
    if missing := [key for key in REQUIRED if key not in values]:
        raise _problem(
            tr("lacks {missing}", missing=", ".join(missing)), tr("keys: {readers}", readers=", ".join(READERS))
        )
    return Sidecar(**_normalised(values))


def _normalised(values: dict[str, Any]) -> dict[str, Any]:
    """`range`, or `mean` and `std`, but never both: as mean and standard deviation of each channel."""
    given = values.keys() & {"range", "mean", "std"}
    if given not in ({"range"}, {"mean", "std"}):
        raise _problem(tr("needs either range, or mean and std"))
    if "range" in values:
        mean, std = RANGES[values.pop("range")]
        values.update(mean=(mean,) * 3, std=(std,) * 3)
    return values


def _problem(detail: str, hint: str | None = None) -> UsageProblem:
    return UsageProblem(detail, hint=hint, reason="bad_pad_model")


def _wrong(key: str, wanted: str) -> UsageProblem:
    return _problem(tr("{key} must be {wanted}", key=key, wanted=wanted))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _digest(value: Any, key: str) -> str:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value.lower()):
        raise _wrong(key, "64 hexadecimal digits, as sha256sum prints them")
    return value.lower()


def _size(value: Any, key: str) -> tuple[int, int]:
    sides = value if isinstance(value, list) else [value, value]
    if len(sides) != 2 or not all(_is_whole(side, 8, 2048) for side in sides):
        raise _wrong(key, "[height, width], or one number for both: whole numbers from 8 to 2048")
    return sides[0], sides[1]


def _scale(value: Any, key: str) -> float:
    if not _is_number(value) or not 0.5 <= value <= 20:
        raise _wrong(key, "a number from 0.5 to 20: the crop's side in widths of the face's box")
    return float(value)


def _inside(value: Any, key: str) -> float:
    if not _is_number(value) or not 0 < value < 1:
        raise _wrong(key, "a number between 0 and 1, and neither of them")
    return float(value)


def _index(value: Any, key: str) -> int:
    if not _is_whole(value, 0, 999):
        raise _wrong(key, "a whole number from 0 to 999: which of the outputs is the living face's")
    return int(value)


def _one_of(words: tuple[str, ...]) -> Callable[[Any, str], str]:
    def read(value: Any, key: str) -> str:
        if value not in words:
            raise _wrong(key, "one of " + ", ".join(f'"{word}"' for word in words))
        return str(value)

    return read


def _channels(is_right: Callable[[float], bool], wanted: str) -> Callable[[Any, str], Triple]:
    def read(value: Any, key: str) -> Triple:
        if not isinstance(value, list) or len(value) != 3 or not all(_is_number(v) and is_right(v) for v in value):
            raise _wrong(key, f"three numbers {wanted}, for pixels from 0 to 1")
        first, second, third = (float(v) for v in value)
        return first, second, third

    return read


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= LONGEST_TEXT:
        raise _wrong(key, f"a text of 1 to {LONGEST_TEXT} printable characters")
    return value


REQUIRED = ("sha256", "input_size", "crop_scale", "colour_order", "live_class", "threshold")
"""And either `range`, or `mean` and `std`."""
READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "sha256": _digest,
    "input_size": _size,
    "crop_scale": _scale,
    "resize": _one_of(RESIZES),
    "colour_order": _one_of(COLOUR_ORDERS),
    "range": _one_of(tuple(RANGES)),
    "mean": _channels(lambda value: 0 <= value <= 1, "from 0 to 1"),
    # Numbers meant for pixels up to 255 would be above 1 here and give the network next to nothing to see.
    "std": _channels(lambda value: 0.001 <= value <= 1, "from 0.001 to 1"),
    "layout": _one_of(LAYOUTS),
    "live_class": _index,
    "activation": _one_of(ACTIVATIONS),
    "threshold": _inside,
    "name": _text,
    "source": _text,
}
"""Every key, with what reads it."""
