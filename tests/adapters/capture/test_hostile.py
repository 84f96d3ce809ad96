"""Bytes that are no picture, or no longer one, or would be too much of one, end in one line."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile

from smilepay_cli.adapters.capture import images
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.vocabulary.errors import UsageProblem

Encoded = Callable[..., bytes]


def refused(data: bytes) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        decode_image(data, "the file")
    problem = caught.value
    assert problem.reason == "unusable_image"
    assert problem.message.startswith("the file: ")
    assert problem.message.isprintable()
    assert len(problem.message) < 200
    return problem


def pixels_or_problem(data: bytes) -> None:
    """The contract for any bytes at all; another exception fails the test that calls this."""
    try:
        pixels = decode_image(data, "the file")
    except UsageProblem:
        refused(data)
        return
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= images.FEWEST_SIDE
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture at all\n" * 40,
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"\0" * 5000,
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500,
        b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\nshowpage\n",
        b"%PDF-1.7\n1 0 obj\n",
        b"P6\n\x1b[31m 9\n255\n",
        b"P3 99 99 255 " + b"9" * 5000,
    ],
    ids=["empty", "text", "jpeg-start", "png-start", "zeros", "heic", "svg", "eps", "pdf", "ppm-escape", "ppm-long"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data).hint == "use a whole JPEG or PNG picture"


def test_lists_the_formats_for_an_unknown_one() -> None:
    assert "not an image of a known format (JPEG, " in refused(b"GARBAGE" * 99).message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP", "PPM"])
@pytest.mark.parametrize("part", [0.2, 0.6, 0.97])
def test_half_a_file_is_never_half_a_face(kind: str, part: float, encoded: Encoded) -> None:
    data = encoded(kind)
    refused(data[: int(len(data) * part)])


@pytest.mark.parametrize("size", [(15, 400), (400, 15), (1, 1)])
def test_too_small_a_picture(size: tuple[int, int], encoded: Encoded) -> None:
    assert "too small to hold a face" in refused(encoded("PNG", Image.new("RGB", size))).message


def test_smallest_picture_is_let_through(encoded: Encoded) -> None:
    assert decode_image(encoded("PNG", Image.new("RGB", (16, 16))), "x").shape == (16, 16, 3)


def test_size_is_known_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch, encoded: Encoded) -> None:
    """Just over the limit, and between our limit and Pillow's own."""
    monkeypatch.setattr(images, "_load", lambda image: pytest.fail("decoded"))
    assert "7072 x 7072 is more than 50 megapixels" in refused(encoded("PNG", Image.new("1", (7072, 7072)))).message
    assert "more than 50 megapixels" in refused(encoded("PNG", Image.new("1", (10_000, 10_000)))).message


DECODED_ELSEWHERE = """
import io, resource, sys
from PIL import Image
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.vocabulary.errors import UsageProblem
small = io.BytesIO()
Image.new("RGB", (64, 64)).save(small, "PNG")
decode_image(small.getvalue(), "small")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode_image(sys.stdin.buffer.read(), "given")
except UsageProblem as problem:
    print(problem.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_costs_no_memory(png_bomb: bytes) -> None:
    """1.6 gigapixels in 200 kB; decoded they would be 4.8 GB. Measured in a process of its own, in kB."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DECODED_ELSEWHERE], input=png_bomb, capture_output=True, check=True
    )
    message, growth = done.stdout.decode().splitlines()
    assert message == "given: more than 50 megapixels"
    assert int(growth) < 20_000
    assert done.stderr == b""


def test_what_pillow_logs_is_not_printed(encoded: Encoded) -> None:
    """In a process of its own, where nobody has configured logging, as people have it."""
    odd = bytearray(encoded("TIFF"))
    samples = odd.index(b"\x15\x01\x03\0\x01\0\0\0")  # SamplesPerPixel, one short
    odd[samples + 8 : samples + 10] = b"\0\x08"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DECODED_ELSEWHERE], input=odd, capture_output=True, check=True
    )
    assert done.stdout.startswith(b"given: not an image of a known format")
    assert done.stderr == b""


@given(data=st.binary(max_size=400), start=st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a",
       b"II*\0", b"MM\0*", b"II+\0", b"BM", b"RIFF\0\1\0\0WEBPVP8 ", b"P6 ", b"P5 20 20 255 ", b"Pf 20 20 1 ",
       b"\0\0\0\x20ftypavif"]))  # fmt: skip
@settings(max_examples=600, deadline=None)
def test_any_bytes_are_pixels_or_a_problem(data: bytes, start: bytes) -> None:
    pixels_or_problem(start + data)


DAMAGED = [
    ("JPEG", {}), ("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_deflate"}), ("TIFF", {"compression": "jpeg"}), ("GIF", {}), ("WEBP", {}),
    ("BMP", {}), ("PPM", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options"), DAMAGED)
@given(seed=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_pixels_or_a_problem(
    kind: str, options: dict[str, Any], encoded: Encoded, capfd: pytest.CaptureFixture[str], seed: Any
) -> None:
    """Flipped bits, most of them near the start where the structure is; and the C libraries keep quiet."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "a camera"
    data = bytearray(encoded(kind, **options, **({"exif": exif} if kind in ("JPEG", "PNG", "WEBP") else {})))
    for _ in range(seed.choice((1, 1, 2, 8, 30))):
        place = seed.randrange(min(len(data), seed.choice((64, 400, len(data)))))
        data[place] ^= 1 << seed.randrange(8)
    pixels_or_problem(bytes(data))
    assert capfd.readouterr() == ("", "")


def test_leaves_the_process_as_it_was(encoded: Encoded) -> None:
    """Neither Pillow's globals nor the warning filters change, whatever was decoded, in threads too."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12"
    files = [encoded("JPEG"), encoded("JPEG", exif=exif), encoded("JPEG")[:900], b"junk", encoded("TIFF")] * 8
    before = (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS, list(warnings.filters), warnings.showwarning)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(pixels_or_problem, files))
    assert before == (
        ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS, list(warnings.filters), warnings.showwarning,
    )  # fmt: skip
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)


def test_a_warning_of_pillow_is_not_a_problem(encoded: Encoded) -> None:
    """Pillow warns of odd metadata; a picture is not refused for it where warnings are errors, as they are here."""
    odd = encoded("TIFF", tiffinfo={270: "x" * 50})
    place = odd.index(b"\x0e\x01\x02\0")  # ImageDescription: tag, type, then the count
    odd = odd[: place + 4] + b"\xff\xff\xff\x7f" + odd[place + 8 :]
    with pytest.warns(UserWarning, match="Tag data larger|corrupt|Truncated"), Image.open(io.BytesIO(odd)):
        pass
    assert decode_image(odd, "x").shape == (90, 160, 3)


def test_floats_that_are_no_numbers(encoded: Encoded) -> None:
    """NaN and infinity are pixels too, to whoever wants to see a traceback."""
    values = np.full((32, 64), 0.5, dtype=np.float32)
    for strange in (np.nan, np.inf, -np.inf):
        values[0, 0] = strange
        pixels_or_problem(encoded("TIFF", Image.fromarray(values)))
    pixels_or_problem(encoded("TIFF", Image.fromarray(np.full((32, 64), 7, dtype=np.float32))))
