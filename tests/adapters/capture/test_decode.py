"""Whatever bytes are given, decode_image makes an upright RGB picture of them or says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, features

from smilepay_cli.adapters.capture.images import decode_image

Encoded = Callable[..., bytes]
T = Image.Transpose
LIKE_THE_ORIGINAL: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "JPEG": {"quality": 98, "subsampling": 0}}
STORED_AS = {
    1: None,
    2: T.FLIP_LEFT_RIGHT,
    3: T.ROTATE_180,
    4: T.FLIP_TOP_BOTTOM,
    5: T.TRANSPOSE,
    6: T.ROTATE_90,
    7: T.TRANSVERSE,
    8: T.ROTATE_270,
}
"""How an upright picture has to be laid down for the EXIF orientation to stand it up again (Exif 2.32, 0x0112)."""


def grey_ramp(dtype: str, top: float) -> np.ndarray[Any, Any]:
    """(32, 64) from 0 to `top`, left to right."""
    return np.tile(np.linspace(0, top, 64), (32, 1)).astype(dtype)


@pytest.mark.parametrize("orientation", STORED_AS)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_every_orientation_is_upright(kind: str, orientation: int, picture: Image.Image, encoded: Encoded) -> None:
    """A phone held in any way must show the same face; exact where the format is lossless."""
    turn = STORED_AS[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = LIKE_THE_ORIGINAL.get(kind, {})
    data = encoded(kind, picture if turn is None else picture.transpose(turn), exif=exif, **options)

    pixels = decode_image(data, "x").astype(int)

    assert pixels.shape == (90, 160, 3)
    assert np.abs(pixels - np.asarray(picture, dtype=int)).max() <= (60 if kind == "JPEG" else 0)
    assert pixels[5, 5].tolist() == pytest.approx([255, 0, 0], abs=12)
    assert pixels[85, 155].tolist() == pytest.approx([0, 0, 255], abs=12)


def test_unreadable_exif_leaves_the_picture_as_it_is(picture: Image.Image, encoded: Encoded) -> None:
    """Broken metadata beside whole pixels is no reason to turn a person away, and no warning either."""
    for exif in (b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12", b"Exif\0\0junk", b"Exif\0\0II*\0\xff\xff\xff\xff"):
        assert decode_image(encoded("JPEG", exif=exif), "x").shape == (90, 160, 3)


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_orientations_that_do_not_exist_turn_nothing(orientation: int, encoded: Encoded) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    assert decode_image(encoded("PNG", exif=exif), "x").shape == (90, 160, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_grey_keeps_its_full_range(kind: str, encoded: Encoded) -> None:
    """Scaled, not clipped: and half as bright is half as bright, in every format the same."""
    for top in (65535, 32768):
        pixels = decode_image(encoded(kind, Image.fromarray(grey_ramp("uint16", top))), "x")
        assert pixels.shape == (32, 64, 3)
        assert pixels[0, 0].tolist() == [0, 0, 0]
        assert pixels[0, -1] == pytest.approx([255 * top / 65535] * 3, abs=1)
        assert (np.diff(pixels[0, :, 0].astype(int)) >= 0).all()


def test_big_endian_sixteen_bit_tiff(encoded: Encoded) -> None:
    """Scanners write them."""
    big = Image.frombytes("I;16B", (64, 32), grey_ramp(">u2", 65535).tobytes())
    assert decode_image(encoded("TIFF", big), "x")[0, [0, 32, 63], 0] == pytest.approx([0, 129, 255], abs=2)


@pytest.mark.parametrize(("dtype", "top"), [("float32", 1.0), ("float32", 5000.0), ("int32", 1_000_000)])
def test_grey_without_an_agreed_range_is_stretched(dtype: str, top: float, encoded: Encoded) -> None:
    """Floats from 0 to 1 must not come out black."""
    pixels = decode_image(encoded("TIFF", Image.fromarray(grey_ramp(dtype, top))), "x")
    assert pixels[0, [0, 32, 63], 0] == pytest.approx([0, 129, 255], abs=2)


@pytest.mark.parametrize(("mode", "kind"), [("L", "JPEG"), ("L", "PNG"), ("LA", "PNG"), ("L", "PPM")])
def test_grey_is_three_equal_channels(mode: str, kind: str, picture: Image.Image, encoded: Encoded) -> None:
    pixels = decode_image(encoded(kind, picture.convert(mode)), "x").astype(int)
    assert pixels.shape == (90, 160, 3)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    assert (pixels[..., 0] == pixels[..., 2]).all()
    assert np.abs(pixels[..., 0] - np.asarray(picture.convert("L"), dtype=int)).mean() < 5


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF"])
def test_one_bit_is_black_and_white(kind: str, picture: Image.Image, encoded: Encoded) -> None:
    pixels = decode_image(encoded(kind, picture.convert("1")), "x")
    assert set(np.unique(pixels)) == {0, 255}
    assert (pixels[..., 0] == np.asarray(picture.convert("1").convert("L"))).all()


@pytest.mark.parametrize(
    "kind", ["JPEG", "MPO", "WEBP", "PPM", "BMP", "PNG", "TIFF", *(["AVIF"] if features.check("avif") else [])]
)
def test_colours_come_through(kind: str, picture: Image.Image, encoded: Encoded) -> None:
    """RGB, not BGR; near the original in lossy formats, equal in the others."""
    pixels = decode_image(encoded(kind), "x").astype(int)
    apart = np.abs(pixels - np.asarray(picture, dtype=int)).mean()
    assert apart < 6 if kind in ("JPEG", "MPO", "WEBP", "AVIF") else apart == 0


def test_mpo_of_two_pictures_is_its_first(picture: Image.Image, encoded: Encoded) -> None:
    """Phones put a depth map behind the picture."""
    data = encoded("MPO", save_all=True, append_images=[Image.new("RGB", (160, 90), "lime")])
    assert np.abs(decode_image(data, "x").astype(int) - np.asarray(picture, dtype=int)).mean() < 6


def test_palette_and_cmyk(picture: Image.Image, encoded: Encoded) -> None:
    palette = picture.quantize(64)
    assert (decode_image(encoded("PNG", palette), "x") == np.asarray(palette.convert("RGB"))).all()
    for kind in ("JPEG", "TIFF"):
        ink = decode_image(encoded(kind, picture.convert("CMYK")), "x").astype(int)
        assert np.abs(ink - np.asarray(picture, dtype=int)).mean() < 8


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_transparency_is_over_white(kind: str, encoded: Encoded) -> None:
    """What is under a see-through pixel must not become a face that nobody saw."""
    image = Image.new("RGBA", (32, 32), (10, 20, 30, 0))
    image.paste((0, 0, 0, 128), (0, 0, 16, 16))
    pixels = decode_image(encoded(kind, image, **({"lossless": True} if kind == "WEBP" else {})), "x")
    assert pixels[20, 20].tolist() == [255, 255, 255]
    assert pixels[5, 5].tolist() == pytest.approx([127, 127, 127], abs=1)


@pytest.mark.parametrize(
    ("image", "clear"),
    [
        (Image.new("L", (32, 32), 7), 7),
        (Image.new("RGB", (32, 32), (1, 2, 3)), (1, 2, 3)),
        (Image.new("P", (32, 32)), 0),
        (Image.new("1", (32, 32), 0), 0),
    ],
    ids=["grey", "colour", "palette", "bit"],
)
def test_a_transparent_colour_is_white(image: Image.Image, clear: Any, encoded: Encoded) -> None:
    """PNG's tRNS chunk, the older way."""
    assert (decode_image(encoded("PNG", image, transparency=clear), "x") == 255).all()


def test_animation_is_its_first_frame(picture: Image.Image, encoded: Encoded) -> None:
    green = Image.new("RGB", picture.size, "lime")
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        data = encoded(kind, save_all=True, append_images=[green], **options)
        first = decode_image(data, "x").astype(int)
        assert np.abs(first - np.asarray(picture, dtype=int)).mean() < 15
